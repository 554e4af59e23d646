import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../errors.ts';
import { openFile } from '../io/file.ts';
import { GZIP_MAGIC, gunzip } from '../io/gzip.ts';
import { NPY_MAGIC, npyTensor } from '../io/npy.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { openZip, ZIP_MAGIC, type ZipArchive } from '../io/zip.ts';
import type { LazyTensor } from '../tensor.ts';
import { CIFAR_PARTS, cifarTensor, isCifarName } from './cifar.ts';
import { csvTensor, isCsvName } from './csv.ts';
import { IDX_MAGICS, idxTensor, isIdx } from './idx.ts';

/** An array of a data file, which stays open until closed. */
export interface OpenArray extends LazyTensor {
  /** File name, for messages. */
  readonly file: string;
  /** Whether reading rows means passing over those before them, by inflating or by looking for their ends. */
  readonly sequential: boolean;
  close(): Promise<void>;
}

/**
 * Opens what a reference in basin.json names: `file.npz#array`, an `.npz` with one array, a `.npy`, an IDX file,
 * `file.csv#columns` or `file.bin#part` (CIFAR), gzip-compressed or not; bytes decide where they can, else the name. The
 * path is relative to `baseDirectory`.
 * Throws `input` for other files and for array names that are not there, `incomplete` for files cut short.
 */
export async function openArray(reference: string, baseDirectory: string): Promise<OpenArray> {
  const { path, array } = splitReference(reference, baseDirectory);
  const file = await openFile(resolve(baseDirectory, path));
  try {
    const { tensor, sequential } = await readArray(file, array);
    return { ...tensor, file: file.name, sequential, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Splits `file#array` at the last `#`, unless all of it is the name of a file. */
export function splitReference(reference: string, baseDirectory: string): { path: string; array: string | null } {
  const mark = reference.lastIndexOf('#');
  if (mark < 0 || existsSync(resolve(baseDirectory, reference))) return { path: reference, array: null };
  return { path: reference.slice(0, mark), array: reference.slice(mark + 1) };
}

export interface Found {
  readonly tensor: LazyTensor;
  readonly sequential: boolean;
}

/** The array that follows the `#` of a reference, or the only one of a file, in the file's bytes. */
export async function readArray(file: ByteSource, array: string | null): Promise<Found> {
  const head = await readHead(file);
  // What is too short to tell, and begins as something known, may still be being written.
  if (BEGINNINGS.some(beginning => head.length < beginning.length && beginning.indexOf(head) === 0)) {
    throw endsEarly(file, head.length + 1);
  }
  if (ZIP_MAGIC.equals(head.subarray(0, 4))) return pickArray(await openZip(file), array);
  const source = GZIP_MAGIC.equals(head.subarray(0, 2)) ? await gunzip(file) : file;
  if (isCsvName(file.name)) return { tensor: await csvTensor(file.name, source, array), sequential: true };
  if (isCifarName(file.name) && array !== null && CIFAR_PARTS.has(array)) {
    return { tensor: await cifarTensor(source, array), sequential: false };
  }
  if (array !== null) {
    throw inputError(
      `${file.name}: neither .npz nor .csv nor a CIFAR .bin file, so it has no part "${array}"; name the file alone.`,
    );
  }
  return { tensor: await readSingle(source), sequential: false };
}

async function readSingle(source: ByteSource): Promise<LazyTensor> {
  const head = await readHead(source);
  if (NPY_MAGIC.equals(head.subarray(0, NPY_MAGIC.length))) return npyTensor(source.name, source);
  if (isIdx(head)) return idxTensor(source.name, source);
  if (isCifarName(source.name)) return cifarTensor(source, null);
  throw inputError(
    `${source.name}: neither .npz, .npy, IDX, CSV nor a CIFAR file by its content and name; save the data with numpy.savez.`,
  );
}

const BEGINNINGS = [ZIP_MAGIC, GZIP_MAGIC, NPY_MAGIC, ...IDX_MAGICS];

const readHead = async (source: ByteSource): Promise<Buffer> =>
  Buffer.from(await source.read(0, Math.min(source.size, 8)));

/** Only the header of the array that is meant is read: what else the archive holds may be of any kind. */
async function pickArray(archive: ZipArchive, wanted: string | null): Promise<Found> {
  const entries = new Map(archive.entries.map(entry => [entry.name.replace(/\.npy$/, ''), entry]));
  const names = [...entries.keys()].slice(0, 20).join(', ') || 'none';
  if (wanted === null && entries.size !== 1) {
    throw inputError(`${archive.name}: which of its arrays is meant (${names})? Write ${archive.name}#name.`);
  }
  const name = wanted ?? [...entries.keys()][0]!;
  const entry = entries.get(name);
  if (entry === undefined) throw inputError(`${archive.name}: no array ${name}; it holds ${names}.`);
  return { tensor: await npyTensor(name, archive.open(entry, name)), sequential: entry.compressed };
}
