import { type Disposable, FileType, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import { filesOfLabel } from './checkpointFiles.ts';
import { runViewType } from './commands.ts';
import { RunPanel, type RunPanelContext, savedLabel } from './runPanel.ts';

/** Every open panel of a run, one a run. */
export class RunPanels implements Disposable {
  readonly #context: RunPanelContext;
  readonly #open = new Map<string, RunPanel>();
  readonly #serializer: Disposable;

  constructor(context: Omit<RunPanelContext, 'onClose'>) {
    this.#context = { ...context, onClose: panel => this.#open.delete(panel.folder.fsPath) };
    this.#serializer = window.registerWebviewPanelSerializer(runViewType, {
      deserializeWebviewPanel: (panel, state) => this.#restore(panel, state),
    });
  }

  /** Shows a run, by the path of its folder. */
  show(folder: string): void {
    const open = this.#open.get(folder);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    this.#add(window.createWebviewPanel(runViewType, '', ViewColumn.Active), Uri.file(folder));
  }

  dispose(): void {
    this.#serializer.dispose();
  }

  #add(panel: WebviewPanel, folder: Uri): void {
    this.#open.set(folder.fsPath, new RunPanel(panel, folder, workspace.asRelativePath(folder), this.#context));
  }

  /** A panel that outlived a reload. Its page kept the run's label, which may stand for a folder that is gone. */
  async #restore(panel: WebviewPanel, state: unknown): Promise<void> {
    const label = savedLabel(state);
    const folder = label === undefined ? undefined : await folderOfLabel(label);
    if (folder !== undefined) {
      this.#add(panel, folder);
      return;
    }
    this.#context.log('warn', `A run was not restored, as its folder is not to be found: ${label ?? 'unknown'}`);
    panel.dispose();
  }
}

async function folderOfLabel(label: string): Promise<Uri | undefined> {
  const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  for (const path of filesOfLabel(label, folders)) {
    const uri = Uri.file(path);
    const isFolder = await workspace.fs.stat(uri).then(
      ({ type }) => (type & FileType.Directory) !== 0,
      () => false,
    );
    if (isFolder) return uri;
  }
  return undefined;
}
