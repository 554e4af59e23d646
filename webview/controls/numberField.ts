/** A number that is typed, with its label beside it. */
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { element } from '../dom.ts';

export class NumberField {
  readonly element: HTMLElement;
  readonly #field = document.createElement('vscode-textfield');

  /** `onType` is told every text, be it a number or not yet. */
  constructor(label: string, kind: 'whole' | 'decimal', onType: (text: string) => void) {
    this.#field.label = label;
    // A number field of the browser's would take only multiples of its step.
    this.#field.type = kind === 'whole' ? 'number' : 'text';
    this.#field.addEventListener('input', () => onType(this.#field.value));
    this.element = element(
      'div',
      { class: 'field number-field' },
      element('span', { class: 'field-label', 'aria-hidden': 'true' }, label),
      this.#field,
    );
  }

  show(text: string, isValid: boolean): void {
    if (this.#field.value !== text) this.#field.value = text;
    this.#field.invalid = !isValid;
  }
}
