import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFirstOfSeveral, partsOf } from '../checkpoint/parts.ts';
import { permittedPath } from '../io/access.ts';

/**
 * SHA-256 (hex) of a checkpoint, read from beginning to end: of a file's bytes; where it consists of several, of all of
 * theirs with their names. Throws as `permittedPath` does.
 */
export async function contentsDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  const permitted = permittedPath(path);
  const isFolder = (await stat(permitted)).isDirectory();
  if (!isFolder && !isFirstOfSeveral(basename(path))) await add(hash, permitted);
  else {
    const folder = isFolder ? permitted : dirname(permitted);
    for (const part of partsOf(isFolder ? null : basename(path), await readdir(folder))) {
      const file = permittedPath(join(folder, part));
      hash.update(`${part}\0${(await stat(file)).size}\0`);
      await add(hash, file);
    }
  }
  return hash.digest('hex');
}

async function add(hash: Hash, file: string): Promise<void> {
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
}
