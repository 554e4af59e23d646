/** The contour maps of all checkpoints, with one colour bar: what is pointed at in one is read in all. */
import { ContourChart, type Pointing } from '../charts/contour.ts';
import { element, setText } from '../dom.ts';
import { tableElement } from '../parts/textAlternative.ts';
import { colorBar } from '../picture/axes.ts';
import { measureOn, paint, prepare, snapTo } from '../picture/canvas.ts';
import { tileGeometry, tilePicture } from '../picture/contourPicture.ts';
import { swatch } from '../run/swatch.ts';
import { type ContourWindow, wholePlane } from '../view/contourWindow.ts';
import { type CellIndex, readingText } from '../view/readout.ts';
import type { Settings } from '../view/settings.ts';
import { cellTable } from '../view/table.ts';
import type { Theme } from '../view/theme.ts';
import { columnsFor } from './view/layout.ts';
import { type Multiple, type Multiples, readingsOf, valueAt } from './view/multiples.ts';

/** As high as a map may be, in CSS pixels. */
const MAP_HEIGHT = 420;

/** Size of the canvas of the colour bar, in CSS pixels. */
const BAR = { width: 84, height: 220, top: 26, bottom: 8 } as const;

export interface MultiplesEvents {
  readonly showLandscape: (index: number) => void;
  readonly resized: () => void;
}

export class MultiplesPart {
  readonly element: HTMLElement;
  readonly #events: MultiplesEvents;
  readonly #tiles = element('div', { class: 'tiles' });
  readonly #bar = element('canvas', { 'aria-hidden': 'true' });
  readonly #place = element('p', { class: 'hint' });
  readonly #spoken = element('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  readonly #text = element('details', { class: 'table' });
  readonly #texts = element('div');
  #all: readonly Tile[] = [];
  #shown: Multiples | null = null;
  #window: ContourWindow = wholePlane;
  #pointed: CellIndex | null = null;

  constructor(events: MultiplesEvents) {
    this.#events = events;
    this.element = element(
      'section',
      { class: 'multiples', 'aria-label': 'Landscapes' },
      element('div', { class: 'tiles-row' }, this.#tiles, element('div', { class: 'bar' }, this.#bar)),
      this.#place,
      this.#spoken,
      this.#text,
    );
    this.#text.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'The Landscapes as Text')),
      this.#texts,
    );
    this.#text.addEventListener('toggle', () => this.#showText());
    // Tiles find their places in the width there is.
    new ResizeObserver(() => events.resized()).observe(this.element);
  }

  get isWhole(): boolean {
    return this.#window.zoom === 1;
  }

  /** Shows the whole plane in all maps. */
  reset(): void {
    this.#all[0]?.chart.reset();
  }

  draw(shown: Multiples, baseline: number, settings: Settings, theme: Theme): void {
    this.#shown = shown;
    this.#build(shown.all);
    const room = this.element.clientWidth - BAR.width;
    this.element.style.setProperty('--columns', String(columnsFor(shown.all.length, room)));
    for (const [i, tile] of this.#all.entries()) {
      tile.show(shown.all[i]!, theme.series, i === baseline);
      const { view } = shown.all[i]!;
      if (view !== null) tile.chart.draw(view, theme, settings.colorMap, MAP_HEIGHT);
    }
    this.#drawBar(shown, settings, theme);
    this.#read();
    this.#text.hidden = shown.first === null;
    this.#showText();
  }

