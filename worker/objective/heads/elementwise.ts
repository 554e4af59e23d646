import { matchRowShape } from '../../data/sample.ts';
import { inputError } from '../../errors.ts';
import { cast, mul, softplus, square, sub, sumRows } from '../../graph/arithmetic.ts';
import { input, type Value } from '../../graph/graph.ts';
import { elementCount, formatShape, numberAt, tensorFromNumbers } from '../../tensor.ts';
import type { Head } from './head.ts';

/** Mean squared error (PyTorch, MSELoss). */
export const meanSquaredErrorHead = (): Head =>
  elementwiseHead({
    loss: (output, target) => (output - target) ** 2,
    graph: (output, target) => square(sub(output, target)),
  });

/** Binary cross-entropy of logits: max(x, 0) − x·t + log(1 + e^−|x|), stable for large |x| (PyTorch, BCEWithLogitsLoss). */
export const binaryCrossEntropyHead = (): Head =>
  elementwiseHead({
    loss: (output, target) => Math.max(output, 0) - output * target + Math.log1p(Math.exp(-Math.abs(output))),
    isCorrect: (output, target) => output > 0 === target > 0.5,
    graph: (output, target) => sub(softplus(output), mul(output, target)),
    divergence: (x, y) => {
      // ln Σ p·e^δ − Σ p·δ of two classes; the logit of the unlikelier is 0 after both are turned so that x is positive.
      const [own, difference] = x < 0 ? [-x, x - y] : [x, y - x];
      const rest = Math.exp(-own) / (1 + Math.exp(-own));
      const growth =
        difference < -1
          ? Math.exp(-own - Math.log1p(Math.exp(-own)) - difference) - rest
          : rest * Math.expm1(-difference);
      return Number.isFinite(growth) ? Math.log1p(growth) + rest * difference : -own - difference + rest * difference;
    },
  });

const TARGETS = 'elementwise:targets';
const COUNTS = 'elementwise:counts';

/** A loss that is a mean over elements of output and target alike. */
interface ElementwiseLoss {
  loss(output: number, target: number): number;
  isCorrect?(output: number, target: number): boolean;
  graph(output: Value, target: Value): Value;
  /** KL of a prediction by the output x from one by the output y, in nats. */
  divergence?(x: number, y: number): number;
}

function elementwiseHead({ loss, isCorrect, graph, divergence }: ElementwiseLoss): Head {
  return {
    evaluate(output, targets, count) {
      checkRowShapes(output.shape.slice(1), targets.shape.slice(1));
      const size = elementCount(output.shape.slice(1));
      const sums = new Float64Array(count);
      const correct = isCorrect ? new Float64Array(count) : null;
      for (let index = 0; index < count * size; index++) {
        const example = Math.floor(index / size);
        const value = numberAt(output.data, index);
        const target = numberAt(targets.data, index);
        sums[example]! += loss(value, target);
        if (correct !== null && isCorrect?.(value, target)) correct[example]! += 1;
      }
      const sizes = new Float64Array(count).fill(size);
      return { sums, weights: sizes, counted: sizes, correct };
    },

    graph(output, _, type) {
      const targets = input(TARGETS, type, output.shape);
      // One number an example, 0 for padding, broadcast over the example's elements.
      const counts = input(COUNTS, type, [output.shape[0]!, ...output.shape.slice(1).map(() => 1)]);
      return { losses: sumRows(mul(graph(cast(output, type), targets), counts)), inputs: [targets, counts] };
    },

    feeds(shape, targets, count, type) {
      checkRowShapes(shape.slice(1), targets.shape.slice(1));
      const size = elementCount(shape.slice(1));
      const padded = new Float64Array(elementCount(shape));
      for (let index = 0; index < count * size; index++) padded[index] = numberAt(targets.data, index);
      const counts = new Float64Array(shape[0]!).fill(1, 0, count);
      const feeds = {
        [TARGETS]: tensorFromNumbers(padded, type, shape),
        [COUNTS]: tensorFromNumbers(counts, type, [shape[0]!, ...shape.slice(1).map(() => 1)]),
      };
      return { feeds, weights: new Float64Array(count).fill(size) };
    },

    ...(divergence && {
      divergence(anchor, output, _, count) {
        const size = elementCount(output.shape.slice(1));
        const sums = new Float64Array(count);
        for (let index = 0; index < count * size; index++) {
          sums[Math.floor(index / size)]! += divergence(numberAt(anchor.data, index), numberAt(output.data, index));
        }
        return { sums, weights: new Float64Array(count).fill(size) };
      },
    }),
  };
}

/** Elements are compared in their order, so that the same number of them in another shape would be other elements. */
function checkRowShapes(output: readonly number[], targets: readonly number[]): void {
  if (matchRowShape(targets, output)) return;
  throw inputError(
    `The model's output is ${formatShape(output)} an example and the targets are ${formatShape(targets)}; check "targets" in basin.json, which must have the output's own shape and layout.`,
  );
}
