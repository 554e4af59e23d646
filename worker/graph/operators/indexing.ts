/** Operators that read and write elements where indices say; each is linear but in its indices. */
import { elementCount } from '../../tensor.ts';
import {
  again,
  full,
  gatherElements,
  gatherNd,
  reshape,
  scatterElements,
  scatterNd,
  transpose,
} from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { normalizeAxis, stridesOf } from '../shapes.ts';
import { type Attributes, type Dense, number, type Operator, ShapeMismatch, type ValueType } from '../types.ts';

/** An index that may count from the end. Throws `RangeError` where it lies outside. */
function indexWithin(index: number, size: number): number {
  const from = index < 0 ? index + size : index;
  if (from >= 0 && from < size) return from;
  throw new RangeError(`index ${index} lies outside of an axis of ${size} elements`);
}

const axisOf = (attributes: Attributes, { shape }: { readonly shape: readonly number[] }): number =>
  normalizeAxis(number(attributes, 'axis'), shape.length);

/** The transpose of Gather: rows are added up where they came from. */
function ungather(cotangent: Value, { attributes, inputs: [x, indices] }: AppliedValue): Value {
  const axis = axisOf(attributes, x!);
  const rank = indices!.shape.length;
  const axes = cotangent.shape.map((_, at) => at);
  const picked = axes.slice(axis, axis + rank);
  // ScatterND writes along the first axes, so that the indexed axis goes there and back.
  const rows = transpose(cotangent, [...picked, ...axes.filter(at => !picked.includes(at))]);
  const first = [axis, ...x!.shape.keys()].filter((at, index) => index === 0 || at !== axis);
  const zeros = full(0, { type: x!.type, shape: first.map(at => x!.shape[at]!) });
  const scattered = scatterNd(zeros, reshape(indices!, [...indices!.shape, 1]), rows, 'add');
  return transpose(
    scattered,
    x!.shape.map((_, at) => first.indexOf(at)),
  );
}

/** For each element of `indices`, the offset in `data` that it names along an axis. */
function elementOffsets(data: Dense, indices: Dense, axis: number): Float64Array {
  const own = stridesOf(data.shape);
  const strides = stridesOf(indices.shape);
  return indices.data.map((target, at) =>
    own.reduce((offset, stride, along) => {
      const position = Math.floor(at / strides[along]!) % indices.shape[along]!;
      return offset + stride * (along === axis ? indexWithin(target, data.shape[along]!) : position);
    }, 0),
  );
}

/** For each vector of `indices`, the offset in `data` of the part that it names. */
function partOffsets(data: Dense, indices: Dense): number[] {
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(data.shape);
  return Array.from({ length: elementCount(indices.shape.slice(0, -1)) }, (_, at) => {
    let offset = 0;
    for (let along = 0; along < depth; along++) {
      offset += indexWithin(indices.data[at * depth + along]!, data.shape[along]!) * strides[along]!;
    }
    return offset;
  });
}

/** Shape of the parts that vectors of indices name. */
function partsShape(data: ValueType, indices: ValueType): number[] {
  const depth = indices.shape.at(-1);
  if (depth === undefined || depth > data.shape.length) throw new ShapeMismatch('the indices have too many numbers');
  return [...indices.shape.slice(0, -1), ...data.shape.slice(depth)];
}

/** Writes `update` over `old`, or adds it. */
const written = (attributes: Attributes, old: number, update: number): number =>
  attributes.reduction === 'add' ? old + update : update;

/**
 * The rules of writing updates into data at indices. Both are linear: what is written over does not matter to the
 * result, and what is added to does.
 * @param read the updates' places in a value like the data.
 */
const scatterRules = (
  read: (value: Value, node: AppliedValue) => Value,
): Required<Pick<Operator, 'gradient' | 'tangent'>> => ({
  gradient: (cotangent, node) => [
    node.attributes.reduction === 'add'
      ? cotangent
      : again(node, [cotangent, node.inputs[1]!, full(0, node.inputs[2]!)]),
    null,
    read(cotangent, node),
  ],
  tangent: ([data, , updates], node) =>
    again(node, [data ?? full(0, node.inputs[0]!), node.inputs[1]!, updates ?? full(0, node.inputs[2]!)]),
});

