import type { FileHandle } from 'node:fs/promises';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DecodeError } from '../decode.ts';
import { messageOf } from '../errors.ts';
import { replaceFile, TEMPORARY } from '../io/replaceFile.ts';

/** What a writer that was killed left behind is removed after so many milliseconds; nobody writes for as long. */
const STALE = 60 * 60 * 1000;

/**
 * The files of a folder of results. A file is replaced as a whole, so that a reader never sees half of one and a writer
 * that is killed leaves the last one; any number of processes may read and write the same folder. What cannot be read or
 * written is reported, once, and does without: nothing depends on it but time.
 */
export class ResultFiles {
  readonly folder: string;
  readonly #report: (message: string) => void;
  /** Files that turned out to be no good, whatever their beginning says. */
  readonly #spoilt = new Set<string>();
  #failed = false;
  #swept = false;

  /** @param report receives a sentence about each file that is no good, and one about a folder that cannot be written. */
  constructor(folder: string, report: (message: string) => void) {
    this.folder = folder;
    this.#report = report;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Whether a file was found to be no good, and may be replaced by anything. */
  isSpoilt(name: string): boolean {
    return this.#spoilt.has(name);
  }

  /**
   * What `understand` makes of a file; null where there is none, or none that it can make anything of: it throws.
   * @param bytesMax a file that is larger is none of ours.
   */
  async read<T>(name: string, bytesMax: number, understand: (path: string) => Promise<T>): Promise<T | null> {
    const path = this.path(name);
    try {
      const { size } = await stat(path);
      if (size > bytesMax) throw new DecodeError(`${size} bytes are too many`);
      return await understand(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
      if (!this.#spoilt.has(name)) {
        this.#report(`${path}: is ignored, as it cannot be used as a stored result (${messageOf(error)}).`);
      }
      this.#spoilt.add(name);
      return null;
    }
  }

  /** The same for a file of JSON. */
  readJson<T>(name: string, bytesMax: number, decode: (content: unknown) => T): Promise<T | null> {
    return this.read(name, bytesMax, async path => decode(JSON.parse(await readFile(path, 'utf8'))));
  }

  /** Writes a file in the place of another. @returns whether it could be written. */
  async write(name: string, write: (file: FileHandle) => Promise<void>): Promise<boolean> {
    try {
      await mkdir(this.folder, { recursive: true });
      await this.#sweep();
      await replaceFile(this.path(name), write);
      this.#spoilt.delete(name);
      this.#failed = false;
      return true;
    } catch (error) {
      // Said once, however often it is tried again.
      if (!this.#failed) {
        this.#report(
          `${this.folder}: results cannot be kept there (${messageOf(error)}); until that is mended, an interrupted computation begins anew.`,
        );
      }
      this.#failed = true;
      return false;
    }
  }

  /** Removes a file; one that cannot be removed counts as spoilt, so that it is replaced instead. */
  async remove(name: string): Promise<void> {
    await rm(this.path(name), { force: true }).catch(() => this.#spoilt.add(name));
  }

  /** The names of the files that are there. */
  async names(): Promise<readonly string[]> {
    return readdir(this.folder).catch(() => []);
  }

  async #sweep(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    for (const name of await this.names()) {
      if (!name.endsWith(TEMPORARY)) continue;
      const path = this.path(name);
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > STALE) await rm(path, { force: true });
    }
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
