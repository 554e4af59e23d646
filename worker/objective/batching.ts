import { type Graph, valuesOf } from '../graph/graph.ts';
import { elementCount } from '../tensor.ts';

/**
 * Bytes that the values of a minibatch's widest layer should take at most, so that they stay in a core's own cache.
 * Measured on ResNet-20 (64 KiB an example), minibatches of 16 and 32 are a tenth faster than of 64 and more (bench/).
 */
const CACHE_BYTES = 2 << 20;

/** Bytes that minibatches may take in a run when the cache cannot hold even a few examples. */
const BATCH_MIN = 8;

/**
 * How many examples to compute at once: equal minibatches, as large as the cache allows.
 * @param one the graph for a single example.
 */
export function chooseBatchSize(one: Graph, count: number): number {
  const widest = Math.max(1, ...valuesOf(one).map(value => (value.kind === 'applied' ? elementCount(value.shape) : 0)));
  const largest = Math.min(count, Math.max(BATCH_MIN, Math.floor(CACHE_BYTES / (4 * widest))));
  return Math.ceil(count / Math.ceil(count / largest));
}
