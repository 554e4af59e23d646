/** Operators that combine the elements along some axes, or run along one. */
import type { AppliedValue } from '../../graph/graph.ts';
import { normalizeAxis } from '../../graph/shapes.ts';
import { ints, number } from '../../graph/types.ts';
import { elementCount } from '../../tensor.ts';
import { type Kernel, type Tf, type TfTensor, typeIn } from './kernel.ts';

/** A reduction over the node's axes; over none, each element is on its own, along an axis of size 1. */
const reduction =
  (reduce: (tf: Tf, x: TfTensor, axes: number[]) => TfTensor): Kernel =>
  (tf, [x], { attributes, type }) => {
    const axes = ints(attributes, 'axes').map(axis => normalizeAxis(axis, x!.shape.length));
    const result =
      axes.length > 0 ? reduce(tf, x!, axes) : reduce(tf, tf.reshape(x!, [...x!.shape, 1]), [x!.shape.length]);
    return tf.cast(result, typeIn[type]);
  };

const axisOf = ({ attributes, shape }: AppliedValue): number => normalizeAxis(number(attributes, 'axis'), shape.length);

/** Applies what works along the last axis along the node's. */
const alongLast =
  (f: (tf: Tf, rows: TfTensor) => TfTensor): Kernel =>
  (tf, [x], node) => {
    const order = [...node.shape.keys()];
    const [axis, last] = [axisOf(node), order.length - 1];
    if (axis === last) return f(tf, x!);
    // Exchanging two axes undoes itself.
    order[axis] = last;
    order[last] = axis;
    return tf.transpose(f(tf, tf.transpose(x!, order)), order);
  };

/** x less the largest of its row. */
const belowLargest = (tf: Tf, rows: TfTensor): TfTensor => tf.sub(rows, tf.max(rows, -1, true));

function softmax(tf: Tf, rows: TfTensor): TfTensor {
  const powers = tf.exp(belowLargest(tf, rows));
  return tf.div(powers, tf.sum(powers, -1, true));
}

/**
 * x less log Σ eˣ. Of the sum, the largest elements are 1 each and are left out, since beside a 1 float32 forgets what a
 * well-fitted example's loss is made of.
 */
function logSoftmax(tf: Tf, rows: TfTensor): TfTensor {
  const logits = belowLargest(tf, rows);
  const isLargest = tf.equal(logits, 0);
  const others = tf.sum(tf.where(isLargest, tf.zerosLike(logits), tf.exp(logits)), -1, true);
  const more = tf.sub(tf.sum(tf.cast(isLargest, 'float32'), -1, true), 1);
  return tf.sub(logits, tf.log1p(tf.add(others, more)));
}

/** The index of the best element, the first or the last of those that tie. */
const argExtremum =
  (name: 'argMax' | 'argMin'): Kernel =>
  (tf, [x], { attributes }) => {
    const axis = normalizeAxis(number(attributes, 'axis'), x!.shape.length);
    if (number(attributes, 'select_last_index') === 0) return tf[name](x!, axis);
    return tf.sub(tf.scalar(x!.shape[axis]! - 1, 'int32'), tf[name](tf.reverse(x!, axis), axis));
  };

/** The elements of each run of a Standardize, less their mean, and the mean of their squares. */
function moments(tf: Tf, x: TfTensor, { attributes }: AppliedValue) {
  const length = elementCount(x.shape.slice(number(attributes, 'axis')));
  const runs = tf.reshape(x, [x.size / length, length]);
  const distance = tf.sub(runs, tf.mean(runs, 1, true));
  return {
    distance,
    deviation: tf.sqrt(tf.add(tf.mean(tf.square(distance), 1, true), number(attributes, 'epsilon'))),
  };
}

export const reduceKernels = {
  ReduceSum: reduction((tf, x, axes) => tf.sum(x, axes)),
  ReduceMean: reduction((tf, x, axes) => tf.mean(x, axes)),
  ReduceMax: reduction((tf, x, axes) => tf.max(x, axes)),
  ReduceMin: reduction((tf, x, axes) => tf.min(x, axes)),
  ReduceL1: reduction((tf, x, axes) => tf.sum(tf.abs(x), axes)),
  ReduceL2: reduction((tf, x, axes) => tf.sqrt(tf.sum(tf.square(x), axes))),
  ReduceSumSquare: reduction((tf, x, axes) => tf.sum(tf.square(x), axes)),
  ReduceLogSumExp: reduction((tf, x, axes) => tf.logSumExp(x, axes)),

  Softmax: alongLast(softmax),
  LogSoftmax: alongLast(logSoftmax),
  CumSum: (tf, [x], node) =>
    tf.cumsum(x!, axisOf(node), number(node.attributes, 'exclusive') !== 0, number(node.attributes, 'reverse') !== 0),
  ArgMax: argExtremum('argMax'),
  ArgMin: argExtremum('argMin'),

  Standardize: (tf, [x], node) => {
    const { distance, deviation } = moments(tf, x!, node);
    return tf.div(distance, deviation);
  },
  InverseDeviation: (tf, [x], node) => tf.reciprocal(moments(tf, x!, node).deviation),
} satisfies Record<string, Kernel>;
