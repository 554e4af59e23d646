/** Which operators commute with scaling by a positive number, and in which of their inputs. */
import type { AppliedValue } from './graph.ts';
import type { OperatorName } from './operators/table.ts';
import { number } from './types.ts';

/**
 * Sets of an operator's inputs such that multiplying all inputs of one set by α > 0, and none else, multiplies the result
 * by α. An operator without a set commutes with no scaling.
 */
type InputSets = readonly (readonly number[])[];

const first: InputSets = [[0]];
const none: InputSets = [];

/** Operators that act on their first input, whatever the others are: PRelu's slope, Gather's indices, a divisor. */
const inFirst = () => first;

/** Operators that combine inputs which must all grow alike. */
const inAll = ({ inputs }: AppliedValue): InputSets => [[...inputs.keys()]];

/** Products; a third input, a bias, is added to them. */
const inFactors = ({ inputs }: AppliedValue): InputSets => {
  const bias = inputs.length > 2 ? [2] : [];
  return [
    [0, ...bias],
    [1, ...bias],
  ];
};

/** Normalisation layers forget their input's scale up to ε; weight and bias set that of the result. */
const inAffine = ({ inputs }: AppliedValue): InputSets => [inputs.length > 2 ? [1, 2] : [1]];

const isZeroOrInfinite = (bound: number): boolean => bound === 0 || Math.abs(bound) === Number.POSITIVE_INFINITY;

const sets: Partial<Record<OperatorName, (node: AppliedValue) => InputSets>> = {
  Relu: inFirst,
  LeakyRelu: inFirst,
  PRelu: inFirst,
  Abs: inFirst,
  Neg: inFirst,
  Cast: ({ type }) => (type === 'float32' || type === 'float64' ? first : none),
  Clip: ({ attributes }) =>
    isZeroOrInfinite(number(attributes, 'min')) && isZeroOrInfinite(number(attributes, 'max')) ? first : none,

  MaxPool: inFirst,
  AveragePool: inFirst,
  ReduceSum: inFirst,
  ReduceMean: inFirst,
  ReduceMax: inFirst,
  ReduceMin: inFirst,
  ReduceL1: inFirst,
  ReduceL2: inFirst,
  CumSum: inFirst,

  Reshape: inFirst,
  Transpose: inFirst,
  Slice: inFirst,
  Expand: inFirst,
  Tile: inFirst,
  Trilu: inFirst,
  Gather: inFirst,
  GatherElements: inFirst,
  GatherND: inFirst,
  Pad: ({ attributes }) => (attributes.mode === 'constant' && attributes.value !== 0 ? none : first),

  Div: inFirst,
  Add: inAll,
  Sub: inAll,
  Min: inAll,
  Max: inAll,
  Concat: inAll,
  Where: () => [[1, 2]],

  Mul: inFactors,
  MatMul: inFactors,
  Conv: inFactors,
  ConvTranspose: inFactors,

  BatchNormalization: () => [[1, 2]],
  InstanceNormalization: inAffine,
  GroupNormalization: inAffine,
  LayerNormalization: inAffine,
};

const factors: ReadonlySet<OperatorName> = new Set(['Mul', 'MatMul', 'Conv', 'ConvTranspose']);

/** The sets of inputs in each of which an operator is positively homogeneous of degree one. */
export const homogeneousIn = (node: AppliedValue): InputSets => sets[node.operator]?.(node) ?? none;

/** Whether the first two inputs are factors, so that multiplying one and dividing the other changes nothing. */
export const isProduct = ({ operator }: AppliedValue): boolean => factors.has(operator);
