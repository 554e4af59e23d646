import { type Disposable, EventEmitter, FileType, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type { PanelState } from '../webview/messages.ts';
import { filesOfLabel } from './checkpointFiles.ts';
import { landscapeViewType } from './commands.ts';
import { LandscapePanel, type PanelContext } from './landscapePanel.ts';

/** Every open landscape, one a checkpoint, and which of them was looked at last. */
export class LandscapePanels implements Disposable {
  readonly #context: PanelContext;
  readonly #open = new Map<string, LandscapePanel>();
  readonly #changed = new EventEmitter<void>();
  readonly #serializer: Disposable;
  #lastActive: LandscapePanel | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(context: Omit<PanelContext, 'onChange'>) {
    this.#context = { ...context, onChange: panel => this.#onChange(panel) };
    this.#serializer = window.registerWebviewPanelSerializer(landscapeViewType, {
      deserializeWebviewPanel: (panel, state) => this.#restore(panel, state),
    });
  }

  /** The state of the landscape last looked at, also after its panel was closed. */
  get lastState(): PanelState | undefined {
    return this.#lastActive?.state;
  }

  /** The panel last looked at, where it is still open. */
  get lastActive(): LandscapePanel | undefined {
    return this.#lastActive?.closed === false ? this.#lastActive : undefined;
  }

  get computing(): readonly LandscapePanel[] {
    return [...this.#open.values()].filter(panel => panel.computing);
  }

  /** Shows landscapes beside the editor, the last one in front, and computes each unless it is there or on its way. */
  show(checkpoints: readonly Uri[]): void {
    for (const [index, checkpoint] of checkpoints.entries()) {
      const open = this.#open.get(checkpoint.toString());
      // Only the last takes the focus: "beside" is beside the group in focus, and the others belong in the same one.
      if (open === undefined) this.#create(checkpoint, index < checkpoints.length - 1).compute();
      else this.#showAgain(open);
    }
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#open.values()) panel.cancel();
    this.#changed.dispose();
  }

  #create(checkpoint: Uri, preserveFocus: boolean): LandscapePanel {
    const viewColumn = this.lastActive?.viewColumn ?? ViewColumn.Beside;
    return this.#add(window.createWebviewPanel(landscapeViewType, '', { viewColumn, preserveFocus }), checkpoint);
  }

  #showAgain(panel: LandscapePanel): void {
    panel.reveal();
    if (panel.state.phase !== 'done' && !panel.computing) panel.compute();
  }

  #add(webviewPanel: WebviewPanel, checkpoint: Uri): LandscapePanel {
    const panel = new LandscapePanel(webviewPanel, checkpoint, this.#context);
    this.#open.set(checkpoint.toString(), panel);
    this.#lastActive = panel;
    return panel;
  }

  /** A panel that outlived a reload. Its page kept the checkpoint's label, which may stand for a file that is gone. */
  async #restore(webviewPanel: WebviewPanel, state: unknown): Promise<void> {
    const label = labelOf(state);
    const checkpoint = label === undefined ? undefined : await fileOfLabel(label);
    if (checkpoint === undefined) {
      this.#context.log(
        'warn',
        `A landscape was not restored, as its checkpoint is not to be found: ${label ?? 'unknown'}`,
      );
      webviewPanel.dispose();
      return;
    }
    this.#add(webviewPanel, checkpoint);
    this.#changed.fire();
  }

  #onChange(panel: LandscapePanel): void {
    if (panel.closed) this.#open.delete(panel.checkpoint.toString());
    else if (panel.active || this.#lastActive === undefined) this.#lastActive = panel;
    this.#changed.fire();
  }
}

const labelOf = (state: unknown): string | undefined =>
  typeof state === 'object' && state !== null && 'checkpoint' in state && typeof state.checkpoint === 'string'
    ? state.checkpoint
    : undefined;

async function fileOfLabel(label: string): Promise<Uri | undefined> {
  const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  for (const path of filesOfLabel(label, folders)) {
    const uri = Uri.file(path);
    const isFile = await workspace.fs.stat(uri).then(
      stat => (stat.type & FileType.File) !== 0,
      () => false,
    );
    if (isFile) return uri;
  }
  return undefined;
}
