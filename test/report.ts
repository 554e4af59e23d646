/** The result of a test run as a file, so that runs in other processes can be summed. scripts/test.mjs reads it. */
import { writeFileSync } from 'node:fs';
import type { Runner, Test } from 'mocha';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One entry a test that ran, in order; `error` where it failed. */
  readonly tests: readonly { readonly title: string; readonly milliseconds?: number; readonly error?: string }[];
}

/** Writes a report to `file` when the runner ends. */
export function reportTo(runner: Runner, file: string): void {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tests: Report['tests'][number][] = [];
  runner.on('pass', (test: Test) => {
    counts.passed += 1;
    tests.push({ title: test.fullTitle(), ...(test.duration !== undefined && { milliseconds: test.duration }) });
  });
  runner.on('fail', (test: Test, error: Error) => {
    counts.failed += 1;
    tests.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
  });
  runner.on('pending', () => {
    counts.skipped += 1;
  });
  runner.once('end', () => writeFileSync(file, JSON.stringify({ ...counts, tests } satisfies Report)));
}
