/** What the kernels of TensorFlow.js are made of. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { AppliedValue } from '../../graph/graph.ts';
import type { GraphType } from '../../graph/types.ts';
import { elementCount } from '../../tensor.ts';

/** TensorFlow.js as it was found: each package brings an instance of its own. */
export type Tf = typeof tfjs;

export type TfTensor = tfjs.Tensor;

/** Element types that TensorFlow.js has. */
export type TfType = 'float32' | 'int32' | 'bool';

/**
 * Computes one operator by those of TensorFlow.js. The result is brought to the node's shape by whoever calls, and what
 * is made on the way is freed there, too.
 */
export type Kernel = (tf: Tf, inputs: readonly TfTensor[], node: AppliedValue) => TfTensor;

/** The element type that stands for one of a graph: there are no double floats and no long integers. */
export const typeIn: Readonly<Record<GraphType, TfType>> = {
  float32: 'float32',
  float64: 'float32',
  int64: 'int32',
  int32: 'int32',
  uint8: 'int32',
  bool: 'bool',
};

/** An array of sizes that TensorFlow.js, whose types know no read-only ones, takes. */
export const sizes = (shape: readonly number[]): number[] => [...shape];

/** A tensor of whole numbers. */
export const integers = (tf: Tf, values: Int32Array, shape: readonly number[] = [values.length]): TfTensor =>
  tf.tensor(values, sizes(shape), 'int32');

export const isEmpty = ({ shape }: { readonly shape: readonly number[] }): boolean => elementCount(shape) === 0;
