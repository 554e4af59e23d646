/** The result of a test run as a file, so that runs in other processes can be summed. scripts/test.mjs reads it. */
import { writeFileSync } from 'node:fs';
import type { Runner, Test } from 'mocha';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One entry a test that ran, in order; `error` where it failed. */
  readonly tests: readonly {
    readonly title: string;
    /** Where it stands, if that is known. */
    readonly file?: string;
    readonly milliseconds?: number;
    readonly error?: string;
  }[];
  /** Tests that failed once and were tried again, with what was wrong at first. */
  readonly retried: readonly { readonly title: string; readonly error: string }[];
}

/** A line that scripts/test.mjs shows also where everything passed, so that no second try is hidden. */
export const retryNote = ({ title, error }: Report['retried'][number]): string =>
  `note: needed a second try: ${title} (${error.split('\n', 1)[0]})`;

/** Writes a report to `file` when the runner ends. */
export function reportTo(runner: Runner, file: string): void {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tests: Report['tests'][number][] = [];
  const retried: Report['retried'][number][] = [];
  runner.on('pass', (test: Test) => {
    counts.passed += 1;
    tests.push({ ...named(test), ...(test.duration !== undefined && { milliseconds: test.duration }) });
  });
  runner.on('fail', (test: Test, error: Error) => {
    counts.failed += 1;
    tests.push({ ...named(test), error: error.stack ?? String(error) });
  });
  runner.on('retry', (test: Test, error: Error) => {
    retried.push({ title: test.fullTitle(), error: String(error) });
  });
  runner.on('pending', () => {
    counts.skipped += 1;
  });
  runner.once('end', () => writeFileSync(file, JSON.stringify({ ...counts, tests, retried } satisfies Report)));
}

const named = (test: Test): { readonly title: string; readonly file?: string } => ({
  title: test.fullTitle(),
  ...(test.file !== undefined && { file: test.file }),
});
