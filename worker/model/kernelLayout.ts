/**
 * How JAX, Keras and TensorFlow lay out kernels, [...window, in, out], and how ONNX does the weights of convolutions,
 * [out, in, ...window]. Of a matrix the one is the other's transpose.
 */
import { rowMajorStrides } from '../io/strided.ts';

/** The axes of a kernel of so many in the order that a weight has them. */
export const weightAxes = (rank: number): readonly number[] => [
  rank - 1,
  rank - 2,
  ...Array.from({ length: rank - 2 }, (_, axis) => axis),
];

/** The axes of a weight of so many in the order that a kernel has them. */
export const kernelAxes = (rank: number): readonly number[] => {
  const axes = weightAxes(rank);
  return axes.map((_, axis) => axes.indexOf(axis));
};

/** The elements of a row-major array with its axes in another order. */
export function permuted(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const sizes = axes.map(axis => shape[axis]!);
  const strides = rowMajorStrides(shape);
  const steps = axes.map(axis => strides[axis]!);
  const within = rowMajorStrides(sizes);
  return values.map((_, index) => {
    const from = sizes.reduce((sum, size, axis) => sum + (Math.floor(index / within[axis]!) % size) * steps[axis]!, 0);
    return values[from]!;
  });
}
