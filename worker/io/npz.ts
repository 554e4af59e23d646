import type { LazyTensor } from '../tensor.ts';
import { npyTensor } from './npy.ts';
import type { ByteSource } from './source.ts';
import { openZip, type ZipArchive } from './zip.ts';

/**
 * The arrays of an `.npz` archive under their names without `.npy`, in the archive's order.
 * Rows of an array that was saved uncompressed are read alone; of a compressed one, everything before them is inflated
 * and dropped. Throws as `openZip` and `npyTensor` do.
 */
export async function openNpz(source: ByteSource): Promise<LazyTensor[]> {
  return npzTensors(await openZip(source));
}

/** The arrays of an archive that is already open; entries that are no arrays are left out. */
export async function npzTensors(archive: ZipArchive): Promise<LazyTensor[]> {
  const tensors: LazyTensor[] = [];
  for (const entry of archive.entries) {
    if (!entry.name.endsWith('.npy')) continue;
    const name = entry.name.slice(0, -'.npy'.length);
    tensors.push(await npyTensor(name, archive.open(entry, name)));
  }
  return tensors;
}
