import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readSafetensors } from '../checkpoint/safetensors.ts';
import type { TensorSource } from '../direction/given.ts';
import { amongOwnFiles } from '../io/access.ts';
import { openFile } from '../io/file.ts';
import type { NamedArray } from '../io/npzWriter.ts';
import { safetensorsBytes } from '../io/safetensorsWriter.ts';
import type { ResultFiles } from './files.ts';

/** No file of vectors as long as θ is larger. */
export const VECTORS_BYTES_MAX = 256 << 20;

/** All such files of a folder together: the oldest give way, since what they save is time. */
const TOTAL_BYTES_MAX = 2 ** 30;

/** The header's share of a file. */
const HEADER_BYTES_MAX = 16 << 20;

const ENDING = '.safetensors';

/** Where vectors are kept, as `ResultFiles` names it. */
export const vectorsFile = (digest: string): string => `${digest}${ENDING}`;

/**
 * Keeps arrays in a file that is named by the digest (SHA-256, hex) of its content.
 * @returns the digest; null where it cannot be kept.
 */
export async function writeVectors(files: ResultFiles, arrays: readonly NamedArray[]): Promise<string | null> {
  const hash = createHash('sha256');
  for (const piece of safetensorsBytes(arrays)) hash.update(piece);
  const name = vectorsFile(hash.copy().digest('hex'));
  const isKept = await files.write(name, async file => {
    for (const piece of safetensorsBytes(arrays)) await file.writeFile(piece);
  });
  if (!isKept) return null;
  await removeOldest(files, name);
  return hash.digest('hex');
}

/**
 * What `use` makes of such a file's arrays while it is open; null where there is none, or none that `use` can use: it
 * throws.
 */
export function readVectors<T>(
  files: ResultFiles,
  digest: string,
  use: (source: TensorSource) => Promise<T>,
): Promise<T | null> {
  return files.read(vectorsFile(digest), VECTORS_BYTES_MAX + HEADER_BYTES_MAX, path =>
    amongOwnFiles(async () => {
      const source = await openFile(path);
      try {
        const { tensors } = await readSafetensors(source);
        return await use({ name: source.name, tensors });
      } finally {
        await source.close();
      }
    }),
  );
}

/** Removes the files written longest ago while all of them together are too large; never the one just written. */
async function removeOldest(files: ResultFiles, justWritten: string): Promise<void> {
  const names = (await files.names()).filter(name => name.endsWith(ENDING));
  const found = await Promise.all(
    names.map(async name => {
      const status = await stat(files.path(name)).catch(() => null);
      return { name, size: status?.size ?? 0, written: status?.mtimeMs ?? 0 };
    }),
  );
  let total = found.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of found.toSorted((a, b) => a.written - b.written)) {
    if (total <= TOTAL_BYTES_MAX) return;
    if (name === justWritten) continue;
    await files.remove(name);
    total -= size;
  }
}
