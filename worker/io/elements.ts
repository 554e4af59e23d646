import { type ArrayOf, BYTES, type DType, type TypedArray } from '../tensor.ts';

export type ByteOrder = 'little' | 'big';

/**
 * The elements that `bytes` hold; their number is `bytes.length / BYTES[dtype]`.
 * Takes the bytes over: they may be swapped in place and become the array's memory.
 * Every platform ONNX Runtime is built for is little-endian, so that order needs no work.
 */
export function decodeElements<T extends DType>(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: T,
  byteOrder: ByteOrder,
): ArrayOf<T>;
export function decodeElements(bytes: Uint8Array<ArrayBuffer>, dtype: DType, byteOrder: ByteOrder): TypedArray {
  const size = BYTES[dtype];
  // Typed arrays must start at a multiple of their element's size.
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (byteOrder === 'big') swap(aligned, size);
  const { buffer, byteOffset } = aligned;
  const count = Math.floor(aligned.length / size);
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float16':
      return widen(new Uint16Array(buffer, byteOffset, count), float16Bits);
    case 'bfloat16':
      return widen(new Uint16Array(buffer, byteOffset, count), bfloat16Bits);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, count);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, byteOffset, count);
  }
}

function swap(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}

function widen(half: Uint16Array, toBits: (half: number) => number): Float32Array {
  const bits = new Uint32Array(half.length);
  for (let index = 0; index < half.length; index++) bits[index] = toBits(half[index]!);
  return new Float32Array(bits.buffer);
}

const bfloat16Bits = (half: number): number => half << 16;

/** The float32 bit pattern of an IEEE 754 half-precision one, exactly, subnormals and NaN payloads included. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal float32: shift its leading one out of the fraction.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
