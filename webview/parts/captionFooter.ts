/** What exactly was computed, below everything, and what else would show the same plane. */
import { button } from '../controls/button.ts';
import { element } from '../dom.ts';
import type { FromPanel, PanelState } from '../messages.ts';
import { caption } from '../view/caption.ts';
import { otherStatistics } from '../view/otherStatistics.ts';

export class CaptionFooter {
  readonly element = element('footer', { class: 'caption' });
  readonly #post: (message: FromPanel) => void;
  #shown = '';

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
  }

  show(state: PanelState): void {
    if (state.surface === undefined) return;
    const { what, how, notes } = caption(state.surface);
    const other = otherStatistics(state);
    // What stays as it is keeps the focus.
    const wanted = JSON.stringify([what, how, notes, other]);
    if (this.#shown === wanted) return;
    this.#shown = wanted;
    this.element.replaceChildren(
      element('p', {}, what),
      element('p', {}, how),
      ...notes.map(note => element('p', { class: 'remark' }, note)),
      ...(other === null
        ? []
        : [
            element(
              'div',
              { class: 'other-statistics' },
              element('p', { class: 'remark' }, other.text),
              button(other.label, () => this.#post({ type: 'compute', options: other.options })),
            ),
          ]),
    );
  }
}
