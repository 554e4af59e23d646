import { usageError } from '../errors.ts';
import type { Derivatives, ThetaVector } from '../objective/derivatives.ts';
import { standardErrorOfMean } from '../objective/evaluation.ts';
import type { Objective } from '../objective/objective.ts';
import type { LossRequest } from '../protocol.ts';
import { type JsonNumber, type LossResult, toJsonNumber } from '../results.ts';
import { norm } from '../vector.ts';
import type { Context } from './context.ts';
import { openProblem } from './problem.ts';

/** Mean loss and accuracy of a checkpoint on its sample, and the length of the gradient where that is asked for. */
export async function loss(request: LossRequest, context: Context): Promise<LossResult> {
  const { statistics = 'held' } = request;
  if (request.gradient && statistics !== 'held') {
    throw usageError(
      `--gradient is of the loss with statistics held, since ${statistics} ones would move with the parameters; leave one of --gradient and --statistics out.`,
    );
  }
  const problem = await openProblem(request, context);
  try {
    const { objective } = problem;
    const evaluation = await objective.evaluate(objective.origin, context.signal, statistics);
    return {
      kind: 'loss',
      checkpoint: problem.checkpoint,
      loss: toJsonNumber(evaluation.loss),
      standardError: orNull(evaluation.standardError),
      accuracy: evaluation.accuracy,
      ...(request.gradient && (await gradientNorm(objective, context.signal))),
      samples: objective.samples,
      provenance: problem.provenance(statistics),
    };
  } finally {
    await problem.close();
  }
}

const orNull = (value: number | null): JsonNumber | null => (value === null ? null : toJsonNumber(value));

/** The gradient's length at the checkpoint, with its error. */
async function gradientNorm(
  objective: Objective,
  signal: AbortSignal,
): Promise<Pick<LossResult, 'gradientNorm' | 'gradientNormStandardError'>> {
  const derivatives = objective.differentiate(objective.origin);
  try {
    const { gradient } = await derivatives.gradient(signal);
    const standardError = await errorOfNorm(derivatives, gradient, signal);
    return { gradientNorm: toJsonNumber(norm(gradient)), gradientNormStandardError: orNull(standardError) };
  } finally {
    await derivatives.close();
  }
}

/**
 * The standard error of ‖g‖ over the sample; null where examples have no loss of their own, or the gradient no direction.
 * To first order the length moves with the component of g along itself, the mean of the examples' ⟨gᵢ, g⟩/‖g‖, so that
 * one product for all examples tells how far their number leaves it open.
 */
export async function errorOfNorm(
  derivatives: Derivatives,
  gradient: Float64Array,
  signal: AbortSignal,
): Promise<number | null> {
  const direction = unit(gradient, norm(gradient));
  const along = direction && (await derivatives.perExampleGradientProducts(direction, signal));
  return along && standardErrorOfMean(along.sums, along.weights);
}

/** A vector scaled to length 1; null where it has no direction. */
const unit = (vector: ThetaVector, length: number): ThetaVector | null =>
  Number.isFinite(length) && length > 0 ? vector.map(value => value / length) : null;
