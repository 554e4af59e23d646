import type { Memento } from 'vscode';
import type { ViewState } from '../webview/messages.ts';

const viewKey = 'view';

/** How the reader likes to look at a landscape, in all workspaces. Another version of Basin may have written it. */
export class PanelMemory {
  readonly #kept: Memento;

  constructor(globalState: Memento) {
    this.#kept = globalState;
  }

  get view(): ViewState | undefined {
    const view: unknown = this.#kept.get(viewKey);
    return typeof view === 'object' && view !== null ? (view as ViewState) : undefined;
  }

  rememberView(view: ViewState): void {
    void this.#kept.update(viewKey, view);
  }
}
