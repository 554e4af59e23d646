/** The spectrum of the loss's curvature at a checkpoint: eigenpairs first, then trace and density if they are asked for. */
import type { Curvature, Derivatives } from '../objective/derivatives.ts';
import { type SpectralMeasure, spectralMeasure } from './density.ts';
import { type EigenpairState, eigenpairs, type SymmetricOperator } from './krylov.ts';
import { VECTORS_AT_ONCE } from './sizes.ts';
import { estimateTrace, type TraceEstimate } from './trace.ts';

/** What to find out. */
export interface SpectrumPlan {
  readonly largest: number;
  readonly smallest: number;
  readonly tolerance: number;
  /** Columns of the Krylov basis at most. */
  readonly basis: number;
  readonly maxProducts: number;
  readonly seed: number;
  /** Probes of the trace; 0: none. */
  readonly traceProbes: number;
  /** Probes of the density, their steps, and how many go on together; null: none. */
  readonly density: { readonly probes: number; readonly steps: number; readonly block: number } | null;
  /** Eigenvectors of a neighbouring checkpoint. */
  readonly start?: readonly Float64Array[];
}

/** What is known so far; each state is valid on its own. */
export interface SpectrumState {
  readonly eigenpairs: EigenpairState;
  readonly trace: TraceEstimate | null;
  readonly measure: SpectralMeasure | null;
  /** Products of all parts. */
  readonly products: number;
  readonly stage: 'eigenpairs' | 'trace' | 'density' | 'done';
}

/**
 * Computes a spectrum, yielding what is known as it grows.
 * Throws `interrupted` when the signal fires.
 */
export async function* spectrum(
  operator: SymmetricOperator,
  plan: SpectrumPlan,
  signal: AbortSignal,
): AsyncGenerator<SpectrumState> {
  const counted = counting(operator);
  const state = (rest: Pick<SpectrumState, 'eigenpairs' | 'trace' | 'measure' | 'stage'>): SpectrumState => ({
    ...rest,
    products: counted.products(),
  });
  let pairs: EigenpairState | null = null;
  for await (pairs of eigenpairs(counted.operator, plan, signal)) {
    yield state({ eigenpairs: pairs, trace: null, measure: null, stage: 'eigenpairs' });
  }
  const found = pairs!;
  const { seed } = plan;
  let trace: TraceEstimate | null = null;
  if (plan.traceProbes > 0) {
    const options = { subspace: found.subspace, probes: plan.traceProbes, seed, block: VECTORS_AT_ONCE };
    for await (trace of estimateTrace(counted.operator, options, signal)) {
      yield state({ eigenpairs: found, trace, measure: null, stage: 'trace' });
    }
  }
  let measure: SpectralMeasure | null = null;
  if (plan.density) {
    const options = { known: knownPairs(found), ...plan.density, seed };
    for await (measure of spectralMeasure(counted.operator, options, signal)) {
      yield state({ eigenpairs: found, trace, measure, stage: 'density' });
    }
  }
  yield state({ eigenpairs: found, trace, measure, stage: 'done' });
}

/** Converged pairs with their vectors; the others are left to the probes. A pair at both ends counts once. */
function knownPairs({ largest, smallest, subspace }: EigenpairState): { value: number; vector: Float64Array }[] {
  // With fewer columns than pairs are wanted, the two ends meet.
  const apart = Math.max(subspace.basis.length - largest.length, 0);
  const pairs = [
    ...largest.map((pair, index) => ({ pair, vector: () => subspace.vector('largest', index) })),
    ...smallest.slice(0, apart).map((pair, index) => ({ pair, vector: () => subspace.vector('smallest', index) })),
  ];
  return pairs
    .filter(({ pair }) => pair.converged)
    .map(({ pair, vector }) => ({ value: pair.value, vector: vector() }));
}

/** An operator that counts its products. */
function counting(operator: SymmetricOperator): { operator: SymmetricOperator; products(): number } {
  let products = 0;
  return {
    operator: {
      size: operator.size,
      apply(vectors, signal) {
        products += vectors.length;
        return operator.apply(vectors, signal);
      },
    },
    products: () => products,
  };
}

/** The Hessian or the Gauss–Newton matrix of the objective at a point. */
export function curvatureOperator(derivatives: Derivatives, curvature: Curvature, size: number): SymmetricOperator {
  return { size, apply: (vectors, signal) => derivatives[`${curvature}VectorProducts`](vectors, signal) };
}

/** The diagonal block of an operator that belongs to the elements [offset, offset + size), such as a tensor's. */
export function blockOf(operator: SymmetricOperator, offset: number, size: number): SymmetricOperator {
  return {
    size,
    async apply(vectors, signal) {
      const whole = vectors.map(vector => {
        const embedded = new Float64Array(operator.size);
        embedded.set(vector, offset);
        return embedded;
      });
      const images = await operator.apply(whole, signal);
      return images.map(image => image.slice(offset, offset + size));
    },
  };
}

/** τ: what is smaller in size counts as flat, since a raw count of negative eigenvalues is noise. */
export const flatness = ({ largest, noise }: Pick<EigenpairState, 'largest' | 'noise'>): number =>
  Math.max(1e-3 * (largest[0]?.value ?? 0), noise);
