/**
 * Convolution and its two adjoints, a closed family of bilinear maps: with one geometry
 *
 *   ⟨y, Conv(x, w)⟩ = ⟨x, ConvTranspose(y, w)⟩ = ⟨w, ConvWeightGradient(x, y)⟩,
 *
 * so that the derivatives of each are the other two.
 */
import { elementCount } from '../../tensor.ts';
import { add, conv, convTranspose, convWeightGradient, reshape, total } from '../arithmetic.ts';
import type { Value } from '../graph.ts';
import { type Dense, ints, number, type Operator, ShapeMismatch } from '../types.ts';
import { lowerConvTranspose, lowerConvWeightGradient } from './convolutionLowering.ts';
import { tapsOf, transposedSizes, windowSizes } from './windows.ts';

/**
 * Calls `visit` with the offsets of an image of x, of w and of y for every example, channel of the result and channel
 * of the input of its group. `x` is [n, in, …], `w` [out, in/group, …] and `y` [n, out, …].
 */
function forEachPlane(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  visit: (xAt: number, wAt: number, yAt: number) => void,
): void {
  const sizes = [x, w, y].map(shape => elementCount(shape.slice(2)));
  const [xSize, wSize, ySize] = sizes as [number, number, number];
  const [outputs, inGroup] = w as [number, number];
  const outputsOfGroup = outputs / (x[1]! / inGroup);
  for (let example = 0; example < x[0]!; example++) {
    for (let output = 0; output < outputs; output++) {
      const first = Math.floor(output / outputsOfGroup) * inGroup;
      for (let channel = 0; channel < inGroup; channel++) {
        visit(
          (example * x[1]! + first + channel) * xSize,
          (output * inGroup + channel) * wSize,
          (example * outputs + output) * ySize,
        );
      }
    }
  }
}

/** A result of `shape` that holds a number a channel (axis 1), zeros where there is none. */
function filledWith(bias: Dense | undefined, shape: readonly number[]): Float64Array {
  const result = new Float64Array(elementCount(shape));
  const size = elementCount(shape.slice(2));
  return bias ? result.map((_, index) => bias.data[Math.floor(index / size) % shape[1]!]!) : result;
}

/** A bias becomes an addition of its own, so that the rules need to know none. */
function addBias(value: Value, bias: Value | undefined): Value {
  return bias ? add(value, reshape(bias, [bias.shape[0]!, ...value.shape.slice(2).map(() => 1)])) : value;
}

/** x [n, in, …], weight [out, in/group, …] and perhaps bias; attributes: kernel_shape, strides, pads, dilations, group. */
const convolution: Operator = {
  infer([x, weight, bias], attributes) {
    const channels = weight!.shape[1]! * number(attributes, 'group');
    if (x!.shape[1] !== channels) throw new ShapeMismatch(`the weight takes ${channels} channels`);
    if (weight!.shape.length !== x!.shape.length) throw new ShapeMismatch('input and weight differ in rank');
    if (bias && bias.shape[0] !== weight!.shape[0]) throw new ShapeMismatch('bias and weight differ in channels');
    return { type: x!.type, shape: [x!.shape[0]!, weight!.shape[0]!, ...windowSizes(x!.shape.slice(2), attributes)] };
  },
  heavy: true,
  evaluate([x, w, bias], attributes, { shape }) {
    const y = filledWith(bias, shape);
    const taps = tapsOf(x!.shape.slice(2), shape.slice(2), attributes);
    forEachPlane(x!.shape, w!.shape, shape, (xAt, wAt, yAt) => {
      for (let tap = 0; tap < taps.input.length; tap++) {
        y[yAt + taps.output[tap]!]! += x!.data[xAt + taps.input[tap]!]! * w!.data[wAt + taps.kernel[tap]!]!;
      }
    });
    return y;
  },
  decompose: ({ inputs: [x, w, bias], attributes }) => (bias ? addBias(conv(x!, w!, attributes), bias) : null),
  gradient: (cotangent, { inputs: [x, w], attributes }) => [
    convTranspose(cotangent, w!, attributes, x!.shape.slice(2)),
    convWeightGradient(x!, cotangent, attributes),
  ],
  tangent: ([dx, dw], { inputs: [x, w], attributes }) =>
    total([dx ? conv(dx, w!, attributes) : null, dw ? conv(x!, dw, attributes) : null]),
};

