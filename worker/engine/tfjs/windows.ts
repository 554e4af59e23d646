/**
 * Matrix products, convolutions and pooling. Every sliding window is taken apart into its taps, each a slice of the
 * padded input: slices, matrix products and maxima are what each backend has, in any number of axes.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { averagedCounts } from '../../graph/operators/windows.ts';
import { broadcastShapes, stridesOf } from '../../graph/shapes.ts';
import { type Attributes, ints, number } from '../../graph/types.ts';
import { elementCount } from '../../tensor.ts';
import { integers, type Kernel, sizes, type Tf, type TfTensor } from './kernel.ts';
import { padded } from './layout.ts';

/** A product of stacks of matrices; TensorFlow.js is sure to take stacks that are alike. */
function product(tf: Tf, a: TfTensor, b: TfTensor): TfTensor {
  const batch = broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const stacked = (x: TfTensor): TfTensor => {
    const matrix = x.shape.slice(-2) as [number, number];
    const isAlike = x.shape.slice(0, -2).join() === batch.join();
    return tf.reshape(isAlike ? x : tf.broadcastTo(x, [...batch, ...matrix]), [elementCount(batch), ...matrix]);
  };
  const result = tf.matMul(stacked(a), stacked(b));
  return tf.reshape(result, [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning of each axis; at the end there is as much as the last window reaches. */
  readonly begins: readonly number[];
}

function geometryOf(attributes: Attributes): Geometry {
  const kernel = ints(attributes, 'kernel_shape');
  return {
    kernel,
    strides: ints(attributes, 'strides'),
    dilations: ints(attributes, 'dilations'),
    begins: ints(attributes, 'pads').slice(0, kernel.length),
  };
}

/** Every combination of one index an axis, the last axis fastest. */
const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (all, size) => all.flatMap(one => Array.from({ length: size }, (_, at) => [...one, at])),
    [[]],
  );

/** How far the last tap of a window lies behind the first. */
const reachOf = ({ kernel, dilations }: Geometry): number[] =>
  kernel.map((size, axis) => (size - 1) * dilations[axis]!);

/** How many elements windows at `positions` reach over along each axis. */
const lengthsOf = (geometry: Geometry, positions: readonly number[]): number[] =>
  reachOf(geometry).map((reach, axis) => (positions[axis]! - 1) * geometry.strides[axis]! + reach + 1);

/** x [n, c, …] with so much padding, or so little left of it, that it has the given lengths. */
function windowed(tf: Tf, x: TfTensor, { begins }: Geometry, lengths: readonly number[], value: number): TfTensor {
  const ends = lengths.map((length, axis) => length - begins[axis]! - x.shape[axis + 2]!);
  return padded(tf, x, [0, 0, ...begins], [0, 0, ...ends], value);
}

/**
 * For each tap of the window the elements that it meets, [n, c, …positions]. A strided axis is parted into phases, of
 * which a tap then meets one without gaps: transposing once and slicing takes a tenth of the time of strided slices.
 */
function taps(tf: Tf, x: TfTensor, geometry: Geometry, positions: readonly number[], value: number): TfTensor[] {
  const { kernel, strides, dilations } = geometry;
  const counts = lengthsOf(geometry, positions).map((length, axis) => Math.ceil(length / strides[axis]!));
  const lengths = counts.map((count, axis) => count * strides[axis]!);
  const images = x.shape[0]! * x.shape[1]!;
  // One axis after the other, from the last: [outer, count · stride, inner] → [stride, outer, count, inner].
  const parted = strides.reduceRight(
    (value: TfTensor, stride, axis) => {
      if (stride === 1) return value;
      const inner = elementCount(counts.slice(axis + 1));
      return tf.transpose(tf.reshape(value, [value.size / stride / inner, stride, inner]), [1, 0, 2]);
    },
    windowed(tf, x, geometry, lengths, value),
  );
  const phases = tf.reshape(parted, [elementCount(strides), images, ...counts]);
  return indicesOf(kernel).map(tap => {
    const offsets = tap.map((at, axis) => at * dilations[axis]!);
    const phase = offsets.reduce((number, offset, axis) => number * strides[axis]! + (offset % strides[axis]!), 0);
    const starts = offsets.map((offset, axis) => Math.floor(offset / strides[axis]!));
    const part = tf.slice(phases, [phase, 0, ...starts], [1, images, ...positions]);
    return tf.reshape(part, [...x.shape.slice(0, 2), ...positions]);
  });
}

/** Windows as the columns of a matrix a group, [group, c/group · taps, n · positions]. */
function columns(tf: Tf, x: TfTensor, geometry: Geometry, positions: readonly number[], group: number): TfTensor {
  const [examples, channels] = x.shape as [number, number];
  const count = elementCount(positions);
  const parts = taps(tf, x, geometry, positions, 0).map(tap => tf.reshape(tap, [examples, channels, 1, count]));
  const stacked = tf.transpose(tf.concat(parts, 2), [1, 2, 0, 3]);
  return tf.reshape(stacked, [group, (channels / group) * parts.length, examples * count]);
}

/** Whether TensorFlow.js has this convolution itself. */
const isOrdinary = ({ kernel, strides, dilations }: Geometry, group: number): boolean =>
  kernel.length === 2 && group === 1 && (strides.every(step => step === 1) || dilations.every(step => step === 1));

/** x [n, in, …] and weight [out, in/group, …] to [n, out, …positions]. */
function convolution(
  tf: Tf,
  x: TfTensor,
  weight: TfTensor,
  geometry: Geometry,
  positions: readonly number[],
  group: number,
): TfTensor {
  const { strides, dilations } = geometry;
  if (isOrdinary(geometry, group)) {
    const image = tf.transpose(windowed(tf, x, geometry, lengthsOf(geometry, positions), 0), [0, 2, 3, 1]);
    const filter = tf.transpose(weight, [2, 3, 1, 0]);
    const pair = (values: readonly number[]) => values as [number, number];
    const given = [image, filter] as [Tensor4D, Tensor4D];
    const result: TfTensor = tf.conv2d(...given, pair(strides), 'valid', 'NHWC', pair(dilations));
    return tf.transpose(result, [0, 3, 1, 2]);
  }
  const [examples, outputs] = [x.shape[0]!, weight.shape[0]!];
  const own = tf.reshape(weight, [group, outputs / group, weight.size / outputs]);
  const result = product(tf, own, columns(tf, x, geometry, positions, group));
  const turned = tf.transpose(tf.reshape(result, [outputs, examples, elementCount(positions)]), [1, 0, 2]);
  return tf.reshape(turned, [examples, outputs, ...positions]);
}

/** x with `stride − 1` zeros behind each element along the spatial axes but the last element. */
function spread(tf: Tf, x: TfTensor, strides: readonly number[]): TfTensor {
  return strides.reduce((value, stride, at) => {
    const axis = at + 2;
    if (stride === 1) return value;
    const [outer, inner] = [value.shape.slice(0, axis + 1), value.shape.slice(axis + 1)];
    const parted = tf.reshape(value, [elementCount(outer), 1, elementCount(inner)]);
    const wide = tf.reshape(padded(tf, parted, [0, 0, 0], [0, stride - 1, 0], 0), [
      ...outer.slice(0, -1),
      value.shape[axis]! * stride,
      ...inner,
    ]);
    const ends = wide.shape.map((_, along) => (along === axis ? 1 - stride : 0));
    return padded(
      tf,
      wide,
      ends.map(() => 0),
      ends,
      0,
    );
  }, x);
}

/** The adjoint of `convolution` in x: y [n, out, …] and weight [out, in/group, …] to [n, in, …positions]. */
function transposedConvolution(
  tf: Tf,
  y: TfTensor,
  weight: TfTensor,
  geometry: Geometry,
  positions: readonly number[],
  group: number,
): TfTensor {
  const { kernel, strides, dilations, begins } = geometry;
  const [outputs, inGroup] = weight.shape as [number, number];
  const trailing = kernel.map((_, axis) => axis + 3);
  const turned = tf.reverse(
    weight,
    kernel.map((_, axis) => axis + 2),
  );
  const parted = tf.reshape(turned, [group, outputs / group, inGroup, ...kernel]);
  const exchanged = tf.reshape(tf.transpose(parted, [0, 2, 1, ...trailing]), [
    group * inGroup,
    outputs / group,
    ...kernel,
  ]);
  const own: Geometry = {
    kernel,
    dilations,
    strides: strides.map(() => 1),
    begins: reachOf(geometry).map((reach, axis) => reach - begins[axis]!),
  };
  return convolution(tf, spread(tf, y, strides), exchanged, own, positions, group);
}

/** The taps of pooling windows, padded with a value. */
const pooledTaps = (tf: Tf, x: TfTensor, attributes: Attributes, shape: readonly number[], value: number): TfTensor[] =>
  taps(tf, x, geometryOf(attributes), shape.slice(2), value);

/** Less than every number that is not −∞. */
const LOWEST = Number.NEGATIVE_INFINITY;

/** Over the whole tensor, where the first tap of each window lies, even if that is padding. */
function windowOffsets(x: TfTensor, { begins, strides }: Geometry, shape: readonly number[]): Int32Array {
  const [own, result] = [stridesOf(x.shape), stridesOf(shape)];
  const steps = own.map((stride, axis) => stride * (axis < 2 ? 1 : strides[axis - 2]!));
  const start = begins.reduce((sum, rows, axis) => sum - rows * own[axis + 2]!, 0);
  return Int32Array.from({ length: elementCount(shape) }, (_, at) =>
    steps.reduce((sum, step, axis) => sum + step * (Math.floor(at / result[axis]!) % shape[axis]!), start),
  );
}

/** How far behind the first tap of a window each tap lies, over the whole tensor. */
function tapOffsets(x: TfTensor, { kernel, dilations }: Geometry): Int32Array {
  const own = stridesOf(x.shape).slice(2);
  return Int32Array.from(indicesOf(kernel), tap =>
    tap.reduce((sum, at, axis) => sum + at * dilations[axis]! * own[axis]!, 0),
  );
}

const shares = (
  tf: Tf,
  sizesBefore: readonly number[],
  sizesAfter: readonly number[],
  attributes: Attributes,
): TfTensor =>
  tf.tensor(Float32Array.from(averagedCounts(sizesBefore, sizesAfter, attributes)), sizes(sizesAfter), 'float32');

export const windowKernels = {
  MatMul: (tf, [a, b]) => product(tf, a!, b!),
  Conv: (tf, [x, weight], { attributes, shape }) =>
    convolution(tf, x!, weight!, geometryOf(attributes), shape.slice(2), number(attributes, 'group')),
  ConvTranspose: (tf, [y, weight], { attributes, shape }) =>
    transposedConvolution(tf, y!, weight!, geometryOf(attributes), shape.slice(2), number(attributes, 'group')),
  ConvWeightGradient: (tf, [x, y], { attributes }) => {
    const [examples, outputs, ...positions] = y!.shape as [number, number, ...number[]];
    const group = number(attributes, 'group');
    const count = elementCount(positions);
    const cotangents = tf.transpose(tf.reshape(y!, [examples, outputs, count]), [1, 0, 2]);
    const own = tf.reshape(cotangents, [group, outputs / group, examples * count]);
    const windows = columns(tf, x!, geometryOf(attributes), positions, group);
    return tf.matMul(own, windows, false, true);
  },
  MaxPool: (tf, [x], { attributes, shape }) =>
    pooledTaps(tf, x!, attributes, shape, LOWEST).reduce((most, tap) => tf.maximum(most, tap)),
  MaxPoolIndices: (tf, [x], { attributes, shape }) => {
    const geometry = geometryOf(attributes);
    const offsets = tapOffsets(x!, geometry);
    const [first, ...others] = pooledTaps(tf, x!, attributes, shape, LOWEST);
    let most = first!;
    let offset: TfTensor = tf.fill(sizes(shape), offsets[0]!, 'int32');
    others.forEach((tap, index) => {
      const wins = tf.greater(tap, most);
      offset = tf.where(wins, tf.fill(sizes(shape), offsets[index + 1]!, 'int32'), offset);
      most = tf.where(wins, tap, most);
    });
    const indices = tf.add(offset, integers(tf, windowOffsets(x!, geometry, shape), shape));
    // In a window without a number the first tap is taken for the best, which may be padding.
    return tf.minimum(tf.maximum(indices, tf.scalar(0, 'int32')), tf.scalar(x!.size - 1, 'int32'));
  },
  AveragePool: (tf, [x], { attributes, shape }) =>
    tf.div(
      pooledTaps(tf, x!, attributes, shape, 0).reduce((sum, tap) => tf.add(sum, tap)),
      shares(tf, x!.shape.slice(2), shape.slice(2), attributes),
    ),
  AveragePoolGradient: (tf, [y], { attributes, shape }) => {
    const geometry = geometryOf(attributes);
    const positions = shape.slice(2);
    const given = tf.div(y!, shares(tf, positions, y!.shape.slice(2), attributes));
    // Each image by itself, as an example of one channel.
    const images = tf.reshape(given, [y!.shape[0]! * y!.shape[1]!, 1, ...y!.shape.slice(2)]);
    return transposedConvolution(tf, images, tf.ones([1, 1, ...geometry.kernel]), geometry, positions, 1);
  },
} satisfies Record<string, Kernel>;
