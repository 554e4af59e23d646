/** Random access to the bytes of a file, however they are kept. */
export interface ByteSource {
  /** What messages call it: the file's name. */
  readonly name: string;
  /** Size in bytes when it was opened; declared sizes are held against it before anything is allocated. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes at `offset`.
   * Throws `incomplete` where they lie beyond the end, `input` where the file changed since it was opened.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
