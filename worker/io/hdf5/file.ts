import { inputError } from '../../errors.ts';
import {
  BYTES,
  type DType,
  elementCount,
  formatShape,
  type LazyTensor,
  type RowRange,
  type Tensor,
} from '../../tensor.ts';
import { decodeElements } from '../elements.ts';
import { allocate, type ByteSource, checkRange, endsEarly } from '../source.ts';
import { declaredCount } from '../strided.ts';
import { Hdf5Library } from './library.ts';
import type { ListedDataset, ListedGroup, Listing } from './protocol.ts';

/** How every HDF5 file begins that has nothing of another format before it. */
export const HDF5_MAGIC = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** A file's groups and datasets; paths have no slash at the beginning. */
export interface Hdf5File {
  /** In the order of their names. */
  readonly groups: readonly ListedGroup[];
  readonly datasets: readonly ListedDataset[];
  /** Paths of what is neither, and what it is. */
  readonly others: readonly (readonly [path: string, reason: string])[];
  /** The texts of a group's attribute; null where it holds something else. Throws `input` for a damaged one. */
  texts(group: string, attribute: string): Promise<readonly string[] | null>;
  /** A dataset as a tensor. Throws `input` for one that has none or cannot be in the file. */
  tensor(name: string, dataset: ListedDataset): LazyTensor;
  /** Lets the library forget it; the source stays open. */
  close(): Promise<void>;
}

/** Bytes of a dataset that are read at once. */
const PART = 16 << 20;

/** zlib's longest match for the shortest code. */
const INFLATION_MAX = 1032;

/** H5Z_FILTER_DEFLATE, _SHUFFLE, _FLETCHER32, _NBIT and _SCALEOFFSET: those that the library has. */
const DEFLATE = 1;
const FILTERS = new Set([DEFLATE, 2, 3, 5, 6]);

/** NumPy and HDF5 stop at 64 and 32 axes. */
const AXES_MAX = 32;

const library = new Hdf5Library();
let files = 0;

/**
 * Opens an HDF5 file (HDF5 File Format Specification 3.0) and lists it; elements stay in it until read.
 * Throws `incomplete` where it is shorter than it says, `input` where it is damaged, nests groups without end, or
 * occupies the library for too long.
 */
export async function openHdf5(source: ByteSource, reading: Hdf5Library = library): Promise<Hdf5File> {
  await checkEnd(source);
  const file = files++;
  const close = () => reading.close(file, source);
  const listing = (await reading.ask(file, source, { kind: 'list' }).catch(async error => {
    await close();
    throw error;
  })) as Listing;
  return {
    ...listing,
    texts: (path, attribute) =>
      reading.ask(file, source, { kind: 'texts', path, attribute }) as Promise<readonly string[] | null>,
    tensor: (name, dataset) =>
      lazyTensor(source, name, dataset, (from, count) =>
        reading.ask(file, source, { kind: 'read', path: dataset.path, from, count }),
      ),
    close,
  };
}

/** The superblock says where the file ends (sections II.A.1 and II.A.2). */
async function checkEnd(source: ByteSource): Promise<void> {
  const version = (await source.read(8, 1))[0]!;
  const place = version < 2 ? 40 + 4 * version : 28;
  checkRange(source, 0, place + 8);
  // Lengths of 8 bytes are what every library writes; others are left to the library.
  if ((await source.read(version < 2 ? 13 : 9, 1))[0] !== 8) return;
  const end = Number(Buffer.from(await source.read(place, 8)).readBigUInt64LE());
  if (end > source.size) throw endsEarly(source, end);
}

type ReadBox = (from: readonly number[], count: readonly number[]) => Promise<unknown>;

function lazyTensor(source: ByteSource, name: string, dataset: ListedDataset, readBox: ReadBox): LazyTensor {
  const where = `${source.name}: tensor ${name}`;
  const dtype = elementType(where, dataset);
  const shape = storedShape(where, source, dataset);
  return {
    name,
    dtype,
    shape,
    async read(rows) {
      const { from, count } = box(where, shape, rows);
      const size = elementCount(count) * BYTES[dtype];
      const bytes = allocate(source.name, size);
      let done = 0;
      if (size > 0) {
        for (const part of parts(from, count, BYTES[dtype])) {
          const read = (await readBox(part.from, part.count)) as Uint8Array;
          bytes.set(read, done);
          done += read.length;
        }
      }
      return { dtype, shape: count, data: decodeElements(bytes, dtype, 'little') } as Tensor;
    },
  };
}

