/** What the panel is about, where its computation stands, and what can be done about it. */
import { element, setText } from '../dom.ts';
import type { FromPanel, PanelState } from '../messages.ts';
import { type Action, actionLabel, statusView } from '../view/status.ts';
import { StatusLine } from './statusLine.ts';

export class StatusHeader {
  /** In the order of the page. */
  readonly elements: readonly HTMLElement[];
  readonly #post: (message: FromPanel) => void;
  readonly #folder = element('span', { class: 'folder' });
  readonly #file = element('span', { class: 'file' });
  readonly #line = new StatusLine('Cells computed');

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    this.elements = [
      element('header', {}, element('h1', {}, this.#folder, this.#file), this.#line.status),
      ...this.#line.below,
    ];
  }

  show(state: PanelState): void {
    const status = statusView(state);
    const name = state.document ?? state.checkpoint;
    const cut = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1;
    setText(this.#folder, name.slice(0, cut));
    setText(this.#file, name.slice(cut));
    this.#line.show(
      status,
      status.actions.map((action, index) => ({
        label: actionLabel(action, state),
        isSuggested: index === 0 && suggested.has(action),
        act: () => this.#post({ type: action }),
      })),
    );
  }
}

/** What mends a state, where it comes first. */
const suggested: ReadonlySet<Action> = new Set(['retry', 'resume', 'setUp']);
