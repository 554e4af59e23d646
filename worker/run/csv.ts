import { csv, type Field } from '../csv.ts';
import type { RunResult } from '../results.ts';

const heading = [
  'run',
  'file',
  'present',
  'step',
  'epoch',
  'written',
  'state',
  'measure',
  'value',
  'lower',
  'upper',
  'converged',
] as const;

/** A run and what it is called; `null` where nothing is known of it yet. */
export interface NamedRun {
  readonly label: string;
  readonly result: RunResult | null;
}

/**
 * Runs as comma-separated values, a line a measure of a checkpoint; a checkpoint of which nothing is known has a line
 * too. An end of an interval that is open is empty.
 */
export const runCsv = (runs: readonly NamedRun[]): string =>
  csv(
    heading,
    runs.flatMap(({ label, result }) =>
      (result?.checkpoints ?? []).flatMap(({ file, present, step, epoch, written, state, measures }) => {
        const own: readonly Field[] = [label, file, present, step, epoch, new Date(written).toISOString(), state];
        if (measures.length === 0) return [own];
        return measures.map(({ name, value, lower, upper, converged }) => [
          ...own,
          name,
          value,
          lower,
          upper,
          converged,
        ]);
      }),
    ),
  );