  /** The tables are built when they are looked at. */
  #showText(): void {
    if (!this.#text.open || this.#shown === null) return;
    this.#texts.replaceChildren(
      ...this.#shown.all.flatMap(({ name, view }) => {
        if (view === null) return [];
        const table = cellTable(view);
        const title = `${name}: ${table.title}`;
        return [
          element('p', {}, `${name}. ${view.description}`),
          element(
            'div',
            { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': title },
            tableElement({ ...table, title }),
          ),
        ];
      }),
    );
  }

  #build(all: readonly Multiple[]): void {
    if (this.#all.length === all.length && this.#all.every((tile, i) => tile.label === all[i]!.label)) return;
    this.#all = all.map(
      ({ name, label }, index) =>
        new Tile(name, label, index, {
          open: () => this.#events.showLandscape(index),
          point: (cell, by) => this.#point(cell, by),
          window: next => this.#enlarge(next, index),
        }),
    );
    this.#tiles.replaceChildren(...this.#all.map(tile => tile.element));
  }

  #point(cell: CellIndex | null, by: Pointing): void {
    this.#pointed = cell;
    for (const tile of this.#all) tile.chart.mark(cell);
    this.#read();
    if (by === 'keys' && cell !== null && this.#shown !== null) {
      setText(this.#spoken, readingText(readingsOf(this.#shown, cell)));
    }
  }

  #read(): void {
    const [cell, shown] = [this.#pointed, this.#shown];
    for (const [i, tile] of this.#all.entries()) {
      tile.read(cell === null || shown === null ? '' : valueAt(shown.all[i]!, cell));
    }
    const place = cell === null || shown === null ? [] : readingsOf(shown, cell).slice(0, 2);
    setText(
      this.#place,
      place.length > 0
        ? `At ${readingText(place)}.`
        : 'Point at a cell to read it in all landscapes, or use the arrow keys.',
    );
  }

  /** All maps show the same part of the plane. */
  #enlarge(next: ContourWindow, index: number): void {
    this.#window = next;
    for (const [i, tile] of this.#all.entries()) if (i !== index) tile.chart.stand(next);
    this.#events.resized();
  }

  #drawBar({ first }: Multiples, { colorMap }: Settings, theme: Theme): void {
    this.#bar.hidden = first === null;
    if (first === null) return;
    const surface = prepare(this.#bar, BAR.width, BAR.height);
    const layout = {
      left: 4,
      right: BAR.width,
      top: BAR.top,
      height: BAR.height - BAR.top - BAR.bottom,
      quantity: first.quantity,
      measure: measureOn(surface, theme),
      snap: snapTo(surface.ratio),
      hairline: 1 / surface.ratio,
    };
    paint(surface, colorBar(first, layout, theme, colorMap), theme);
  }
}

interface TileEvents {
  readonly open: () => void;
  readonly point: (cell: CellIndex | null, by: Pointing) => void;
  readonly window: (window: ContourWindow) => void;
}

/** One checkpoint's map with its name above it, and its value and state below. */
class Tile {
  readonly element: HTMLElement;
  readonly label: string;
  readonly chart: ContourChart;
  readonly #swatch = element('span');
  readonly #pinned = element('span', { class: 'pinned' }, 'baseline');
  readonly #value = element('span', { class: 'tile-value', 'aria-hidden': 'true' });
  readonly #note = element('p', { class: 'tile-note' });
  readonly #waiting = element('div', { class: 'tile-waiting' });

  constructor(name: string, label: string, index: number, events: TileEvents) {
    this.label = label;
    this.chart = new ContourChart(
      wholePlane,
      { point: events.point, window: events.window },
      { name: `Landscape of ${name}`, geometry: tileGeometry, picture: tilePicture },
    );
    const open = element(
      'button',
      { type: 'button', class: 'link', title: `Shows the landscape of ${label} in a tab.` },
      name,
    );
    open.addEventListener('click', events.open);
    this.element = element(
      'figure',
      { class: 'tile', 'data-index': String(index) },
      element('h2', {}, this.#swatch, open, this.#pinned),
      this.chart.element,
      this.#waiting,
      element('p', { class: 'tile-reading' }, this.#value),
      this.#note,
    );
  }

  show({ view, note, isFailed }: Multiple, colors: readonly string[], isPinned: boolean): void {
    this.#swatch.replaceChildren(swatch(Number(this.element.dataset.index), colors, false));
    this.#pinned.hidden = !isPinned;
    this.chart.element.hidden = view === null;
    this.#waiting.hidden = view !== null;
    setText(this.#note, note);
    this.#note.classList.toggle('problem', isFailed);
  }

  read(value: string): void {
    setText(this.#value, value);
  }
}
