import { cast, logSoftmax, mul, neg, sumRows } from '../../graph/arithmetic.ts';
import { input } from '../../graph/graph.ts';
import { elementCount, tensorFromNumbers } from '../../tensor.ts';
import type { CrossEntropyOptions } from '../loss.ts';
import { type CountedTarget, classesOf, forEachTarget } from './classTargets.ts';
import type { Head } from './head.ts';
import { divergenceOf, summarize } from './softmax.ts';

const WEIGHTS = 'cross-entropy:weights';

/**
 * Cross-entropy of logits against class indices or probabilities of the classes (PyTorch, CrossEntropyLoss): of each
 * target −Σ T(c)·log p(c), where T holds the weights of the logarithms that `forEachTarget` gives. Logits are [n, C, …] as
 * in PyTorch, or [n, …, C] as language models write them. Predictions are right where the likeliest class is the target's.
 *
 * As a graph it is the same sum, with T as an input that is 0 where nothing counts.
 */
export function crossEntropyHead(options: CrossEntropyOptions): Head {
  return {
    evaluate(output, targets, count) {
      const data = output.data as Float32Array | Float64Array;
      const sums = new Float64Array(count);
      const weights = new Float64Array(count);
      const counted = new Float64Array(count);
      const correct = new Float64Array(count);
      let current: CountedTarget | undefined;
      let level = 0;
      let logRest = 0;
      forEachTarget(output.shape, targets, count, options, {
        target(target) {
          const { max, argMax, rest } = summarize(data, target);
          current = target;
          // The logarithm of the other classes' share is exact however small it is, so that tiny losses do not round to 0.
          logRest = Math.log1p(rest);
          level = max;
          weights[target.example]! += target.weight;
          counted[target.example]! += 1;
          if (argMax === target.label) correct[target.example]! += 1;
        },
        share(index, share) {
          const { example, start, stride } = current!;
          sums[example]! += share * (level - data[start + index * stride]! + logRest);
        },
      });
      return { sums, weights, counted, correct };
    },

    graph(output, targetShape, type) {
      const weights = input(WEIGHTS, type, output.shape);
      const { axis } = classesOf(output.shape, targetShape, options);
      const logProbabilities = logSoftmax(cast(output, type), axis);
      return { losses: neg(sumRows(mul(weights, logProbabilities))), inputs: [weights] };
    },

    feeds(shape, targets, count, type) {
      const weights = new Float64Array(elementCount(shape));
      const sums = new Float64Array(count);
      let current: CountedTarget | undefined;
      forEachTarget(shape, targets, count, options, {
        target(target) {
          current = target;
          sums[target.example]! += target.weight;
        },
        share(index, share) {
          weights[current!.start + index * current!.stride]! += share;
        },
      });
      return { feeds: { [WEIGHTS]: tensorFromNumbers(weights, type, shape) }, weights: sums };
    },

    divergence(anchor, output, targets, count) {
      const sums = new Float64Array(count);
      const weights = new Float64Array(count);
      const [x, y] = [anchor.data, output.data] as (Float32Array | Float64Array)[];
      forEachTarget(output.shape, targets, count, options, {
        target(target) {
          sums[target.example]! += divergenceOf(x!, y!, target);
          weights[target.example]! += 1;
        },
      });
      return { sums, weights };
    },
  };
}
