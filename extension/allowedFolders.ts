import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The folders outside of workspaces that the user allowed to be read, on this machine: they are kept in a file of the
 * extension's own storage, because settings and the editor's state may follow the user to other machines.
 */
export class AllowedFolders {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** None where nothing was kept, or what was kept is no list of folders. */
  async list(): Promise<readonly string[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]');
    try {
      const folders: unknown = JSON.parse(text);
      return Array.isArray(folders) ? folders.filter(folder => typeof folder === 'string') : [];
    } catch {
      return [];
    }
  }

  async add(folder: string): Promise<void> {
    await this.#keep([...new Set([...(await this.list()), folder])]);
  }

  async forget(forgotten: readonly string[]): Promise<void> {
    await this.#keep((await this.list()).filter(folder => !forgotten.includes(folder)));
  }

  /** Another window never sees half a file. */
  async #keep(folders: readonly string[]): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const written = `${this.#file}.${process.pid}`;
    await writeFile(written, JSON.stringify(folders, null, 2));
    await rename(written, this.#file);
  }
}
