import { gaussians } from '../../direction/gaussian.ts';
import { forEachInLanes } from '../lanes.ts';
import type { SharpnessPoint } from './point.ts';

/** Points of the line. */
const POINTS = 8;

/** How far apart they are, relative to each parameter: a few roundings of float32 (2⁻²⁴), so that every one differs. */
const SPACING = 2 ** -21;

/**
 * The standard deviation of the rounding in a loss near θ: losses at equal distances along a line, which is so short that
 * the loss itself is straight on it, differ from a straight line, and from any parabola, by rounding alone. Third
 * differences of independent errors of variance σ² have the variance 20·σ² (Moré & Wild 2011, section 3, with k = 3).
 * The rounding of the parameters to float32 is part of it.
 */
export async function roundingOfLoss(point: SharpnessPoint, theta: Float32Array, signal: AbortSignal): Promise<number> {
  const direction = gaussians(['noise', point.seed], theta.length);
  const losses: number[] = [];
  await forEachInLanes(Array(POINTS).keys(), point.objective.concurrency, signal, async (index, either) => {
    const near = theta.map((value, at) => value * (1 + index * SPACING * direction[at]!));
    losses[index] = (await point.evaluate(near, either)).loss;
  });
  const third = differences(differences(differences(losses)));
  return Math.sqrt(third.reduce((sum, value) => sum + value ** 2, 0) / (20 * third.length));
}

/** About what the rounding of a loss is where it was not measured: on a LeNet and a ResNet-20 it is half of this to this. */
export const usualRounding = (loss: number): number => 2 ** -23 * Math.abs(loss);

const differences = (values: readonly number[]): number[] =>
  values.slice(1).map((value, index) => value - values[index]!);