function elementType(where: string, { type, bytes, signed, dtype }: ListedDataset): DType {
  const known = KNOWN.get(`${type} ${bytes}${type === 'integer' && !signed ? ' unsigned' : ''}`);
  // NumPy has no bfloat16: Keras stores its bits and names the type beside them.
  if (dtype === 'bfloat16' && bytes === 2) return 'bfloat16';
  if (known === undefined) {
    const what = dtype ?? (type === 'other' ? 'texts or records' : `a ${type} of ${bytes} bytes`);
    throw inputError(`${where}: elements of type ${what} cannot be read; save them as float32.`);
  }
  return known;
}

const KNOWN: ReadonlyMap<string, DType> = new Map([
  ['float 8', 'float64'],
  ['float 4', 'float32'],
  ['float 2', 'float16'],
  ['integer 8', 'int64'],
  ['integer 4', 'int32'],
  ['integer 2', 'int16'],
  ['integer 1', 'int8'],
  ['integer 8 unsigned', 'uint64'],
  ['integer 4 unsigned', 'uint32'],
  ['integer 2 unsigned', 'uint16'],
  ['integer 1 unsigned', 'uint8'],
  ['boolean 1', 'bool'],
]);

/** The shape of a dataset whose elements can all be in the file. */
function storedShape(where: string, source: ByteSource, dataset: ListedDataset): readonly number[] {
  const { shape, filters, chunked, virtual, bytes } = dataset;
  if (shape === null) throw inputError(`${where}: has no elements; save it again.`);
  if (shape.length > AXES_MAX) throw inputError(`${where}: has ${shape.length} axes; the file is damaged.`);
  if (virtual) throw inputError(`${where}: is put together from other files; save it as one array.`);
  const unknown = filters.find(filter => !FILTERS.has(filter));
  if (unknown !== undefined) {
    throw inputError(`${where}: is compressed by HDF5 filter ${unknown}; save it without compression or with gzip.`);
  }
  const needed = declaredCount(where, shape) * bytes;
  // Chunks that were never written stand for a fill value, so that a few bytes could spell out a huge tensor.
  const held = chunked && filters.includes(DEFLATE) ? source.size * INFLATION_MAX : source.size;
  if (needed > held) {
    throw inputError(
      `${where}: ${formatShape(shape)} elements take ${needed} bytes, more than a file of ${source.size} can hold; save it again.`,
    );
  }
  return shape;
}

interface Box {
  readonly from: readonly number[];
  readonly count: readonly number[];
}

function box(where: string, shape: readonly number[], rows: RowRange | undefined): Box {
  const from = shape.map(() => 0);
  if (rows === undefined) return { from, count: shape };
  const [extent] = shape;
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (extent === undefined || !isCount(rows.from) || !(rows.from <= rows.to && rows.to <= extent)) {
    throw inputError(`${where}: rows [${rows.from}, ${rows.to}) lie outside of ${formatShape(shape)}.`);
  }
  return { from: from.with(0, rows.from), count: shape.with(0, rows.to - rows.from) };
}

/** Cuts a box into parts that follow one another in row-major order. */
function* parts(from: readonly number[], count: readonly number[], bytes: number): Generator<Box> {
  const axis = count.findIndex(extent => extent > 1);
  const size = elementCount(count) * bytes;
  if (size <= PART || axis < 0) {
    yield { from, count };
    return;
  }
  const step = Math.max(1, Math.floor(PART / (size / count[axis]!)));
  for (let start = 0; start < count[axis]!; start += step) {
    const extent = Math.min(step, count[axis]! - start);
    yield* parts(from.with(axis, from[axis]! + start), count.with(axis, extent), bytes);
  }
}
