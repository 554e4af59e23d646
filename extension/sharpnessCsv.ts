import { csv, type Field } from '../worker/csv.ts';
import type { SharpnessMeasure, SharpnessResult } from '../worker/results.ts';

const heading = [
  'measure',
  'epsilon',
  'rho',
  'm',
  'alpha',
  'value',
  'lower',
  'upper',
  'converged',
  'quadratic',
  'losses',
  'gradients',
  'products',
  'invariant',
  'problem',
] as const;

/**
 * Sharpness as comma-separated values, a line a measure, and where it was checked one for each further α of the rescaling.
 * An open end and what is not known are left empty.
 */
export const sharpnessCsv = ({ measures }: SharpnessResult): string =>
  csv(
    heading,
    measures.flatMap(measure => [
      rowOf(measure, 1, measure, [
        measure.converged,
        measure.quadratic,
        measure.evaluations.losses,
        measure.evaluations.gradients,
        measure.evaluations.products,
        measure.invariant,
        measure.problem,
      ]),
      ...(measure.rescaled ?? []).filter(({ alpha }) => alpha !== 1).map(at => rowOf(measure, at.alpha, at)),
    ]),
  );

const rowOf = (
  { name, epsilon, rho, m }: SharpnessMeasure,
  alpha: number,
  { value, lower, upper }: Pick<SharpnessMeasure, 'value' | 'lower' | 'upper'>,
  rest: readonly Field[] = Array.from({ length: 7 }, () => null),
): readonly Field[] => [name, epsilon, rho, m, alpha, value, lower, upper, ...rest];
