/** Operators that act on each element. */
import type { AppliedValue } from '../../graph/graph.ts';
import { number } from '../../graph/types.ts';
import { type Kernel, type Tf, type TfTensor, typeIn } from './kernel.ts';

const unary =
  (f: (tf: Tf, x: TfTensor, node: AppliedValue) => TfTensor): Kernel =>
  (tf, [x], node) =>
    f(tf, x!, node);

const binary =
  (f: (tf: Tf, a: TfTensor, b: TfTensor, node: AppliedValue) => TfTensor): Kernel =>
  (tf, [a, b], node) =>
    f(tf, a!, b!, node);

const isWhole = (x: TfTensor): boolean => x.dtype === 'int32';

/** The sign: of whole numbers a whole number, and NaN for NaN, of which some backends make 0. */
const signOf = (tf: Tf, x: TfTensor): TfTensor =>
  isWhole(x) ? tf.cast(tf.sign(x), 'int32') : choose(tf, tf.isNaN(x), x, tf.sign(x));

/** A quotient; of whole numbers rounded towards zero, where TensorFlow.js rounds down. */
const quotient = (tf: Tf, a: TfTensor, b: TfTensor): TfTensor =>
  isWhole(a) ? tf.mul(tf.floorDiv(tf.abs(a), tf.abs(b)), tf.mul(signOf(tf, a), signOf(tf, b))) : tf.div(a, b);

/** What a division leaves, with the sign of the dividend (fmod) or of the divisor. */
const remainder = (tf: Tf, a: TfTensor, b: TfTensor, node: AppliedValue): TfTensor =>
  number(node.attributes, 'fmod') === 0 ? tf.mod(a, b) : tf.mul(tf.mod(tf.abs(a), tf.abs(b)), signOf(tf, a));

/** Where a condition on x holds, one value, elsewhere another. */
const choose = (tf: Tf, condition: TfTensor, yes: TfTensor, no: TfTensor): TfTensor => tf.where(condition, yes, no);

const attribute = ({ attributes }: AppliedValue, name: string): number => number(attributes, name);

/** x within bounds; an infinite bound is none, and NaN stays what it is. */
function clip(tf: Tf, x: TfTensor, node: AppliedValue): TfTensor {
  const [low, high] = [attribute(node, 'min'), attribute(node, 'max')];
  const bound = (value: number) => tf.scalar(value, isWhole(x) ? 'int32' : 'float32');
  const above = Number.isFinite(low) ? choose(tf, tf.less(x, bound(low)), bound(low), x) : x;
  return Number.isFinite(high) ? choose(tf, tf.greater(above, bound(high)), bound(high), above) : tf.clone(above);
}

/** Of the kind that is asked for: floats lose their fraction, and everything but 0 is true. */
function cast(tf: Tf, x: TfTensor, { type }: AppliedValue): TfTensor {
  const to = typeIn[type];
  return to === 'bool' ? tf.notEqual(x, tf.scalar(0, x.dtype as 'float32')) : tf.cast(x, to);
}

/** log(1 + eˣ), whose exponential never overflows. */
const softplus = (tf: Tf, x: TfTensor): TfTensor => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

export const elementwiseKernels = {
  Add: binary((tf, a, b) => tf.add(a, b)),
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Mul: binary((tf, a, b) => tf.mul(a, b)),
  Div: binary(quotient),
  Pow: binary((tf, a, b) => tf.pow(a, tf.cast(b, a.dtype))),
  Mod: binary(remainder),
  Min: binary((tf, a, b) => tf.minimum(a, b)),
  Max: binary((tf, a, b) => tf.maximum(a, b)),
  Where: (tf, [condition, a, b]) => tf.where(condition!, a!, b!),

  Equal: binary((tf, a, b) => tf.equal(a, b)),
  Less: binary((tf, a, b) => tf.less(a, b)),
  LessOrEqual: binary((tf, a, b) => tf.lessEqual(a, b)),
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  And: binary((tf, a, b) => tf.logicalAnd(a, b)),
  Or: binary((tf, a, b) => tf.logicalOr(a, b)),
  Xor: binary((tf, a, b) => tf.notEqual(a, b)),
  Not: unary((tf, x) => tf.logicalNot(x)),
  IsNaN: unary((tf, x) => tf.isNaN(x)),
  IsInf: unary((tf, x) => tf.isInf(x)),

  Neg: unary((tf, x) => tf.neg(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary(signOf),
  Floor: unary((tf, x) => tf.floor(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  Round: unary((tf, x) => tf.round(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Tan: unary((tf, x) => tf.tan(x)),
  Asin: unary((tf, x) => tf.asin(x)),
  Acos: unary((tf, x) => tf.acos(x)),
  Atan: unary((tf, x) => tf.atan(x)),
  Sinh: unary((tf, x) => tf.sinh(x)),
  Cosh: unary((tf, x) => tf.cosh(x)),
  Asinh: unary((tf, x) => tf.asinh(x)),
  Acosh: unary((tf, x) => tf.acosh(x)),
  Atanh: unary((tf, x) => tf.atanh(x)),
  Reciprocal: unary((tf, x) => tf.reciprocal(x)),

  Relu: unary((tf, x) => tf.relu(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Softplus: unary(softplus),
  Softsign: unary((tf, x) => tf.div(x, tf.add(tf.abs(x), 1))),
  LeakyRelu: unary((tf, x, node) => choose(tf, tf.less(x, 0), tf.mul(x, attribute(node, 'alpha')), x)),
  Elu: unary((tf, x, node) => choose(tf, tf.less(x, 0), tf.mul(tf.expm1(x), attribute(node, 'alpha')), x)),
  ThresholdedRelu: unary((tf, x, node) => choose(tf, tf.greater(x, attribute(node, 'alpha')), x, tf.zerosLike(x))),
  Shrink: unary((tf, x, node) =>
    choose(
      tf,
      tf.greater(tf.abs(x), attribute(node, 'lambd')),
      tf.sub(x, tf.mul(tf.sign(x), attribute(node, 'bias'))),
      tf.zerosLike(x),
    ),
  ),
  Clip: unary(clip),
  PRelu: binary((tf, x, slope) => choose(tf, tf.less(x, 0), tf.mul(x, slope), x)),
  Cast: unary(cast),
} satisfies Record<string, Kernel>;
