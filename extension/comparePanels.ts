import { type Disposable, EventEmitter, type Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { COMPARED_MAX, COMPARED_MIN } from '../webview/compare/messages.ts';
import { usageError } from '../worker/errors.ts';
import { compareViewType } from './commands.ts';
import { comparisonId } from './compareMemory.ts';
import { ComparePanel, type ComparePanelContext, savedCheckpoints } from './comparePanel.ts';
import { fileOfLabel } from './labelledFiles.ts';

/** Every open comparison, one for the same checkpoints in the same order. */
export class ComparePanels implements Disposable {
  readonly #context: ComparePanelContext;
  readonly #open = new Map<string, ComparePanel>();
  readonly #changed = new EventEmitter<void>();
  readonly #serializer: Disposable;

  /** Something begins or ends to compute. */
  readonly onDidChange = this.#changed.event;

  constructor(context: Omit<ComparePanelContext, 'onChange'>) {
    this.#context = { ...context, onChange: panel => this.#onChange(panel) };
    this.#serializer = window.registerWebviewPanelSerializer(compareViewType, {
      deserializeWebviewPanel: (panel, state) => this.#restore(panel, state),
    });
  }

  get computing(): readonly ComparePanel[] {
    return [...this.#open.values()].filter(panel => panel.computing);
  }

  /**
   * Shows checkpoints side by side, and computes what is not there yet.
   *
   * @throws BasinError where there are too few or too many of them.
   */
  show(checkpoints: readonly Uri[]): void {
    const count = checkpoints.length;
    if (count < COMPARED_MIN || count > COMPARED_MAX) {
      throw usageError(
        `${count === 1 ? 'One checkpoint' : `${count} checkpoints`} cannot be compared side by side; choose from ${COMPARED_MIN} to ${COMPARED_MAX}.`,
      );
    }
    const open = this.#open.get(comparisonId(checkpoints.map(({ fsPath }) => fsPath)));
    if (open !== undefined) {
      open.reveal();
      return;
    }
    this.#add(window.createWebviewPanel(compareViewType, '', ViewColumn.Active), checkpoints).compute();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#open.values()) panel.cancel();
    this.#changed.dispose();
  }

  #add(webviewPanel: WebviewPanel, checkpoints: readonly Uri[]): ComparePanel {
    const panel = new ComparePanel(webviewPanel, checkpoints, this.#context);
    this.#open.set(panel.id, panel);
    return panel;
  }

  /** A panel that outlived a reload. Its page kept the checkpoints' labels, which may stand for files that are gone. */
  async #restore(webviewPanel: WebviewPanel, state: unknown): Promise<void> {
    const labels = savedCheckpoints(state);
    const found = await Promise.all(labels.map(fileOfLabel));
    const checkpoints = found.filter(uri => uri !== undefined);
    if (checkpoints.length < Math.max(COMPARED_MIN, labels.length)) {
      const gone = labels.filter((_, index) => found[index] === undefined);
      this.#context.log(
        'warn',
        `A comparison was not restored, as not all of its checkpoints are to be found: ${gone.join(', ') || 'unknown'}`,
      );
      webviewPanel.dispose();
      return;
    }
    await this.#add(webviewPanel, checkpoints).restore();
  }

  #onChange(panel: ComparePanel): void {
    if (panel.closed) this.#open.delete(panel.id);
    this.#changed.fire();
  }
}
