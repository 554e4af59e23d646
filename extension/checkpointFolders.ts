import { basename, dirname } from 'node:path';
import { Disposable, Uri, commands as vscodeCommands, workspace } from 'vscode';
import { isCheckpointFolder, partsOf } from '../worker/checkpoint/parts.ts';
import { messageOf } from '../worker/errors.ts';
import { folderMarks } from './checkpointFiles.ts';
import { contextKeys } from './commands.ts';
import { systemClock } from './runs/clock.ts';
import { Coalescer, type Pace } from './runs/coalescer.ts';
import type { Log } from './workerProcess.ts';

const pace: Pace = { quietMs: 1000, latestMs: 5000, share: 0.05 };

/** `when` clauses search the whole list. */
const foldersMax = 1000;

/**
 * The folders of the workspace that are one checkpoint each, which the names in them tell: no file is opened, so that
 * the Explorer offers them in Restricted Mode too, where the command says what to do.
 */
export class CheckpointFolders implements Disposable {
  readonly #log: Log;
  readonly #finder = new Coalescer(() => this.#find(), pace, systemClock);
  readonly #subscriptions: Disposable;
  #folders: ReadonlySet<string> = new Set();

  constructor(log: Log) {
    this.#log = log;
    const watcher = workspace.createFileSystemWatcher(folderMarks, false, true, false);
    const report = (): void => this.#finder.report();
    this.#subscriptions = Disposable.from(
      watcher,
      watcher.onDidCreate(report),
      watcher.onDidDelete(report),
      workspace.onDidChangeWorkspaceFolders(report),
    );
    void this.#finder.now();
  }

  has({ fsPath }: Uri): boolean {
    return this.#folders.has(fsPath);
  }

  dispose(): void {
    this.#finder.dispose();
    this.#subscriptions.dispose();
  }

  async #find(): Promise<void> {
    try {
      const marks = await workspace.findFiles(folderMarks, '**/node_modules/**', foldersMax);
      const folders = [...new Set(marks.map(({ fsPath }) => dirname(fsPath)))];
      const are = await Promise.all(folders.map(async folder => isCheckpointFolder(await namesIn(Uri.file(folder)))));
      const found = folders.filter((_, index) => are[index]);
      if (found.length === this.#folders.size && found.every(folder => this.#folders.has(folder))) return;
      this.#folders = new Set(found);
      await vscodeCommands.executeCommand('setContext', contextKeys.checkpointFolders, found);
    } catch (error) {
      this.#log('warn', `The workspace could not be searched for folders of checkpoints: ${messageOf(error)}`);
    }
  }
}

/** The names in a folder; none where it is not there or cannot be listed. */
export const namesIn = (folder: Uri): Thenable<readonly string[]> =>
  workspace.fs.readDirectory(folder).then(
    entries => entries.map(([name]) => name),
    () => [],
  );

/** When a checkpoint was written last, the files that hold it together all counted; undefined where that is not known. */
export async function lastWritten(checkpoint: Uri): Promise<number | undefined> {
  const name = basename(checkpoint.fsPath);
  const inside = await namesIn(checkpoint);
  const folder = inside.length > 0 ? checkpoint : Uri.joinPath(checkpoint, '..');
  const parts = inside.length > 0 ? partsOf(null, inside) : partsOf(name, await namesIn(folder));
  const times = await Promise.all(parts.map(part => modified(Uri.joinPath(folder, part))));
  const known = times.filter(time => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

const modified = (file: Uri): Thenable<number | undefined> =>
  workspace.fs.stat(file).then(
    ({ mtime }) => mtime,
    () => undefined,
  );
