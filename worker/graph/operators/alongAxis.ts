/** Operators that run along one axis. */
import { elementCount } from '../../tensor.ts';
import { again, cumulativeSum, exp, mul, sub, sum } from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { forEachOffset, normalizeAxis, stridesOf, withSize } from '../shapes.ts';
import { type Attributes, type Dense, number, type Operator, type ValueType } from '../types.ts';

const axisOf = (attributes: Attributes, { shape }: { readonly shape: readonly number[] }): number =>
  normalizeAxis(number(attributes, 'axis'), shape.length);

/** Calls `visit` with the offsets of the elements of each row along the axis. */
function forEachRow(x: Dense, attributes: Attributes, visit: (offsets: readonly number[], row: number) => void): void {
  const axis = axisOf(attributes, x);
  const strides = stridesOf(x.shape);
  forEachOffset(withSize(x.shape, axis, 1), strides, 0, (row, start) => {
    visit(
      Array.from({ length: x.shape[axis]! }, (_, index) => start + index * strides[axis]!),
      row,
    );
  });
}

function inferLike([x]: readonly ValueType[], attributes: Attributes): ValueType {
  axisOf(attributes, x!);
  return { type: x!.type, shape: x!.shape };
}

/** Softmax or its logarithm, from a row's elements, the largest of them and Σ exp(x − largest). */
const normalized = (f: (x: number, largest: number, total: number) => number) =>
  ({
    infer: inferLike,
    evaluate([x]: readonly Dense[], attributes: Attributes): Float64Array {
      const result = new Float64Array(x!.data.length);
      forEachRow(x!, attributes, offsets => {
        const largest = offsets.reduce((most, offset) => Math.max(most, x!.data[offset]!), Number.NEGATIVE_INFINITY);
        const total = offsets.reduce((sum, offset) => sum + Math.exp(x!.data[offset]! - largest), 0);
        for (const offset of offsets) result[offset] = f(x!.data[offset]!, largest, total);
      });
      return result;
    },
  }) satisfies Operator;

const sumAlong = (value: Value, { attributes }: AppliedValue): Value => sum(value, [number(attributes, 'axis')]);

/** y·(t − Σ y·t): softmax's Jacobian, which is symmetric, times a vector. */
const softmaxProduct = (t: Value, y: AppliedValue): Value => mul(y, sub(t, sumAlong(mul(y, t), y)));

const isSet = (attributes: Attributes, name: string): boolean => number(attributes, name) !== 0;

/** The index of the best element. attributes: axis, keepdims, select_last_index (1 takes the last that tie). */
const argExtremum = (isBetter: (value: number, best: number) => boolean): Operator => ({
  infer([x], attributes) {
    const axis = axisOf(attributes, x!);
    const kept = isSet(attributes, 'keepdims') ? [1] : [];
    return { type: 'int64', shape: x!.shape.flatMap((size, at) => (at === axis ? kept : [size])) };
  },
  evaluate([x], attributes, { shape }) {
    const takesLast = isSet(attributes, 'select_last_index');
    const result = new Float64Array(elementCount(shape));
    forEachRow(x!, attributes, (offsets, row) => {
      const values = offsets.map(offset => x!.data[offset]!);
      result[row] = values.reduce((best, value, index) => {
        const wins = isBetter(value, values[best]!) || (takesLast && value === values[best]);
        return wins ? index : best;
      }, 0);
    });
    return result;
  },
  // An index moves with nothing.
  gradient: () => [],
  tangent: () => null,
});

export const alongAxisOperators = {
  /** attributes: axis. */
  Softmax: {
    ...normalized((x, largest, total) => Math.exp(x - largest) / total),
    gradient: (cotangent, node) => [softmaxProduct(cotangent, node)],
    tangent: ([t], node) => softmaxProduct(t!, node),
  },
  /** attributes: axis. */
  LogSoftmax: {
    ...normalized((x, largest, total) => x - largest - Math.log(total)),
    gradient: (cotangent, node) => [sub(cotangent, mul(exp(node), sumAlong(cotangent, node)))],
    tangent: ([t], node) => sub(t!, sumAlong(mul(exp(node), t!), node)),
  },
  /** attributes: axis, exclusive (1 leaves out the element itself), reverse (1 sums from the end). */
  CumSum: {
    infer: inferLike,
    evaluate([x], attributes) {
      const result = new Float64Array(x!.data.length);
      forEachRow(x!, attributes, offsets => {
        let total = 0;
        for (const offset of isSet(attributes, 'reverse') ? [...offsets].reverse() : offsets) {
          const before = total;
          total += x!.data[offset]!;
          result[offset] = isSet(attributes, 'exclusive') ? before : total;
        }
      });
      return result;
    },
    gradient: (cotangent, { attributes }) => [
      cumulativeSum(cotangent, { ...attributes, reverse: isSet(attributes, 'reverse') ? 0 : 1 }),
    ],
    tangent: ([t], node) => again(node, [t!]),
  },
  ArgMax: argExtremum((value, best) => value > best),
  ArgMin: argExtremum((value, best) => value < best),
} satisfies Record<string, Operator>;
