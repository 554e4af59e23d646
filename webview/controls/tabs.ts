/** Tabs by the pattern of the WAI-ARIA Authoring Practices ("Tabs", with automatic activation). */
import './tabs.css';
import { element } from '../dom.ts';

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly panel: HTMLElement;
}

export class Tabs<Name extends string> {
  readonly element: HTMLElement;
  readonly #tabs: readonly Tab<Name>[];
  readonly #buttons: ReadonlyMap<Name, HTMLButtonElement>;
  readonly #onChoose: (name: Name) => void;

  constructor(label: string, tabs: readonly Tab<Name>[], onChoose: (name: Name) => void) {
    this.#tabs = tabs;
    this.#onChoose = onChoose;
    this.#buttons = new Map(
      tabs.map(({ name, label: own, panel }) => {
        panel.id = `panel-${name}`;
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-labelledby', `tab-${name}`);
        const tab = element(
          'button',
          { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': panel.id },
          own,
        );
        tab.addEventListener('click', () => this.#choose(name));
        return [name, tab];
      }),
    );
    this.element = element('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, ...this.#buttons.values());
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  /** Hides the tabs of what there is nothing of; a single one is no choice. */
  offer(names: readonly Name[]): void {
    this.element.hidden = names.length < 2;
    for (const [name, button] of this.#buttons) button.hidden = !names.includes(name);
  }

  show(name: Name): void {
    for (const { name: own, panel } of this.#tabs) {
      const tab = this.#buttons.get(own)!;
      tab.setAttribute('aria-selected', String(own === name));
      tab.tabIndex = own === name ? 0 : -1;
      panel.hidden = own !== name;
    }
  }

  #choose(name: Name): void {
    this.show(name);
    this.#onChoose(name);
  }

  #onKey(event: KeyboardEvent): void {
    const offered = this.#tabs.filter(({ name }) => !this.#buttons.get(name)!.hidden);
    const count = offered.length;
    const at = offered.findIndex(({ name }) => this.#buttons.get(name) === document.activeElement);
    const next: Readonly<Record<string, number>> = {
      ArrowRight: (at + 1) % count,
      ArrowLeft: (at - 1 + count) % count,
      Home: 0,
      End: count - 1,
    };
    const tab = offered[next[event.key] ?? -1];
    if (at < 0 || tab === undefined) return;
    this.#buttons.get(tab.name)!.focus();
    this.#choose(tab.name);
    event.preventDefault();
  }
}
