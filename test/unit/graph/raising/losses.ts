import { floats, ints, type Model, one } from './model.ts';

const targets = { t: ints([0, 2, 1, 2], [4]) };
const weighted = { ...targets, w: floats([0.5, 2, 1.25]) };
const positions = { t: ints([0, 2, 1, 2, 0, 1], [2, 3]) };

const crossEntropy = (
  x: readonly number[],
  initializers: NonNullable<Model['initializers']>,
  attributes: Readonly<Record<string, string | number>> = {},
): Model => one('SoftmaxCrossEntropyLoss', 13, x, { initializers, attributes });

/** Losses inside a graph. */
export const lossModels: Readonly<Record<string, Model>> = {
  SoftmaxCrossEntropyLoss: crossEntropy([4, 3], targets),
  'SoftmaxCrossEntropyLoss with weights': crossEntropy([4, 3], weighted),
  'SoftmaxCrossEntropyLoss with weights and a class that is ignored': crossEntropy([4, 3], weighted, {
    ignore_index: 2,
  }),
  'SoftmaxCrossEntropyLoss, summed': crossEntropy([4, 3], weighted, { reduction: 'sum', ignore_index: 2 }),
  'SoftmaxCrossEntropyLoss of each': crossEntropy([4, 3], weighted, { reduction: 'none' }),
  'SoftmaxCrossEntropyLoss of positions': crossEntropy([2, 3, 3], positions, { ignore_index: 1 }),
  'SoftmaxCrossEntropyLoss with its log-probabilities': {
    opset: 13,
    x: [4, 3],
    nodes: [
      { op: 'SoftmaxCrossEntropyLoss', in: ['x', 't'], out: ['loss', 'p'] },
      { op: 'Add', in: ['loss', 'p'], out: ['y'] },
    ],
    initializers: targets,
  },
  NegativeLogLikelihoodLoss: one('NegativeLogLikelihoodLoss', 13, [2, 3, 3], { initializers: positions }),
};