/**
 * y [n, in, …], weight [in, out/group, …] and perhaps bias; attributes: those of Conv and output_padding, which is what
 * the convolution's size rule rounds off and so is smaller than the stride; ONNX Runtime takes no other either.
 */
const transposedConvolution: Operator = {
  infer([y, weight], attributes) {
    if (y!.shape[1] !== weight!.shape[0]) throw new ShapeMismatch(`the weight takes ${weight!.shape[0]} channels`);
    if (weight!.shape.length !== y!.shape.length) throw new ShapeMismatch('input and weight differ in rank');
    const padding = ints(attributes, 'output_padding');
    const strides = ints(attributes, 'strides');
    if (padding.some((rows, axis) => rows < 0 || rows >= strides[axis]!)) {
      throw new ShapeMismatch(`output_padding ${padding.join('×')} reaches the strides ${strides.join('×')}`);
    }
    const spatial = transposedSizes(y!.shape.slice(2), attributes).map((size, axis) => size + padding[axis]!);
    if (spatial.some(size => size < 1)) throw new ShapeMismatch('the pads leave nothing of the result');
    return { type: y!.type, shape: [y!.shape[0]!, weight!.shape[1]! * number(attributes, 'group'), ...spatial] };
  },
  heavy: true,
  evaluate([y, w, bias], attributes, { shape }) {
    const x = filledWith(bias, shape);
    const taps = tapsOf(shape.slice(2), y!.shape.slice(2), attributes);
    forEachPlane(shape, w!.shape, y!.shape, (xAt, wAt, yAt) => {
      for (let tap = 0; tap < taps.input.length; tap++) {
        x[xAt + taps.input[tap]!]! += y!.data[yAt + taps.output[tap]!]! * w!.data[wAt + taps.kernel[tap]!]!;
      }
    });
    return x;
  },
  decompose: ({ inputs: [y, w, bias], attributes, shape }) =>
    bias ? addBias(convTranspose(y!, w!, attributes, shape.slice(2)), bias) : null,
  gradient: (cotangent, { inputs: [y, w], attributes }) => [
    conv(cotangent, w!, attributes),
    convWeightGradient(cotangent, y!, attributes),
  ],
  tangent: ([dy, dw], { inputs: [y, w], attributes, shape }) =>
    total([
      dy ? convTranspose(dy, w!, attributes, shape.slice(2)) : null,
      dw ? convTranspose(y!, dw, attributes, shape.slice(2)) : null,
    ]),
  lower: lowerConvTranspose,
};

/** x [n, in, …] and y [n, out, …] to the gradient by the weight [out, in/group, …]; attributes: those of Conv. */
const convolutionWeightGradient: Operator = {
  infer([x, y], attributes) {
    const group = number(attributes, 'group');
    const expected = windowSizes(x!.shape.slice(2), attributes);
    if (y!.shape.slice(2).join() !== expected.join()) {
      throw new ShapeMismatch(`the convolution gives sizes ${expected.join('×')}`);
    }
    if (x!.shape[0] !== y!.shape[0]) throw new ShapeMismatch('they differ in examples');
    return { type: x!.type, shape: [y!.shape[1]!, x!.shape[1]! / group, ...ints(attributes, 'kernel_shape')] };
  },
  heavy: true,
  evaluate([x, y], attributes, { shape }) {
    const w = new Float64Array(elementCount(shape));
    const taps = tapsOf(x!.shape.slice(2), y!.shape.slice(2), attributes);
    forEachPlane(x!.shape, shape, y!.shape, (xAt, wAt, yAt) => {
      for (let tap = 0; tap < taps.input.length; tap++) {
        w[wAt + taps.kernel[tap]!]! += x!.data[xAt + taps.input[tap]!]! * y!.data[yAt + taps.output[tap]!]!;
      }
    });
    return w;
  },
  gradient: (cotangent, { inputs: [x, y], attributes }) => [
    convTranspose(y!, cotangent, attributes, x!.shape.slice(2)),
    conv(x!, cotangent, attributes),
  ],
  tangent: ([dx, dy], { inputs: [x, y], attributes }) =>
    total([dx ? convWeightGradient(dx, y!, attributes) : null, dy ? convWeightGradient(x!, dy, attributes) : null]),
  lower: lowerConvWeightGradient,
};

export const convolutionOperators = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  ConvWeightGradient: convolutionWeightGradient,
};
