/** Pooling over sliding windows. */
import { elementCount } from '../../tensor.ts';
import {
  again,
  averagePool,
  averagePoolGradient,
  full,
  gatherElements,
  maxPoolIndices,
  reshape,
  scatterElements,
  sizeOf,
} from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { type Attributes, type Dense, ints, number, type Operator, ShapeMismatch, type ValueType } from '../types.ts';
import { lowerAveragePoolGradient } from './poolingLowering.ts';
import { averagedCounts, type Taps, tapsOf, windowSizes } from './windows.ts';

/** attributes: kernel_shape, strides, pads, dilations, ceil_mode. */
function inferPool([x]: readonly ValueType[], attributes: Attributes): ValueType {
  const sizes = x!.shape.slice(2);
  const windows = windowSizes(sizes, attributes, number(attributes, 'ceil_mode') !== 0);
  sizes.forEach((size, axis) => {
    if (!allMeetInput(size, windows[axis]!, alongAxis(attributes, axis))) {
      throw new ShapeMismatch(`a window meets only padding along axis ${axis + 2}`);
    }
  });
  return { type: x!.type, shape: [...x!.shape.slice(0, 2), ...windows] };
}

/** What a pooling's attributes say of one spatial axis. */
const alongAxis = (
  attributes: Attributes,
  axis: number,
): Readonly<Record<'kernel' | 'stride' | 'pad' | 'dilation', number>> => {
  const [kernel, stride, pad, dilation] = ['kernel_shape', 'strides', 'pads', 'dilations'].map(
    name => ints(attributes, name)[axis]!,
  ) as [number, number, number, number];
  return { kernel, stride, pad, dilation };
};

/** More taps than this are not looked at one by one. */
const EXAMINED_TAPS_MAX = 1 << 20;

/** Whether each of the windows along an axis of `size` elements covers one of them. */
function allMeetInput(
  size: number,
  windows: number,
  { kernel, stride, pad, dilation }: ReturnType<typeof alongAxis>,
): boolean {
  const endsWithin = (kernel - 1) * dilation - pad >= 0;
  const beginsWithin = (windows - 1) * stride - pad < size;
  if (!endsWithin || !beginsWithin) return false;
  // Taps that lie no further apart than the input is long cannot step over it.
  if (dilation <= size) return true;
  if (windows * kernel > EXAMINED_TAPS_MAX) return false;
  return Array.from({ length: windows }, (_, window) => window * stride - pad).every(start =>
    Array.from({ length: kernel }, (_, tap) => start + tap * dilation).some(at => at >= 0 && at < size),
  );
}

const spatialSizes = ({ shape }: { readonly shape: readonly number[] }): readonly number[] => shape.slice(2);

/** Calls `visit` with the offsets of an element and of a window that covers it, for every channel of every example. */
function forEachTap(
  input: readonly number[],
  output: readonly number[],
  taps: Taps,
  visit: (from: number, to: number) => void,
): void {
  const [inputSize, outputSize] = [input, output].map(shape => elementCount(shape.slice(2))) as [number, number];
  for (let image = 0; image < elementCount(input.slice(0, 2)); image++) {
    for (let tap = 0; tap < taps.input.length; tap++) {
      visit(image * inputSize + taps.input[tap]!, image * outputSize + taps.output[tap]!);
    }
  }
}

/** For each window the flat index of its largest element in the whole tensor, the first of equal ones. */
function indicesOfMaxima(x: Dense, attributes: Attributes, shape: readonly number[]): Float64Array {
  const indices = new Float64Array(elementCount(shape)).fill(-1);
  forEachTap(x.shape, shape, tapsOf(spatialSizes(x), shape.slice(2), attributes), (from, to) => {
    if (indices[to]! < 0 || x.data[from]! > x.data[indices[to]!]!) indices[to] = from;
  });
  return indices;
}

/** The elements of a value like the pooled one at the maxima of the pooled one. */
const atMaxima = (value: Value, { inputs: [x], attributes, shape }: AppliedValue): Value =>
  reshape(
    gatherElements(reshape(value, [sizeOf(value)]), reshape(maxPoolIndices(x!, attributes), [elementCount(shape)]), 0),
    shape,
  );

export const poolingOperators = {
  /**
   * attributes: kernel_shape, strides, pads, dilations, ceil_mode. Among equal elements the first is the largest, as in
   * PyTorch and ONNX Runtime.
   */
  MaxPool: {
    infer: inferPool,
    heavy: true,
    evaluate: ([x], attributes, { shape }) => indicesOfMaxima(x!, attributes, shape).map(index => x!.data[index]!),
    gradient(cotangent, { inputs: [x], attributes }) {
      const count = sizeOf(cotangent);
      const zeros = full(0, { type: x!.type, shape: [sizeOf(x!)] });
      const indices = reshape(maxPoolIndices(x!, attributes), [count]);
      return [reshape(scatterElements(zeros, indices, reshape(cotangent, [count]), 0, 'add'), x!.shape)];
    },
    tangent: ([t], node) => atMaxima(t!, node),
  },

  /** For each window of MaxPool the index of its largest element, flat over the whole tensor; attributes: those of MaxPool. */
  MaxPoolIndices: {
    infer: (inputs, attributes) => ({ ...inferPool(inputs, attributes), type: 'int64' }),
    heavy: true,
    evaluate: ([x], attributes, { shape }) => indicesOfMaxima(x!, attributes, shape),
    gradient: () => [null],
    tangent: () => null,
  },

  /** attributes: those of MaxPool and count_include_pad. */
  AveragePool: {
    infer: inferPool,
    heavy: true,
    evaluate([x], attributes, { shape }) {
      const counts = averagedCounts(spatialSizes(x!), shape.slice(2), attributes);
      const sums = new Float64Array(elementCount(shape));
      forEachTap(x!.shape, shape, tapsOf(spatialSizes(x!), shape.slice(2), attributes), (from, to) => {
        sums[to]! += x!.data[from]!;
      });
      return sums.map((sum, index) => sum / counts[index % counts.length]!);
    },
    gradient: (cotangent, { inputs: [x], attributes }) => [
      averagePoolGradient(cotangent, attributes, spatialSizes(x!)),
    ],
    tangent: ([t], node) => again(node, [t!]),
  },

  /** The transpose of AveragePool; attributes: its own, and sizes, those of its input along the spatial axes. */
  AveragePoolGradient: {
    infer([y], attributes) {
      const sizes = ints(attributes, 'sizes');
      const expected = windowSizes(sizes, attributes, number(attributes, 'ceil_mode') !== 0);
      if (y!.shape.slice(2).join() !== expected.join()) {
        throw new ShapeMismatch(`pooling ${sizes.join('×')} elements gives ${expected.join('×')}`);
      }
      return { type: y!.type, shape: [...y!.shape.slice(0, 2), ...sizes] };
    },
    heavy: true,
    evaluate([y], attributes, { shape }) {
      const sizes = [shape, y!.shape].map(of => of.slice(2)) as [number[], number[]];
      const counts = averagedCounts(...sizes, attributes);
      const result = new Float64Array(elementCount(shape));
      forEachTap(shape, y!.shape, tapsOf(...sizes, attributes), (to, from) => {
        result[to]! += y!.data[from]! / counts[from % counts.length]!;
      });
      return result;
    },
    gradient: (cotangent, node) => [averagePool(cotangent, node.attributes)],
    tangent: ([t], node) => again(node, [t!]),
    lower: lowerAveragePoolGradient,
  },
} satisfies Record<string, Operator>;
