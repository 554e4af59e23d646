import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Decode, DecodeError, object, oneOf } from '../worker/decode.ts';
import { messageOf } from '../worker/errors.ts';
import { replaceFile } from '../worker/io/replaceFile.ts';

/** A file far larger than any document about one checkpoint is none of ours. */
const bytesMax = 64 << 20;

export interface MemoryParts<T> {
  /** A folder for these documents alone; it need not exist yet. */
  readonly folder: string;
  /** What a document is called in a report: "a spectrum". */
  readonly what: string;
  /** Raised when documents change so that older ones cannot be read. */
  readonly version: number;
  readonly decode: Decode<T>;
  /** Receives a sentence about what cannot be used or written. */
  readonly report: (message: string) => void;
}

/**
 * One document a checkpoint on disk, the last one: at once and as a whole, so that neither a window that is closed or
 * reloaded nor an engine that is killed loses what was shown. VS Code's own mementos may be written seconds later. What
 * cannot be read or written is reported and does without.
 */
export class CheckpointMemory<T extends object> {
  readonly #parts: MemoryParts<T>;
  readonly #waiting = new Map<string, T>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(parts: MemoryParts<T>) {
    this.#parts = parts;
  }

  /** What is kept of the checkpoint at this path; null where there is nothing, or nothing that can be trusted. */
  async read(checkpoint: string): Promise<T | null> {
    const file = this.#file(checkpoint);
    const { what, version, decode, report } = this.#parts;
    await this.#writing.get(checkpoint);
    try {
      const { size } = await stat(file);
      if (size > bytesMax) throw new DecodeError(`${size} bytes are too many`);
      const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
      object<{ readonly version: number }>({ version: oneOf(version) })(kept, '');
      return decode(kept, '');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      report(`${file}: is ignored, as it cannot be used as ${what} that was kept (${messageOf(error)}).`);
      return null;
    }
  }

  /** Keeps a document in the place of the last one; of several that come while one is written, the latest is. */
  keep(checkpoint: string, value: T): void {
    this.#waiting.set(checkpoint, value);
    if (this.#writing.has(checkpoint)) return;
    this.#writing.set(checkpoint, this.#writeWaiting(checkpoint));
  }

  /** Resolves once everything is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  async #writeWaiting(checkpoint: string): Promise<void> {
    const { folder, what, version, report } = this.#parts;
    for (let value = this.#waiting.get(checkpoint); value; value = this.#waiting.get(checkpoint)) {
      this.#waiting.delete(checkpoint);
      const content = JSON.stringify({ version, ...value });
      try {
        await mkdir(folder, { recursive: true });
        await replaceFile(this.#file(checkpoint), file => file.writeFile(content));
      } catch (error) {
        report(`${folder}: ${what} cannot be kept there (${messageOf(error)}); it lasts with its tab.`);
      }
    }
    this.#writing.delete(checkpoint);
  }

  #file(checkpoint: string): string {
    return join(this.#parts.folder, `${createHash('sha256').update(checkpoint).digest('hex')}.json`);
  }
}
