import { type Evaluation, standardErrorOfMean } from '../../objective/evaluation.ts';
import { norm } from '../../vector.ts';
import { type ComputeSharpness, measure, within, withoutValue } from './measure.ts';
import { usualRounding } from './noise.ts';

/**
 * How much the loss rises on SAM's ascent step, L(θ + ρ·g/‖g‖) − L(θ), with its gradient g (Foret et al. 2021,
 * equation 2). The error is the sampling error of the mean rise over the examples, the step held.
 */
export const samAscent: ComputeSharpness = async function* (point, { rho }, signal) {
  const before = point.evaluations;
  const { gradient } = await point.differentiateHere(signal);
  const length = norm(gradient);
  if (!(length > 0 && Number.isFinite(length))) {
    const why = length === 0 ? 'The gradient is zero here, so there is no step to go up' : 'The gradient is not finite';
    yield withoutValue('sam', `${why}.`, point, before, { rho });
    return;
  }
  const here = await point.evaluateHere(signal);
  const stepped = point.theta.map((value, index) => value + (rho * gradient[index]!) / length);
  const there = await point.evaluate(stepped, signal);
  const noise = Math.hypot(usualRounding(here.loss), usualRounding(there.loss));
  const bounds = within(there.loss - here.loss, errorOfRise(here, there) ?? noise);
  yield measure('sam', bounds, point, before, { rho, ...(Number.isFinite(noise) && { noise }) });
};

/** The standard error over the sample of how much a loss rises from one point to another, by examples in pairs. */
export function errorOfRise(from: Evaluation, to: Evaluation): number | null {
  const { perExample: before, weights } = from;
  const { perExample: after } = to;
  if (!before || !after || !weights) return null;
  return standardErrorOfMean(
    weights.map((weight, index) => weight * (after[index]! - before[index]!)),
    weights,
  );
}
