import { npyTensor } from './npy.ts';
import { listTensors, type TensorList } from './tensorList.ts';
import type { ZipArchive } from './zip.ts';

/**
 * The arrays of an `.npz` archive under their names without `.npy`, in the archive's order; entries that are no arrays
 * are left out. Rows of an array that was saved uncompressed are read alone; of a compressed one, everything before them
 * is inflated and dropped. Throws as `npyTensor` does where no array can be read.
 */
export function npzTensors(archive: ZipArchive): Promise<TensorList> {
  const arrays = archive.entries.filter(entry => entry.name.endsWith('.npy'));
  return listTensors(
    arrays.map(entry => {
      const name = entry.name.slice(0, -'.npy'.length);
      return [name, () => npyTensor(name, archive.open(entry, name))];
    }),
  );
}
