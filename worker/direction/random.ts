import { usageError } from '../errors.ts';
import { forEachOffset, stridesOf } from '../graph/shapes.ts';
import type { ParameterSlot } from '../model/bind.ts';
import type { Objective } from '../objective/objective.ts';
import { type Filters, filtersOf } from './filters.ts';
import { gaussians } from './gaussian.ts';

/** Which parameters a random direction moves: weights of linear maps, or biases and normalisation parameters too. */
export type Perturb = 'weights' | 'all';

/**
 * A Gaussian direction that is filter-normalised at the origin (Li et al. 2018, section 3): each filter of the draw is scaled to the norm of
 * that filter in θ, and what has no filters stays fixed, or with `all` is scaled as one filter.
 * @param axis which of independent directions, e.g. `x` or `y`. The draw depends on the seed, the axis and each
 *   parameter's name only, so that neither another parameter nor the grid changes it.
 * @returns a vector like θ.
 * Throws `usage` where nothing would move.
 */
export function randomDirection(
  objective: Pick<Objective, 'graph' | 'origin' | 'slots'>,
  seed: number,
  axis: string,
  perturb: Perturb,
): Float32Array {
  const filters = filtersOf(objective.graph);
  const direction = new Float32Array(objective.origin.length);
  for (const slot of objective.slots) {
    const own = filters.get(slot.name) ?? (perturb === 'all' ? { shape: [slot.size], axes: [] } : null);
    if (!own) continue;
    const draw = gaussians([seed, axis, slot.key], slot.size);
    normalizeFilters(draw, thetaOf(objective.origin, slot), own);
    direction.set(draw, slot.offset);
  }
  if (direction.every(value => value === 0)) {
    throw usageError(
      perturb === 'weights'
        ? 'No parameter of this model is a weight of a linear map with a norm above zero, so a filter-normalised direction moves nothing; give --perturb all to move the others too.'
        : 'All parameters are zero, so a direction scaled to their norms moves nothing; give a directions file with --plane.',
    );
  }
  return direction;
}

const thetaOf = (theta: Float32Array, { offset, size }: ParameterSlot): Float32Array =>
  theta.subarray(offset, offset + size);

/** Scales each filter of `draw` in place to the norm of the same filter in `theta`. */
export function normalizeFilters(draw: Float64Array, theta: Float32Array, { shape, axes }: Filters): void {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? stride : 0));
  const count = kept.reduce((product, size) => product * size, 1);
  const drawn = new Float64Array(count);
  const wanted = new Float64Array(count);
  forEachOffset(shape, strides, 0, (index, filter) => {
    drawn[filter]! += draw[index]! ** 2;
    wanted[filter]! += theta[index]! ** 2;
  });
  forEachOffset(shape, strides, 0, (index, filter) => {
    draw[index]! *= drawn[filter] === 0 ? 0 : Math.sqrt(wanted[filter]! / drawn[filter]!);
  });
}
