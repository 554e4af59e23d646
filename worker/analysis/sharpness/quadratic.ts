import { addScaled, dot } from '../../vector.ts';

/** A direction in the box's coordinates along which the quadratic model curves by λ for each unit of it. */
export interface ModelCurvature {
  readonly value: number;
  readonly vector: Float64Array;
}

/** Iterations at most; each rises, and a few dozen end them. */
const ITERATIONS = 100;

/**
 * The most that g·u + ½·Σ λₖ(vₖ·u)² reaches on the box [−1, 1]ⁿ, over the λ > 0, as far as it is found: it is convex, so
 * that going to the vertex its gradient points to always rises (the generalised power method, Journée et al. 2010,
 * algorithm 1), from both sides of each vₖ and from the gradient's own vertex.
 */
export function quadraticMaximum(gradient: Float64Array, curvatures: readonly ModelCurvature[]): number {
  const rising = curvatures.filter(({ value }) => value > 0);
  const slopeAt = (u: Float64Array): { slope: Float64Array; value: number } => {
    const slope = gradient.slice();
    let value = dot(gradient, u);
    for (const { value: lambda, vector } of rising) {
      const along = dot(vector, u);
      addScaled(slope, lambda * along, vector);
      value += 0.5 * lambda * along ** 2;
    }
    return { slope, value };
  };
  const climb = (start: Float64Array): number => {
    let best = 0;
    let u = start;
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const { slope, value } = slopeAt(u);
      if (!(value > best)) return best;
      best = value;
      u = signs(slope);
    }
    return best;
  };
  const starts = [gradient, ...rising.flatMap(({ vector }) => [vector, vector.map(value => -value)])];
  return Math.max(0, ...starts.map(start => climb(signs(start))));
}

const signs = (vector: Float64Array): Float64Array => vector.map(Math.sign);
