/**
 * Trace and Frobenius norm of a symmetric operator from random probes.
 *
 * What a subspace V holds is counted exactly and probes only estimate the rest, as in Hutch++ (Meyer, Musco, Musco &
 * Woodruff 2021, algorithm 1), with a Krylov subspace in the place of its random sketch: where the leading eigenvalues
 * are known, little is left to estimate. Without a subspace this is Hutchinson's estimator (1990) with Rademacher probes.
 */
import { gaussians } from '../direction/gaussian.ts';
import { addScaled, dot } from '../vector.ts';
import type { KrylovSubspace, SymmetricOperator } from './krylov.ts';

/** A mean over random probes. */
export interface ProbeMean {
  readonly mean: number;
  /** 0 where nothing had to be estimated; null with fewer than two probes. */
  readonly standardError: number | null;
}

export interface TraceEstimate {
  readonly trace: ProbeMean;
  /** Σλ², the squared Frobenius norm. */
  readonly squares: ProbeMean;
  readonly probes: number;
}

export interface TraceOptions {
  /** Its exact share; absent: everything is estimated. */
  readonly subspace?: Pick<KrylovSubspace, 'basis' | 'projection' | 'coupling'>;
  readonly probes: number;
  readonly seed: number;
  /** Vectors a product computes together with profit. */
  readonly block: number;
}

/**
 * Estimates the trace, yielding after every product; each estimate is valid on its own.
 * Throws `interrupted` when the signal fires.
 */
export async function* estimateTrace(
  operator: SymmetricOperator,
  { subspace, probes, seed, block }: TraceOptions,
  signal: AbortSignal,
): AsyncGenerator<TraceEstimate> {
  const basis = subspace?.basis ?? [];
  const known = { trace: subspace?.projection.trace() ?? 0, squares: squaresOf(subspace) };
  if (basis.length === operator.size) {
    yield { trace: exactly(known.trace), squares: exactly(known.squares), probes: 0 };
    return;
  }
  const traces: number[] = [];
  const squares: number[] = [];
  for (let done = 0; done < probes; ) {
    const count = Math.min(block, probes - done);
    const vectors = Array.from({ length: count }, (_, index) => {
      const probe = rademacher(['trace', seed, done + index], operator.size);
      removeSpan(probe, basis);
      return probe;
    });
    const images = await operator.apply(vectors, signal);
    images.forEach((image, index) => {
      traces.push(dot(vectors[index]!, image));
      removeSpan(image, basis);
      squares.push(dot(image, image));
    });
    done += count;
    yield { trace: shifted(known.trace, traces), squares: shifted(known.squares, squares), probes: done };
  }
}

/** ‖H‖² less its part outside of the subspace: ‖VᵀHV‖² + 2·‖(I − VVᵀ)HV‖². */
function squaresOf(subspace: TraceOptions['subspace']): number {
  if (!subspace) return 0;
  const { projection, coupling } = subspace;
  return projection.norm('frobenius') ** 2 + 2 * coupling;
}

const exactly = (mean: number): ProbeMean => ({ mean, standardError: 0 });

/** The mean of values, and its standard error, after an exact part was added. */
export function shifted(exact: number, values: readonly number[]): ProbeMean {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean: exact + mean, standardError: count > 1 ? Math.sqrt(variance / count) : null };
}

/** Random signs, which have the least variance of all probes with independent entries (Avron & Toledo 2011). */
export const rademacher = (key: readonly (string | number)[], size: number): Float64Array =>
  gaussians(key, size).map(value => (value < 0 ? -1 : 1));

/** Subtracts what lies in the span of an orthonormal basis, twice, so that rounding leaves nothing of it. */
export function removeSpan(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const column of basis) addScaled(vector, -dot(column, vector), column);
  }
}
