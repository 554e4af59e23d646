/** Operators that act on each element, broadcasting their inputs. */
import { elementCount } from '../../tensor.ts';
import {
  abs,
  add,
  cast,
  clip,
  compare,
  cos,
  cosh,
  div,
  elu,
  erf,
  exp,
  expand,
  floor,
  log,
  maximum,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  sub,
  sumTo,
  tanh,
  total,
  where,
} from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { broadcastShapes, broadcastStrides, forEachOffset } from '../shapes.ts';
import { type Attributes, type GraphType, number, type Operator, ShapeMismatch } from '../types.ts';

type Scalar = (...values: number[]) => number;

/**
 * Multiplies a value by the partial derivative by one input, element by element. Jacobians of elementwise operators are
 * diagonal, so that one such map serves tangents and cotangents alike.
 */
type Partial = (t: Value, inputs: readonly Value[], y: AppliedValue) => Value;

const isInteger = (type: GraphType): boolean => type !== 'float32' && type !== 'float64';

/** Both rules of an operator from its partial derivatives; null where it is constant in an input, almost everywhere. */
const diagonal = (partials: readonly (Partial | null)[]): Pick<Operator, 'gradient' | 'tangent'> => ({
  gradient: (cotangent, node) =>
    node.inputs.map((from, index) => {
      const part = partials[index]?.(cotangent, node.inputs, node);
      return part ? sumTo(part, from.shape) : null;
    }),
  tangent(tangents, node) {
    const parts = tangents.map((t, index) => (t && partials[index]?.(t, node.inputs, node)) ?? null);
    const whole = total(parts);
    return whole && expand(whole, node.shape);
  },
});

/** An operator on broadcast inputs of one type; the last `f` inputs decide the result's type. */
function elementwise(
  f: Scalar,
  partials: readonly (Partial | null)[],
  { result, integer = f }: { readonly result?: GraphType; readonly integer?: Scalar } = {},
): Operator {
  return {
    infer(inputs) {
      const type = inputs.at(-1)!.type;
      const odd = inputs.find((other, index) => other.type !== type && !(index === 0 && inputs.length === 3));
      if (odd) throw new ShapeMismatch(`types ${odd.type} and ${type} differ`);
      return { type: result ?? type, shape: broadcastShapes(inputs.map(from => from.shape)) };
    },
    evaluate(inputs, _, { type, shape }) {
      const rule = isInteger(type) ? integer : f;
      const data = new Float64Array(elementCount(shape));
      const columns = inputs.map(from => {
        const column = new Float64Array(data.length);
        forEachOffset(shape, broadcastStrides(from.shape, shape), 0, (index, offset) => {
          column[index] = from.data[offset]!;
        });
        return column;
      });
      for (let index = 0; index < data.length; index++) data[index] = rule(...columns.map(column => column[index]!));
      return data;
    },
    ...diagonal(partials),
  };
}

/** A comparison or a logical operator: its result is bool and moves with nothing. */
const predicate = (f: (...values: number[]) => boolean): Operator =>
  elementwise((...values) => (f(...values) ? 1 : 0), [], { result: 'bool' });

/** An operator on one input, with attributes perhaps. */
const unary = (f: (x: number, attributes: Attributes) => number, derivative: Partial | null): Operator => ({
  infer: ([x]) => ({ type: x!.type, shape: x!.shape }),
  evaluate: ([x], attributes) => x!.data.map(value => f(value, attributes)),
  ...diagonal([derivative]),
});

/** An operator on one input that is differentiated in terms of others. */
const composite = (
  f: (x: number, attributes: Attributes) => number,
  decompose: (x: Value, attributes: Attributes) => Value,
): Operator => ({
  infer: ([x]) => ({ type: x!.type, shape: x!.shape }),
  evaluate: ([x], attributes) => x!.data.map(value => f(value, attributes)),
  decompose: node => decompose(node.inputs[0]!, node.attributes),
});

const identity: Partial = t => t;

/** 1 where a condition holds, else 0, in the type of a value. */
const indicator = (condition: Value, like: Value): Value => cast(condition, like.type);

