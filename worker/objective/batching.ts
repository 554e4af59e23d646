import { type Graph, type Value, valuesOf } from '../graph/graph.ts';
import type { DeviceName } from '../results.ts';
import { elementCount } from '../tensor.ts';

/**
 * Bytes that the values of a minibatch's widest layer should take at most, so that they stay in a core's own cache.
 * Measured on ResNet-20 (64 KiB an example), minibatches of 16 and 32 are a tenth faster than of 64 and more (bench/).
 */
const CACHE_BYTES = 2 << 20;

/**
 * The same for derivatives, which write each layer several times (operators/lines.ts) and keep all layers until they
 * have come back to them. Measured on ResNet-20, minibatches of 8 take a fifth less memory than of 16 and half of that
 * of 32, for about the same time.
 */
const DERIVATIVE_CACHE_BYTES = 512 << 10;

/** A GPU wants more to do at a time, and WebGPU binds buffers of 128 MiB at most everywhere; chosen, not measured. */
const GPU_BYTES = 32 << 20;

/** Fewer examples than this make more work of calling the engine than of computing. */
const BATCH_MIN = 8;
const DERIVATIVE_BATCH_MIN = 4;

/** What is computed of minibatches. */
export type Work = 'values' | 'derivatives';

/**
 * How many examples to compute at once: equal minibatches, as large as suits the device.
 * @param one the graph for a single example.
 */
export function chooseBatchSize(one: Graph, count: number, device: DeviceName, work: Work): number {
  const [cacheBytes, least] =
    work === 'values' ? [CACHE_BYTES, BATCH_MIN] : [DERIVATIVE_CACHE_BYTES, DERIVATIVE_BATCH_MIN];
  const bytes = device === 'cpu' ? cacheBytes : GPU_BYTES;
  const largest = Math.min(count, Math.max(least, Math.floor(bytes / (4 * widestLayer(one)))));
  return Math.ceil(count / Math.ceil(count / largest));
}

/**
 * Bytes that the widest layer of a whole sample may take, so that all of it is computed at once: on a GPU as much as WebGPU
 * binds to a buffer everywhere, which 2000 images of ResNet-20 take; on the processor what a thread goes through in a few
 * seconds (ResNet-20) to tens of them (networks of ImageNet's), during which nothing can be interrupted.
 */
const WHOLE_SAMPLE_BYTES = { gpu: 128 << 20, processor: 512 << 20 };

/** How many times its widest layer a network's session takes: measured on ResNet-20 and 1000 images, 7.4. */
const LAYERS_KEPT = 8;

/**
 * Bytes that a network's session takes for a whole sample, computed at once; null where the sample is too large for that.
 * @param one the graph for a single example.
 */
export function wholeSampleBytes(one: Graph, count: number, device: DeviceName): number | null {
  const widest = 4 * widestLayer(one) * count;
  return widest <= WHOLE_SAMPLE_BYTES[device === 'cpu' ? 'processor' : 'gpu'] ? LAYERS_KEPT * widest : null;
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
