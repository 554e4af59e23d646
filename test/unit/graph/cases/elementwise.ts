import type { OperatorName } from '../../../../worker/graph/operators/table.ts';
import type { Attributes } from '../../../../worker/graph/types.ts';
import { awayFrom, between, bool, type Family, float, int64, type Operand, positive } from './case.ts';

/** Two inputs of shapes that broadcast to one of up to three axes. */
const broadcast =
  (
    operator: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Min' | 'Max' | 'Pow' | 'PRelu',
    left: (shape: readonly number[]) => Operand = shape => shape,
    right: (shape: readonly number[]) => Operand = shape => shape,
  ): Family =>
  draw => {
    const whole = draw.shape(draw.integer(1, 3));
    const part = (shape: readonly number[]) =>
      shape.slice(draw.integer(0, shape.length - 1)).map(size => draw.pick([1, size, size]));
    // PRelu broadcasts its slope alone.
    const first = operator === 'PRelu' || draw.integer(0, 1) === 0 ? whole : part(whole);
    return { operator, inputs: [left(first), right(first === whole ? part(whole) : whole)] };
  };

const of = (
  operand: (shape: readonly number[]) => Operand,
  operator: OperatorName,
  attributes: Attributes = {},
): Family => ({
  operator,
  inputs: [operand([3, 5])],
  attributes,
});

const plain = (shape: readonly number[]): Operand => shape;
const away =
  (...kinks: readonly number[]) =>
  (shape: readonly number[]): Operand =>
    awayFrom(shape, ...kinks);

export const elementwiseCases: readonly Family[] = [
  broadcast('Add'),
  broadcast('Sub'),
  broadcast('Mul'),
  broadcast('Div', plain, shape => positive(shape)),
  broadcast('Min'),
  broadcast('Max'),
  broadcast('Pow', shape => positive(shape)),
  broadcast('PRelu', away(0)),
  ...(['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max'] as const).map(
    (operator): Family => ({ operator, inputs: [int64([7, -7, 8, -9]), int64([2])] }),
  ),
  ...(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'] as const).flatMap((operator): Family[] => [
    { operator, inputs: [int64([1, 2, 3]), int64([2])] },
    { operator, inputs: [[2, 3], [3]] },
  ]),
  ...(['And', 'Or', 'Xor'] as const).map(
    (operator): Family => ({ operator, inputs: [bool([0, 0, 1, 1]), bool([0, 1, 0, 1])] }),
  ),
  { operator: 'IsNaN', inputs: [float([Number.NaN, 1])] },
  { operator: 'IsInf', inputs: [float([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1])] },
  { operator: 'Not', inputs: [bool([0, 1])] },

  ...([0, 1, 2, 3, -1, 0.5] as const).map(
    (exponent): Family => ({ operator: 'Pow', inputs: [positive([2, 3]), float([exponent], [])] }),
  ),
  { operator: 'Pow', inputs: [awayFrom([2, 3], 0), float([2, 3, 1])] },
  { operator: 'Mod', inputs: [awayFrom([2, 3], -3, -1.5, 0, 1.5, 3), float([1.5])], attributes: { fmod: 1 } },
  { operator: 'Mod', inputs: [float([4, -5, 7.5]), between([3], 3.1, 3.6)], attributes: { fmod: 1 } },
  { operator: 'Mod', inputs: [int64([7, -7, 8, -9]), int64([3, 3, -3, -3])], attributes: { fmod: 1 } },
  { operator: 'Mod', inputs: [int64([7, -7, 8, -9]), int64([3, 3, -3, -3])], attributes: { fmod: 0 } },
  { operator: 'Where', inputs: [bool([1, 0, 1]), [2, 3], [1]] },
  { operator: 'Where', inputs: [bool([1, 0], [2, 1]), [3], [1, 3]] },
  { operator: 'Where', inputs: [bool([1, 0]), int64([1, 2]), int64([3])] },

  of(plain, 'Neg'),
  of(away(0), 'Abs'),
  of(away(0), 'Sign'),
  of(away(-2, -1, 0, 1, 2), 'Floor'),
  of(away(-2, -1, 0, 1, 2), 'Ceil'),
  of(away(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5), 'Round'),
  { operator: 'Round', inputs: [float([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6])] },
  of(shape => positive(shape), 'Sqrt'),
  of(plain, 'Exp'),
  of(shape => positive(shape), 'Log'),
  of(plain, 'Sin'),
  of(plain, 'Cos'),
  of(shape => positive(shape), 'Reciprocal'),
  of(shape => between(shape, -1.2, 1.2), 'Tan'),
  of(shape => between(shape, -0.9, 0.9), 'Asin'),
  of(shape => between(shape, -0.9, 0.9), 'Acos'),
  of(plain, 'Atan'),
  of(plain, 'Sinh'),
  of(plain, 'Cosh'),
  of(plain, 'Asinh'),
  of(shape => positive(shape, 1.5), 'Acosh'),
  of(shape => between(shape, -0.9, 0.9), 'Atanh'),
  of(away(0), 'Relu'),
  of(plain, 'Sigmoid'),
  of(plain, 'Tanh'),
  of(plain, 'Erf'),
  of(plain, 'Softplus'),
  of(away(0), 'Softsign'),
  of(shape => between(shape, -2.9, 2.9), 'HardSwish'),
  { operator: 'HardSwish', inputs: [float([-4, -3, 3, 4])] },
  of(plain, 'Mish'),
  of(away(0), 'LeakyRelu', { alpha: 0.25 }),
  of(away(0), 'Elu', { alpha: 2 }),
  of(away(0), 'Selu', { alpha: 1.5, gamma: 1.25 }),
  of(away(0), 'Celu', { alpha: 1.5 }),
  of(away(0.5), 'ThresholdedRelu', { alpha: 0.5 }),
  of(away(-0.5, 0.5), 'Shrink', { lambd: 0.5, bias: 0.25 }),
  of(away(-2, 2), 'HardSigmoid', { alpha: 0.25, beta: 0.5 }),
  of(plain, 'Gelu', { approximate: 'none' }),
  of(plain, 'Gelu', { approximate: 'tanh' }),
  of(away(-0.5, 0.5), 'Clip', { min: -0.5, max: 0.5 }),
  of(away(-0.5), 'Clip', { min: -0.5, max: Number.POSITIVE_INFINITY }),

  of(plain, 'Cast', { to: 'float32' }),
  { operator: 'Cast', inputs: [float([-1.5, 0, 2.7])], attributes: { to: 'int64' } },
  { operator: 'Cast', inputs: [float([-1.5, 0, 2.7])], attributes: { to: 'bool' } },
  { operator: 'Cast', inputs: [int64([-3, 0, 2])], attributes: { to: 'float32' } },
];
