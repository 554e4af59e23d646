/** Rules for operators that act on each element. */
import { scalar } from '../../graph.ts';
import type { OperatorName } from '../../operators/table.ts';
import { type Rule, same, withFloats } from './shared.ts';

/** Applies an operator of two inputs pairwise along a list: Sum, Min, Max take any number of inputs. */
const folded =
  (operator: OperatorName): Rule =>
  node =>
    node.present().reduce((left, right) => node.apply(operator, [left, right]));

/** Takes the mean of its inputs. */
const mean: Rule = node => {
  const total = node.present().reduce((left, right) => node.apply('Add', [left, right]));
  return node.apply('Mul', [total, scalar(1 / node.present().length)]);
};

/** Bounds were attributes before opset 11 and are optional inputs since. */
const clip: Rule = node => {
  const asInputs = node.opset >= 11;
  const min = asInputs ? node.known(1, 'the bounds of a Clip')?.[0] : node.float('min', Number.NEGATIVE_INFINITY);
  const max = asInputs ? node.known(2, 'the bounds of a Clip')?.[0] : node.float('max', Number.POSITIVE_INFINITY);
  return node.apply('Clip', [node.input(0)], {
    min: min ?? Number.NEGATIVE_INFINITY,
    max: max ?? Number.POSITIVE_INFINITY,
  });
};

const isInfinite: Rule = node => {
  if (node.int('detect_negative', 1) && node.int('detect_positive', 1)) return node.apply('IsInf', [node.input(0)]);
  throw node.refuse('it must detect both infinities.');
};

/** x·σ(αx). */
const swish: Rule = node => {
  const x = node.input(0);
  const scaled = node.apply('Mul', [x, scalar(node.float('alpha', 1))]);
  return node.apply('Mul', [x, node.apply('Sigmoid', [scaled])]);
};

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Add: same('Add'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  Div: same('Div'),
  Pow: same('Pow'),
  Mod: node => node.apply('Mod', node.present(), { fmod: node.int('fmod', 0) }),
  Min: folded('Min'),
  Max: folded('Max'),
  Sum: folded('Add'),
  Mean: mean,
  Where: same('Where'),
  Equal: same('Equal'),
  Less: same('Less'),
  LessOrEqual: same('LessOrEqual'),
  Greater: same('Greater'),
  GreaterOrEqual: same('GreaterOrEqual'),
  And: same('And'),
  Or: same('Or'),
  Xor: same('Xor'),
  Not: same('Not'),
  IsNaN: same('IsNaN'),
  IsInf: isInfinite,
  Neg: same('Neg'),
  Abs: same('Abs'),
  Sign: same('Sign'),
  Floor: same('Floor'),
  Ceil: same('Ceil'),
  Round: same('Round'),
  Sqrt: same('Sqrt'),
  Exp: same('Exp'),
  Log: same('Log'),
  Sin: same('Sin'),
  Cos: same('Cos'),
  Tan: same('Tan'),
  Asin: same('Asin'),
  Acos: same('Acos'),
  Atan: same('Atan'),
  Sinh: same('Sinh'),
  Cosh: same('Cosh'),
  Asinh: same('Asinh'),
  Acosh: same('Acosh'),
  Atanh: same('Atanh'),
  Erf: same('Erf'),
  Reciprocal: same('Reciprocal'),
  Relu: same('Relu'),
  Sigmoid: same('Sigmoid'),
  Tanh: same('Tanh'),
  Softplus: same('Softplus'),
  Softsign: same('Softsign'),
  HardSwish: same('HardSwish'),
  Mish: same('Mish'),
  LeakyRelu: withFloats('LeakyRelu', { alpha: 0.01 }),
  Elu: withFloats('Elu', { alpha: 1 }),
  Selu: withFloats('Selu', { alpha: 1.6732631921768188, gamma: 1.0507010221481323 }),
  Celu: withFloats('Celu', { alpha: 1 }),
  ThresholdedRelu: withFloats('ThresholdedRelu', { alpha: 1 }),
  Shrink: withFloats('Shrink', { lambd: 0.5, bias: 0 }),
  Swish: swish,
  HardSigmoid: withFloats('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  Gelu: node => node.apply('Gelu', [node.input(0)], { approximate: node.text('approximate', 'none') }),
  PRelu: same('PRelu'),
  Clip: clip,
};
