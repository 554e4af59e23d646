import { inputError } from '../errors.ts';
import type { BatchOutput } from './evaluate.ts';
import type { Head } from './heads/head.ts';

/** Mean KL(p ‖ q) over all counted targets, in nats, p as the network predicts at a fixed point and q at θ. */
export type Divergence = (theta: Float32Array, signal: AbortSignal) => Promise<number>;

type Outputs = (theta: Float32Array, signal: AbortSignal) => AsyncGenerator<BatchOutput>;

/**
 * How far predictions are from those at `anchor`, whose outputs are kept; null where outputs are no distributions.
 * Throws `interrupted` when the signal fires, and `input` where there are no targets.
 */
export async function divergenceFrom(
  anchor: Float32Array,
  outputs: Outputs,
  head: Head | null,
  signal: AbortSignal,
): Promise<Divergence | null> {
  const divergence = head?.divergence?.bind(head);
  if (!divergence) return null;
  const anchors: BatchOutput[] = [];
  for await (const batch of outputs(anchor, signal)) anchors.push(batch);
  return async (theta, own) => {
    let sum = 0;
    let weight = 0;
    let index = 0;
    for await (const { output, targets, rows } of outputs(theta, own)) {
      if (!targets) throw inputError('basin.json: the loss needs "targets" in "data".');
      const batch = divergence(anchors[index++]!.output, output, targets, rows);
      for (let example = 0; example < rows; example++) {
        sum += batch.sums[example]!;
        weight += batch.weights[example]!;
      }
    }
    return sum / weight;
  };
}
