/** Where a computation stands, what can be done about it, and what went wrong. */
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { button } from '../controls/button.ts';
import { element, setText } from '../dom.ts';
import type { StatusWords } from '../view/statusWords.ts';

/** A button beside it. */
export interface StatusAction {
  readonly label: string;
  /** Whether it is what the page suggests to do next. */
  readonly isSuggested: boolean;
  readonly act: () => void;
}

export class StatusLine {
  /** Headline, detail and buttons. */
  readonly status: HTMLElement;
  /** The progress bar and the message, in this order. */
  readonly below: readonly HTMLElement[];
  readonly #headline = element('span', { class: 'headline', role: 'status' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #actions = element('div', { class: 'actions' });
  readonly #progress = document.createElement('vscode-progress-bar');
  readonly #message = element('div', { class: 'message', role: 'alert', hidden: true });

  /**
   * @param label Of the progress bar: what is being counted.
   * @param controls Stand before the buttons.
   */
  constructor(label: string, ...controls: readonly HTMLElement[]) {
    this.#progress.setAttribute('aria-label', label);
    this.status = element(
      'div',
      { class: 'status' },
      element('p', {}, this.#headline, ' ', this.#detail),
      ...controls,
      this.#actions,
    );
    this.below = [element('div', { class: 'progress' }, this.#progress), this.#message];
  }

  show({ headline, detail, progress, message }: StatusWords, actions: readonly StatusAction[]): void {
    setText(this.#headline, headline);
    setText(this.#detail, detail);
    this.#progress.hidden = progress === null;
    this.#progress.indeterminate = progress === 'unknown';
    if (progress !== null && progress !== 'unknown') {
      this.#progress.max = progress.total;
      this.#progress.value = progress.done;
    }
    this.#message.hidden = message === null;
    setText(this.#message, message ?? '');
    this.#showActions(actions);
  }

  /** Buttons stay what they are while their words do, so that none loses the focus. */
  #showActions(actions: readonly StatusAction[]): void {
    const wanted = actions.map(({ label }) => label).join();
    if (this.#actions.dataset.actions === wanted) return;
    this.#actions.dataset.actions = wanted;
    this.#actions.replaceChildren(
      ...actions.map(({ label, isSuggested, act }) => button(label, act, isSuggested ? 'primary' : 'secondary')),
    );
  }
}
