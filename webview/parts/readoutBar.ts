/** The values of the cell that is pointed at, in one place for all pictures. */
import { element, setText } from '../dom.ts';
import { type Reading, readingText } from '../view/readout.ts';

const HINT = 'Point at a cell to read it, or use the arrow keys.';

export class ReadoutBar {
  readonly element: HTMLElement;
  readonly #shown = element('div', { class: 'readings', 'aria-hidden': 'true' });
  readonly #spoken = element('p', { class: 'visually-hidden', 'aria-live': 'polite' });

  constructor() {
    this.element = element('div', { class: 'readout' }, this.#shown, this.#spoken);
    this.show(null, false);
  }

  /** `isSpoken`: what the keys point at is announced; a pointer's way across the picture would be noise. */
  show(readings: readonly Reading[] | null, isSpoken: boolean): void {
    this.element.classList.toggle('is-reading', readings !== null);
    if (readings === null) {
      this.#shown.replaceChildren(element('span', { class: 'hint' }, HINT));
      return;
    }
    this.#shown.replaceChildren(
      ...readings.map(({ label, value }) =>
        element('span', { class: 'reading' }, element('span', { class: 'reading-label' }, label), ' ', value),
      ),
    );
    if (isSpoken) setText(this.#spoken, readingText(readings));
  }
}
