import type { FileHandle } from 'node:fs/promises';
import { Zip, ZipPassThrough } from 'fflate';
import { inputError, messageOf } from '../errors.ts';
import { NPY_MAGIC } from './npy.ts';
import { replaceFile } from './replaceFile.ts';

/** A float32 array in row-major order. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The zip format without its 64-bit extension goes to 4 GiB; headers take the rest. */
const BYTES_MAX = 0xffff_ffff - (1 << 20);

/** The same arrays give the same bytes whenever they are written: the first day that the zip format knows. */
const WRITTEN = new Date(1980, 0, 1);

/**
 * Writes arrays as an uncompressed `.npz` archive, as numpy.savez does, one after the other.
 * Throws `input` where they are too large for one, or the file cannot be written.
 */
export async function writeNpz(path: string, arrays: readonly NamedArray[]): Promise<void> {
  const bytes = arrays.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > BYTES_MAX) {
    throw inputError(`${path}: ${bytes} bytes are too many for an .npz archive; vary fewer parameters.`);
  }
  try {
    await replaceFile(path, file => writeArchive(file, arrays));
  } catch (error) {
    throw inputError(`${path}: cannot be written (${messageOf(error)}); choose another place.`, error);
  }
}

async function writeArchive(file: FileHandle, arrays: readonly NamedArray[]): Promise<void> {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  const drain = async (): Promise<void> => {
    for (const piece of pieces.splice(0)) await file.writeFile(piece);
  };
  for (const { name, shape, data } of arrays) {
    const entry = new ZipPassThrough(`${name}.npy`);
    entry.mtime = WRITTEN;
    zip.add(entry);
    entry.push(npyHeader(shape));
    entry.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), true);
    await drain();
  }
  zip.end();
  await drain();
}

/** Version 1 of the format (NumPy Enhancement Proposal 1), padded so that the data are aligned. */
function npyHeader(shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const begin = NPY_MAGIC.length + 4;
  const length = Math.ceil((begin + text.length + 1) / 64) * 64 - begin;
  const header = Buffer.alloc(begin + length, ' ');
  NPY_MAGIC.copy(header);
  header.writeUInt16LE(1, NPY_MAGIC.length);
  header.writeUInt16LE(length, NPY_MAGIC.length + 2);
  header.write(text, begin, 'latin1');
  header.write('\n', begin + length - 1);
  return header;
}
