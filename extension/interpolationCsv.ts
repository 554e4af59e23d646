import { csv, type Field } from '../worker/csv.ts';
import type { InterpolateResult } from '../worker/results.ts';

const heading = [
  't',
  'split',
  'statistics',
  'loss',
  'loss_standard_error',
  'accuracy',
  'accuracy_standard_error',
  'rise',
  'rise_standard_error',
] as const;

/**
 * The line between two checkpoints as comma-separated values, a line a point of a curve. What is not computed is left out,
 * what has no value is empty.
 */
export const interpolationCsv = ({ t, curves }: InterpolateResult): string =>
  csv(
    heading,
    curves.flatMap(({ split, statistics, loss, ...curve }) =>
      t.flatMap((at, place): (readonly Field[])[] => {
        if (loss[place] === null) return [];
        const columns = [
          curve.standardError,
          curve.accuracy,
          curve.accuracyStandardError,
          curve.rise,
          curve.riseStandardError,
        ];
        return [[at, split, statistics, loss[place], ...columns.map(column => column?.[place])]];
      }),
    ),
  );