export const indexingOperators = {
  /** data and integer indices; attributes: axis. Negative indices count from the end. */
  Gather: {
    infer([x, indices], attributes) {
      const axis = axisOf(attributes, x!);
      return { type: x!.type, shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)] };
    },
    evaluate([x, indices], attributes, { shape }) {
      const axis = axisOf(attributes, x!);
      const inner = elementCount(x!.shape.slice(axis + 1));
      const size = x!.shape[axis]!;
      const result = new Float64Array(elementCount(shape));
      let at = 0;
      for (let outer = 0; outer < elementCount(x!.shape.slice(0, axis)); outer++) {
        for (const index of indices!.data) {
          const from = (outer * size + indexWithin(index, size)) * inner;
          result.set(x!.data.subarray(from, from + inner), at);
          at += inner;
        }
      }
      return result;
    },
    gradient: (cotangent, node) => [ungather(cotangent, node), null],
    tangent: ([t], node) => again(node, [t!, node.inputs[1]!]),
  },

  /** data and indices of as many axes; attributes: axis. Element [i, j, k] is data[indices[i, j, k], j, k] for axis 0. */
  GatherElements: {
    infer([x, indices], attributes) {
      axisOf(attributes, x!);
      if (x!.shape.length !== indices!.shape.length) throw new ShapeMismatch('data and indices differ in rank');
      return { type: x!.type, shape: indices!.shape };
    },
    evaluate: ([x, indices], attributes) =>
      elementOffsets(x!, indices!, axisOf(attributes, x!)).map(offset => x!.data[offset]!),
    gradient: (cotangent, { attributes, inputs: [x, indices] }) => [
      scatterElements(full(0, x!), indices!, cotangent, number(attributes, 'axis'), 'add'),
      null,
    ],
    tangent: ([t], node) => again(node, [t!, node.inputs[1]!]),
  },

  /** data, indices of as many axes, and updates of their shape; attributes: axis, reduction (`none` or `add`). */
  ScatterElements: {
    infer([x, indices, updates], attributes) {
      axisOf(attributes, x!);
      if (updates!.shape.join() !== indices!.shape.join()) throw new ShapeMismatch('indices and updates differ');
      return { type: x!.type, shape: x!.shape };
    },
    evaluate([x, indices, updates], attributes) {
      const result = x!.data.slice();
      elementOffsets(x!, indices!, axisOf(attributes, x!)).forEach((offset, at) => {
        result[offset] = written(attributes, result[offset]!, updates!.data[at]!);
      });
      return result;
    },
    ...scatterRules((value, { attributes, inputs: [, indices] }) =>
      gatherElements(value, indices!, number(attributes, 'axis')),
    ),
  },

  /** data and indices, of which the last axis names a part of the data by its first axes. */
  GatherND: {
    infer: ([x, indices]) => ({ type: x!.type, shape: partsShape(x!, indices!) }),
    evaluate([x, indices], _, { shape }) {
      const size = elementCount(x!.shape.slice(indices!.shape.at(-1)!));
      const result = new Float64Array(elementCount(shape));
      partOffsets(x!, indices!).forEach((offset, at) => {
        result.set(x!.data.subarray(offset, offset + size), at * size);
      });
      return result;
    },
    gradient: (cotangent, { inputs: [x, indices] }) => [scatterNd(full(0, x!), indices!, cotangent, 'add'), null],
    tangent: ([t], node) => again(node, [t!, node.inputs[1]!]),
  },

  /** data, indices, of which the last axis names a part of the data, and updates; attributes: reduction (`none`, `add`). */
  ScatterND: {
    infer([x, indices, updates]) {
      if (updates!.shape.join() !== partsShape(x!, indices!).join()) {
        throw new ShapeMismatch('the updates have not the shape of what the indices name');
      }
      return { type: x!.type, shape: x!.shape };
    },
    evaluate([x, indices, updates], attributes) {
      const result = x!.data.slice();
      const size = elementCount(x!.shape.slice(indices!.shape.at(-1)!));
      partOffsets(x!, indices!).forEach((offset, at) => {
        for (let index = 0; index < size; index++) {
          result[offset + index] = written(attributes, result[offset + index]!, updates!.data[at * size + index]!);
        }
      });
      return result;
    },
    ...scatterRules((value, { inputs: [, indices] }) => gatherNd(value, indices!)),
  },
} satisfies Record<string, Operator>;
