/** What several trainings say of a way to train. */

/** A mean over trainings, and its standard error. */
export interface SeedMean {
  readonly mean: number;
  readonly standardError: number;
}

/** Mean and standard error of two or more numbers, one a training. */
export function overSeeds(values: readonly number[]): SeedMean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/**
 * The mean of `values` less `others`, seed by seed: trainings of one seed began at the same parameters, so that what they
 * share cancels.
 */
export const pairedDifference = (values: readonly number[], others: readonly number[]): SeedMean =>
  overSeeds(values.map((value, index) => value - others[index]!));

/** Student's t for 95 % of both sides, by degrees of freedom from 1 on. */
const T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;

/** Half the 95 % confidence interval of a mean over so many seeds, 2 to 10. */
export function halfInterval({ standardError }: SeedMean, count: number): number {
  const t = T_95[count - 2];
  if (t === undefined) throw new RangeError(`${count} seeds`);
  return t * standardError;
}
