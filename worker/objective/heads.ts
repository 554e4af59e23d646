/** Loss heads: from a network's outputs to the loss of each example, in float64 (PyTorch's losses, reduction='mean'). */
import { inputError } from '../errors.ts';
import { elementCount, formatShape, numberAt, type Tensor } from '../tensor.ts';

/** What a minibatch contributes to the mean. */
export interface HeadResult {
  /** Sum of the losses of each example's counted targets. */
  readonly sums: Float64Array;
  /** Number of counted targets of each example, the weights of the mean. */
  readonly weights: Float64Array;
  /** Number of each example's counted targets that were predicted right; null where the loss has no classes. */
  readonly correct: Float64Array | null;
}

/**
 * A loss head.
 * @param output the network's output for at least `count` examples; further ones are padding and ignored.
 * @param targets the targets of exactly `count` examples.
 */
export type Head = (output: Tensor, targets: Tensor, count: number) => HeadResult;

/** Losses that are computed from an output and targets. */
export const HEADS = {
  'cross-entropy': crossEntropy,
  mse: elementwiseHead((output, target) => (output - target) ** 2),
  'bce-with-logits': elementwiseHead(
    // max(x, 0) − x·t + log(1 + e^−|x|): stable for large |x| (PyTorch, BCEWithLogitsLoss).
    (x, target) => Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x))),
    (x, target) => x > 0 === target > 0.5,
  ),
} as const satisfies Record<string, Head>;

/**
 * Cross-entropy of logits against class indices (PyTorch, CrossEntropyLoss).
 * Logits are [n, C, …] as in PyTorch, or [n, …, C] as language models write them; targets are [n, …].
 */
function crossEntropy(output: Tensor, targets: Tensor, count: number): HeadResult {
  const axis = classAxis(output.shape, targets.shape);
  const classes = output.shape[axis]!;
  // Positions of an example, such as pixels or tokens, and how far apart their classes and they themselves lie.
  const positions = elementCount(output.shape.slice(1)) / classes;
  const inner = elementCount(output.shape.slice(axis + 1));
  const classStride = inner;
  const { data } = output;
  const sums = new Float64Array(count);
  const correct = new Float64Array(count);
  for (let example = 0; example < count; example++) {
    for (let position = 0; position < positions; position++) {
      const target = numberAt(targets.data, example * positions + position);
      if (!Number.isInteger(target) || target < 0 || target >= classes) {
        throw inputError(
          `The target ${target} of example ${example} of a batch is no class of the model's ${classes}; check "targets" in basin.json.`,
        );
      }
      const outer = Math.floor(position / inner);
      const start = (example * positions + outer * inner) * classes + (position % inner);
      const { max, argMax, rest } = summarize(data as Float32Array, start, classStride, classes);
      // The logarithm of the other classes' share is exact however small it is, so that tiny losses do not round to 0.
      sums[example]! += max - Number(data[start + target * classStride]) + Math.log1p(rest);
      if (argMax === target) correct[example]! += 1;
    }
  }
  return { sums, weights: new Float64Array(count).fill(positions), correct };
}

/**
 * The first maximum of strided numbers, and Σ exp(x − max) over all others, with which log Σ exp x is
 * max + log(1 + rest). A NaN among them makes all NaN and no index the maximum.
 */
function summarize(
  data: Float32Array,
  start: number,
  stride: number,
  count: number,
): { max: number; argMax: number; rest: number } {
  let max = Number.NEGATIVE_INFINITY;
  let argMax = 0;
  for (let index = 0; index < count; index++) {
    const value = data[start + index * stride]!;
    if (Number.isNaN(value)) return { max: Number.NaN, argMax: -1, rest: Number.NaN };
    if (value > max) {
      max = value;
      argMax = index;
    }
  }
  let rest = 0;
  for (let index = 0; index < count; index++) {
    if (index !== argMax) rest += Math.exp(data[start + index * stride]! - max);
  }
  return { max, argMax, rest };
}

/** The axis of the classes: 1 as in PyTorch if the rest fits the targets' shape, else the last. */
function classAxis(output: readonly number[], targets: readonly number[]): number {
  const rest = (axis: number) => output.filter((_, at) => at !== axis && at > 0).join();
  const wanted = targets.slice(1).join();
  if (output.length >= 2 && rest(1) === wanted) return 1;
  if (output.length >= 2 && rest(output.length - 1) === wanted) return output.length - 1;
  throw inputError(
    `The model's output of ${formatShape(output)} and targets of ${formatShape(targets)} do not fit a cross-entropy, which takes one logit a class and one class index a target; check "targets" and "loss" in basin.json.`,
  );
}

/** A loss that is a mean over elements of output and target alike. */
function elementwiseHead(
  loss: (output: number, target: number) => number,
  isCorrect?: (output: number, target: number) => boolean,
): Head {
  return (output, targets, count) => {
    const size = elementCount(output.shape.slice(1));
    if (elementCount(targets.shape.slice(1)) !== size) {
      throw inputError(
        `The model's output has ${size} numbers an example and the targets have ${elementCount(targets.shape.slice(1))}; check "targets" in basin.json.`,
      );
    }
    const sums = new Float64Array(count);
    const correct = isCorrect ? new Float64Array(count) : null;
    for (let index = 0; index < count * size; index++) {
      const example = Math.floor(index / size);
      const value = numberAt(output.data, index);
      const target = numberAt(targets.data, index);
      sums[example]! += loss(value, target);
      if (correct && isCorrect?.(value, target)) correct[example]! += 1;
    }
    return { sums, weights: new Float64Array(count).fill(size), correct };
  };
}
