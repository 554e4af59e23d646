import type { ThetaVector } from '../objective/derivatives.ts';
import type { Evaluation } from '../objective/evaluation.ts';
import type { Objective } from '../objective/objective.ts';
import { forEachInLanes } from './lanes.ts';

/**
 * The objective along a line from its origin, at θ + t·direction for every t.
 * Throws `interrupted` when the signal fires.
 */
export async function alongLine(
  objective: Pick<Objective, 'origin' | 'concurrency' | 'evaluate'>,
  direction: ThetaVector,
  ts: readonly number[],
  signal: AbortSignal,
): Promise<Evaluation[]> {
  const results: Evaluation[] = [];
  await forEachInLanes(ts.entries(), objective.concurrency, signal, async ([index, t], either) => {
    const point = objective.origin.map((value, at) => value + t * direction[at]!);
    results[index] = await objective.evaluate(point, either);
  });
  return results;
}
