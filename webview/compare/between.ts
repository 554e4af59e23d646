/** The straight line between two of the compared checkpoints of one architecture, computed on request. */
import { button } from '../controls/button.ts';
import { Select } from '../controls/select.ts';
import { element, setText } from '../dom.ts';
import { InterpolationPart } from '../interpolation/part.ts';
import type { Theme } from '../view/theme.ts';
import type { ComparePanelState } from './messages.ts';
import { type Pair, pairOf, partnersOf } from './view/pairs.ts';

export class BetweenPart {
  readonly element: HTMLElement;
  readonly #from = new Select<string>('From', from => this.#choose({ from: Number(from) }));
  readonly #to = new Select<string>('To', to => this.#choose({ to: Number(to) }));
  readonly #button: ReturnType<typeof button>;
  readonly #state = element('span', { class: 'cost', role: 'status' });
  readonly #hint = element(
    'p',
    { class: 'hint' },
    'Loss and accuracy on the straight line between two checkpoints of one architecture, on both splits, with a quarter of the way beyond either end.',
  );
  readonly #fields: HTMLElement;
  readonly #line = new InterpolationPart();
  #chosen: Partial<Pair> = {};
  #shown: ComparePanelState | null = null;
  #names: readonly string[] = [];

  constructor(compute: (pair: Pair) => void) {
    this.#button = button('Compute', () => {
      const pair = this.#pair();
      if (pair !== null) compute(pair);
    });
    this.#fields = element('div', { class: 'fields' }, this.#from.element, this.#to.element, this.#button, this.#state);
    this.element = element(
      'section',
      { class: 'compare-section analysis', 'aria-label': 'Between two checkpoints' },
      element('h2', {}, 'Between Two Checkpoints'),
      this.#hint,
      this.#fields,
      this.#line.element,
    );
  }

  show(state: ComparePanelState, names: readonly string[], theme: Theme): void {
    this.#shown = state;
    this.#names = names;
    this.#update();
    // A result file is what it is.
    this.#hint.hidden = this.#fields.hidden = state.document !== undefined;
    const { interpolation } = state;
    const { from = 0, to = 1 } = interpolation ?? {};
    this.#line.show(interpolation?.result ?? null, [names[from] ?? '', names[to] ?? '']);
    this.#line.draw(theme);
  }

  /** Puts something above the line. */
  head(head: HTMLElement): void {
    if (head.parentElement !== this.element) this.element.insertBefore(head, this.#line.element);
  }

  /** The line's charts as a file; null where there is nothing to draw. */
  drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    return this.#line.drawForExport(kind);
  }

  #choose(chosen: Partial<Pair>): void {
    const before = this.#pair();
    this.#chosen = { ...before, ...chosen };
    this.#update();
  }

  #pair(): Pair | null {
    const { measures, checkpoints, interpolation } = this.#shown ?? {};
    return checkpoints === undefined
      ? null
      : pairOf({ ...interpolation, ...this.#chosen }, measures?.result?.architectures, checkpoints.length);
  }

  #update(): void {
    const state = this.#shown;
    if (state === null) return;
    const pair = this.#pair();
    const { interpolation, measures, checkpoints } = state;
    const partners = partnersOf(measures.result?.architectures, checkpoints.length);
    const option = (index: number) => ({ value: String(index), label: this.#names[index] ?? '' });
    this.#from.element.hidden = this.#to.element.hidden = this.#button.hidden = pair === null;
    if (pair !== null) {
      const froms = [...partners.keys()].filter(index => partners[index]!.length > 0);
      this.#from.show(froms.map(option), String(pair.from));
      this.#to.show((partners[pair.from] ?? []).map(option), String(pair.to));
    }
    const isBusy = interpolation?.phase === 'waiting' || interpolation?.phase === 'computing';
    this.#button.disabled = isBusy;
    setText(
      this.#state,
      pair === null
        ? 'No two of these checkpoints are of one architecture, so that no straight line joins them.'
        : interpolation === null
          ? ''
          : (interpolation.message ?? words[interpolation.phase] ?? ''),
    );
    this.#state.classList.toggle('problem', interpolation?.phase === 'failed' || interpolation?.phase === 'stopped');
  }
}

const words: Readonly<Record<string, string>> = {
  waiting: 'Waiting for what is computed before.',
  computing: 'Computing…',
  cancelled: 'Cancelled; computing it again goes on with what is kept.',
};
