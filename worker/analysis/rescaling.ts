/** What a rescaling leaves as it is: what the network puts out, and the loss along a filter-normalised direction. */

import { filtersOf } from '../direction/filters.ts';
import { randomDirection } from '../direction/random.ts';
import { throwIfAborted } from '../errors.ts';
import type { Objective } from '../objective/objective.ts';
import { elementCount } from '../tensor.ts';
import { alongLine } from './line.ts';

/**
 * The largest change of a number that the network puts out between two points, over the whole sample, relative to the
 * largest number at the first; NaN where either puts out one that is not finite.
 * Throws `interrupted` when the signal fires.
 */
export async function outputChange(
  objective: Objective,
  before: Float32Array,
  after: Float32Array,
  signal: AbortSignal,
): Promise<number> {
  const others = objective.outputs(after, signal);
  let change = 0;
  let largest = 0;
  try {
    for await (const { output, rows } of objective.outputs(before, signal)) {
      const other = await others.next();
      if (other.done) break;
      throwIfAborted(signal);
      // A graph that gives the loss itself has no rows.
      const count = output.shape.length === 0 ? 1 : rows * elementCount(output.shape.slice(1));
      for (let index = 0; index < Math.min(count, output.data.length); index++) {
        const [own, moved] = [Number(output.data[index]), Number(other.value.output.data[index])];
        if (!Number.isFinite(own) || !Number.isFinite(moved)) return Number.NaN;
        change = Math.max(change, Math.abs(moved - own));
        largest = Math.max(largest, Math.abs(own));
      }
    }
  } finally {
    await others.return(undefined);
  }
  return change === 0 ? 0 : change / largest;
}

/**
 * The loss along one random direction that is normalised to the filters at θ (Li et al. 2018, section 3), at
 * θ + t·direction. The draw depends on the seed alone, so that networks that differ by a rescaling have the same curve.
 * Throws `interrupted` when the signal fires.
 */
export async function normalizedCurve(
  objective: Objective,
  theta: Float32Array,
  seed: number,
  ts: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  const { slots, graph, concurrency, evaluate } = objective;
  const here = { slots, graph, concurrency, evaluate, origin: theta };
  const direction = randomDirection(here, seed, 'x', filtersOf(graph).size > 0 ? 'weights' : 'all');
  return (await alongLine(here, direction, ts, signal)).map(({ loss }) => loss);
}
