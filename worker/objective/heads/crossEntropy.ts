import { inputError } from '../../errors.ts';
import { cast, logSoftmax, mul, neg, sumRows } from '../../graph/arithmetic.ts';
import { input } from '../../graph/graph.ts';
import { elementCount, formatShape, numberAt, type Tensor, tensorFromNumbers } from '../../tensor.ts';
import { type CrossEntropyOptions, DEFAULT_IGNORE_INDEX } from '../loss.ts';
import type { Head } from './head.ts';

const WEIGHTS = 'cross-entropy:weights';

/**
 * Cross-entropy of logits against class indices (PyTorch, CrossEntropyLoss). With class weights w and smoothing ε, a
 * target y has the loss (1 − ε)·w(y)·(−log p(y)) + ε/C·Σ w(c)·(−log p(c)) and the weight w(y) in the mean.
 * Logits are [n, C, …] as in PyTorch, or [n, …, C] as language models write them; targets are [n, …].
 *
 * As a graph it is −Σ T(c)·log p(c), where T holds the weights of the logarithms and is 0 where nothing counts.
 */
export function crossEntropyHead(options: CrossEntropyOptions): Head {
  const { labelSmoothing = 0, classWeights } = options;
  return {
    evaluate(output, targets, count) {
      const data = output.data as Float32Array | Float64Array;
      const sums = new Float64Array(count);
      const weights = new Float64Array(count);
      const counted = new Float64Array(count);
      const correct = new Float64Array(count);
      forEachTarget(output.shape, targets, count, options, ({ example, target, weight, ...place }) => {
        const logits: Logits = { data, ...place };
        const { max, argMax, rest } = summarize(logits);
        // The logarithm of the other classes' share is exact however small it is, so that tiny losses do not round to 0.
        const logRest = Math.log1p(rest);
        const own = weight * (max - data[place.start + target * place.stride]! + logRest);
        const smooth = labelSmoothing && smoothLoss(logits, max, logRest, classWeights);
        sums[example]! += (1 - labelSmoothing) * own + labelSmoothing * smooth;
        weights[example]! += weight;
        counted[example]! += 1;
        if (argMax === target) correct[example]! += 1;
      });
      return { sums, weights, counted, correct };
    },

    graph(output, targetShape, type) {
      const weights = input(WEIGHTS, type, output.shape);
      const logProbabilities = logSoftmax(cast(output, type), classAxis(output.shape, targetShape));
      return { losses: neg(sumRows(mul(weights, logProbabilities))), inputs: [weights] };
    },

    feeds(shape, targets, count, type) {
      const weights = new Float64Array(elementCount(shape));
      const sums = new Float64Array(count);
      forEachTarget(shape, targets, count, options, ({ example, target, weight, start, stride, classes }) => {
        for (let index = 0; index < classes && labelSmoothing > 0; index++) {
          weights[start + index * stride]! += (labelSmoothing / classes) * (classWeights?.[index] ?? 1);
        }
        weights[start + target * stride]! += (1 - labelSmoothing) * weight;
        sums[example]! += weight;
      });
      return { feeds: { [WEIGHTS]: tensorFromNumbers(weights, type, shape) }, weights: sums };
    },

    divergence(anchor, output, targets, count) {
      const sums = new Float64Array(count);
      const weights = new Float64Array(count);
      const [x, y] = [anchor.data, output.data] as (Float32Array | Float64Array)[];
      forEachTarget(output.shape, targets, count, options, ({ example, ...place }) => {
        sums[example]! += divergenceOf(x!, y!, place);
        weights[example]! += 1;
      });
      return { sums, weights };
    },
  };
}

/** Where the logits of one counted target lie: one a class, `stride` apart. */
interface Place {
  readonly start: number;
  readonly stride: number;
  readonly classes: number;
}

interface CountedTarget extends Place {
  readonly example: number;
  readonly target: number;
  readonly weight: number;
}

/** Visits every target that counts. Throws `input` where output and targets do not fit, or a target is no class. */
function forEachTarget(
  shape: readonly number[],
  targets: Tensor,
  count: number,
  { ignoreIndex = DEFAULT_IGNORE_INDEX, classWeights }: CrossEntropyOptions,
  visit: (target: CountedTarget) => void,
): void {
  const axis = classAxis(shape, targets.shape);
  const classes = shape[axis]!;
  checkClassWeights(classWeights, classes);
  // Positions of an example, such as pixels or tokens, and how far apart their classes and they themselves lie.
  const positions = elementCount(shape.slice(1)) / classes;
  const stride = elementCount(shape.slice(axis + 1));
  for (let example = 0; example < count; example++) {
    for (let position = 0; position < positions; position++) {
      const target = numberAt(targets.data, example * positions + position);
      if (target === ignoreIndex) continue;
      checkTarget(target, classes, example);
      const outer = Math.floor(position / stride);
      const start = (example * positions + outer * stride) * classes + (position % stride);
      visit({ example, target, weight: classWeights?.[target] ?? 1, start, stride, classes });
    }
  }
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

/** The logits of one target among all. */
interface Logits extends Place {
  readonly data: Float32Array | Float64Array;
}

/**
 * KL(p ‖ q) for logits x and y: ln Σ p·e^δ − Σ p·δ with δ = y − x, in which nothing of the size of the logits cancels, so
 * that nearly equal predictions have the divergence that their difference makes.
 */
function divergenceOf(
  x: Float32Array | Float64Array,
  y: Float32Array | Float64Array,
  { start, stride, classes }: Place,
): number {
  const own = summarize({ data: x, start, stride, classes });
  const other = summarize({ data: y, start, stride, classes });
  if (own.argMax < 0 || other.argMax < 0) return Number.NaN;
  const logTotal = Math.log1p(own.rest);
  const likeliest = start + own.argMax * stride;
  const shift = y[likeliest]! - x[likeliest]!;
  let mean = 0;
  let growth = 0;
  for (let index = 0; index < classes; index++) {
    const at = start + index * stride;
    const logShare = x[at]! - own.max - logTotal;
    const difference = y[at]! - x[at]! - shift;
    mean += Math.exp(logShare) * difference;
    // A class that was next to impossible may have become likely.
    growth +=
      difference > 1
        ? Math.exp(logShare + difference) - Math.exp(logShare)
        : Math.exp(logShare) * Math.expm1(difference);
  }
  if (Number.isFinite(growth)) return Math.log1p(growth) - mean;
  return other.max + Math.log1p(other.rest) - (own.max + logTotal) - shift - mean;
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
