/** Chooses a checkpoint of the panel's own run, says what is known of it, and leads to its landscape. */
import type { RunCheckpoint } from '../../worker/results.ts';
import { button } from '../controls/button.ts';
import { Checkbox } from '../controls/checkbox.ts';
import { Slider } from '../controls/slider.ts';
import { element } from '../dom.ts';
import { swatch } from './swatch.ts';
import type { RunReading } from './view/reading.ts';
import { chosenIndex } from './view/runs.ts';
import type { PlacedCheckpoint, RunCharts } from './view/series.ts';
import type { RunView } from './view/settings.ts';

export interface ChooserEvents {
  readonly choose: (checkpoint: RunCheckpoint) => void;
  readonly follow: (follows: boolean) => void;
  /** The slider was let go, and has not moved since for a moment. */
  readonly release: (checkpoint: RunCheckpoint) => void;
  readonly show: (checkpoint: RunCheckpoint) => void;
}

/** Milliseconds that the slider has to stay where it is: arrow keys let it go at every step. */
const STILL = 500;

export class Chooser {
  readonly element: HTMLElement;
  readonly #slider: Slider;
  readonly #show: ReturnType<typeof button>;
  readonly #follow: Checkbox;
  readonly #readings = element('div', { class: 'run-readings' });
  #placed: readonly PlacedCheckpoint[] = [];
  #chosen: PlacedCheckpoint | undefined;
  #released: ReturnType<typeof setTimeout> | undefined;

  constructor(events: ChooserEvents) {
    this.#slider = new Slider('Checkpoint', {
      slide: index => {
        clearTimeout(this.#released);
        const own = this.#placed[index]?.checkpoint;
        if (own !== undefined) events.choose(own);
      },
      release: index => {
        const own = this.#placed[index]?.checkpoint;
        clearTimeout(this.#released);
        if (own !== undefined) this.#released = setTimeout(() => events.release(own), STILL);
      },
    });
    this.#show = button('Show Landscape', () => {
      if (this.#chosen !== undefined) events.show(this.#chosen.checkpoint);
    });
    this.#follow = new Checkbox('Landscape follows', events.follow);
    this.element = element(
      'div',
      { class: 'chooser' },
      element('div', { class: 'chooser-row' }, this.#slider.element, this.#show, this.#follow.element),
      this.#readings,
    );
  }

  /** @param readings Of what the pointer is at, else of the chosen checkpoint. */
  show(charts: RunCharts | null, view: RunView, readings: readonly RunReading[], colors: readonly string[]): void {
    this.#placed = charts?.runs[0]?.placed ?? [];
    this.element.hidden = this.#placed.length === 0;
    if (charts === null || this.element.hidden) return;
    const index = chosenIndex(charts, view.chosen);
    this.#chosen = this.#placed[index];
    const file = this.#chosen?.checkpoint.file ?? '';
    this.#slider.show(Math.max(0, index), { most: Math.max(1, this.#placed.length - 1), step: 1 }, file);
    this.#slider.element.hidden = this.#placed.length < 2;
    const isThere = this.#chosen?.checkpoint.present === true;
    this.#show.disabled = !isThere;
    this.#show.title = isThere ? `Shows the landscape of ${file} beside, and computes it.` : 'The file is gone.';
    this.#follow.show(view.follows);
    this.#follow.element.title = 'Shows the landscape of the chosen checkpoint each time the slider is let go.';
    const isCompared = charts.runs.length > 1;
    this.#readings.replaceChildren(
      ...readings.map(({ run, heading, note }) =>
        element(
          'p',
          {},
          ...(isCompared
            ? [swatch(run.style, colors, false), ' ', element('span', { class: 'folder' }, run.label), ' ']
            : []),
          element('span', { class: 'heading' }, heading),
          element('span', { class: 'small-note' }, ` · ${note}`),
        ),
      ),
    );
  }
}
