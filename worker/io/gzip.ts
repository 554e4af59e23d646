import { createGunzip } from 'node:zlib';
import { BasinError, inputError, messageOf } from '../errors.ts';
import { CHUNK, decompress } from './decompress.ts';
import { type ByteSource, endsEarly, fromBytes } from './source.ts';

export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Largest inflated file: it is kept in memory, as gzip has no random access. MNIST's takes 45 MiB. */
const MAX_GUNZIPPED = 2 ** 30;

/**
 * A gzip file's inflated bytes, all of them in memory; the given source stays the caller's to close.
 * The size that gzip declares is modulo 2³² and at the very end, so the bytes are counted as they come.
 * Throws `endsEarly` where the file is cut short, `input` where it is damaged or larger than fits.
 */
export async function gunzip(compressed: ByteSource): Promise<ByteSource> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of decompress(compressed, 0, compressed.size, createGunzip({ chunkSize: CHUNK }))) {
      size += part.length;
      if (size > MAX_GUNZIPPED) {
        throw inputError(
          `${compressed.name}: inflates to more than ${MAX_GUNZIPPED} bytes; decompress it with gunzip.`,
        );
      }
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof BasinError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR') {
      throw endsEarly(compressed, compressed.size + 1);
    }
    throw inputError(`${compressed.name}: cannot be decompressed (${messageOf(error)}); copy it again.`, error);
  }
  return fromBytes(compressed.name, Buffer.concat(parts), { whole: true });
}
