/** The pictures in words and as a table. The table is built when it is opened. */
import { element, setText } from '../dom.ts';
import type { ProfileView } from '../view/profile.ts';
import { cellTable, profileTable, type TextTable } from '../view/table.ts';
import type { SurfaceView } from '../view/viewModel.ts';

export class TextAlternative {
  readonly element = element('details', { class: 'table' });
  readonly #summary = element('p');
  readonly #scroll = element('div', { class: 'table-scroll', tabindex: '0', role: 'region' });
  #view: SurfaceView | null = null;
  #built: SurfaceView | null = null;
  #profile: ProfileView | null = null;

  constructor() {
    this.element.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'The Picture as Text')),
      this.#summary,
      this.#scroll,
    );
    this.element.addEventListener('toggle', () => this.#build());
  }

  /** `profile` is of several planes, where there are. */
  show(view: SurfaceView, profile: ProfileView | null): void {
    this.#view = view;
    this.#profile = profile;
    setText(this.#summary, profile === null ? view.description : `${view.description} ${profile.description}`);
    this.#build();
  }

  #build(): void {
    if (!this.element.open || this.#view === null || this.#built === this.#view) return;
    this.#built = this.#view;
    const tables = [cellTable(this.#view), ...(this.#profile === null ? [] : [profileTable(this.#profile)])];
    this.#scroll.setAttribute('aria-label', tables.map(({ title }) => title).join('; '));
    this.#scroll.replaceChildren(...tables.map(tableElement));
  }
}

/** A table with its headings and its title. */
export const tableElement = ({ title, corner, columns, rows }: TextTable): HTMLElement =>
  element(
    'table',
    {},
    element('caption', {}, title),
    element(
      'thead',
      {},
      element('tr', {}, ...[corner, ...columns].map(heading => element('th', { scope: 'col' }, heading))),
    ),
    element(
      'tbody',
      {},
      ...rows.map(({ heading, cells }) =>
        element('tr', {}, element('th', { scope: 'row' }, heading), ...cells.map(cell => element('td', {}, cell))),
      ),
    ),
  );
