import { type Graph, type Value, valuesOf } from '../graph/graph.ts';
import type { DeviceName } from '../results.ts';
import { elementCount } from '../tensor.ts';

/**
 * Bytes that the values of a minibatch's widest layer should take at most, so that they stay in a core's own cache.
 * Measured on ResNet-20 (64 KiB an example), minibatches of 16 and 32 are a tenth faster than of 64 and more (bench/).
 */
const CACHE_BYTES = 2 << 20;

/** A GPU wants more to do at a time, and WebGPU binds buffers of 128 MiB at most everywhere; chosen, not measured. */
const GPU_BYTES = 32 << 20;

/** Fewer examples than this make more work of calling the engine than of computing. */
const BATCH_MIN = 8;

/**
 * How many examples to compute at once: equal minibatches, as large as suits the device.
 * @param one the graph for a single example.
 */
export function chooseBatchSize(one: Graph, count: number, device: DeviceName): number {
  const bytes = device === 'cpu' ? CACHE_BYTES : GPU_BYTES;
  const largest = Math.min(count, Math.max(BATCH_MIN, Math.floor(bytes / (4 * widestLayer(one)))));
  return Math.ceil(count / Math.ceil(count / largest));
}

/** Elements of the largest value that is computed from the data; what depends on parameters alone does not grow. */
function widestLayer(graph: Graph): number {
  const fromData = new Set<Value>();
  let widest = 1;
  for (const value of valuesOf(graph)) {
    const isFromData = value.kind === 'input' || (value.kind === 'applied' && value.inputs.some(v => fromData.has(v)));
    if (!isFromData) continue;
    fromData.add(value);
    widest = Math.max(widest, elementCount(value.shape));
  }
  return widest;
}
