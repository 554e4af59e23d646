/** Operators that combine the elements along some axes. */
import { elementCount, isFloating } from '../../tensor.ts';
import {
  again,
  cast,
  compare,
  div,
  expand,
  log,
  mul,
  reshape,
  sign,
  slice,
  softmax,
  sum,
  transpose,
  where,
} from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { broadcastStrides, forEachOffset, normalizeAxis } from '../shapes.ts';
import { type Attributes, type Dense, ints, number, type Operator, type ValueType } from '../types.ts';

/** The axes that are reduced, in ascending order. */
const axesOf = (attributes: Attributes, rank: number): number[] =>
  [...new Set(ints(attributes, 'axes').map(axis => normalizeAxis(axis, rank)))].sort((a, b) => a - b);

/** Sizes of the result as if it kept its axes. */
function keptShape({ shape }: { readonly shape: readonly number[] }, attributes: Attributes): number[] {
  const axes = axesOf(attributes, shape.length);
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** attributes: axes, keepdims (0 or 1). */
function inferReduced([x]: readonly ValueType[], attributes: Attributes): ValueType {
  const axes = axesOf(attributes, x!.shape.length);
  const keep = number(attributes, 'keepdims') !== 0;
  return { type: x!.type, shape: x!.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size])) };
}

/** Combines each element with the others that share its place in the result; `at` is that place. */
function fold(
  x: Dense,
  attributes: Attributes,
  start: number,
  combine: (total: number, value: number, at: number) => number,
): Float64Array {
  const kept = keptShape(x, attributes);
  const totals = new Float64Array(elementCount(kept)).fill(start);
  forEachOffset(x.shape, broadcastStrides(kept, x.shape), 0, (index, at) => {
    totals[at] = combine(totals[at]!, x.data[index]!, at);
  });
  return totals;
}

/** A reduction that folds `combine` from `start` and ends with `finish(total, count)`. */
const reduction = (
  start: number,
  combine: (total: number, value: number) => number,
  finish: (total: number, count: number) => number = total => total,
) =>
  ({
    infer: inferReduced,
    evaluate([x]: readonly Dense[], attributes: Attributes, { type }: ValueType): Float64Array {
      const totals = fold(x!, attributes, start, (total, value) => combine(total, value));
      const count = x!.data.length / Math.max(totals.length, 1);
      const results = totals.map(total => finish(total, count));
      return isFloating(type) ? results : results.map(Math.trunc);
    },
  }) satisfies Operator;

/** A value of the shape of a node's result, with its axes kept, so that it broadcasts to the input. */
const kept = (value: Value, { attributes, inputs: [x] }: AppliedValue): Value =>
  reshape(value, keptShape(x!, attributes));

/** The sum of a value like the node's input, in the shape of the node's result. */
const summed = (value: Value, { attributes, shape }: AppliedValue): Value =>
  reshape(sum(value, axesOf(attributes, value.shape.length)), shape);

/** The rules of a reduction from its partial derivatives ∂y/∂x, which have the input's shape or broadcast to it. */
const weighted = (
  partials: (x: Value, node: AppliedValue) => Value,
): Required<Pick<Operator, 'gradient' | 'tangent'>> => ({
  gradient: (cotangent, node) => [mul(kept(cotangent, node), partials(node.inputs[0]!, node))],
  tangent: ([t], node) => summed(mul(t!, partials(node.inputs[0]!, node)), node),
});

/** The largest or smallest element; elements that tie share the derivative evenly, as in PyTorch's amax. */
const extremum = (start: number, combine: (total: number, value: number) => number): Operator => ({
  ...reduction(start, combine),
  ...weighted((x, node) => {
    const isExtreme = cast(compare('Equal', x, kept(node, node)), x.type);
    return div(isExtreme, kept(summed(isExtreme, node), node));
  }),
});

/** The product over an axis by halves, which is right and has all its derivatives also where elements are zero. */
function productOver(x: Value, axis: number): Value {
  const size = x.shape[axis]!;
  if (size === 1) return x;
  const half = Math.floor(size / 2);
  const product = productOver(mul(slice(x, axis, 0, half), slice(x, axis, half, half)), axis);
  return size % 2 === 0 ? product : mul(product, slice(x, axis, size - 1, 1));
}

/** The softmax over several axes together. */
function softmaxOver(x: Value, axes: readonly number[]): Value {
  if (axes.length === 1) return softmax(x, axes[0]!);
  const order = [...x.shape.keys()].filter(axis => !axes.includes(axis)).concat(axes);
  const turned = transpose(x, order);
  const outer = turned.shape.slice(0, x.shape.length - axes.length);
  const flat = reshape(turned, [...outer, elementCount(turned.shape.slice(outer.length))]);
  return transpose(
    reshape(softmax(flat, outer.length), turned.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

const plus = (total: number, value: number): number => total + value;
const plusSquare = (total: number, value: number): number => total + value * value;

const largestOf = reduction(Number.NEGATIVE_INFINITY, Math.max);

export const reduceOperators = {
  ReduceSum: {
    ...reduction(0, plus),
    gradient: (cotangent, node) => [expand(kept(cotangent, node), node.inputs[0]!.shape)],
    tangent: ([t], node) => again(node, [t!]),
  },
  ReduceMean: {
    ...reduction(0, plus, (total, count) => total / count),
    gradient(cotangent, node) {
      const { shape } = node.inputs[0]!;
      const count = elementCount(shape) / elementCount(node.shape);
      return [expand(div(kept(cotangent, node), count), shape)];
    },
    tangent: ([t], node) => again(node, [t!]),
  },
  ReduceProd: {
    ...reduction(1, (total, value) => total * value),
    decompose: ({ attributes, inputs: [x], shape }) =>
      reshape(axesOf(attributes, x!.shape.length).reduce(productOver, x!), shape),
  },
  ReduceMax: extremum(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMin: extremum(Number.POSITIVE_INFINITY, Math.min),
  ReduceL1: { ...reduction(0, (total, value) => total + Math.abs(value)), ...weighted(x => sign(x)) },
  /** The derivative is 0 where all elements are, as in PyTorch. */
  ReduceL2: {
    ...reduction(0, plusSquare, Math.sqrt),
    ...weighted((x, node) => {
      const norm = kept(node, node);
      const isZero = compare('Equal', norm, 0);
      return where(isZero, 0, div(x, where(isZero, 1, norm)));
    }),
  },
  ReduceSumSquare: { ...reduction(0, plusSquare), ...weighted(x => mul(x, 2)) },
  ReduceLogSum: { ...reduction(0, plus, Math.log), decompose: node => log(summed(node.inputs[0]!, node)) },
  ReduceLogSumExp: {
    infer: inferReduced,
    evaluate([x], attributes, output) {
      const largest = largestOf.evaluate([x!], attributes, output);
      const totals = fold(x!, attributes, 0, (total, value, at) => total + Math.exp(value - largest[at]!));
      return totals.map((total, at) => largest[at]! + Math.log(total));
    },
    // Not exp(x − y): where y is large, float32 has no digits left for the difference.
    ...weighted((x, { attributes }) => softmaxOver(x, axesOf(attributes, x.shape.length))),
  },
} satisfies Record<string, Operator>;