/** Where x lies above 0, as 0 or 1: the slope of a ReLU, 0 at 0 as in PyTorch. */
const positive = (x: Value): Value => indicator(compare('Greater', x, 0), x);

/** 1 where `a` wins, ½ where both are equal, as in PyTorch. */
const winner = (comparison: 'Greater' | 'Less', a: Value, b: Value): Value =>
  add(indicator(compare(comparison, a, b), a), mul(indicator(compare('Equal', a, b), a), 0.5));

/** Round half to even, as ONNX's Round does. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplusNumber = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** The error function, by the series whose terms are all positive (Abramowitz & Stegun 1964, 7.1.6). */
function errorFunction(x: number): number {
  // Beyond 6 it differs from ±1 by less than 1e-16.
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let result = 0;
  for (let n = 0; Math.abs(term) > 1e-17 * Math.abs(result); n++) {
    result += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * result;
}

/** x at most 0: keeps the exponential of a branch that is not taken from overflowing. */
const negativePart = (x: Value): Value => clip(x, Number.NEGATIVE_INFINITY, 0);

/** x^b by x: b·x^(b−1). */
function powerByBase(t: Value, [x, exponent]: readonly Value[]): Value {
  if (exponent!.kind === 'constant' && exponent!.shape.length === 0) {
    const b = Number(exponent!.tensor.data[0]);
    // Squares and constants are common, and x^(b−1) is undefined at 0 for b = 0.
    if (b === 2) return mul(t, mul(x!, 2));
    if (b === 0) return mul(t, 0);
  }
  return mul(t, mul(cast(exponent!, x!.type), pow(x!, sub(exponent!, 1))));
}

/** x^b by b: x^b·log x, 0 where x is 0. */
function powerByExponent(t: Value, [x, exponent]: readonly Value[], y: Value): Value {
  const isZero = compare('Equal', x!, 0);
  return cast(mul(t, where(isZero, 0, mul(y, log(where(isZero, 1, x!))))), exponent!.type);
}

const truncatedModulo = elementwise(
  (a, b) => a! % b!,
  [
    identity,
    (t, [a, b]) => {
      const quotient = div(a!, b!);
      return neg(mul(t, mul(sign(quotient), floor(abs(quotient)))));
    },
  ],
);
const flooredModulo = elementwise((a, b) => a! - b! * Math.floor(a! / b!), []);

const erfSlope = 2 / Math.sqrt(Math.PI);

export const elementwiseOperators = {
  Add: elementwise((a, b) => a! + b!, [identity, identity]),
  Sub: elementwise((a, b) => a! - b!, [identity, t => neg(t)]),
  Mul: elementwise((a, b) => a! * b!, [(t, [, b]) => mul(t, b!), (t, [a]) => mul(t, a!)]),
  Div: elementwise((a, b) => a! / b!, [(t, [, b]) => div(t, b!), (t, [, b], y) => neg(div(mul(t, y), b!))], {
    integer: (a, b) => Math.trunc(a! / b!),
  }),
  Pow: {
    ...elementwise((a, b) => a! ** b!, [powerByBase, powerByExponent]),
    infer: ([x, exponent]) => ({ type: x!.type, shape: broadcastShapes([x!.shape, exponent!.shape]) }),
  },
  /** attributes: fmod (1: the remainder has the sign of the dividend; 0: of the divisor, for integers only). */
  Mod: {
    ...truncatedModulo,
    evaluate: (inputs, attributes, output) =>
      (number(attributes, 'fmod') ? truncatedModulo : flooredModulo).evaluate!(inputs, attributes, output),
  },
  Min: elementwise(Math.min, [
    (t, [a, b]) => mul(t, winner('Less', a!, b!)),
    (t, [a, b]) => mul(t, winner('Less', b!, a!)),
  ]),
  Max: elementwise(Math.max, [
    (t, [a, b]) => mul(t, winner('Greater', a!, b!)),
    (t, [a, b]) => mul(t, winner('Greater', b!, a!)),
  ]),
  Where: elementwise(
    (condition, a, b) => (condition ? a! : b!),
    [null, (t, [condition]) => where(condition!, t, 0), (t, [condition]) => where(condition!, 0, t)],
  ),

  Equal: predicate((a, b) => a === b),
  Less: predicate((a, b) => a! < b!),
  LessOrEqual: predicate((a, b) => a! <= b!),
  Greater: predicate((a, b) => a! > b!),
  GreaterOrEqual: predicate((a, b) => a! >= b!),
  And: predicate((a, b) => a !== 0 && b !== 0),
  Or: predicate((a, b) => a !== 0 || b !== 0),
  Xor: predicate((a, b) => (a !== 0) !== (b !== 0)),
  Not: predicate(a => a === 0),
  IsNaN: predicate(a => Number.isNaN(a)),
  IsInf: predicate(a => Math.abs(a!) === Number.POSITIVE_INFINITY),

  Neg: unary(
    x => -x,
    t => neg(t),
  ),
  Abs: unary(Math.abs, (t, [x]) => mul(t, sign(x!))),
  Sign: unary(Math.sign, null),
  Floor: unary(Math.floor, null),
  Ceil: unary(Math.ceil, null),
  Round: unary(roundHalfToEven, null),
  Sqrt: unary(Math.sqrt, (t, _, y) => div(mul(t, 0.5), y)),
  Exp: unary(Math.exp, (t, _, y) => mul(t, y)),
  Log: unary(Math.log, (t, [x]) => div(t, x!)),
  Sin: unary(Math.sin, (t, [x]) => mul(t, cos(x!))),
  Cos: unary(Math.cos, (t, [x]) => neg(mul(t, sin(x!)))),
  Tan: unary(Math.tan, (t, _, y) => mul(t, add(square(y), 1))),
  Asin: unary(Math.asin, (t, [x]) => div(t, sqrt(sub(1, square(x!))))),
  Acos: unary(Math.acos, (t, [x]) => neg(div(t, sqrt(sub(1, square(x!)))))),
  Atan: unary(Math.atan, (t, [x]) => div(t, add(square(x!), 1))),
  Sinh: unary(Math.sinh, (t, [x]) => mul(t, cosh(x!))),
  Cosh: unary(Math.cosh, (t, [x]) => mul(t, sinh(x!))),
  Asinh: unary(Math.asinh, (t, [x]) => div(t, sqrt(add(square(x!), 1)))),
  Acosh: unary(Math.acosh, (t, [x]) => div(t, sqrt(sub(square(x!), 1)))),
  Atanh: unary(Math.atanh, (t, [x]) => div(t, sub(1, square(x!)))),
  Reciprocal: unary(
    x => 1 / x,
    (t, _, y) => neg(mul(t, square(y))),
  ),

  Relu: unary(
    x => Math.max(x, 0),
    (t, [x]) => mul(t, positive(x!)),
  ),
  Sigmoid: unary(logistic, (t, _, y) => mul(t, mul(y, sub(1, y)))),
  Tanh: unary(Math.tanh, (t, _, y) => mul(t, sub(1, square(y)))),
  Erf: unary(errorFunction, (t, [x]) => mul(t, mul(exp(neg(square(x!))), erfSlope))),
  Softplus: {
    ...unary(softplusNumber, (t, [x]) => mul(t, sigmoid(x!))),
    // ONNX Runtime has it in float32 only.
    lower: ({ type, inputs: [x] }) => (type === 'float64' ? add(maximum(x!, 0), log(add(exp(neg(abs(x!))), 1))) : null),
  },
  Softsign: unary(
    x => x / (1 + Math.abs(x)),
    (t, [x]) => div(t, square(add(abs(x!), 1))),
  ),
  HardSwish: composite(
    x => x * clamp(x / 6 + 0.5, 0, 1),
    x => mul(x, clip(add(div(x, 6), 0.5), 0, 1)),
  ),
  Mish: composite(
    x => x * Math.tanh(softplusNumber(x)),
    x => mul(x, tanh(softplus(x))),
  ),
  /** attributes: alpha. */
  LeakyRelu: unary(
    (x, attributes) => (x < 0 ? number(attributes, 'alpha') * x : x),
    (t, [x], { attributes }) => {
      const alpha = number(attributes, 'alpha');
      return mul(t, add(mul(positive(x!), 1 - alpha), alpha));
    },
  ),
  /** attributes: alpha. */
  Elu: unary(
    (x, attributes) => (x < 0 ? number(attributes, 'alpha') * Math.expm1(x) : x),
    (t, [x], { attributes }) =>
      mul(t, where(compare('Greater', x!, 0), 1, mul(exp(negativePart(x!)), number(attributes, 'alpha')))),
  ),
  /** attributes: alpha. */
  Celu: composite(
    (x, attributes) => (x < 0 ? number(attributes, 'alpha') * Math.expm1(x / number(attributes, 'alpha')) : x),
    (x, attributes) => mul(elu(div(x, number(attributes, 'alpha')), 1), number(attributes, 'alpha')),
  ),
  /** attributes: alpha, below and at which the result is 0. */
  ThresholdedRelu: unary(
    (x, attributes) => (x > number(attributes, 'alpha') ? x : 0),
    (t, [x], { attributes }) => mul(t, indicator(compare('Greater', x!, number(attributes, 'alpha')), x!)),
  ),
  /** attributes: lambd, within ±which the result is 0, and bias, by which the rest moves towards 0. */
  Shrink: unary(
    (x, attributes) => (Math.abs(x) > number(attributes, 'lambd') ? x - Math.sign(x) * number(attributes, 'bias') : 0),
    (t, [x], { attributes }) => mul(t, indicator(compare('Greater', abs(x!), number(attributes, 'lambd')), x!)),
  ),
  /** attributes: alpha, gamma. */
  Selu: composite(
    (x, attributes) => number(attributes, 'gamma') * (x < 0 ? number(attributes, 'alpha') * Math.expm1(x) : x),
    (x, attributes) => mul(elu(x, number(attributes, 'alpha')), number(attributes, 'gamma')),
  ),
  /** attributes: alpha, beta. */
  HardSigmoid: composite(
    (x, attributes) => clamp(number(attributes, 'alpha') * x + number(attributes, 'beta'), 0, 1),
    (x, attributes) => clip(add(mul(x, number(attributes, 'alpha')), number(attributes, 'beta')), 0, 1),
  ),
  /** attributes: approximate, `none` or `tanh`. */
  Gelu: composite(
    (x, { approximate }) =>
      approximate === 'tanh'
        ? 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
        : 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
    (x, { approximate }) => {
      const inner =
        approximate === 'tanh'
          ? tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
          : erf(mul(x, Math.SQRT1_2));
      return mul(mul(x, 0.5), add(inner, 1));
    },
  ),
  /** attributes: min, max. The slope is 1 at the bounds themselves, as in PyTorch. */
  Clip: unary(
    (x, attributes) => clamp(x, number(attributes, 'min'), number(attributes, 'max')),
    (t, [x], { attributes }) => {
      const inside = (['min', 'max'] as const)
        .filter(name => Number.isFinite(number(attributes, name)))
        .map(name => compare(name === 'min' ? 'GreaterOrEqual' : 'LessOrEqual', x!, number(attributes, name)));
      return inside.reduce((part, bound) => mul(part, indicator(bound, x!)), t);
    },
  ),
  /** x and a slope that broadcasts to it. */
  PRelu: elementwise(
    (x, slope) => (x! < 0 ? slope! * x! : x!),
    [(t, [x, slope]) => where(compare('Greater', x!, 0), t, mul(t, slope!)), (t, [x]) => mul(t, negativePart(x!))],
  ),
  /** attributes: to, a GraphType. */
  Cast: {
    infer: ([x], attributes) => ({ type: attributes.to as GraphType, shape: x!.shape }),
    evaluate: ([x], _, { type }) =>
      type === 'bool'
        ? x!.data.map(value => (value === 0 ? 0 : 1))
        : isInteger(type)
          ? x!.data.map(Math.trunc)
          : x!.data,
    // Rounding to float32 counts as smooth; whole numbers do not move.
    gradient: (cotangent, { type, inputs: [x] }) => [
      isInteger(type) || isInteger(x!.type) ? null : cast(cotangent, x!.type),
    ],
    tangent: ([t], { type, inputs: [x] }) => (isInteger(type) || isInteger(x!.type) ? null : cast(t!, type)),
  },
} satisfies Record<string, Operator>;
