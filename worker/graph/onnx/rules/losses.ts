/** Rules for losses that are part of a graph, as exporters write a model together with its loss. */
import {
  cast,
  compare,
  div,
  full,
  gatherElements,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  where,
} from '../../arithmetic.ts';
import type { Value } from '../../graph.ts';
import type { OnnxNode } from '../node.ts';
import { allAxes, type Rule } from './shared.ts';

/**
 * −weight·log p of each target's class, 0 where the target is `ignore_index`; their sum, or their mean, which is the sum
 * divided by that of the counted targets' weights (ONNX specification, NegativeLogLikelihoodLoss).
 * @param logProbabilities of the classes, which lie along axis 1.
 */
function negativeLogLikelihood(node: OnnxNode, logProbabilities: Value): Value {
  const targets = cast(node.input(1), 'int64');
  const [count, , ...positions] = logProbabilities.shape as [number, number, ...number[]];
  const ignored = node.has('ignore_index') ? compare('Equal', targets, node.int('ignore_index', 0)) : null;
  const classes = ignored ? where(ignored, 0, targets) : targets;
  const picked = gatherElements(logProbabilities, reshape(classes, [count, 1, ...positions]), 1);
  const given = node.inputs[2]
    ? node.apply('Gather', [node.inputs[2], classes], { axis: 0 })
    : full(1, { type: logProbabilities.type, shape: targets.shape });
  const weights = ignored ? where(ignored, 0, given) : given;
  const losses = mul(neg(reshape(picked, targets.shape)), weights);
  const total = (value: Value): Value => reshape(sum(value, allAxes(value)), []);
  switch (node.text('reduction', 'mean')) {
    case 'none':
      return losses;
    case 'sum':
      return total(losses);
    default:
      return div(total(losses), total(weights));
  }
}

/** The second output, where a model asks for it, are the log-probabilities. */
const softmaxCrossEntropy: Rule = node => {
  const logProbabilities = logSoftmax(node.input(0), 1);
  return [negativeLogLikelihood(node, logProbabilities), logProbabilities];
};

export const lossRules: Readonly<Record<string, Rule>> = {
  NegativeLogLikelihoodLoss: node => negativeLogLikelihood(node, node.input(0)),
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
