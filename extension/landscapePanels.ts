import { type Disposable, EventEmitter, type Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import type { PanelState, PlaneOptions } from '../webview/messages.ts';
import { landscapeViewType } from './commands.ts';
import { fileOfLabel } from './labelledFiles.ts';
import { LandscapePanel, type PanelContext } from './landscapePanel.ts';

/** Every open landscape, one a checkpoint, and which of them was looked at last. */
export class LandscapePanels implements Disposable {
  readonly #context: PanelContext;
  readonly #open = new Map<string, LandscapePanel>();
  readonly #changed = new EventEmitter<void>();
  readonly #serializer: Disposable;
  #lastActive: LandscapePanel | undefined;
  /** The panel whose place the next preview takes. */
  #preview: LandscapePanel | undefined;

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
      if (open !== undefined) {
        this.#showAgain(open);
        continue;
      }
      const viewColumn = this.lastActive?.viewColumn ?? ViewColumn.Beside;
      this.#create(checkpoint, { viewColumn, preserveFocus: index < checkpoints.length - 1 }).compute();
    }
  }

  /** Shows a checkpoint's landscape in a plane, and computes it there. */
  showPlane(checkpoint: Uri, plane: PlaneOptions): void {
    const open = this.#open.get(checkpoint.toString());
    open?.reveal();
    const viewColumn = this.lastActive?.viewColumn ?? ViewColumn.Beside;
    (open ?? this.#create(checkpoint, { viewColumn, preserveFocus: false })).computePlane(plane);
  }

  /** Shows a landscape in the place of the one that was shown so before, and leaves the focus where it is. */
  preview(checkpoint: Uri): void {
    const before = this.#preview?.closed === false ? this.#preview : undefined;
    const open = this.#open.get(checkpoint.toString());
    if (open !== undefined) {
      this.#showAgain(open, 'leave');
      return;
    }
    const viewColumn = before?.viewColumn ?? this.lastActive?.viewColumn ?? ViewColumn.Beside;
    this.#preview = this.#create(checkpoint, { viewColumn, preserveFocus: true });
    before?.close();
    this.#preview.compute();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#open.values()) panel.cancel();
    this.#changed.dispose();
  }

  #create(
    checkpoint: Uri,
    place: { readonly viewColumn: ViewColumn; readonly preserveFocus: boolean },
  ): LandscapePanel {
    return this.#add(window.createWebviewPanel(landscapeViewType, '', place), checkpoint);
  }

  #showAgain(panel: LandscapePanel, focus: 'take' | 'leave' = 'take'): void {
    panel.reveal(focus);
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
    await this.#add(webviewPanel, checkpoint).restore();
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
