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

/** What Basin knows of an operator of the canonical set. */
export interface Operator {
  /** Type and shape of the result. Throws `ShapeMismatch` where the inputs do not fit. */
  infer(inputs: readonly ValueType[], attributes: Attributes): ValueType;
  /** The result's elements, in float64; present where graphs compute shapes and masks with the operator. */
  evaluate?(inputs: readonly Dense[], attributes: Attributes, output: ValueType): Float64Array;
}

/** Why inputs do not fit an operator, as the end of a sentence. */
export class ShapeMismatch extends Error {}

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
