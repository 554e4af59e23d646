/** A button that opens a menu, by the pattern of the WAI-ARIA Authoring Practices ("Menu Button"). */
import { element } from '../dom.ts';
import { button } from './button.ts';

export interface MenuEntry {
  readonly label: string;
  readonly run: () => void;
}

export class MenuButton {
  readonly element: HTMLElement;
  readonly #button: HTMLElement;
  readonly #menu: HTMLElement;

  constructor(label: string) {
    this.#button = button(label, () => this.#toggle());
    this.#button.setAttribute('aria-haspopup', 'menu');
    this.#button.append(element('span', { 'aria-hidden': 'true' }, '\u00a0▾'));
    this.#menu = element('div', { class: 'menu', role: 'menu', 'aria-label': label, hidden: true });
    this.element = element('div', { class: 'menu-anchor' }, this.#button, this.#menu);
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('focusout', event => {
      if (!this.element.contains(event.relatedTarget as Node | null)) this.#close();
    });
    this.#showOpen();
  }

  /** Groups of entries, with a line between them. */
  show(groups: readonly (readonly MenuEntry[])[]): void {
    const labels = JSON.stringify(groups.map(group => group.map(({ label }) => label)));
    if (this.#menu.dataset.entries === labels) return;
    this.#menu.dataset.entries = labels;
    const filled = groups.filter(group => group.length > 0);
    this.#menu.replaceChildren(
      ...filled.flatMap((group, i) => [
        ...(i === 0 ? [] : [element('div', { class: 'menu-line', role: 'separator' })]),
        ...group.map(entry => this.#item(entry)),
      ]),
    );
  }

  #item({ label, run }: MenuEntry): HTMLElement {
    const item = element('button', { type: 'button', role: 'menuitem', tabindex: '-1' }, label);
    item.addEventListener('click', () => {
      this.#close();
      this.#button.focus();
      run();
    });
    return item;
  }

  #toggle(): void {
    if (this.#menu.hidden) this.#open('first');
    else this.#close();
  }

  #open(at: 'first' | 'last'): void {
    this.#menu.hidden = false;
    // It opens towards the page's start, unless that is too near.
    this.#menu.classList.remove('is-forward');
    this.#menu.classList.toggle('is-forward', this.#menu.getBoundingClientRect().left < 0);
    this.#showOpen();
    const items = this.#items();
    (at === 'first' ? items[0] : items.at(-1))?.focus();
  }

  #close(): void {
    this.#menu.hidden = true;
    this.#showOpen();
  }

  #showOpen(): void {
    this.#button.setAttribute('aria-expanded', String(!this.#menu.hidden));
  }

  #items(): HTMLElement[] {
    return [...this.#menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  #onKey(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'Enter' || key === ' ') {
      // The button has opened the menu, and what the key does by itself would press the entry that has the focus now.
      if (this.#button.contains(event.target as Node)) event.preventDefault();
      return;
    }
    if (this.#menu.hidden) {
      if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
      this.#open(key === 'ArrowDown' ? 'first' : 'last');
    } else if (key === 'Escape') {
      this.#close();
      this.#button.focus();
    } else {
      const items = this.#items();
      const at = items.indexOf(document.activeElement as HTMLElement);
      const next: Readonly<Record<string, number>> = {
        ArrowDown: (at + 1) % items.length,
        ArrowUp: (at - 1 + items.length) % items.length,
        Home: 0,
        End: items.length - 1,
      };
      const index = next[key];
      if (index === undefined) return;
      items[index]?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
