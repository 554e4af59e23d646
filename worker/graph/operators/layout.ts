/** Operators that move elements without computing with them; each is linear. */
import { elementCount } from '../../tensor.ts';
import { again, concat, expand, full, pad, reshape, reverse, slice, sum, sumTo, transpose } from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { broadcastShapes, broadcastStrides, forEachOffset, normalizeAxis, stridesOf, withSize } from '../shapes.ts';
import { type Attributes, ints, number, type Operator, ShapeMismatch } from '../types.ts';

/** Gathers the elements that `strides` and `start` walk over, for a result of `shape`. */
function strided(data: Float64Array, shape: readonly number[], strides: readonly number[], start = 0): Float64Array {
  const result = new Float64Array(elementCount(shape));
  forEachOffset(shape, strides, start, (index, offset) => {
    result[index] = data[offset]!;
  });
  return result;
}

/** The rules of an operator that is linear in its one input, from its transpose. */
const linear = (
  transposed: (cotangent: Value, node: AppliedValue) => Value,
): Required<Pick<Operator, 'gradient' | 'tangent'>> => ({
  gradient: (cotangent, node) => [transposed(cotangent, node)],
  tangent: ([t], node) => again(node, [t!]),
});

/** The transpose of Slice: each element back where it came from, zeros elsewhere. */
function unslice(cotangent: Value, { inputs: [x], attributes, shape: sizes }: AppliedValue): Value {
  if (elementCount(sizes) === 0) return full(0, x!);
  const starts = ints(attributes, 'starts');
  const steps = ints(attributes, 'steps');
  const ascending = reverse(
    cotangent,
    steps.flatMap((step, axis) => (step < 0 ? [axis] : [])),
  );
  const strides = steps.map(Math.abs);
  // Zeros between the elements: an axis of its own for each, filled up to the step.
  const parted = reshape(
    ascending,
    sizes.flatMap((size, axis) => (strides[axis] === 1 ? [size] : [size, 1])),
  );
  const ends = strides.flatMap(stride => (stride === 1 ? [0] : [0, stride - 1]));
  const spread = reshape(
    pad(parted, [...ends.map(() => 0), ...ends]),
    sizes.map((size, axis) => size * strides[axis]!),
  );
  const before = starts.map((start, axis) => (steps[axis]! < 0 ? start + (sizes[axis]! - 1) * steps[axis]! : start));
  const after = x!.shape.map((size, axis) => size - before[axis]! - sizes[axis]! * strides[axis]!);
  return pad(spread, [...before, ...after]);
}

/**
 * Joins a value with what it is padded with along its one padded axis, which are copies of long runs; null where it is
 * padded along several. ONNX Runtime's Pad takes four times as long.
 */
function padByJoining({ inputs: [x], attributes }: AppliedValue): Value | null {
  const pads = ints(attributes, 'pads');
  const rank = x!.shape.length;
  const [axis, ...others] = x!.shape.flatMap((_, at) => (pads[at] === 0 && pads[at + rank] === 0 ? [] : [at]));
  if (attributes.mode !== 'constant' || axis === undefined || others.length > 0) return null;
  const [before, after] = [pads[axis]!, pads[axis + rank]!];
  if (before < 0 || after < 0) return null;
  const padding = (size: number): Value[] =>
    size === 0 ? [] : [full(number(attributes, 'value'), { type: x!.type, shape: withSize(x!.shape, axis, size) })];
  return concat([...padding(before), x!, ...padding(after)], axis);
}

/** Which element of an axis of `size` stands at `index` of the padded axis, null for one that padding makes up. */
function paddedIndex(mode: string, index: number, size: number): number | null {
  if (index >= 0 && index < size) return index;
  switch (mode) {
    case 'edge':
      return index < 0 ? 0 : size - 1;
    case 'reflect':
      return index < 0 ? -index : 2 * (size - 1) - index;
    case 'wrap':
      return index < 0 ? index + size : index - size;
    default:
      return null;
  }
}

/** The least and the most by which an axis of `size` can be padded at one end. */
function paddingWidths(mode: string, size: number): readonly [number, number] {
  switch (mode) {
    case 'edge':
      return [0, size === 0 ? 0 : Number.POSITIVE_INFINITY];
    case 'reflect':
      return [0, size - 1];
    case 'wrap':
      return [0, size];
    default:
      return [-size, Number.POSITIVE_INFINITY];
  }
}

/** What padding by the value's own elements adds along an axis, before it or after. */
function margin(a: Value, axis: number, mode: string, width: number, isBefore: boolean): Value {
  const size = a.shape[axis]!;
  const part = (from: number, count: number) => slice(a, axis, from, count);
  switch (mode) {
    case 'edge':
      return expand(part(isBefore ? 0 : size - 1, 1), withSize(a.shape, axis, width));
    case 'reflect':
      return reverse(part(isBefore ? 1 : size - 1 - width, width), [axis]);
    default:
      return part(isBefore ? size - width : 0, width);
  }
}

