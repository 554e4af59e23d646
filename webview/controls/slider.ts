/** A number that is chosen by sliding, with its label before and its value behind. */
import './slider.css';
import { element, setText } from '../dom.ts';

export interface SliderEvents {
  /** Every value on the way. */
  readonly slide: (value: number) => void;
  /** The value at which it was let go, or that a key chose. */
  readonly release?: (value: number) => void;
}

export class Slider {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #value = element('span', { class: 'slider-value', 'aria-hidden': 'true' });

  constructor(label: string, events: SliderEvents) {
    this.#input = element('input', { type: 'range', 'aria-label': label });
    this.#input.addEventListener('input', () => events.slide(this.#input.valueAsNumber));
    this.#input.addEventListener('change', () => events.release?.(this.#input.valueAsNumber));
    this.element = element(
      'div',
      { class: 'field slider' },
      element('span', { class: 'field-label', 'aria-hidden': 'true' }, label),
      this.#input,
      this.#value,
    );
  }

  /** @param text What the value stands for; it is read out in its place. */
  show(value: number, { most, step }: { readonly most: number; readonly step: number }, text: string): void {
    // The browser holds a value against the bounds that are set.
    this.#input.min = '0';
    this.#input.max = String(most);
    this.#input.step = String(step);
    if (this.#input.valueAsNumber !== value) this.#input.value = String(value);
    this.#input.setAttribute('aria-valuetext', text);
    setText(this.#value, text);
  }
}
