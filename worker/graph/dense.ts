import type { Tensor } from '../tensor.ts';
import type { Dense, GraphType, ValueType } from './types.ts';

/** A tensor's elements as float64. */
export function toDense({ shape, data }: Tensor): Dense {
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return { shape, data: wide ? Float64Array.from(data, Number) : Float64Array.from(data) };
}

const INT64_MAX = 2 ** 63 - 1;

/** A 64-bit integer; ONNX writes "to the end" as the largest one, which float64 rounds up beyond the type's range. */
const toInt64 = (value: number): bigint =>
  value >= INT64_MAX ? 2n ** 63n - 1n : value <= -INT64_MAX ? -(2n ** 63n) : BigInt(value);

/** Float64 elements as a tensor of the given type and shape. */
export function fromDense(data: Float64Array, { type, shape }: ValueType): Tensor<GraphType> {
  switch (type) {
    case 'float32':
      return { dtype: type, shape, data: Float32Array.from(data) };
    case 'float64':
      return { dtype: type, shape, data };
    case 'int64':
      return { dtype: type, shape, data: BigInt64Array.from(data, toInt64) };
    case 'int32':
      return { dtype: type, shape, data: Int32Array.from(data) };
    case 'uint8':
    case 'bool':
      return { dtype: type, shape, data: Uint8Array.from(data) };
  }
}
