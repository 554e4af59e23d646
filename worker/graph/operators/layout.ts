/** Operators that move elements without computing with them. */
import { elementCount } from '../../tensor.ts';
import { broadcastShapes, broadcastStrides, forEachOffset, normalizeAxis, stridesOf, withSize } from '../shapes.ts';
import { ints, number, type Operator, ShapeMismatch } from '../types.ts';

/** Gathers the elements that `strides` and `start` walk over, for a result of `shape`. */
function strided(data: Float64Array, shape: readonly number[], strides: readonly number[], start = 0): Float64Array {
  const result = new Float64Array(elementCount(shape));
  forEachOffset(shape, strides, start, (index, offset) => {
    result[index] = data[offset]!;
  });
  return result;
}

export const layoutOperators = {
  /** attributes: shape, all sizes known. */
  Reshape: {
    infer([x], attributes) {
      const shape = ints(attributes, 'shape');
      if (elementCount(shape) !== elementCount(x!.shape)) {
        throw new ShapeMismatch(`they cannot be reshaped to [${shape.join(', ')}]`);
      }
      return { type: x!.type, shape };
    },
    evaluate: ([x]) => x!.data,
  },

  /** attributes: perm. */
  Transpose: {
    infer([x], attributes) {
      const perm = ints(attributes, 'perm');
      if (perm.length !== x!.shape.length || new Set(perm).size !== perm.length) {
        throw new ShapeMismatch(`[${perm.join(', ')}] is no permutation of its axes`);
      }
      return { type: x!.type, shape: perm.map(axis => x!.shape[normalizeAxis(axis, perm.length)]!) };
    },
    evaluate([x], attributes, { shape }) {
      const strides = stridesOf(x!.shape);
      return strided(
        x!.data,
        shape,
        ints(attributes, 'perm').map(axis => strides[axis]!),
      );
    },
  },

  /** attributes: starts and steps along every axis, and the sizes of the result. */
  Slice: {
    infer([x], attributes) {
      const sizes = ints(attributes, 'sizes');
      const starts = ints(attributes, 'starts');
      const steps = ints(attributes, 'steps');
      x!.shape.forEach((size, axis) => {
        const last = starts[axis]! + (sizes[axis]! - 1) * steps[axis]!;
        if (sizes[axis]! > 0 && (Math.min(starts[axis]!, last) < 0 || Math.max(starts[axis]!, last) >= size)) {
          throw new ShapeMismatch(`the slice leaves axis ${axis}`);
        }
      });
      return { type: x!.type, shape: sizes };
    },
    evaluate([x], attributes, { shape }) {
      const strides = stridesOf(x!.shape);
      const starts = ints(attributes, 'starts');
      const steps = ints(attributes, 'steps');
      const start = starts.reduce((sum, from, axis) => sum + from * strides[axis]!, 0);
      return strided(
        x!.data,
        shape,
        strides.map((stride, axis) => stride * steps[axis]!),
        start,
      );
    },
  },

  /** attributes: axis. */
  Concat: {
    infer(inputs, attributes) {
      const first = inputs[0]!;
      const axis = normalizeAxis(number(attributes, 'axis'), first.shape.length);
      for (const { type, shape } of inputs) {
        const fits =
          shape.length === first.shape.length && shape.every((n, at) => at === axis || n === first.shape[at]);
        if (!fits || type !== first.type) throw new ShapeMismatch(`they do not join along axis ${axis}`);
      }
      const size = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      return { type: first.type, shape: withSize(first.shape, axis, size) };
    },
    evaluate(inputs, attributes, { shape }) {
      const axis = normalizeAxis(number(attributes, 'axis'), shape.length);
      const inner = elementCount(shape.slice(axis + 1));
      const result = new Float64Array(elementCount(shape));
      let at = 0;
      for (let outer = 0; outer < elementCount(shape.slice(0, axis)); outer++) {
        for (const from of inputs) {
          const length = from.shape[axis]! * inner;
          result.set(from.data.subarray(outer * length, (outer + 1) * length), at);
          at += length;
        }
      }
      return result;
    },
  },

  /** attributes: shape, to which the input broadcasts. */
  Expand: {
    infer: ([x], attributes) => {
      const shape = ints(attributes, 'shape');
      if (broadcastShapes([x!.shape, shape]).join() !== shape.join()) {
        throw new ShapeMismatch(`they do not broadcast to [${shape.join(', ')}]`);
      }
      return { type: x!.type, shape };
    },
    evaluate: ([x], _, { shape }) => strided(x!.data, shape, broadcastStrides(x!.shape, shape)),
  },

  /** data and integer indices; attributes: axis. Negative indices count from the end. */
  Gather: {
    infer([x, indices], attributes) {
      const axis = normalizeAxis(number(attributes, 'axis'), x!.shape.length);
      return { type: x!.type, shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)] };
    },
    evaluate([x, indices], attributes, { shape }) {
      const axis = normalizeAxis(number(attributes, 'axis'), x!.shape.length);
      const inner = elementCount(x!.shape.slice(axis + 1));
      const size = x!.shape[axis]!;
      const result = new Float64Array(elementCount(shape));
      let at = 0;
      for (let outer = 0; outer < elementCount(x!.shape.slice(0, axis)); outer++) {
        for (const index of indices!.data) {
          const from = (outer * size + (index < 0 ? index + size : index)) * inner;
          result.set(x!.data.subarray(from, from + inner), at);
          at += inner;
        }
      }
      return result;
    },
  },

  /** attributes: pads (starts, then ends; negative ones crop), mode (`constant`, `reflect`, `edge`), value. */
  Pad: {
    infer([x], attributes) {
      const pads = ints(attributes, 'pads');
      const rank = x!.shape.length;
      return { type: x!.type, shape: x!.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!) };
    },
  },

  /** attributes: repeats, one for each axis. */
  Tile: {
    infer: ([x], attributes) => ({
      type: x!.type,
      shape: x!.shape.map((size, axis) => size * ints(attributes, 'repeats')[axis]!),
    }),
  },

  /** attributes: upper (1 keeps the upper triangle, 0 the lower), k. */
  Trilu: {
    infer: ([x]) => ({ type: x!.type, shape: x!.shape }),
    evaluate([x], attributes, { shape }) {
      const rows = shape.at(-2)!;
      const columns = shape.at(-1)!;
      const upper = number(attributes, 'upper') !== 0;
      const k = number(attributes, 'k');
      return x!.data.map((value, index) => {
        const distance = (index % columns) - (Math.floor(index / columns) % rows);
        return (upper ? distance >= k : distance <= k) ? value : 0;
      });
    },
  },
} satisfies Record<string, Operator>;
