import { gaussians } from '../../direction/gaussian.ts';
import { forEachInLanes } from '../lanes.ts';
import { type ComputeSharpness, measure, within, withoutValue } from './measure.ts';

/**
 * Average-case sharpness with perturbations relative to each parameter: E L(θ + σ·|θ|⊙ξ) − L(θ) for standard normal ξ
 * (Andriushchenko et al. 2023, equation 3, with c = |θ|). Draws come in pairs ±ξ, in which the slope cancels and
 * curvature is left; the error is that of the mean over the pairs. Draws are keyed by the seed and each parameter's name.
 */
export const averageSharpness: ComputeSharpness = async function* (point, { sigma, draws }, signal) {
  const before = point.evaluations;
  const { theta, objective, seed } = point;
  const here = await point.evaluateHere(signal);
  const rises = new Float64Array(draws);
  const lossAt = async (draw: Float64Array, sign: 1 | -1, either: AbortSignal): Promise<number> => {
    const moved = theta.map((value, index) => value + sign * sigma * Math.abs(value) * draw[index]!);
    return (await point.evaluate(moved, either)).loss;
  };
  await forEachInLanes(rises.keys(), objective.concurrency, signal, async (pair, either) => {
    const draw = new Float64Array(theta.length);
    for (const { key, offset, size } of objective.slots)
      draw.set(gaussians(['average', seed, pair, key], size), offset);
    const losses = [await lossAt(draw, 1, either), await lossAt(draw, -1, either)] as const;
    rises[pair] = (losses[0] + losses[1]) / 2 - here.loss;
  });
  const mean = rises.reduce((sum, rise) => sum + rise, 0) / draws;
  if (!Number.isFinite(mean)) {
    const problem = `The loss is not finite at every draw; a smaller standard deviation than ${sigma} of each parameter may do.`;
    yield withoutValue('average', problem, point, before, { rho: sigma });
    return;
  }
  const variance = rises.reduce((sum, rise) => sum + (rise - mean) ** 2, 0) / (draws - 1);
  const error = draws > 1 ? Math.sqrt(variance / draws) : null;
  yield measure('average', within(mean, error), point, before, {
    rho: sigma,
    ...(error !== null && { noise: error }),
  });
};
