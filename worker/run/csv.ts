import { csv, type Field } from '../csv.ts';
import type { Measure, RunResult } from '../results.ts';

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
  'bound',
  'prior_sigma',
] as const;

/** A run and what it is called; `null` where nothing is known of it yet. */
export interface NamedRun {
  readonly label: string;
  readonly result: RunResult | null;
}

/**
 * Runs as comma-separated values, a line a measure of a checkpoint; a checkpoint of which nothing is known has a line
 * too. An end of an interval that is open is empty, and the number is then called a lower or an upper bound; of a volume
 * stands by which prior it is.
 */
export const runCsv = (runs: readonly NamedRun[]): string =>
  csv(
    heading,
    runs.flatMap(({ label, result }) =>
      (result?.checkpoints ?? []).flatMap(({ file, present, step, epoch, written, state, measures }) => {
        const own: readonly Field[] = [label, file, present, step, epoch, new Date(written).toISOString(), state];
        if (measures.length === 0) return [own];
        return measures.map(({ name, value, lower, upper, converged, volume }) => [
          ...own,
          name,
          value,
          lower,
          upper,
          converged,
          boundOf({ lower, upper }),
          volume?.prior.sigma,
        ]);
      }),
    ),
  );

/** What a number with one open end is. */
export const boundOf = ({ lower, upper }: Pick<Measure, 'lower' | 'upper'>): string | undefined =>
  (lower === null) === (upper === null) ? undefined : upper === null ? 'lower bound' : 'upper bound';
