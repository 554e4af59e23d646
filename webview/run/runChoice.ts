/** Which runs are drawn: the panel's own, and those it is compared with, each with its line as the charts have it. */
import { Checkbox } from '../controls/checkbox.ts';
import { element } from '../dom.ts';
import type { RunPanelState } from './messages.ts';
import { swatch } from './swatch.ts';
import { styleOf } from './view/runs.ts';

export class RunChoice {
  readonly element = element('div', { class: 'run-choice', role: 'group', 'aria-label': 'Runs that are compared' });
  readonly #choose: (compared: readonly string[]) => void;
  #boxes: readonly { readonly label: string; readonly box: Checkbox }[] = [];
  #shown = '';

  /** @param choose Is told the labels of all that are ticked. */
  constructor(choose: (compared: readonly string[]) => void) {
    this.#choose = choose;
  }

  /** With a single run in the workspace there is nothing to choose. */
  show({ runs, others }: RunPanelState, colors: readonly string[]): void {
    const [own, ...compared] = runs;
    this.element.hidden = others.length === 0;
    const shown = JSON.stringify([own.label, others, colors]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#boxes = others.map(label => ({ label, box: new Checkbox(label, () => this.#choose(this.#ticked())) }));
      this.element.replaceChildren(
        element('span', { class: 'run-entry' }, swatch(0, colors, false), own.label),
        ...this.#boxes.map(({ label, box }) =>
          element(
            'span',
            { class: 'run-entry' },
            swatch(styleOf(label, own.label, others), colors, false),
            box.element,
          ),
        ),
      );
    }
    for (const { label, box } of this.#boxes) box.show(compared.some(run => run.label === label));
  }

  #ticked(): readonly string[] {
    return this.#boxes.filter(({ box }) => box.element.checked).map(({ label }) => label);
  }
}
