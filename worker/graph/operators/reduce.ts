/** Operators that combine the elements along some axes. */

import { elementCount } from '../../tensor.ts';
import { forEachOffset, normalizeAxis, stridesOf } from '../shapes.ts';
import { type Attributes, ints, number, type Operator, type ValueType } from '../types.ts';

const reducedAxes = (attributes: Attributes, rank: number): ReadonlySet<number> =>
  new Set(ints(attributes, 'axes').map(axis => normalizeAxis(axis, rank)));

/** attributes: axes, keepdims (0 or 1). */
const inferReduced = ([x]: readonly ValueType[], attributes: Attributes): ValueType => {
  const axes = reducedAxes(attributes, x!.shape.length);
  const keep = number(attributes, 'keepdims') !== 0;
  const shape = x!.shape.flatMap((size, axis) => (axes.has(axis) ? (keep ? [1] : []) : [size]));
  return { type: x!.type, shape };
};

/** A reduction that folds `combine` from `start` and ends with `finish(total, count)`. */
const reduction = (
  start: number,
  combine: (total: number, value: number) => number,
  finish: (total: number, count: number) => number = total => total,
): Operator => ({
  infer: inferReduced,
  evaluate([x], attributes, output) {
    const axes = reducedAxes(attributes, x!.shape.length);
    const kept = x!.shape.map((size, axis) => (axes.has(axis) ? 1 : size));
    const strides = stridesOf(kept).map((stride, axis) => (axes.has(axis) ? 0 : stride));
    const result = new Float64Array(elementCount(output.shape)).fill(start);
    forEachOffset(x!.shape, strides, 0, (index, offset) => {
      result[offset] = combine(result[offset]!, x!.data[index]!);
    });
    const count = x!.data.length / Math.max(result.length, 1);
    return result.map(total => finish(total, count));
  },
});

/** Normalises along axes to a result of the input's shape. attributes: axis. */
const alongAxis: Operator = {
  infer([x], attributes) {
    normalizeAxis(number(attributes, 'axis'), x!.shape.length);
    return { type: x!.type, shape: x!.shape };
  },
};

export const reduceOperators = {
  ReduceSum: reduction(0, (total, value) => total + value),
  ReduceMean: reduction(
    0,
    (total, value) => total + value,
    (total, count) => total / count,
  ),
  ReduceProd: reduction(1, (total, value) => total * value),
  ReduceMax: reduction(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMin: reduction(Number.POSITIVE_INFINITY, Math.min),
  ReduceL1: reduction(0, (total, value) => total + Math.abs(value)),
  ReduceL2: reduction(0, (total, value) => total + value * value, Math.sqrt),
  ReduceSumSquare: reduction(0, (total, value) => total + value * value),
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
} satisfies Record<string, Operator>;
