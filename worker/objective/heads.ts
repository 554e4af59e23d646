/** Loss heads: from a network's outputs to the loss of each example, in float64 (PyTorch's losses, reduction='mean'). */
import { matchRowShape } from '../data/sample.ts';
import { inputError } from '../errors.ts';
import { elementCount, formatShape, numberAt, type Tensor } from '../tensor.ts';
import { type CrossEntropyOptions, DEFAULT_IGNORE_INDEX } from './loss.ts';

/** What a minibatch contributes to the mean. */
export interface HeadResult {
  /** Sum of the losses of each example's counted targets, each times its weight. */
  readonly sums: Float64Array;
  /** Sum of the weights of each example's counted targets: their number, unless classes have weights. */
  readonly weights: Float64Array;
  /** Number of the minibatch's counted targets. */
  readonly counted: number;
  /** Number of counted targets that were predicted right; null where the loss has no classes. */
  readonly correct: number | null;
}

/**
 * A loss head.
 * @param output the network's output for at least `count` examples; further ones are padding and ignored.
 * @param targets the targets of exactly `count` examples.
 */
export type Head = (output: Tensor, targets: Tensor, count: number) => HeadResult;

/** Losses that are computed from an output and targets. */
export const HEADS = {
  'cross-entropy': crossEntropyHead,
  mse: () => elementwiseHead((output, target) => (output - target) ** 2),
  'bce-with-logits': () =>
    elementwiseHead(
      // max(x, 0) − x·t + log(1 + e^−|x|): stable for large |x| (PyTorch, BCEWithLogitsLoss).
      (x, target) => Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x))),
      (x, target) => x > 0 === target > 0.5,
    ),
} as const satisfies Record<string, (options: CrossEntropyOptions) => Head>;

/**
 * Cross-entropy of logits against class indices (PyTorch, CrossEntropyLoss). With class weights w and smoothing ε, a
 * target y has the loss (1 − ε)·w(y)·(−log p(y)) + ε/C·Σ w(c)·(−log p(c)) and the weight w(y) in the mean.
 * Logits are [n, C, …] as in PyTorch, or [n, …, C] as language models write them; targets are [n, …].
 */
function crossEntropyHead(options: CrossEntropyOptions): Head {
  const { ignoreIndex = DEFAULT_IGNORE_INDEX, labelSmoothing = 0, classWeights } = options;
  return (output, targets, count) => {
    const axis = classAxis(output.shape, targets.shape);
    const classes = output.shape[axis]!;
    checkClassWeights(classWeights, classes);
    // Positions of an example, such as pixels or tokens, and how far apart their classes and they themselves lie.
    const positions = elementCount(output.shape.slice(1)) / classes;
    const stride = elementCount(output.shape.slice(axis + 1));
    const data = output.data as Float32Array | Float64Array;
    const sums = new Float64Array(count);
    const weights = new Float64Array(count);
    let counted = 0;
    let correct = 0;
    for (let example = 0; example < count; example++) {
      for (let position = 0; position < positions; position++) {
        const target = numberAt(targets.data, example * positions + position);
        if (target === ignoreIndex) continue;
        checkTarget(target, classes, example);
        const outer = Math.floor(position / stride);
        const start = (example * positions + outer * stride) * classes + (position % stride);
        const logits: Logits = { data, start, stride, classes };
        const { max, argMax, rest } = summarize(logits);
        // The logarithm of the other classes' share is exact however small it is, so that tiny losses do not round to 0.
        const logRest = Math.log1p(rest);
        const weight = classWeights?.[target] ?? 1;
        const own = weight * (max - data[start + target * stride]! + logRest);
        const smooth = labelSmoothing && smoothLoss(logits, max, logRest, classWeights);
        sums[example]! += (1 - labelSmoothing) * own + labelSmoothing * smooth;
        weights[example]! += weight;
        counted += 1;
        if (argMax === target) correct += 1;
      }
    }
    return { sums, weights, counted, correct };
  };
}

function checkTarget(target: number, classes: number, example: number): void {
  if (Number.isInteger(target) && target >= 0 && target < classes) return;
  throw inputError(
    `The target ${target} of example ${example} of a batch is no class of the model's ${classes}; check "targets" in basin.json, or set "ignoreIndex" if it stands for none.`,
  );
}

function checkClassWeights(weights: readonly number[] | undefined, classes: number): void {
  if (weights === undefined || weights.length === classes) return;
  throw inputError(
    `"classWeights" has ${weights.length} numbers and the model ${classes} classes; give one number a class in basin.json.`,
  );
}

/** The logits of one target among all: one a class, `stride` apart. */
interface Logits {
  readonly data: Float32Array | Float64Array;
  readonly start: number;
  readonly stride: number;
  readonly classes: number;
}

/** 1/C·Σ w(c)·(−log p(c)), where −log p(c) = max + logRest − x(c). */
function smoothLoss(
  { data, start, stride, classes }: Logits,
  max: number,
  logRest: number,
  weights: readonly number[] | undefined,
): number {
  let sum = 0;
  for (let index = 0; index < classes; index++) {
    sum += (weights?.[index] ?? 1) * (max - data[start + index * stride]! + logRest);
  }
  return sum / classes;
}

/**
 * The first maximum of strided numbers, and Σ exp(x − max) over all others, with which log Σ exp x is
 * max + log(1 + rest). A NaN among them makes all NaN and no index the maximum.
 */
function summarize({ data, start, stride, classes }: Logits): { max: number; argMax: number; rest: number } {
  let max = Number.NEGATIVE_INFINITY;
  let argMax = 0;
  for (let index = 0; index < classes; index++) {
    const value = data[start + index * stride]!;
    if (Number.isNaN(value)) return { max: Number.NaN, argMax: -1, rest: Number.NaN };
    if (value > max) {
      max = value;
      argMax = index;
    }
  }
  let rest = 0;
  for (let index = 0; index < classes; index++) {
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
    checkRowShapes(output.shape.slice(1), targets.shape.slice(1));
    const size = elementCount(output.shape.slice(1));
    const sums = new Float64Array(count);
    let correct = isCorrect ? 0 : null;
    for (let index = 0; index < count * size; index++) {
      const example = Math.floor(index / size);
      const value = numberAt(output.data, index);
      const target = numberAt(targets.data, index);
      sums[example]! += loss(value, target);
      if (correct !== null && isCorrect?.(value, target)) correct += 1;
    }
    return { sums, weights: new Float64Array(count).fill(size), counted: count * size, correct };
  };
}

/** Elements are compared in their order, so that the same number of them in another shape would be other elements. */
function checkRowShapes(output: readonly number[], targets: readonly number[]): void {
  if (matchRowShape(targets, output)) return;
  throw inputError(
    `The model's output is ${formatShape(output)} an example and the targets are ${formatShape(targets)}; check "targets" in basin.json, which must have the output's own shape and layout.`,
  );
}
