/** What targets say of classes: an index, or a probability of each. */
import { inputError } from '../../errors.ts';
import { elementCount, formatShape, numberAt, type Tensor } from '../../tensor.ts';
import { type CrossEntropyOptions, DEFAULT_IGNORE_INDEX } from '../loss.ts';
import type { Place } from './softmax.ts';

/** A target that counts: where its logits lie, and what it asks of them. */
export interface CountedTarget extends Place {
  readonly example: number;
  /** The class that it is, or gives the highest probability. */
  readonly label: number;
  /** Its weight in the mean. */
  readonly weight: number;
}

/** What is done with targets, one after the other. */
export interface TargetVisitor {
  target(target: CountedTarget): void;
  /** A class of the target that was visited last, and the weight of −log p of it in the loss, which is above 0. */
  share?(index: number, share: number): void;
}

/**
 * Visits every target that counts. With class weights w and smoothing ε over C classes, the weight of −log p(c) is
 * (1 − ε)·w(y) for c = y and ε/C·w(c) besides of a class index y, and ((1 − ε)·t(c) + ε/C)·w(c) of probabilities t. The
 * first has the weight w(y) in the mean, the others 1 whatever w (PyTorch, CrossEntropyLoss).
 * @param shape of the output; targets are [n, …] without its axis of classes, or probabilities of the output's own shape.
 * Throws `input` where output and targets do not fit, or a target is no class or no probability.
 */
export function forEachTarget(
  shape: readonly number[],
  targets: Tensor,
  count: number,
  options: CrossEntropyOptions,
  visitor: TargetVisitor,
): void {
  const { axis, kind } = classesOf(shape, targets.shape, options);
  const classes = shape[axis]!;
  checkClassWeights(options.classWeights, classes);
  const visit =
    kind === 'indices' ? visitIndex(targets, options, visitor) : visitProbabilities(targets, options, visitor);
  // Positions of an example, such as pixels or tokens, and how far apart their classes and they themselves lie.
  const positions = elementCount(shape.slice(1)) / classes;
  const stride = elementCount(shape.slice(axis + 1));
  for (let example = 0; example < count; example++) {
    for (let position = 0; position < positions; position++) {
      const outer = Math.floor(position / stride);
      const start = (example * positions + outer * stride) * classes + (position % stride);
      visit({ start, stride, classes, example, index: example * positions + position });
    }
  }
}

/** Where a target stands among all, and its logits among theirs. */
interface TargetPlace extends Place {
  readonly example: number;
  readonly index: number;
}

function visitIndex(
  { data }: Tensor,
  { ignoreIndex = DEFAULT_IGNORE_INDEX, labelSmoothing = 0, classWeights }: CrossEntropyOptions,
  visitor: TargetVisitor,
): (place: TargetPlace) => void {
  return ({ index: at, example, start, stride, classes }) => {
    const label = numberAt(data, at);
    if (label === ignoreIndex) return;
    checkTarget(label, classes, example);
    const weight = classWeights?.[label] ?? 1;
    visitor.target({ example, start, stride, classes, label, weight });
    if (!visitor.share) return;
    const own = (1 - labelSmoothing) * weight;
    if (labelSmoothing === 0 && own > 0) visitor.share(label, own);
    for (let index = 0; index < classes && labelSmoothing > 0; index++) {
      const even = (labelSmoothing / classes) * (classWeights?.[index] ?? 1);
      const share = index === label ? own + even : even;
      if (share > 0) visitor.share(index, share);
    }
  };
}

function visitProbabilities(
  { data }: Tensor,
  { labelSmoothing = 0, classWeights }: CrossEntropyOptions,
  visitor: TargetVisitor,
): (place: TargetPlace) => void {
  return ({ example, start, stride, classes }) => {
    let label = 0;
    let highest = 0;
    for (let index = 0; index < classes; index++) {
      const probability = numberAt(data, start + index * stride);
      checkProbability(probability, index, example);
      if (probability <= highest) continue;
      label = index;
      highest = probability;
    }
    visitor.target({ example, start, stride, classes, label, weight: 1 });
    for (let index = 0; index < classes && visitor.share; index++) {
      const smoothed = (1 - labelSmoothing) * numberAt(data, start + index * stride) + labelSmoothing / classes;
      const share = smoothed * (classWeights?.[index] ?? 1);
      if (share > 0) visitor.share(index, share);
    }
  };
}

function checkTarget(target: number, classes: number, example: number): void {
  if (Number.isInteger(target) && target >= 0 && target < classes) return;
  throw inputError(
    `The target ${target} of example ${example} of a batch is no class of the model's ${classes}; check "targets" in basin.json, or set "ignoreIndex" if it stands for none.`,
  );
}

/** Probabilities in float32 may be rounded to a little more than 1. */
const PROBABILITY_MAX = 1 + 1e-6;

function checkProbability(value: number, index: number, example: number): void {
  if (value >= 0 && value <= PROBABILITY_MAX) return;
  throw inputError(
    `The target ${value} for class ${index} of example ${example} of a batch is no probability; targets of the output's own shape are probabilities of the classes, others are class indices: check "targets" in basin.json.`,
  );
}

function checkClassWeights(weights: readonly number[] | undefined, classes: number): void {
  if (weights === undefined || weights.length === classes) return;
  throw inputError(
    `"classWeights" has ${weights.length} numbers and the model ${classes} classes; give one number a class in basin.json.`,
  );
}

/** Where the classes lie, and what the targets are. */
export interface Classes {
  readonly axis: number;
  readonly kind: 'indices' | 'probabilities';
}

/**
 * The axis of an output's classes: 1 as in PyTorch if the rest fits the targets' shape, else the last, which comes first
 * where the network has its channels last. Axes of size 1 change no fit. Targets of the output's own shape are
 * probabilities. Throws `input` where the shapes do not fit.
 */
export function classesOf(
  output: readonly number[],
  targets: readonly number[],
  { classAxis }: CrossEntropyOptions,
): Classes {
  const last = output.length - 1;
  const axes = classAxis === 'last' ? [last] : [1, last];
  const [axis] = axes as [number];
  const areProbabilities = output.length === targets.length && output.slice(1).join() === targets.slice(1).join();
  if (areProbabilities && axis > 0 && output[axis]! > 1) return { axis, kind: 'probabilities' };
  const rest = (own: number) => output.filter((size, at) => at > 0 && at !== own && size !== 1).join();
  const wanted = targets.slice(1).filter(size => size !== 1);
  const fitting = axes.find(own => own > 0 && rest(own) === wanted.join());
  if (fitting !== undefined && !areProbabilities) return { axis: fitting, kind: 'indices' };
  throw inputError(
    `The model's output of ${formatShape(output)} and targets of ${formatShape(targets)} do not fit a cross-entropy, which takes one logit a class and a class index a target, or a probability for each of the logits; check "targets" and "loss" in basin.json.`,
  );
}
