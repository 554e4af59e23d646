import { addScaled, dot, scale } from '../../vector.ts';

/**
 * A symmetric positive matrix that stretches random directions towards where a basin reaches far, so that fewer of them
 * say as much. It changes how an estimate of a volume scatters, and not what it estimates.
 */
export interface Preconditioner {
  /** ln of its determinant. */
  readonly logDeterminant: number;
  /** Multiplies a vector by it, in place. */
  apply(vector: Float64Array): void;
}

export const identity: Preconditioner = { logDeterminant: 0, apply: () => {} };

/**
 * The inverse square root of a diagonal curvature.
 * @param curvature of each parameter, 0 or more.
 * @param floor added to each: see `curvatureFloor`.
 */
export function diagonal(curvature: ArrayLike<number>, floor: number): Preconditioner {
  const factors = Float64Array.from(curvature, value => 1 / Math.sqrt(Math.max(value, 0) + floor));
  return {
    logDeterminant: factors.reduce((sum, factor) => sum + Math.log(factor), 0),
    apply(vector) {
      for (let index = 0; index < vector.length; index++) vector[index]! *= factors[index]!;
    },
  };
}

/**
 * The inverse square root of a curvature of which some eigenpairs are known, and the mean of all other eigenvalues.
 * @param pairs orthonormal eigenvectors with their eigenvalues; negative ones count by their size.
 */
export function leadingEigenvectors(
  pairs: readonly { readonly value: number; readonly vector: Float64Array }[],
  others: number,
  dimension: number,
  floor: number,
): Preconditioner {
  const factorOf = (value: number): number => 1 / Math.sqrt(Math.abs(value) + floor);
  const rest = factorOf(Math.max(others, 0));
  const factors = pairs.map(({ value }) => factorOf(value));
  return {
    logDeterminant:
      factors.reduce((sum, factor) => sum + Math.log(factor), 0) + (dimension - pairs.length) * Math.log(rest),
    apply(vector) {
      const components = pairs.map(pair => dot(pair.vector, vector));
      scale(vector, rest);
      for (const [index, { vector: own }] of pairs.entries()) {
        addScaled(vector, components[index]! * (factors[index]! - rest), own);
      }
    },
  };
}

/**
 * What a curvature is raised by so that the prior, and not the curvature, bounds directions along which the function does
 * not change: a quadratic basin ½·vᵀHv ≤ c is about as wide as a Gaussian of covariance (2c/D)·H⁻¹, and the prior adds its
 * precision 1/σ² to the inverse of that.
 */
export const curvatureFloor = (cutoff: number, dimension: number, sigma: number): number =>
  (2 * cutoff) / (dimension * sigma * sigma);
