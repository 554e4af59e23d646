import { inputError } from '../errors.ts';
import { BYTES, type DType, type LazyTensor } from '../tensor.ts';
import type { ByteOrder } from './elements.ts';
import { type ByteSource, endsEarly } from './source.ts';
import { columnMajorStrides, declaredCount, rowMajorStrides, stridedTensor } from './strided.ts';

export const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** Longest header read: what version 1 of the format can express. NumPy itself stops at 10 000. */
const MAX_HEADER = 2 ** 16;

const DTYPES: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/**
 * The array of a `.npy` source, versions 1 to 3, in either byte and memory order (NumPy Enhancement Proposal 1).
 * Throws `input` for element types that are no plain numbers, `incomplete` for a file that ends before its data.
 */
export async function npyTensor(name: string, source: ByteSource): Promise<LazyTensor> {
  const { text, start } = await readHeader(source);
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (!descr && /'descr':\s*\[/.test(text)) throw unsupported(source, 'a structured type');
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw inputError(`${source.name}: its NumPy header cannot be understood; save the array again with numpy.save.`);
  }
  const { dtype, byteOrder } = elementType(source, descr);
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  const count = declaredCount(source.name, shape);
  const end = start + count * BYTES[dtype];
  if (end > source.size) throw endsEarly(source, end);
  const strides = order === 'True' ? columnMajorStrides(shape) : rowMajorStrides(shape);
  return stridedTensor({ name, dtype, byteOrder, shape, strides, offset: 0, source, start, count });
}

async function readHeader(source: ByteSource): Promise<{ text: string; start: number }> {
  // One read for nearly every file: NumPy pads its headers to 64 bytes, and most fit in 128.
  const head = Buffer.from(await source.read(0, Math.min(source.size, 1024)));
  if (!head.subarray(0, 6).equals(NPY_MAGIC.subarray(0, head.length))) {
    throw inputError(`${source.name}: does not begin as a NumPy array; save it with numpy.save.`);
  }
  if (head.length < 12) throw endsEarly(source, 12);
  const version = head[6]!;
  if (version < 1 || version > 3) {
    throw inputError(`${source.name}: NumPy format version ${version} is unknown; save it with numpy.save.`);
  }
  const begin = version === 1 ? 10 : 12;
  const length = version === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8);
  if (length > MAX_HEADER) throw inputError(`${source.name}: a header of ${length} bytes is no plain array's.`);
  const start = begin + length;
  const bytes = start <= head.length ? head.subarray(begin, start) : await source.read(begin, length);
  return { text: Buffer.from(bytes).toString(version === 3 ? 'utf8' : 'latin1'), start };
}

function elementType(source: ByteSource, descr: string): { dtype: DType; byteOrder: ByteOrder } {
  const [, order, code] = /^([<>|=]?)(\w+)$/.exec(descr) ?? [];
  const dtype = code !== undefined && Object.hasOwn(DTYPES, code) ? DTYPES[code] : undefined;
  if (dtype === undefined) throw unsupported(source, KINDS[code?.[0] ?? ''] ?? `the type '${descr}'`);
  return { dtype, byteOrder: order === '>' ? 'big' : 'little' };
}

const KINDS: Readonly<Record<string, string>> = {
  O: 'Python objects, which would have to be executed to be read',
  c: 'complex numbers',
  V: 'raw or structured records',
  S: 'byte strings',
  U: 'strings',
  M: 'dates',
  m: 'time spans',
};

const unsupported = (source: ByteSource, what: string): Error =>
  inputError(`${source.name}: holds ${what}; convert it to a plain number type, such as array.astype('float32').`);
