/** How convex the loss is on a plane: its extreme eigenvalues at every cell (Li et al. 2018, figure 7). */

import type { Objective } from '../objective/objective.ts';
import type { Progress } from '../results.ts';
import { pointOnPlane } from '../vector.ts';
import { coarseToFine } from './grid.ts';
import { type Eigenpair, type EigenpairState, eigenpairs, NotFiniteError } from './krylov.ts';
import { curvatureOperator } from './spectrum.ts';
import type { Directions } from './surface.ts';

/** The extreme eigenvalues of the Hessian at a point; `notFinite` where its products are not. */
export type ConvexityCell = { readonly largest: Eigenpair; readonly smallest: Eigenpair } | 'notFinite';

export interface PartialConvexity {
  /** Rows by y, columns by x; null where not computed yet. */
  readonly cells: readonly (readonly (ConvexityCell | null)[])[];
  readonly progress: Progress;
  readonly products: number;
}

/** A ratio in a picture needs no more. */
export const CONVEXITY_TOLERANCE = 1e-2;

/** Columns of a cell's basis, and products after which the cell is left as it is, marked as not converged. */
const BASIS = 32;
const MAX_PRODUCTS = 60;

/**
 * Computes the map, cell after cell, coarse to fine; yields after each.
 * Throws `interrupted` when the signal fires; what was yielded before stays valid.
 */
export async function* convexityMap(
  objective: Objective,
  { x: first, y: second }: Directions,
  x: readonly number[],
  y: readonly number[],
  seed: number,
  signal: AbortSignal,
): AsyncGenerator<PartialConvexity> {
  const started = performance.now();
  const cells: (ConvexityCell | null)[][] = y.map(() => x.map(() => null));
  const total = x.length * y.length;
  let done = 0;
  let products = 0;
  for (const { row, column } of coarseToFine(y.length, x.length).flat()) {
    const point = pointOnPlane(objective.origin, first, x[column]!, second, y[row]!);
    const cell = await extremeEigenvalues(objective, point, seed, signal);
    cells[row]![column] = cell === null ? 'notFinite' : { largest: cell.largest[0]!, smallest: cell.smallest[0]! };
    products += cell?.products ?? 0;
    done++;
    const elapsedSeconds = (performance.now() - started) / 1000;
    const remainingSeconds = ((total - done) * elapsedSeconds) / done;
    yield { cells, progress: { done, total, elapsedSeconds, remainingSeconds }, products };
  }
}

/** The extreme eigenvalues at a point; null where the loss or its derivatives are not finite there. */
async function extremeEigenvalues(
  objective: Objective,
  point: Float32Array,
  seed: number,
  signal: AbortSignal,
): Promise<EigenpairState | null> {
  const size = point.length;
  const derivatives = objective.differentiate(point);
  const options = {
    largest: 1,
    smallest: 1,
    tolerance: CONVEXITY_TOLERANCE,
    basis: Math.min(BASIS, size),
    maxProducts: MAX_PRODUCTS,
    seed,
    verify: false,
  };
  try {
    let found: EigenpairState | null = null;
    for await (found of eigenpairs(curvatureOperator(derivatives, 'hessian', size), options, signal));
    return found;
  } catch (error) {
    if (error instanceof NotFiniteError) return null;
    throw error;
  } finally {
    await derivatives.close();
  }
}
