/** What every measure of sharpness says of itself. */
import { type SharpnessMeasure, type SharpnessName, toJsonNumber } from '../../results.ts';
import { type Evaluations, evaluationsSince, type SharpnessPoint } from './point.ts';

/** How much to compute, and how far from the checkpoint. */
export interface SharpnessOptions {
  /** Sizes ε of Keskar's box. */
  readonly epsilons: readonly number[];
  /** Random starts of Keskar's search, besides the checkpoint itself and the reflection of the best. */
  readonly starts: number;
  /** Radius ρ of SAM's ascent step. */
  readonly rho: number;
  /** Standard deviation of average-case sharpness, relative to each parameter's size. */
  readonly sigma: number;
  /** Pairs of draws ±ξ for it. */
  readonly draws: number;
  /** Radius of adaptive worst-case sharpness, relative to each parameter's size. */
  readonly adaptiveRho: number;
  /** How many examples share a perturbation there. */
  readonly m: number;
  /** Probes of the trace. */
  readonly traceProbes: number;
  /** Vectors as long as θ that the search for eigenvalues may hold. */
  readonly basis: number;
}

/**
 * Keskar et al. 2017, section 2.2.2 (ε); Foret et al. 2021 (ρ); Andriushchenko et al. 2023, whose published code has
 * these radii among its grids for convolutional networks, and this m.
 */
export const DEFAULT_SHARPNESS: SharpnessOptions = {
  epsilons: [1e-3, 5e-4],
  starts: 1,
  rho: 0.05,
  sigma: 0.1,
  draws: 16,
  adaptiveRho: 0.002,
  m: 128,
  traceProbes: 20,
  basis: 44,
};

/**
 * Computes a measure, one document for each of its sizes, each as soon as it is known. Where a measure does not apply,
 * its document has the value NaN and a `problem`. Throws `interrupted` when the signal fires.
 */
export type ComputeSharpness = (
  point: SharpnessPoint,
  options: SharpnessOptions,
  signal: AbortSignal,
) => AsyncIterable<SharpnessMeasure>;

/** A number with its ends, as numbers; null where an end is open. */
export interface Bounds {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly converged: boolean;
}

/** What a measure has besides its name and its number. */
type Details = Omit<SharpnessMeasure, 'name' | keyof Bounds | 'evaluations' | 'problem'>;

/** A value with an uncertainty to both sides; null where there is none to be had. */
export const within = (value: number, uncertainty: number | null): Bounds => ({
  value,
  lower: uncertainty === null ? null : value - uncertainty,
  upper: uncertainty === null ? null : value + uncertainty,
  converged: Number.isFinite(value),
});

/**
 * Puts a measure's document together.
 * @param before what had been counted when the measure began.
 */
export function measure(
  name: SharpnessName,
  { value, lower, upper, converged }: Bounds,
  point: SharpnessPoint,
  before: Evaluations,
  details: Details = {},
): SharpnessMeasure {
  const end = (bound: number | null) => (bound === null ? null : toJsonNumber(bound));
  return {
    name,
    value: toJsonNumber(value),
    lower: end(lower),
    upper: end(upper),
    converged,
    ...details,
    evaluations: evaluationsSince(point, before),
  };
}

/** The document of a measure that has no value here. */
export const withoutValue = (
  name: SharpnessName,
  problem: string,
  point: SharpnessPoint,
  before: Evaluations,
  details: Details = {},
): SharpnessMeasure => ({
  ...measure(name, { value: Number.NaN, lower: null, upper: null, converged: false }, point, before, details),
  problem,
});
