/**
 * Keskar's sharpness (Keskar et al. 2017, metric 2.1): φ = 100·(max f(x + Az) − f(x))/(1 + f(x)) over the box
 * |zᵢ| ≤ ε(|(A⁺x)ᵢ| + 1), in the space of all parameters, where A is the identity, or in a random subspace of it.
 */
import type { SharpnessName } from '../../results.ts';
import { toJsonNumber } from '../../results.ts';
import { type ComputeSharpness, measure, type SharpnessOptions, withoutValue } from './measure.ts';
import { roundingOfLoss } from './noise.ts';
import type { SharpnessPoint } from './point.ts';
import { quadraticMaximum } from './quadratic.ts';
import { type SearchLimits, searchBox, startsIn } from './search.ts';
import { type BoxSpace, fullSpace, randomSubspace, subspaceProblem } from './spaces.ts';

/** With three starts fewer than 60 gradients in all. */
const LIMITS: SearchLimits = { tolerance: 1e-3, maxGradients: 18 };

export const keskar: ComputeSharpness = (point, options, signal) =>
  keskarIn('keskar', point, options, signal, epsilon => fullSpace(point.theta, epsilon));

export const keskarSubspace: ComputeSharpness = async function* (point, options, signal) {
  const problem = subspaceProblem(point.theta.length);
  if (problem !== null) {
    for (const epsilon of options.epsilons) {
      yield withoutValue('keskar-subspace', problem, point, point.evaluations, { epsilon });
    }
    return;
  }
  const subspace = randomSubspace(point.theta, point.objective.slots, point.seed);
  yield* keskarIn('keskar-subspace', point, options, signal, subspace);
};

async function* keskarIn(
  name: SharpnessName,
  point: SharpnessPoint,
  { epsilons, starts }: SharpnessOptions,
  signal: AbortSignal,
  spaceFor: (epsilon: number) => BoxSpace,
) {
  for (const epsilon of epsilons) {
    const before = point.evaluations;
    const here = await point.differentiateHere(signal);
    if (!Number.isFinite(here.loss) || !here.gradient.every(Number.isFinite)) {
      yield withoutValue(name, 'The loss or its gradient is not finite here.', point, before, { epsilon });
      continue;
    }
    const space = spaceFor(epsilon);
    const elsewhere = (theta: Float32Array, either: AbortSignal) => point.differentiate(theta, either);
    const from = startsIn(space, here, point.seed, starts);
    const { best, tenIterations } = await searchBox(space, from, here, elsewhere, LIMITS, signal);
    const phi = (value: number): number => (100 * (value - here.loss)) / (1 + here.loss);
    const rounding = await roundingOfLoss(point, space.at(best.point), signal);
    // The difference of two losses has the rounding of both.
    const noise = Math.abs((100 * Math.SQRT2 * rounding) / (1 + here.loss));
    const value = phi(best.value);
    const bounds = { value, lower: value - noise, upper: null, converged: best.end === 'stationary' };
    const { spectrum } = point;
    const curvatures = spectrum?.largest.flatMap(({ value: lambda, vector }) =>
      vector ? [{ value: lambda, vector: space.pull(vector) }] : [],
    );
    yield measure(name, bounds, point, before, {
      epsilon,
      tenIterations: toJsonNumber(phi(tenIterations)),
      noise,
      ...(curvatures?.length && {
        quadratic: toJsonNumber(phi(here.loss + quadraticMaximum(space.pull(here.gradient), curvatures))),
      }),
    });
  }
}
