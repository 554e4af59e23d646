export type ServerVersion = 'minimum' | 'current';

export interface ServerOptions {
  readonly version: ServerVersion;
  /** Absolute path of a folder; a copy of it is opened. */
  readonly workspace: string;
  /** Opens the folder itself, not a copy. */
  readonly inPlace?: boolean;
  /** Packages to install first, or the absolute path of an extension under development. */
  readonly extension: { readonly vsix: string | readonly string[] } | { readonly development: string };
  /** User settings, over those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Absolute path of a module that exports `run()`, to be run in the extension host. */
  readonly testsPath?: string;
  /** Variables for the server and with it the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Server {
  /** The address that opens the workspace with the extension. */
  readonly url: string;
  /** The folder that is open. */
  readonly workspace: string;
  /** Leader of the server's process group; extension hosts and what they start descend from it. */
  readonly pid: number;
  /** What the server has printed so far. */
  log(): string;
  /** Resolves when the server's process is gone. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

export const browserPackages: readonly string[];
export function findChromium(): string | undefined;
export function installDebianPackages(names: readonly string[]): void;
export function installServers(): void;
export function startServer(options: ServerOptions): Promise<Server>;
