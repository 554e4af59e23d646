import type { AppliedValue, Value } from './graph.ts';

/** Element types of values in a graph. Every other type a file may hold is cast to one of these on reading. */
export const graphTypes = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool'] as const;

export type GraphType = (typeof graphTypes)[number];

/** Type and shape of a value; every size is known. */
export interface ValueType {
  readonly type: GraphType;
  readonly shape: readonly number[];
}

export type Attribute = number | string | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** A tensor of any type as float64 in row-major order; integers up to 2⁵³ are exact. */
export interface Dense {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * What Basin knows of an operator of the canonical set.
 *
 * An operator is differentiated either by its own two rules or by being rewritten in terms of simpler ones. Rules write
 * new values and compute nothing; values that nobody uses cost nothing, so a rule need not ask what is wanted of it.
 */
export interface Operator {
  /** Type and shape of the result. Throws `ShapeMismatch` where the inputs do not fit. */
  infer(inputs: readonly ValueType[], attributes: Attributes): ValueType;
  /** The result's elements in float64: the reference that engines are held against. */
  evaluate?(inputs: readonly Dense[], attributes: Attributes, output: ValueType): Float64Array;
  /** Whether it costs far more than its result has elements: such operators are not computed while a graph is built. */
  readonly heavy?: true;
  /**
   * The same value by operators that have derivatives; null where the operator has rules for this form itself.
   * Throws `NotDifferentiable` where there is no such way.
   */
  decompose?(node: AppliedValue): Value | null;
  /**
   * Reverse rule: from the cotangent of the result (its type and shape) those of the inputs, each of its input's shape;
   * null, or missing at the end, where the result does not depend on an input smoothly, such as on indices.
   * Throws `NotDifferentiable` where an attribute has no rule.
   */
  gradient?(cotangent: Value, node: AppliedValue): readonly (Value | null)[];
  /**
   * Forward rule: the tangent of the result from those of the inputs, of which null ones are zero and one is not;
   * null where it is zero. Throws `NotDifferentiable` where an attribute has no rule.
   */
  tangent?(tangents: readonly (Value | null)[], node: AppliedValue): Value | null;
  /** The same value by operators that ONNX Runtime has, for those it lacks; null where it has this form itself. */
  lower?(node: AppliedValue): Value | null;
}

/** Why inputs do not fit an operator, as the end of a sentence. */
export class ShapeMismatch extends Error {}

/** Why an operator cannot be differentiated, as the end of a sentence that names the attribute. */
export class NotDifferentiable extends Error {}

/** An attribute that is a list of integers. */
export function ints(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name];
  if (typeof value !== 'object') throw new ShapeMismatch(`attribute ${name} is missing`);
  return value;
}

/** An attribute that is a number. */
export function number(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== 'number') throw new ShapeMismatch(`attribute ${name} is missing`);
  return value;
}
