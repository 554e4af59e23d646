import { BasinError } from '../errors.ts';
import { openFile } from '../io/file.ts';
import { npyTensor } from '../io/npy.ts';
import { openZip, ZIP_MAGIC } from '../io/zip.ts';
import type { LazyTensor } from '../tensor.ts';
import { openArray } from './array.ts';

/** An array that basin.json could name. */
export interface ListedArray extends Pick<LazyTensor, 'dtype' | 'shape'> {
  /** What follows the file's name in a reference (`#x`), empty where the file is a single array. */
  readonly suffix: string;
}

/**
 * The arrays of a data file. Of an archive, entries that are no arrays of plain numbers are left out.
 * Throws as `openArray` does for files that are no data at all.
 */
export async function listArrays(path: string): Promise<ListedArray[]> {
  const file = await openFile(path);
  try {
    const head = Buffer.from(await file.read(0, Math.min(file.size, 4)));
    if (ZIP_MAGIC.equals(head)) {
      const archive = await openZip(file);
      const arrays: ListedArray[] = [];
      for (const entry of archive.entries) {
        if (!entry.name.endsWith('.npy')) continue;
        const name = entry.name.slice(0, -'.npy'.length);
        const array = await npyTensor(name, archive.open(entry, name)).catch(skipped);
        if (array !== null) arrays.push({ suffix: `#${name}`, dtype: array.dtype, shape: array.shape });
      }
      return arrays;
    }
  } finally {
    await file.close();
  }
  const { dtype, shape, close } = await openArray(path, '.');
  await close();
  return [{ suffix: '', dtype, shape }];
}

/** An entry with a reason of its own for not being an array. */
function skipped(error: unknown): null {
  if (error instanceof BasinError) return null;
  throw error;
}
