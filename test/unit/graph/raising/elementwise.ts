import { DATA_TYPE } from '../../../../worker/graph/onnx/schema.ts';
import { bools, floats, type Model, one, random } from './model.ts';

const unary = [
  ...[
    'Neg',
    'Abs',
    'Sign',
    'Floor',
    'Ceil',
    'Round',
    'Sqrt',
    'Exp',
    'Log',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
  ],
  ...[
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
    'Erf',
    'Reciprocal',
    'Relu',
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Softsign',
  ],
  ...['HardSwish', 'Mish', 'LeakyRelu', 'Elu', 'Selu', 'Celu', 'ThresholdedRelu', 'Shrink', 'HardSigmoid', 'Gelu'],
  ...['Identity', 'Sum', 'Mean', 'Min', 'Max'],
];
const binary = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sum', 'Mean', 'Min', 'Max'];
const comparisons = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'];

/** A model of one logical operator, after x has been compared with zero. */
const logical = (op: string): Model => ({
  opset: 16,
  x: [4],
  y: DATA_TYPE.bool,
  nodes: [
    { op: 'Greater', in: ['x', 'zero'], out: ['b'] },
    { op, in: op === 'Not' ? ['b'] : ['b', 'mask'], out: ['y'] },
  ],
  initializers: { zero: floats([0]), mask: bools([0, 1, 0, 1]) },
});

/** Operators that act on each element, with their defaults and with attributes. */
export const elementwiseModels: Readonly<Record<string, Model>> = {
  ...Object.fromEntries(unary.map(op => [op, one(op, 20, [3, 5])])),
  ...Object.fromEntries(
    binary.map(op => [`${op} of two`, one(op, 13, [2, 3, 5], { initializers: { b: random(3, 1) } })]),
  ),
  ...Object.fromEntries(
    comparisons.map(op => [op, one(op, 16, [2, 3], { y: DATA_TYPE.bool, initializers: { b: random(3) } })]),
  ),
  ...Object.fromEntries(['And', 'Or', 'Xor', 'Not'].map(op => [op, logical(op)])),
  IsNaN: one('IsNaN', 13, [4], { y: DATA_TYPE.bool }),
  IsInf: one('IsInf', 10, [4], { y: DATA_TYPE.bool }),
  'IsNaN and IsInf of what is': {
    opset: 13,
    x: [4],
    nodes: [
      { op: 'Div', in: ['x', 'zeros'], out: ['q'] },
      { op: 'IsInf', in: ['q'], out: ['infinite'] },
      { op: 'IsNaN', in: ['q'], out: ['nan'] },
      { op: 'Or', in: ['infinite', 'nan'], out: ['odd'] },
      { op: 'Where', in: ['odd', 'x', 'q'], out: ['y'] },
    ],
    initializers: { zeros: floats([0, 1, 0, 2]) },
  },
  'Mod of floats': one('Mod', 13, [2, 3], { initializers: { b: floats([0.7]) }, attributes: { fmod: 1 } }),
  'LeakyRelu with a slope': one('LeakyRelu', 16, [3, 5], { attributes: { alpha: { float: 0.3 } } }),
  'Elu with a factor': one('Elu', 13, [3, 5], { attributes: { alpha: { float: 0.3 } } }),
  'Selu with factors': one('Selu', 13, [3, 5], { attributes: { alpha: { float: 2 }, gamma: { float: 0.5 } } }),
  'Celu with a factor': one('Celu', 12, [3, 5], { attributes: { alpha: { float: 0.5 } } }),
  'ThresholdedRelu with a threshold': one('ThresholdedRelu', 10, [3, 5], { attributes: { alpha: { float: 0.3 } } }),
  'Shrink with a bias': one('Shrink', 9, [3, 5], { attributes: { lambd: { float: 0.3 }, bias: { float: 0.1 } } }),
  'HardSigmoid with a slope': one('HardSigmoid', 13, [3, 5], {
    attributes: { alpha: { float: 0.5 }, beta: { float: 0.25 } },
  }),
  'Gelu by tanh': one('Gelu', 20, [3, 5], { attributes: { approximate: 'tanh' } }),
  'PRelu of a matrix': one('PRelu', 16, [3, 5], { initializers: { slope: random(5) } }),
  'Cast to integers': one('Cast', 13, [4], { y: DATA_TYPE.int64, attributes: { to: DATA_TYPE.int64 } }),
  Swish: one('Swish', 24, [4], { attributes: { alpha: { float: 1.5 } } }),
  CastLike: one('CastLike', 15, [4], { initializers: { like: random(1) } }),
};
