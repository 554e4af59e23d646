import { csv, type Field } from '../worker/csv.ts';
import type { CompareResult } from '../worker/results.ts';
import { boundOf } from '../worker/run/csv.ts';

const heading = [
  'checkpoint',
  'step',
  'epoch',
  'measure',
  'value',
  'lower',
  'upper',
  'converged',
  'bound',
  'prior_sigma',
  'baseline',
  'difference',
  'difference_standard_error',
  'paired',
  'verdict',
] as const;

/**
 * A comparison as comma-separated values, a line a measure of a checkpoint, with its difference from the baseline; then a
 * line an eigenvalue, whose ends are value ± residual. What is not known is empty.
 *
 * @param baseline The place of the pinned checkpoint.
 */
export function compareCsv({ checkpoints, differences }: CompareResult, baseline: number): string {
  const against = checkpoints[baseline]?.checkpoint ?? '';
  return csv(
    heading,
    checkpoints.flatMap(({ checkpoint, step, epoch, measures, largest, smallest }, index) => {
      const own: readonly Field[] = [checkpoint, step, epoch];
      const eigenvalues = { largest, smallest };
      return [
        ...measures.map(({ name, value, lower, upper, converged, volume }): readonly Field[] => {
          const found =
            index === baseline ? undefined : differences[baseline]?.[index]?.find(each => each.name === name);
          return [
            ...[...own, name, value, lower, upper, converged, boundOf({ lower, upper }), volume?.prior.sigma],
            ...(found === undefined
              ? [null, null, null, null, null]
              : [against, found.value, found.standardError, found.isPaired, found.verdict]),
          ];
        }),
        ...(['largest', 'smallest'] as const).flatMap(end =>
          eigenvalues[end].map(({ value, residual, converged }, rank): readonly Field[] => [
            ...[
              ...own,
              `eigenvalue ${end} ${rank + 1}`,
              value,
              value - residual,
              value + residual,
              converged,
              null,
              null,
            ],
            ...[null, null, null, null, null],
          ]),
        ),
      ];
    }),
  );
}
