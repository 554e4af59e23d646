import type { Target } from '../protocol.ts';
import { type LossResult, toJsonNumber } from '../results.ts';
import type { Context } from './context.ts';
import { openProblem } from './problem.ts';

/** Mean loss and accuracy of a checkpoint on its sample. */
export async function loss(target: Target, context: Context): Promise<LossResult> {
  const problem = await openProblem(target, context);
  try {
    const { objective } = problem;
    const evaluation = await objective.evaluate(objective.origin, context.signal);
    return {
      kind: 'loss',
      checkpoint: problem.checkpoint,
      loss: toJsonNumber(evaluation.loss),
      standardError: evaluation.standardError === null ? null : toJsonNumber(evaluation.standardError),
      accuracy: evaluation.accuracy,
      samples: objective.samples,
      provenance: problem.provenance(),
    };
  } finally {
    await problem.close();
  }
}
