/** Element types as files store them. Names follow NumPy and PyTorch. */
export type DType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** The array each element type decodes to. 16-bit floats decode to float32, 64-bit integers stay BigInts. */
interface Arrays {
  float64: Float64Array;
  float32: Float32Array;
  float16: Float32Array;
  bfloat16: Float32Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint64: BigUint64Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type ArrayOf<T extends DType> = Arrays[T];
export type TypedArray = Arrays[DType];

/** A dense tensor in row-major order; `data.length` is the product of `shape`. */
export type Tensor<T extends DType = DType> = {
  [K in T]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: ArrayOf<K> };
}[T];

/** A range of rows (indices along the leading axis), `to` not included. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** A tensor that stays in its file until it is read. */
export interface LazyTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Names the memory behind it where the format has such a thing: tied tensors have the same. */
  readonly storage?: string;
  /**
   * Reads the tensor, or only the given rows of its leading axis.
   * Throws `incomplete` where the file ends before the tensor does, `input` where its bytes contradict the header.
   */
  read(rows?: RowRange): Promise<Tensor>;
}

/** A tensor that is in a file and cannot be had, such as a complex, sparse or quantised one. */
export interface UnreadableTensor {
  readonly name: string;
  /** A sentence for the user: it names the file, the tensor and the remedy. */
  readonly reason: string;
}

/** Bytes an element takes in a file. */
export const BYTES: Readonly<Record<DType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** Whether elements are floating-point numbers: only such tensors can be parameters. */
export const isFloating = (dtype: DType): boolean => dtype.includes('float');

/** Number of elements of a shape; 1 for a scalar. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A shape as people write it: `64×3×3×3`, or `scalar`. */
export const formatShape = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join('×'));

/** Element `index` as a number; 64-bit integers beyond 2⁵³ lose their low bits. */
export const numberAt = (data: TypedArray, index: number): number => Number(data[index]);

/** The tensor's elements as float32, without a copy where they already are. */
export function toFloat32(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  if (tensor.data instanceof BigInt64Array || tensor.data instanceof BigUint64Array) {
    return Float32Array.from(tensor.data, Number);
  }
  return Float32Array.from(tensor.data);
}

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/**
 * A tensor of the given numbers. 16-bit floats are given by their values; numbers beyond int64's range become its ends,
 * since ONNX writes "to the end" as its largest value, which float64 rounds up beyond it.
 */
export function tensorFromNumbers<T extends DType>(
  values: ArrayLike<number>,
  dtype: T,
  shape: readonly number[],
): Tensor<T> {
  return { dtype, shape, data: arrayOf(values, dtype) } as unknown as Tensor<T>;
}

function arrayOf(values: ArrayLike<number>, dtype: DType): TypedArray {
  switch (dtype) {
    case 'int64':
      return BigInt64Array.from(Array.from(values, toInt64));
    case 'uint64':
      return BigUint64Array.from(Array.from(values, BigInt));
    default:
      return ARRAYS[dtype].from(values);
  }
}

const INT64_END = 2 ** 63;

const toInt64 = (value: number): bigint =>
  value >= INT64_END ? 2n ** 63n - 1n : value <= -INT64_END ? -(2n ** 63n) : BigInt(value);
