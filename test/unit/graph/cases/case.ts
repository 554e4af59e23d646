/** What the tables of operator cases are made of. */
import { createHash } from 'node:crypto';
import { gaussians } from '../../../../worker/direction/gaussian.ts';
import type { OperatorName } from '../../../../worker/graph/operators/table.ts';
import type { Attributes, GraphType } from '../../../../worker/graph/types.ts';
import { elementCount, type Tensor, tensorFromNumbers } from '../../../../worker/tensor.ts';

/** An input of random numbers, by which the operator is differentiated: each a standard normal one through `from`. */
export interface Random {
  readonly shape: readonly number[];
  from(normal: number): number;
}

/** An input: a shape of standard normal numbers, other random numbers, or a tensor, which stays what it is. */
export type Operand = readonly number[] | Random | Tensor<GraphType>;

/** An operator, inputs and attributes. Random inputs must keep away from its kinks, tensors need not. */
export interface Case {
  readonly operator: OperatorName;
  readonly inputs: readonly Operand[];
  readonly attributes?: Attributes;
}

/** A case as it is, or how to draw one of random sizes. */
export type Family = Case | ((draw: Draw) => Case);

/** Numbers that follow from a key: the same key draws the same case on every machine. */
export class Draw {
  private count = 0;

  constructor(readonly key: string) {}

  /** A whole number of at least `min` and at most `max`. */
  integer(min: number, max: number): number {
    const hash = createHash('sha256')
      .update(`${this.key}:${this.count++}`)
      .digest();
    return min + (hash.readUInt32LE() % (max - min + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!;
  }

  list<T>(length: number, element: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => element(index));
  }

  /** Sizes of 1 to `largest`, `rank` of them. */
  shape(rank: number, largest = 4): number[] {
    return this.list(rank, () => this.integer(1, largest));
  }

  /** Some axes of a shape, at least one, in ascending order. */
  axes(rank: number): number[] {
    const chosen = this.list(rank, axis => axis).filter(() => this.integer(0, 1) === 1);
    return chosen.length > 0 ? chosen : [this.integer(0, rank - 1)];
  }

  /** 0, 1, … in any order. */
  permutation(length: number): number[] {
    const rest = this.list(length, index => index);
    return this.list(length, () => rest.splice(this.integer(0, rest.length - 1), 1)[0]!);
  }
}

export const int64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor<GraphType> =>
  tensorFromNumbers(values, 'int64', shape);
export const int32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor<GraphType> =>
  tensorFromNumbers(values, 'int32', shape);
export const bool = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor<GraphType> =>
  tensorFromNumbers(values, 'bool', shape);
export const float = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor<GraphType> =>
  tensorFromNumbers(values, 'float32', shape);

/** Random numbers of at least `least`. */
export const positive = (shape: readonly number[], least = 0.5): Random => ({
  shape,
  from: normal => least + Math.abs(normal),
});

/** Random numbers between two bounds. */
export const between = (shape: readonly number[], low: number, high: number): Random => ({
  shape,
  from: normal => low + (high - low) / (1 + Math.exp(-2 * normal)),
});

/** Random numbers no nearer than 0.1 to any of the given ones. */
export const awayFrom = (shape: readonly number[], ...kinks: readonly number[]): Random => ({
  shape,
  from: normal => {
    const near = kinks.find(kink => Math.abs(normal - kink) < 0.1);
    return near === undefined ? normal : near + (normal < near ? -0.1 : 0.1);
  },
});

export const isTensor = (operand: Operand): operand is Tensor<GraphType> => 'dtype' in operand;

export const shapeOf = (operand: Operand): readonly number[] => ('shape' in operand ? operand.shape : operand);

/** An operand's contents. Numbers are rounded to float32, so that every engine is given the same. */
export function contentsOf(operand: Operand, key: string): Tensor<GraphType> {
  if (isTensor(operand)) return operand;
  const shape = shapeOf(operand);
  const normals = gaussians([key], elementCount(shape));
  return tensorFromNumbers('from' in operand ? normals.map(normal => operand.from(normal)) : normals, 'float32', shape);
}
