import { inputError } from '../errors.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { declaredCount, rowMajorStrides, stridedTensor } from '../io/strided.ts';
import { BYTES, type DType, type LazyTensor } from '../tensor.ts';

const DTYPES: ReadonlyMap<number, DType> = new Map([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);

/** How an IDX file of one axis begins, for each element type. */
export const IDX_MAGICS: readonly Buffer[] = [...DTYPES.keys()].map(code => Buffer.from([0, 0, code, 1]));

/** Whether a file begins as an IDX file does: two zero bytes, an element type, and 1 to 255 axes. */
export const isIdx = (head: Buffer): boolean =>
  head.length >= 4 && head[0] === 0 && head[1] === 0 && DTYPES.has(head[2]!) && head[3]! > 0;

/**
 * The array of an IDX file, the format of MNIST (yann.lecun.com/exdb/mnist): sizes and elements are big-endian.
 * Throws `endsEarly` for a file that ends before its array.
 */
export async function idxTensor(name: string, source: ByteSource): Promise<LazyTensor> {
  const head = Buffer.from(await source.read(0, 4));
  if (!isIdx(head)) throw inputError(`${source.name}: does not begin as an IDX file.`);
  const rank = head[3]!;
  const start = 4 + 4 * rank;
  const sizes = Buffer.from(await source.read(4, 4 * rank));
  const shape = Array.from({ length: rank }, (_, axis) => sizes.readUInt32BE(4 * axis));
  const dtype = DTYPES.get(head[2]!)!;
  const count = declaredCount(source.name, shape);
  const end = start + count * BYTES[dtype];
  if (end > source.size) throw endsEarly(source, end);
  const strides = rowMajorStrides(shape);
  return stridedTensor({ name, dtype, byteOrder: 'big', shape, strides, offset: 0, source, start, count });
}
