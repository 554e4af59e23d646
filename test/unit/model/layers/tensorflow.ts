/** TensorFlow.js's own layers, computed in plain JavaScript: the independent opinion of what a configuration means. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint } from '../../../../worker/checkpoint/checkpoint.ts';
import { elementCount, type Tensor } from '../../../../worker/tensor.ts';
import { checkpointWith, type Expected, lazy, randomNumbers } from './agree.ts';

export const { layers, sequential, model, input } = tfl;
export type LayersModel = tfl.LayersModel;

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
export const checkpointOf = (network: LayersModel): Checkpoint =>
  checkpointWith(
    'TensorFlow.js',
    'model.json',
    network.weights.map(weight =>
      lazy(weight.originalName, weight.shape as number[], Float32Array.from(weight.read().dataSync())),
    ),
  );

/** What the network gives for its inputs. */
export function predict(network: LayersModel, inputs: readonly Tensor[]): readonly Expected[] {
  const given = inputs.map(({ data, shape, dtype }) =>
    tf.tensor(data as Float32Array, [...shape], dtype === 'int32' ? 'int32' : 'float32'),
  );
  const outputs = [network.predict(given.length === 1 ? given[0]! : given)].flat();
  return outputs.map(output => ({ shape: output.shape, data: Float32Array.from(output.dataSync()) }));
}
