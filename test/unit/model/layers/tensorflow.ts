/** TensorFlow.js's own layers, computed in plain JavaScript: the independent opinion of what a configuration means. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint } from '../../../../worker/checkpoint/checkpoint.ts';
import { elementCount, type LazyTensor } from '../../../../worker/tensor.ts';

export const { layers, sequential, model, input } = tfl;
export type LayersModel = tfl.LayersModel;

/** Numbers from −1 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Gives every weight random values; variances and scales stay positive. */
export function randomize(network: LayersModel, seed: number): void {
  const values = network.weights.map((weight, index) => {
    const shape = weight.shape as number[];
    const numbers = randomNumbers(elementCount(shape), seed + index);
    const isPositive = /variance|gamma/.test(weight.name);
    return tf.tensor(isPositive ? numbers.map(value => 1 + value / 2) : numbers, shape);
  });
  network.setWeights(values);
}

/** The network's weights as a checkpoint has them. */
export function checkpointOf(network: LayersModel): Checkpoint {
  return {
    format: 'TensorFlow.js',
    name: 'model.json',
    position: { step: null, epoch: null },
    tensors: network.weights.map((weight): LazyTensor => {
      const shape = weight.shape as number[];
      const data = Float32Array.from(weight.read().dataSync());
      return {
        name: weight.originalName,
        dtype: 'float32',
        shape,
        read: async () => ({ dtype: 'float32', shape, data }),
      };
    }),
    unreadable: [],
    close: async () => {},
  };
}

/** What the network gives for an input. */
export function predict(network: LayersModel, data: Float32Array, shape: readonly number[]): Float32Array {
  const isWhole = network.inputs[0]!.dtype === 'int32';
  const given = tf.tensor(data, [...shape], isWhole ? 'int32' : 'float32');
  return Float32Array.from((network.predict(given) as tf.Tensor).dataSync());
}
