/** The row of choices above the pictures. */
import { element } from '../dom.ts';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** A few exclusive choices side by side: radio buttons, so that the keyboard and screen readers know them. */
export class Segmented<Value extends string> {
  readonly element: HTMLFieldSetElement;
  readonly #inputs: ReadonlyMap<Value, HTMLInputElement>;

  /** `legend` is for screen readers; it is not shown. */
  constructor(legend: string, choices: readonly Choice<Value>[], onChoose: (value: Value) => void) {
    const name = legend.toLowerCase();
    this.#inputs = new Map(
      choices.map(({ value }) => {
        const input = element('input', { type: 'radio', name, value });
        input.addEventListener('change', () => onChoose(value));
        return [value, input];
      }),
    );
    this.element = element(
      'fieldset',
      { class: 'segmented' },
      element('legend', { class: 'visually-hidden' }, legend),
      ...choices.map(({ value, label }) => element('label', {}, this.#inputs.get(value)!, element('span', {}, label))),
    );
  }

  show(value: Value, isEnabled: boolean, why = ''): void {
    for (const [key, input] of this.#inputs) input.checked = key === value;
    this.element.disabled = !isEnabled;
    this.element.title = isEnabled ? '' : why;
  }
}
