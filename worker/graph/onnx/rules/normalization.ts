/** Rules for normalisation layers. */
import { add, mean, mul, reciprocal, sqrt, square } from '../../arithmetic.ts';
import type { Value } from '../../graph.ts';
import { normalizeAxis } from '../../shapes.ts';
import { allAxes, type Rule, reshape, withFloats } from './shared.ts';

/** Statistics over the batch would make the loss no mean over examples, so training mode becomes evaluation mode. */
const batchNormalization: Rule = node => {
  if (node.int('training_mode', 0) || (node.opset < 14 && node.outputCount > 1)) {
    node.surroundings.note(`${node.name}: BatchNormalization in training mode was read in evaluation mode.`);
  }
  return node.apply(
    'BatchNormalization',
    [0, 1, 2, 3, 4].map(index => node.input(index)),
    {
      epsilon: node.float('epsilon', 1e-5),
    },
  );
};

/** Before opset 21 GroupNormalization had one scale and bias a group. */
const groupNormalization: Rule = node => {
  const x = node.input(0);
  const groups = node.int('num_groups', 1);
  const channels = x.shape[1]!;
  const perChannel = (index: number): Value => {
    const value = node.input(index);
    if (node.opset >= 21 || value.shape[0] === channels) return value;
    const repeated = node.apply('Expand', [reshape(node, value, [groups, 1])], { shape: [groups, channels / groups] });
    return reshape(node, repeated, [channels]);
  };
  const attributes = { epsilon: node.float('epsilon', 1e-5), num_groups: groups };
  return node.apply('GroupNormalization', [x, perChannel(1), perChannel(2)], attributes);
};

const layerNormalization: Rule = node => {
  if (node.outputCount > 1) throw node.refuse('Basin does not read the mean and deviation of a LayerNormalization.');
  const x = node.input(0);
  return node.apply('LayerNormalization', node.present(), {
    axis: normalizeAxis(node.int('axis', -1), x.shape.length),
    epsilon: node.float('epsilon', 1e-5),
  });
};

/** x/√(mean(x²) + ε)·scale: RMSNormalization, and what ONNX Runtime called it before it was standard. */
const rootMeanSquareNormalization: Rule = node => {
  if (node.outputCount > 1) throw node.refuse('Basin does not read the deviation of a normalisation.');
  const x = node.input(0);
  const axes = allAxes(x).slice(normalizeAxis(node.int('axis', -1), x.shape.length));
  const deviation = sqrt(add(mean(square(x), axes), node.float('epsilon', 1e-5)));
  return mul(mul(x, reciprocal(deviation)), node.input(1));
};

export const normalizationRules: Readonly<Record<string, Rule>> = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: withFloats('InstanceNormalization', { epsilon: 1e-5 }),
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquareNormalization,
  SimplifiedLayerNormalization: rootMeanSquareNormalization,
};
