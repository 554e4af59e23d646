/** Numbers as a table. What a number means is folded into its name, and stays open while others arrive. */
import './measureTable.css';
import { element, setText } from '../dom.ts';
import type { MeasureGroup, MeasureRow, RescalingVerdict } from '../view/measures.ts';

/** Marks that are told apart without colours. */
const signs: Readonly<Record<RescalingVerdict['kind'], string>> = { moves: '≠', stays: '=', unknown: '' };

export class MeasureTable {
  readonly element: HTMLElement;
  readonly #table = element('table', { class: 'measures' });
  readonly #rows = new Map<string, Row>();
  readonly #caption: string;
  #shown = '';

  /** @param caption What the numbers are, for those who do not see where they stand. */
  constructor(caption: string) {
    this.#caption = caption;
    this.element = element('div', { class: 'measures-frame' }, this.#table);
  }

  /** The rescaling check has a column where a row has its verdict. */
  show(groups: readonly MeasureGroup[]): void {
    const isChecked = groups.some(({ rows }) => rows.some(({ rescaling }) => rescaling !== undefined));
    const shape = JSON.stringify([isChecked, groups.map(({ title, rows }) => [title, rows.map(({ label }) => label)])]);
    if (this.#shown !== shape) this.#arrange(groups, isChecked);
    this.#shown = shape;
    for (const { rows } of groups) for (const row of rows) this.#rows.get(row.label)?.show(row);
  }

  #arrange(groups: readonly MeasureGroup[], isChecked: boolean): void {
    const columns = ['Measure', 'Value', ...(isChecked ? ['Under rescaling'] : [])];
    this.#table.replaceChildren(
      element('caption', { class: 'visually-hidden' }, this.#caption),
      element('thead', {}, element('tr', {}, ...columns.map(title => element('th', { scope: 'col' }, title)))),
      ...groups.map(({ title, rows }) =>
        element(
          'tbody',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'rowgroup', colspan: String(columns.length), class: 'group' }, title),
          ),
          ...rows.map(({ label }) => this.#rowOf(label).arranged(isChecked)),
        ),
      ),
    );
  }

  #rowOf(label: string): Row {
    const row = this.#rows.get(label) ?? new Row();
    this.#rows.set(label, row);
    return row;
  }
}

class Row {
  readonly #name = element('span', { class: 'measure-name' });
  readonly #meaning = element('p');
  readonly #source = element('p', { class: 'small' });
  readonly #value = element('span', { class: 'measure-value' });
  readonly #rough = element('span', { class: 'rough' }, '✕ not converged');
  readonly #notes = element('span', { class: 'notes' });
  readonly #verdict = element('span', { class: 'verdict-text' });
  readonly #verdictNote = element('span', { class: 'small' });
  readonly #heading = element(
    'th',
    { scope: 'row' },
    element('details', {}, element('summary', {}, this.#name), this.#meaning, this.#source),
  );
  readonly #cell = element('td', {}, this.#value, this.#rough, this.#notes);
  readonly #rescaling = element('td', {}, this.#verdict, this.#verdictNote);
  readonly #element = element('tr');

  arranged(isChecked: boolean): HTMLElement {
    this.#element.replaceChildren(this.#heading, this.#cell, ...(isChecked ? [this.#rescaling] : []));
    return this.#element;
  }

  show({ label, about, value, isRough, notes, rescaling }: MeasureRow): void {
    setText(this.#name, label);
    setText(this.#meaning, about.meaning);
    setText(this.#source, about.source);
    setText(this.#value, value ?? 'no value');
    this.#cell.classList.toggle('is-rough', isRough || value === null);
    this.#rough.hidden = !isRough;
    this.#notes.replaceChildren(...notes.map(note => element('span', { class: 'small' }, note)));
    if (rescaling === undefined) return;
    this.#rescaling.dataset.verdict = rescaling.kind;
    setText(this.#verdict, `${signs[rescaling.kind]} ${rescaling.text}`.trim());
    setText(this.#verdictNote, rescaling.note ?? '');
  }
}
