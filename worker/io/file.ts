import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { incompleteError, inputError, messageOf } from '../errors.ts';
import { permittedPath } from './access.ts';
import { allocate, type ByteSource, checkRange } from './source.ts';

/** The operating system reads at most 2 GiB at once. */
const MAX_READ = 2 ** 30;

/**
 * Opens a file for random access.
 * @param name what messages call it.
 * Throws `input` where there is no such file or it may not be read, and as `permittedPath` does; its reads throw `incomplete`
 * where the file has changed since, because bytes of two versions together are no checkpoint.
 */
export async function openFile(path: string, name: string = basename(path)): Promise<ByteSource> {
  const handle = await openRegular(path);
  const opened = await handle.stat({ bigint: true });
  const source: ByteSource = {
    name,
    size: Number(opened.size),
    whole: false,
    async read(offset, length) {
      checkRange(source, offset, length);
      const bytes = allocate(name, length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, MAX_READ), offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      // Asked after the reads, so that a change during them is seen too.
      const now = await handle.stat({ bigint: true });
      if (done < length || now.size !== opened.size || now.mtimeNs !== opened.mtimeNs) {
        throw incompleteError(
          `${name}: changed while it was being read; try again when it has been written completely.`,
        );
      }
      return bytes;
    },
    close: () => handle.close(),
  };
  return source;
}

async function openRegular(given: string): Promise<FileHandle> {
  const path = permittedPath(given);
  try {
    // Asked first, because opening a named pipe waits for a writer.
    const status = await stat(path);
    if (status.isFile()) return await open(path, 'r');
  } catch (error) {
    throw inputError(`${given}: ${reasonUnread(error, 'file')}.`, error);
  }
  throw inputError(`${given}: not a file; name a file inside it.`);
}

/** Why what a user named cannot be read, and the remedy, as the end of a sentence. */
export function reasonUnread(error: unknown, what: 'file' | 'folder'): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `no such ${what}; check the path`;
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read; check its permissions';
  return `cannot be opened (${messageOf(error)})`;
}
