import { standardErrorOfMean } from '../../objective/evaluation.ts';
import type { MeanLoss } from '../../objective/objective.ts';
import { forEachInLanes } from '../lanes.ts';
import type { BoxState } from './box.ts';
import { type ComputeSharpness, measure, withoutValue } from './measure.ts';
import { roundingOfLoss } from './noise.ts';
import type { SharpnessPoint } from './point.ts';
import { type SearchLimits, searchBox, startsIn } from './search.ts';
import { type BoxSpace, boxAround } from './spaces.ts';

const LIMITS: SearchLimits = { tolerance: 1e-3, maxGradients: 18 };

/** A part counts for little in the mean over all. */
const PART_LIMITS: SearchLimits = { tolerance: 5e-3, maxGradients: 10 };

/**
 * Adaptive worst-case m-sharpness: the mean over parts of m examples of how far the part's loss rises at most in the box
 * |δᵢ| ≤ ρ·|θᵢ| (Andriushchenko et al. 2023, equation 2, with c = |θ| and p = ∞). Since the box scales with each parameter,
 * rescaling layers does not move it.
 *
 * Every part's search starts at the checkpoint and where the loss of all examples is largest, so that smaller parts never
 * give less. The lower end takes off the standard error of the mean over the parts and the rounding; the upper is open.
 */
export const adaptiveSharpness: ComputeSharpness = async function* (
  point,
  { adaptiveRho: rho, m: wanted, starts },
  signal,
) {
  const before = point.evaluations;
  const { objective, theta, seed } = point;
  const m = Math.min(wanted, objective.samples || wanted);
  const here = await point.differentiateHere(signal);
  const details = { rho, m };
  if (!Number.isFinite(here.loss) || !here.gradient.every(Number.isFinite)) {
    yield withoutValue('adaptive', 'The loss or its gradient is not finite here.', point, before, details);
    return;
  }
  const space = boxAround(
    theta,
    Float64Array.from(theta, value => rho * Math.abs(value)),
  );
  const everywhere = (at: Float32Array, either: AbortSignal) => point.differentiate(at, either);
  // A gradient tells on which side the loss rises more; without one, both are tried.
  const pairs = here.gradient.every(slope => slope === 0) ? starts : 0;
  const from = startsIn(space, here, seed, pairs);
  const joint = (await searchBox(space, from, here, everywhere, LIMITS, signal)).best;
  const noise = Math.SQRT2 * (await roundingOfLoss(point, space.at(joint.point), signal));
  const parts = objective.parts(m);
  if (parts.length === 1) {
    const value = joint.value - here.loss;
    const bounds = { value, lower: value - noise, upper: null, converged: joint.end === 'stationary' };
    yield measure('adaptive', bounds, point, before, { ...details, noise });
    return;
  }
  const weights = partWeights((await point.evaluateHere(signal)).weights, parts);
  const rises = new Float64Array(parts.length);
  let converged = true;
  await forEachInLanes(parts.entries(), objective.concurrency, signal, async ([index, part], either) => {
    if (weights[index] === 0) return;
    const found = await worstOf(point, part, space, joint, either);
    rises[index] = found.rise;
    converged &&= found.converged;
  });
  const sums = rises.map((rise, index) => weights[index]! * rise);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const value = sums.reduce((sum, rise) => sum + rise, 0) / total;
  const error = standardErrorOfMean(sums, weights) ?? 0;
  const bounds = { value, lower: value - Math.hypot(error, noise), upper: null, converged };
  yield measure('adaptive', bounds, point, before, { ...details, noise });
};

/** The weight of each part in the mean over all: of its examples, where they have weights, else their number. */
function partWeights(ofExamples: Float64Array | null, parts: readonly MeanLoss[]): Float64Array {
  let from = 0;
  return Float64Array.from(parts, ({ samples }) => {
    const own = ofExamples?.subarray(from, from + samples);
    from += samples;
    return own ? own.reduce((sum, weight) => sum + weight, 0) : samples;
  });
}

/** How far a part's loss rises in the box. */
async function worstOf(
  point: SharpnessPoint,
  part: MeanLoss,
  space: BoxSpace,
  joint: BoxState,
  signal: AbortSignal,
): Promise<{ rise: number; converged: boolean }> {
  const differentiate = (at: Float32Array, either: AbortSignal) => point.differentiate(at, either, part);
  const here = await differentiate(point.theta, signal);
  const starts = [joint.point, new Float64Array(space.size)];
  const { best } = await searchBox(space, starts, here, differentiate, PART_LIMITS, signal);
  return { rise: best.value - here.loss, converged: best.end === 'stationary' };
}
