import { OutsideError } from '../worker/errors.ts';
import type { AllowedFolders } from './allowedFolders.ts';

/** Asks the user whether a folder may be read. */
export type AskForFolder = (folder: string, reason: string) => Promise<boolean>;

/** Which folders the worker may read: the workspace's, and those the user allows when a file turns out to lie elsewhere. */
export class ReadAccess {
  readonly #workspaceFolders: () => readonly string[];
  readonly #allowed: AllowedFolders;
  readonly #ask: AskForFolder;
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(workspaceFolders: () => readonly string[], allowed: AllowedFolders, ask: AskForFolder) {
    this.#workspaceFolders = workspaceFolders;
    this.#allowed = allowed;
    this.#ask = ask;
  }

  /** Sends a request with the folders it may read; sends it again once the user has allowed the one that it lacks. */
  async send<T>(request: (allowedRoots: readonly string[]) => Promise<T>): Promise<T> {
    for (;;) {
      const roots = await this.#roots();
      try {
        return await request(roots);
      } catch (error) {
        if (!(error instanceof OutsideError) || roots.includes(error.folder)) throw error;
        if (!(await this.#askOnce(error.folder, error.message))) throw error;
      }
    }
  }

  /** Sends a request with the folders it may read, and asks for no other: for what nobody clicked for. */
  async sendUnasked<T>(request: (allowedRoots: readonly string[]) => Promise<T>): Promise<T> {
    return request(await this.#roots());
  }

  async #roots(): Promise<readonly string[]> {
    return [...this.#workspaceFolders(), ...(await this.#allowed.list())];
  }

  /** Two computations that lack the same folder ask one question. */
  #askOnce(folder: string, reason: string): Promise<boolean> {
    const asked = this.#asking.get(folder);
    if (asked !== undefined) return asked;
    const asking = this.#askAndKeep(folder, reason).finally(() => this.#asking.delete(folder));
    this.#asking.set(folder, asking);
    return asking;
  }

  async #askAndKeep(folder: string, reason: string): Promise<boolean> {
    const isAllowed = await this.#ask(folder, reason);
    if (isAllowed) await this.#allowed.add(folder);
    return isAllowed;
  }
}
