/** Activation functions, by the names that configurations have for them. */
import { isConfig, type Layer } from './layer.ts';
import type { Wire } from './network.ts';

type Activation = (layer: Layer, x: Wire) => Wire;

const unary =
  (operator: string, attributes: Readonly<Record<string, number | string>> = {}): Activation =>
  (layer, x) =>
    layer.elementwise(x, operator, attributes);

/** `min` and `max` as ONNX's Clip takes them. */
export const clip = (layer: Layer, x: Wire, min: number, max: number): Wire =>
  layer.elementwise(x, 'Clip', {}, [layer.scalar(min), layer.scalar(max)]);

/** Softmax over the channels. Its input is kept, so that a loss can begin with it. */
const channelSoftmax =
  (operator: 'Softmax' | 'LogSoftmax'): Activation =>
  (layer, x) => {
    const result = layer.elementwise(x, operator, { axis: x.channels === 'first' ? 1 : -1 });
    return operator === 'Softmax' ? { ...result, logits: { of: x, by: 'softmax' } } : result;
  };

/** Version 2 of Keras and TensorFlow.js have another slope than version 3, which follows PyTorch. */
const hardSigmoid: Activation = (layer, x) =>
  layer.elementwise(x, 'HardSigmoid', { alpha: layer.context.dialect === 'keras 3' ? 1 / 6 : 0.2, beta: 0.5 });

/** The part of a piecewise function that is 0 below −1, 1 from 1 on, and straight between. */
const sparseSigmoid: Activation = (layer, x) => layer.elementwise(x, 'HardSigmoid', { alpha: 0.5, beta: 0.5 });

/** 0 below −1, (x + 1)²/4 up to 1, and x from there on (Keras 3, `sparse_plus`): the square of the sigmoid and what is above 1. */
const sparsePlus: Activation = (layer, x) => {
  const share = sparseSigmoid(layer, x).name;
  const above = layer.elementwise(layer.elementwise(x, 'Sub', {}, [layer.scalar(1)]), 'Relu');
  return layer.elementwise(above, 'Add', {}, [layer.node('Mul', [share, share])]);
};

/** (x + √(x² + 4))/2. */
const squareplus: Activation = (layer, x) => {
  const root = layer.node('Sqrt', [layer.node('Add', [layer.node('Mul', [x.name, x.name]), layer.scalar(4)])]);
  return layer.elementwise(layer.elementwise(x, 'Add', {}, [root]), 'Mul', {}, [layer.scalar(0.5)]);
};

const silu: Activation = (layer, x) => layer.elementwise(x, 'Mul', {}, [layer.elementwise(x, 'Sigmoid').name]);

const activations: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: unary('Relu'),
  relu6: (layer, x) => clip(layer, x, 0, 6),
  elu: unary('Elu', { alpha: 1 }),
  selu: unary('Selu'),
  celu: unary('Celu', { alpha: 1 }),
  gelu: unary('Gelu'),
  gelu_new: unary('Gelu', { approximate: 'tanh' }),
  leaky_relu: unary('LeakyRelu', { alpha: 0.2 }),
  softplus: unary('Softplus'),
  softsign: unary('Softsign'),
  tanh: unary('Tanh'),
  sigmoid: (layer, x) => ({ ...layer.elementwise(x, 'Sigmoid'), logits: { of: x, by: 'sigmoid' } }),
  hard_sigmoid: hardSigmoid,
  hard_silu: unary('HardSwish'),
  hard_swish: unary('HardSwish'),
  log_sigmoid: (layer, x) => layer.elementwise(layer.elementwise(layer.elementwise(x, 'Neg'), 'Softplus'), 'Neg'),
  hard_shrink: unary('Shrink', { lambd: 0.5, bias: 0 }),
  soft_shrink: unary('Shrink', { lambd: 0.5, bias: 0.5 }),
  tanh_shrink: (layer, x) => layer.elementwise(x, 'Sub', {}, [layer.node('Tanh', [x.name])]),
  sparse_sigmoid: sparseSigmoid,
  sparse_plus: sparsePlus,
  squareplus,
  hard_tanh: (layer, x) => clip(layer, x, -1, 1),
  silu,
  swish: silu,
  mish: unary('Mish'),
  exponential: unary('Exp'),
  softmax: channelSoftmax('Softmax'),
  log_softmax: channelSoftmax('LogSoftmax'),
};

/** The name of an activation, which newer versions keep in an object. */
export function activationName(layer: Layer, option: string, otherwise = 'linear'): string {
  const given = layer.config[option] ?? otherwise;
  const name = isConfig(given) && given.class_name === 'function' ? given.config : given;
  if (typeof name !== 'string') throw layer.refuseOption(option);
  const known = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  if (!Object.hasOwn(activations, known)) throw layer.refuseOption(option);
  return known;
}

/** Layers without weights that stand for activations, such as a LeakyReLU with a slope of its own. */
const ACTIVATION_LAYERS: ReadonlySet<unknown> = new Set(['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax']);

/** The activation that a layer's option names, or the layer that stands there, of what the layer computed. */
export function activate(layer: Layer, x: Wire): Wire {
  const given = layer.config.activation;
  if (!isConfig(given) || !ACTIVATION_LAYERS.has(given.class_name)) {
    return activations[activationName(layer, 'activation')]!(layer, x);
  }
  return layer.inner('activation', layer.place, [x])[0]!;
}
