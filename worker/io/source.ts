import { type BasinError, computationError, incompleteError, inputError } from '../errors.ts';

/** Random access to the bytes of a file, however they are kept. */
export interface ByteSource {
  /** What messages call it: the file's name, or `file#entry` in an archive. */
  readonly name: string;
  /** Size in bytes when it was opened; declared sizes are held against it before anything is allocated. */
  readonly size: number;
  /** Whether nothing can follow: true of an archive's entry; a file may still be being written. */
  readonly whole: boolean;
  /**
   * Reads exactly `length` bytes at `offset` into memory of their own, which the caller may change.
   * Throws `endsEarly` where they lie beyond the end, `incomplete` where the file changed since it was opened.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** The error for bytes that should be there but lie beyond the end: `incomplete`, or `input` where nothing can follow. */
export function endsEarly(source: ByteSource, needed: number): BasinError {
  const message = `${source.name}: ends after ${source.size} bytes where ${needed} are needed`;
  return source.whole
    ? inputError(`${message}; it is damaged: save it again.`)
    : incompleteError(`${message}; it is still being written, or was cut short: copy or save it again.`);
}

/** Throws `endsEarly` unless the range lies inside the source. */
export function checkRange(source: ByteSource, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) throw endsEarly(source, offset + length);
}

/** Memory for bytes that are about to be read. Throws `computation` where there is not as much. */
export function allocate(name: string, length: number): Buffer<ArrayBuffer> {
  try {
    return Buffer.allocUnsafeSlow(length);
  } catch (error) {
    throw computationError(`${name}: no memory for ${length} bytes at once; read fewer rows, or free some.`, error);
  }
}

/** Bytes in memory as a source; `bytes` are not copied until read. */
export function fromBytes(name: string, bytes: Uint8Array, { whole } = { whole: false }): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    whole,
    async read(offset, length) {
      checkRange(source, offset, length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    async close() {},
  };
  return source;
}