/** Padding by the value's own elements, one axis after the other. */
function padByElements(node: AppliedValue): Value {
  const mode = String(node.attributes.mode);
  const pads = ints(node.attributes, 'pads');
  const rank = node.shape.length;
  return node.shape.reduce((value: Value, _, axis) => {
    const [before, after] = [pads[axis]!, pads[axis + rank]!];
    return concat(
      [
        ...(before > 0 ? [margin(value, axis, mode, before, true)] : []),
        value,
        ...(after > 0 ? [margin(value, axis, mode, after, false)] : []),
      ],
      axis,
    );
  }, node.inputs[0]!);
}

const withoutValue = (attributes: Attributes): Attributes => ({ ...attributes, value: 0 });

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
    gradient: (cotangent, { inputs: [x] }) => [reshape(cotangent, x!.shape)],
    tangent: ([t], { shape }) => reshape(t!, shape),
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
    gradient(cotangent, { attributes }) {
      const perm = ints(attributes, 'perm');
      return [
        transpose(
          cotangent,
          perm.map((_, axis) => perm.indexOf(axis)),
        ),
      ];
    },
    tangent: ([t], { attributes }) => transpose(t!, ints(attributes, 'perm')),
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
    ...linear(unslice),
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
    gradient(cotangent, { attributes, inputs, shape }) {
      const axis = normalizeAxis(number(attributes, 'axis'), shape.length);
      let start = 0;
      return inputs.map(from => {
        const size = from.shape[axis]!;
        start += size;
        return slice(cotangent, axis, start - size, size);
      });
    },
    tangent: (tangents, node) =>
      again(
        node,
        tangents.map((t, index) => t ?? full(0, node.inputs[index]!)),
      ),
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
    ...linear((cotangent, { inputs: [x] }) => sumTo(cotangent, x!.shape)),
  },

  /** attributes: pads (starts, then ends; negative ones crop in mode `constant`), mode (or `reflect`, `edge`, `wrap`), value. */
  Pad: {
    infer([x], attributes) {
      const pads = ints(attributes, 'pads');
      const rank = x!.shape.length;
      x!.shape.forEach((size, axis) => {
        const [least, most] = paddingWidths(String(attributes.mode), size);
        const odd = [pads[axis]!, pads[axis + rank]!].find(width => width < least || width > most);
        if (odd !== undefined) throw new ShapeMismatch(`axis ${axis} cannot be padded by ${odd} of its elements`);
      });
      return { type: x!.type, shape: x!.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!) };
    },
    evaluate([x], attributes, { shape }) {
      const pads = ints(attributes, 'pads');
      const own = stridesOf(x!.shape);
      // Where along its axis each element comes from, in elements of the whole; null where it is made up.
      const sources = shape.map((size, axis) =>
        Array.from({ length: size }, (_, index) => {
          const from = paddedIndex(String(attributes.mode), index - pads[axis]!, x!.shape[axis]!);
          return from === null ? null : from * own[axis]!;
        }),
      );
      const strides = stridesOf(shape);
      return new Float64Array(elementCount(shape)).map((_, index) => {
        let offset = 0;
        for (let axis = 0; axis < shape.length; axis++) {
          const from = sources[axis]![Math.floor(index / strides[axis]!) % shape[axis]!]!;
          if (from === null) return number(attributes, 'value');
          offset += from;
        }
        return x!.data[offset]!;
      });
    },
    decompose: node => (node.attributes.mode === 'constant' ? null : padByElements(node)),
    gradient: (cotangent, { attributes }) => [
      pad(
        cotangent,
        ints(attributes, 'pads').map(width => -width),
      ),
    ],
    tangent: ([t], node) => again(node, [t!], withoutValue(node.attributes)),
    lower: padByJoining,
  },

  /** attributes: repeats, one for each axis. */
  Tile: {
    infer: ([x], attributes) => ({
      type: x!.type,
      shape: x!.shape.map((size, axis) => size * ints(attributes, 'repeats')[axis]!),
    }),
    evaluate([x], _, { shape }) {
      const own = stridesOf(x!.shape);
      const strides = stridesOf(shape);
      return new Float64Array(elementCount(shape)).map((_, index) => {
        const offset = own.reduce(
          (sum, stride, axis) => sum + stride * (Math.floor(index / strides[axis]!) % x!.shape[axis]!),
          0,
        );
        return x!.data[offset]!;
      });
    },
    ...linear((cotangent, { attributes, inputs: [x] }) => {
      const repeats = ints(attributes, 'repeats');
      const parted = reshape(
        cotangent,
        x!.shape.flatMap((size, axis) => [repeats[axis]!, size]),
      );
      const copies = sum(
        parted,
        repeats.map((_, axis) => 2 * axis),
      );
      return reshape(copies, x!.shape);
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
    ...linear((cotangent, node) => again(node, [cotangent])),
  },
} satisfies Record<string, Operator>;
