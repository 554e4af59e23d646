/** Activations of Keras 3. */
import { at, erf, softmax, tabulate } from '../numbers.ts';
import { B, type Definition } from './definition.ts';

/** An activation by its name, of one number. */
const activation = (name: string, of: (x: number) => number): Definition => ({
  layer: { class_name: 'Activation', config: { activation: name } },
  inputs: [[B, 40]],
  scale: 5,
  expected: ([x]) => tabulate(x!.shape, (...index) => of(at(x!, ...index))),
});

const { abs, exp, log1p, max, min, sqrt, tanh } = Math;
const sigmoid = (x: number) => 1 / (1 + exp(-x));

const scalar: Readonly<Record<string, (x: number) => number>> = {
  linear: x => x,
  relu: x => max(x, 0),
  relu6: x => min(max(x, 0), 6),
  leaky_relu: x => (x > 0 ? x : 0.2 * x),
  elu: x => (x > 0 ? x : exp(x) - 1),
  selu: x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1)),
  celu: x => (x > 0 ? x : exp(x) - 1),
  gelu: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  softplus: x => log1p(exp(x)),
  softsign: x => x / (abs(x) + 1),
  tanh,
  sigmoid,
  log_sigmoid: x => -log1p(exp(-x)),
  hard_sigmoid: x => min(max(x / 6 + 0.5, 0), 1),
  silu: x => x * sigmoid(x),
  swish: x => x * sigmoid(x),
  hard_silu: x => (x * min(max(x + 3, 0), 6)) / 6,
  hard_swish: x => (x * min(max(x + 3, 0), 6)) / 6,
  hard_tanh: x => min(max(x, -1), 1),
  mish: x => x * tanh(log1p(exp(x))),
  exponential: exp,
  soft_shrink: x => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0),
  hard_shrink: x => (abs(x) > 0.5 ? x : 0),
  tanh_shrink: x => x - tanh(x),
  squareplus: x => (x + sqrt(x * x + 4)) / 2,
  sparse_plus: x => (x <= -1 ? 0 : x >= 1 ? x : (x + 1) ** 2 / 4),
  sparse_sigmoid: x => min(max((x + 1) / 2, 0), 1),
};

export const activations: Readonly<Record<string, Definition>> = {
  ...Object.fromEntries(Object.entries(scalar).map(([name, of]) => [`activation ${name}`, activation(name, of)])),
  'activation log_softmax': {
    layer: { class_name: 'Activation', config: { activation: 'log_softmax' } },
    inputs: [[B, 3, 4]],
    scale: 5,
    expected: ([x]) =>
      tabulate(x!.shape, (b, t, c) => Math.log(softmax([0, 1, 2, 3].map(other => at(x!, b!, t!, other)))[c!]!)),
  },
  'activation in an object': {
    ...activation('gelu', scalar.gelu!),
    layer: {
      class_name: 'Activation',
      config: {
        activation: { module: 'builtins', class_name: 'function', config: 'gelu', registered_name: 'function' },
      },
    },
  },
  'activation that is a layer': {
    layer: {
      class_name: 'Activation',
      config: { activation: { class_name: 'ReLU', config: { name: 'relu', max_value: 2, negative_slope: 0.5 } } },
    },
    inputs: [[B, 40]],
    scale: 5,
    expected: ([x]) => tabulate(x!.shape, (...index) => min(at(x!, ...index) * (at(x!, ...index) > 0 ? 1 : 0.5), 2)),
  },
  'ReLU with slope and maximum': {
    layer: { class_name: 'ReLU', config: { max_value: 2, negative_slope: 0.25, threshold: 0 } },
    inputs: [[B, 40]],
    scale: 5,
    expected: ([x]) => tabulate(x!.shape, (b, i) => min(at(x!, b!, i!) > 0 ? at(x!, b!, i!) : at(x!, b!, i!) / 4, 2)),
  },
};
