import { BasinError } from '../errors.ts';
import { openFile } from '../io/file.ts';
import { openZip, ZIP_MAGIC } from '../io/zip.ts';
import type { LazyTensor } from '../tensor.ts';
import { openArray } from './array.ts';
import { CIFAR_PARTS, isCifarName } from './cifar.ts';
import { isCsvName } from './csv.ts';

/** An array that basin.json could name. */
export interface ListedArray extends Pick<LazyTensor, 'dtype' | 'shape'> {
  /** What follows the file's name in a reference (`#x`), empty where the file is a single array. */
  readonly suffix: string;
}

/**
 * The arrays of a data file: of an archive those of plain numbers; of a table all columns but one, and that one, which
 * is the last or the first.
 * Throws as `openArray` does for files that are no data at all.
 */
export async function listArrays(path: string): Promise<ListedArray[]> {
  const names = await namesInArchive(path);
  if (names !== null) return listThose(path, names);
  if (isCifarName(path)) {
    const parts = await listThose(path, [...CIFAR_PARTS]);
    if (parts.length > 0) return parts;
  }
  const whole = await describe(path, '');
  const columns = whole.shape[1];
  if (!isCsvName(path) || columns === undefined) return [whole];
  const last = columns - 1;
  return listThose(path, [`0:${last}`, `${last}`, '0', `1:${columns}`]);
}

/** The names of an archive's arrays; null for a file that is none. */
async function namesInArchive(path: string): Promise<readonly string[] | null> {
  const file = await openFile(path);
  try {
    const head = Buffer.from(await file.read(0, Math.min(file.size, ZIP_MAGIC.length)));
    if (!ZIP_MAGIC.equals(head)) return null;
    const { entries } = await openZip(file);
    return entries.filter(({ name }) => name.endsWith('.npy')).map(({ name }) => name.slice(0, -'.npy'.length));
  } finally {
    await file.close();
  }
}

/** The named arrays, without those that have a reason of their own for not being one. */
async function listThose(path: string, names: readonly string[]): Promise<ListedArray[]> {
  const arrays: ListedArray[] = [];
  for (const name of names) {
    try {
      arrays.push(await describe(path, `#${name}`));
    } catch (error) {
      if (!(error instanceof BasinError)) throw error;
    }
  }
  return arrays;
}

async function describe(path: string, suffix: string): Promise<ListedArray> {
  const { dtype, shape, close } = await openArray(`${path}${suffix}`, '.');
  await close();
  return { suffix, dtype, shape };
}
