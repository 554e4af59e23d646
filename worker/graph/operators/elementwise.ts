/** Operators that act on each element, broadcasting their inputs. */

import { elementCount } from '../../tensor.ts';
import { broadcastShapes, broadcastStrides, forEachOffset } from '../shapes.ts';
import { type GraphType, number, type Operator, ShapeMismatch } from '../types.ts';

type Scalar = (...values: number[]) => number;

const isInteger = (type: GraphType): boolean => type !== 'float32' && type !== 'float64';

/** An operator on `arity` broadcast inputs of one type; the last `f` inputs decide the result's type. */
function elementwise(f: Scalar, result?: GraphType, integer: Scalar = f): Operator {
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
  };
}

/** An operator on one input that only exists with attributes, or that no graph computes shapes with. */
const unary = (): Operator => ({ infer: ([x]) => ({ type: x!.type, shape: x!.shape }) });

const truth = (value: boolean): number => (value ? 1 : 0);

/** Round half to even, as ONNX's Round does. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export const elementwiseOperators = {
  Add: elementwise((a, b) => a! + b!),
  Sub: elementwise((a, b) => a! - b!),
  Mul: elementwise((a, b) => a! * b!),
  Div: elementwise(
    (a, b) => a! / b!,
    undefined,
    (a, b) => Math.trunc(a! / b!),
  ),
  Pow: {
    ...elementwise((a, b) => a! ** b!),
    infer: ([x, exponent]) => ({ type: x!.type, shape: broadcastShapes([x!.shape, exponent!.shape]) }),
  },
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  Where: elementwise((condition, a, b) => (condition ? a! : b!)),

  Equal: elementwise((a, b) => truth(a === b), 'bool'),
  Less: elementwise((a, b) => truth(a! < b!), 'bool'),
  LessOrEqual: elementwise((a, b) => truth(a! <= b!), 'bool'),
  Greater: elementwise((a, b) => truth(a! > b!), 'bool'),
  GreaterOrEqual: elementwise((a, b) => truth(a! >= b!), 'bool'),
  And: elementwise((a, b) => truth(a !== 0 && b !== 0), 'bool'),
  Or: elementwise((a, b) => truth(a !== 0 || b !== 0), 'bool'),
  Xor: elementwise((a, b) => truth((a !== 0) !== (b !== 0)), 'bool'),
  Not: elementwise(a => truth(a === 0), 'bool'),

  Neg: elementwise(a => -a!),
  Abs: elementwise(Math.abs),
  Sign: elementwise(Math.sign),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Round: elementwise(roundHalfToEven),
  Sqrt: elementwise(Math.sqrt),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sin: elementwise(Math.sin),
  Cos: elementwise(Math.cos),
  Reciprocal: elementwise(a => 1 / a!),

  Relu: elementwise(a => Math.max(a!, 0)),
  Sigmoid: elementwise(a => 1 / (1 + Math.exp(-a!))),
  Tanh: elementwise(Math.tanh),
  Erf: unary(),
  Softplus: unary(),
  Softsign: unary(),
  HardSwish: unary(),
  Mish: unary(),
  /** attributes: alpha. */
  LeakyRelu: unary(),
  /** attributes: alpha. */
  Elu: unary(),
  /** attributes: alpha, gamma. */
  Selu: unary(),
  /** attributes: alpha, beta. */
  HardSigmoid: unary(),
  /** attributes: approximate, `none` or `tanh`. */
  Gelu: unary(),
  /** attributes: min, max. */
  Clip: {
    infer: ([x]) => ({ type: x!.type, shape: x!.shape }),
    evaluate: ([x], attributes) =>
      x!.data.map(value => Math.min(Math.max(value, number(attributes, 'min')), number(attributes, 'max'))),
  },
  /** x and a slope that broadcasts to it. */
  PRelu: elementwise((x, slope) => (x! < 0 ? slope! * x! : x!)),
  /** attributes: to, a GraphType. */
  Cast: {
    infer: ([x], attributes) => ({ type: attributes.to as GraphType, shape: x!.shape }),
    evaluate: ([x], _, { type }) =>
      type === 'bool' ? x!.data.map(value => truth(value !== 0)) : isInteger(type) ? x!.data.map(Math.trunc) : x!.data,
  },
} satisfies Record<string, Operator>;
