import { pipeline, Readable, type Transform } from 'node:stream';
import type { ByteSource } from './source.ts';

/** Bytes that are read, and bytes that are decompressed, at once. */
export const CHUNK = 2 ** 16;

/**
 * Passes a range of a source through a decompressor, a chunk at a time: memory does not grow with what comes out.
 * A failure of either ends the iteration with its error; ending the iteration early stops both.
 */
export async function* decompress(
  source: ByteSource,
  start: number,
  length: number,
  decompressor: Transform,
): AsyncGenerator<Buffer> {
  // The callback is asked for, but whatever goes wrong reaches whoever iterates.
  pipeline(Readable.from(chunks(source, start, length)), decompressor, () => {});
  yield* decompressor;
}

async function* chunks(source: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += CHUNK)
    yield await source.read(start + done, Math.min(CHUNK, length - done));
}
