import { type EigenpairState, eigenpairs, type SymmetricOperator } from '../analysis/krylov.ts';
import { basisSize, leastBasisSize, VECTORS_AT_ONCE } from '../analysis/sizes.ts';
import { curvatureOperator } from '../analysis/spectrum.ts';
import { estimateTrace, rademacher, type TraceEstimate } from '../analysis/trace.ts';
import {
  curvatureFloor,
  diagonal,
  identity,
  leadingEigenvectors,
  type Preconditioner,
} from '../analysis/volume/preconditioner.ts';
import type { PreconditionerName, VolumePrior } from '../results.ts';
import { DIAGONAL_PROBES, EIGENVECTORS, PRODUCTS_EACH_MAX, TRACE_PROBES } from '../volumePlan.ts';
import type { Problem } from './problem.ts';

/** They need not be exact, as a preconditioner changes the scatter of an estimate only. */
const EIGENVECTOR_TOLERANCE = 0.01;

/** Pairs of vectors as long as θ that a preconditioner holds while it is made, θ's own and a direction besides. */
export const pairsOfVectors = (preconditioner: PreconditionerName): number =>
  preconditioner === 'eigenvectors' ? leastBasisSize(EIGENVECTORS, Number.POSITIVE_INFINITY) : 4;

/**
 * What stretches random directions: the inverse square root of the curvature, by what is known of it. It is the Gauss–Newton
 * matrix, which is the curvature of the KL divergence, or the Hessian where the graph computes the loss itself.
 * Throws `interrupted` when the signal fires.
 */
export async function preconditionerOf(
  { objective, project, seed }: Problem,
  name: PreconditionerName,
  cutoff: number,
  { sigma }: VolumePrior,
  signal: AbortSignal,
): Promise<Preconditioner> {
  if (name === 'none') return identity;
  const size = objective.origin.length;
  const floor = curvatureFloor(cutoff, size, sigma);
  const derivatives = objective.differentiate(objective.origin);
  try {
    const operator = curvatureOperator(derivatives, project.loss.kind === 'output' ? 'hessian' : 'gaussNewton', size);
    if (name === 'diagonal') return diagonal(await diagonalOf(operator, seed, signal), floor);
    const count = Math.min(EIGENVECTORS, size);
    const options = {
      largest: count,
      smallest: 0,
      tolerance: EIGENVECTOR_TOLERANCE,
      basis: basisSize(count, size),
      maxProducts: PRODUCTS_EACH_MAX * count,
      verify: false,
      seed,
    };
    let last: EigenpairState | null = null;
    for await (last of eigenpairs(operator, options, signal));
    const { largest, subspace } = last!;
    const pairs = largest.map(({ value }, index) => ({ value, vector: subspace.vector('largest', index) }));
    let trace: TraceEstimate | null = null;
    const probes = { subspace, probes: TRACE_PROBES, seed, block: VECTORS_AT_ONCE };
    for await (trace of estimateTrace(operator, probes, signal));
    const known = pairs.reduce((sum, { value }) => sum + value, 0);
    const others = size > count ? (trace!.trace.mean - known) / (size - count) : 0;
    return leadingEigenvectors(pairs, others, size, floor);
  } finally {
    await derivatives.close();
  }
}

/** The diagonal of an operator from random signs z: E[z ⊙ Az] (Bekas, Kokiopoulou & Saad 2007). */
async function diagonalOf(operator: SymmetricOperator, seed: number, signal: AbortSignal): Promise<Float64Array> {
  const diagonal = new Float64Array(operator.size);
  for (let probe = 0; probe < DIAGONAL_PROBES; probe++) {
    const signs = rademacher([seed, 'diagonal', probe], operator.size);
    const [image] = await operator.apply([signs], signal);
    for (let index = 0; index < operator.size; index++) {
      diagonal[index]! += (signs[index]! * image![index]!) / DIAGONAL_PROBES;
    }
  }
  return diagonal;
}
