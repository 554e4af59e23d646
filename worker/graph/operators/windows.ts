/** Geometry of sliding windows, shared by convolutions and pooling. */
import { elementCount } from '../../tensor.ts';
import { type Attributes, ints, number, ShapeMismatch } from '../types.ts';

/**
 * Sizes of a sliding window's result along the spatial axes.
 * ONNX specification, Conv and MaxPool: ⌊(size + pads − dilation·(kernel − 1) − 1)/stride⌋ + 1; with `ceilMode` the
 * quotient is rounded up, unless the last window would begin in the padding at the end.
 */
export function windowSizes(spatial: readonly number[], attributes: Attributes, ceilMode = false): number[] {
  const kernel = ints(attributes, 'kernel_shape');
  const strides = ints(attributes, 'strides');
  const pads = ints(attributes, 'pads');
  const dilations = ints(attributes, 'dilations');
  if (kernel.length !== spatial.length) throw new ShapeMismatch(`the kernel has ${kernel.length} axes`);
  return spatial.map((size, axis) => {
    const begin = pads[axis]!;
    const extent = size + begin + pads[axis + spatial.length]! - dilations[axis]! * (kernel[axis]! - 1) - 1;
    if (extent < 0) throw new ShapeMismatch('the window is larger than the padded input');
    const steps = extent / strides[axis]!;
    if (!ceilMode) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * strides[axis]! >= size + begin ? count - 1 : count;
  });
}

/**
 * What a transposed convolution of `spatial` elements reaches, the inverse of `windowSizes` without its remainder:
 * stride·(size − 1) + dilation·(kernel − 1) + 1 − pads (ONNX specification, ConvTranspose, without output_padding).
 */
export function transposedSizes(spatial: readonly number[], attributes: Attributes): number[] {
  const kernel = ints(attributes, 'kernel_shape');
  const strides = ints(attributes, 'strides');
  const pads = ints(attributes, 'pads');
  const dilations = ints(attributes, 'dilations');
  if (kernel.length !== spatial.length) throw new ShapeMismatch(`the kernel has ${kernel.length} axes`);
  return spatial.map(
    (size, axis) =>
      strides[axis]! * (size - 1) +
      dilations[axis]! * (kernel[axis]! - 1) +
      1 -
      pads[axis]! -
      pads[axis + kernel.length]!,
  );
}

/**
 * Every pair of a window's position and an element of the kernel that meets the input rather than its padding: the
 * indices of both, and of the element they meet, each flat over the spatial axes. Windows come in order, and within a
 * window the elements of the kernel.
 */
export interface Taps {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly output: readonly number[];
}

export function tapsOf(inputSizes: readonly number[], outputSizes: readonly number[], attributes: Attributes): Taps {
  const kernelSizes = ints(attributes, 'kernel_shape');
  let taps: Taps = { input: [0], kernel: [0], output: [0] };
  inputSizes.forEach((inputSize, axis) => {
    const stride = ints(attributes, 'strides')[axis]!;
    const dilation = ints(attributes, 'dilations')[axis]!;
    const begin = ints(attributes, 'pads')[axis]!;
    const next = { input: [] as number[], kernel: [] as number[], output: [] as number[] };
    for (let outer = 0; outer < taps.input.length; outer++) {
      for (let output = 0; output < outputSizes[axis]!; output++) {
        for (let kernel = 0; kernel < kernelSizes[axis]!; kernel++) {
          const input = output * stride + kernel * dilation - begin;
          if (input < 0 || input >= inputSize) continue;
          next.input.push(taps.input[outer]! * inputSize + input);
          next.kernel.push(taps.kernel[outer]! * kernelSizes[axis]! + kernel);
          next.output.push(taps.output[outer]! * outputSizes[axis]! + output);
        }
      }
    }
    taps = next;
  });
  return taps;
}

/**
 * How many elements each window of an average counts, flat over the result's spatial axes: those of the input, and with
 * count_include_pad those of its padding as well. What lies beyond the padding, where ceil_mode lets a window reach,
 * never counts.
 */
export function averagedCounts(
  inputSizes: readonly number[],
  outputSizes: readonly number[],
  attributes: Attributes,
): Float64Array {
  const pads = ints(attributes, 'pads');
  const padded = inputSizes.map((size, axis) => size + pads[axis]! + pads[axis + inputSizes.length]!);
  const taps =
    number(attributes, 'count_include_pad') === 0
      ? tapsOf(inputSizes, outputSizes, attributes)
      : tapsOf(padded, outputSizes, { ...attributes, pads: pads.map(() => 0) });
  const counts = new Float64Array(elementCount(outputSizes));
  for (const output of taps.output) counts[output]! += 1;
  return counts;
}
