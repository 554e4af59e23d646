/** One of several choices in a drop-down list, with its label beside it. */
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import { element } from '../dom.ts';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

export class Select<Value extends string> {
  readonly element: HTMLElement;
  readonly #select = document.createElement('vscode-single-select');
  #options = '';

  constructor(label: string, onChoose: (value: Value) => void) {
    this.#select.label = label;
    this.#select.addEventListener('change', () => onChoose(this.#select.value as Value));
    this.element = element(
      'div',
      { class: 'field' },
      element('span', { class: 'field-label', 'aria-hidden': 'true' }, label),
      this.#select,
    );
  }

  show(options: readonly Option<Value>[], value: Value): void {
    const wanted = JSON.stringify(options);
    if (wanted !== this.#options) {
      this.#options = wanted;
      // As data: children would be read by their rendered text, which they lack within what is folded away.
      this.#select.options = options.map(option => ({
        ...option,
        description: '',
        selected: option.value === value,
        disabled: false,
      }));
    }
    if (this.#select.value !== value) this.#select.value = value;
  }
}
