import { type Tensor, tensorFromNumbers } from '../tensor.ts';
import type { Dense, GraphType, ValueType } from './types.ts';

/** A tensor's elements as float64. */
export function toDense({ shape, data }: Tensor): Dense {
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return { shape, data: wide ? Float64Array.from(data, Number) : Float64Array.from(data) };
}

/** Float64 elements as a tensor of the given type and shape. */
export const fromDense = (data: Float64Array, { type, shape }: ValueType): Tensor<GraphType> =>
  tensorFromNumbers(data, type, shape);
