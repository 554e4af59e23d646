/** The measures as a table, a column a checkpoint, with how each differs from that of the pinned one. */
import { element } from '../dom.ts';
import { swatch } from '../run/swatch.ts';
import type { MeasureCell, MeasureRow } from './view/table.ts';

/** What heads a column. */
export interface Column {
  readonly name: string;
  readonly label: string;
  /** Step or epoch, where they are known. */
  readonly detail: string;
  /** Why it could not be measured, or not in full. */
  readonly problem: string;
}

export class MeasureTablePart {
  readonly element = element('div', { class: 'table-scroll measures', tabindex: '0', role: 'region' });
  readonly #pin: (index: number) => void;
  #shown = '';

  constructor(pin: (index: number) => void) {
    this.#pin = pin;
    this.element.setAttribute('aria-label', 'Measures');
  }

  show(rows: readonly MeasureRow[], columns: readonly Column[], baseline: number, colors: readonly string[]): void {
    const shown = JSON.stringify([rows, columns, baseline, colors]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.#buttons().indexOf(document.activeElement as HTMLButtonElement);
    this.element.replaceChildren(
      element(
        'table',
        {},
        element(
          'caption',
          {},
          `Each value with its uncertainty, and below it the difference from the baseline, ${columns[baseline]?.name ?? ''}.`,
        ),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'measure'),
            ...columns.map((column, i) => this.#heading(column, i, i === baseline, colors)),
          ),
        ),
        element(
          'tbody',
          {},
          ...rows.map(({ title, cells }) =>
            element('tr', {}, element('th', { scope: 'row' }, title), ...cells.map(cellElement)),
          ),
        ),
      ),
    );
    this.#buttons()[focused]?.focus();
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll<HTMLButtonElement>('.pin')];
  }

  #heading({ name, label, detail, problem }: Column, index: number, isPinned: boolean, colors: readonly string[]) {
    const pin = element(
      'button',
      {
        type: 'button',
        class: 'pin',
        'aria-pressed': String(isPinned),
        'aria-label': `Baseline: ${name}`,
        title: isPinned ? 'All others are held against this one.' : `Hold all others against ${name}.`,
      },
      isPinned ? '● Baseline' : '○ Baseline',
    );
    pin.addEventListener('click', () => this.#pin(index));
    return element(
      'th',
      { scope: 'col' },
      element('span', { class: 'column-name', title: label }, swatch(index, colors, false), name),
      ...(detail === '' ? [] : [element('span', { class: 'small hint' }, detail)]),
      pin,
      ...(problem === '' ? [] : [element('span', { class: 'small problem' }, problem)]),
    );
  }
}

function cellElement({ text, isKnown, difference }: MeasureCell): HTMLElement {
  const value = element('span', { class: isKnown ? 'value' : 'value hint' }, text);
  if (difference === null) return element('td', {}, value);
  const { verdict, mark, words, isPaired } = difference;
  return element(
    'td',
    {},
    value,
    element(
      'span',
      { class: 'small difference', 'data-verdict': verdict },
      element('span', { class: 'difference-value' }, difference.value),
      ' ',
      element(
        'span',
        { class: 'difference-verdict' },
        element('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
        ` ${words}${isPaired ? ', paired' : ''}`,
      ),
    ),
  );
}
