/** Dense layers, activations, and layers that only arrange what they are given. */
import { activate, clip } from './activations.ts';
import { hasChannelsFirst } from './convolution.ts';
import { counted, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';

/** DATA_TYPE of the elements that indices have. */
const INT64 = 7;

const dense: LayerRule = layer => {
  const x = layer.input();
  const [kernel, bias] = layer.weights(['kernel', layer.flag('use_bias', true) ? 'bias' : null]);
  const product = layer.node('MatMul', [x.name, kernel.name]);
  return activate(layer, plain(bias ? layer.node('Add', [product, bias.name]) : product, x.rank));
};

const same: LayerRule = layer => layer.unordered();

/** Channels become the last axis before, wherever the layer says that they are. */
const flatten: LayerRule = layer => {
  const x = layer.input();
  const isTurned = hasChannelsFirst(layer) && x.rank > 2;
  const last = isTurned ? layer.transpose(x.name, [0, ...counted(2, x.rank), 1]) : x.name;
  return plain(layer.node('Flatten', [last], { axis: 1 }), 2);
};

const reshape: LayerRule = layer => {
  const target: unknown = layer.config.target_shape;
  // TensorFlow.js writes null for the axis that takes what is left.
  const sizes = Array.isArray(target) ? target.map((size: unknown) => size ?? -1) : [];
  if (!Array.isArray(target) || !sizes.every(size => Number.isInteger(size))) throw layer.refuseOption('target_shape');
  // A batch of its own size: 0 keeps it.
  return plain(layer.reshape(layer.input().name, [0, ...sizes.map(Number)]), sizes.length + 1);
};

const permute: LayerRule = layer => {
  const x = layer.input();
  const dims = layer.numbers('dims', x.rank - 1, 0);
  return plain(layer.transpose(x.name, [0, ...dims]), x.rank);
};

const repeatVector: LayerRule = layer => {
  const parted = layer.node('Unsqueeze', [layer.input().name, layer.integers([1])]);
  return plain(layer.node('Tile', [parted, layer.integers([1, layer.number('n', 1), 1])]), 3);
};

const embedding: LayerRule = layer => {
  const x = layer.input();
  if (layer.flag('mask_zero', false)) throw layer.refuseOption('mask_zero');
  const [embeddings] = layer.weights(['embeddings']);
  const indices = layer.node('Cast', [x.name], { to: INT64 });
  return plain(layer.node('Gather', [embeddings.name, indices], { axis: 0 }), x.rank + 1);
};

/** max(0, x) with its options: a slope below a threshold, and an upper limit. */
const relu: LayerRule = layer => {
  const x = layer.unordered();
  const slope = layer.number('negative_slope', 0);
  const threshold = layer.number('threshold', 0);
  const max =
    layer.config.max_value === undefined || layer.config.max_value === null ? null : layer.number('max_value', 0);
  if (threshold !== 0 && (slope !== 0 || max !== null)) throw layer.refuseOption('threshold');
  if (threshold !== 0) return layer.elementwise(x, 'ThresholdedRelu', { alpha: threshold });
  if (max !== null && slope === 0) return clip(layer, x, 0, max);
  const result = slope === 0 ? layer.elementwise(x, 'Relu') : layer.elementwise(x, 'LeakyRelu', { alpha: slope });
  return max === null ? result : layer.elementwise(result, 'Min', {}, [layer.scalar(max)]);
};

/** A slope for each channel and place, except along shared axes. */
const prelu: LayerRule = layer => {
  const x = layer.input();
  const [alpha] = layer.weights(['alpha']);
  return layer.elementwise(x, 'PRelu', {}, [alpha.name]);
};

const softmax: LayerRule = layer => {
  const x = layer.input();
  const axis = layer.axis('axis', x);
  const result: Wire = layer.elementwise(x, 'Softmax', { axis });
  return axis === x.rank - 1 ? { ...result, logits: { of: x, by: 'softmax' } } : result;
};

/** A product whose letters are axes; biases lie along some of the result's last ones. */
const einsumDense: LayerRule = layer => {
  const x = layer.input();
  const equation = layer.text('equation', '').replaceAll(' ', '');
  const [left = '', right = ''] = equation.split('->');
  const [given = ''] = left.split(',');
  const letters = (term: string): number => term.replace('...', '').length;
  const rank = letters(right) + (right.includes('...') ? x.rank - letters(given) : 0);
  const [kernel, bias] = layer.weights(['kernel', layer.text('bias_axes', '') ? 'bias' : null]);
  const product = layer.node('Einsum', [x.name, kernel.name], { equation });
  return activate(layer, plain(bias ? layer.node('Add', [product, bias.name]) : product, rank));
};

export const coreLayers: Readonly<Record<string, LayerRule>> = {
  Dense: dense,
  EinsumDense: einsumDense,
  Activation: layer => activate(layer, layer.unordered()),
  ReLU: relu,
  ELU: layer => layer.elementwise(layer.unordered(), 'Elu', { alpha: layer.number('alpha', 1) }),
  LeakyReLU: layer => {
    // Its name in version 3 of Keras; both have the same default.
    const slope = layer.number(layer.config.negative_slope === undefined ? 'alpha' : 'negative_slope', 0.3);
    return layer.elementwise(layer.unordered(), 'LeakyRelu', { alpha: slope });
  },
  ThresholdedReLU: layer =>
    layer.elementwise(layer.unordered(), 'ThresholdedRelu', { alpha: layer.number('theta', 1) }),
  PReLU: prelu,
  Softmax: softmax,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  Embedding: embedding,
  Identity: same,
  // What training alone does.
  Dropout: same,
  SpatialDropout1D: same,
  SpatialDropout2D: same,
  SpatialDropout3D: same,
  AlphaDropout: same,
  GaussianDropout: same,
  GaussianNoise: same,
  ActivityRegularization: same,
  RandomBrightness: same,
  RandomContrast: same,
  RandomFlip: same,
  RandomRotation: same,
  RandomTranslation: same,
  RandomZoom: same,
};
