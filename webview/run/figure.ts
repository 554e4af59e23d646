/** One of a run's charts: its heading, itself, and below it what each line is and is worth at the place that is read. */
import './figure.css';
import { Chart, type LineChart, type LineChartConfiguration } from '../charts/lineChart.ts';
import { element, setText } from '../dom.ts';
import { swatch } from './swatch.ts';
import { type RunReading, valueText } from './view/reading.ts';
import type { ChartView } from './view/series.ts';

export interface FigureEvents {
  /** The place of the axis that the pointer is at; null where it has left. */
  readonly point: (x: number | null) => void;
  /** A place was clicked. */
  readonly choose: (x: number) => void;
}

export class RunFigure {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #cursor = element('div', { class: 'cursor', hidden: true });
  readonly #frame = element('div', { class: 'run-chart' }, this.#cursor, this.#canvas);
  readonly #legend = element('ul', { class: 'legend' });
  #chart: LineChart | null = null;
  #view: ChartView | null = null;
  #values: HTMLElement[] = [];
  #at: number | null = null;

  constructor(events: FigureEvents) {
    this.#frame.addEventListener('pointermove', event => events.point(this.#placeOf(event)));
    this.#frame.addEventListener('pointerleave', () => events.point(null));
    this.#frame.addEventListener('click', event => {
      const place = this.#placeOf(event);
      if (place !== null) events.choose(place);
    });
    new ResizeObserver(() => this.#placeCursor()).observe(this.#canvas);
    this.element = element('figure', { class: 'run-figure' }, this.#title, this.#frame, this.#legend);
  }

  /** @param nameOf What a run is called in the legend; empty where there is only one. */
  show(
    view: ChartView,
    chart: LineChartConfiguration,
    colors: readonly string[],
    nameOf: (label: string) => string,
  ): void {
    const { group, series, description } = view;
    this.#view = view;
    setText(this.#title, group.title);
    this.#canvas.setAttribute('aria-label', `${group.title}. ${description}`);
    this.#chart?.destroy();
    this.#chart = new Chart(this.#canvas, chart);
    this.#values = series.map(() => element('span', { class: 'value' }));
    this.#legend.replaceChildren(
      ...series.map((of, i) =>
        element(
          'li',
          {},
          swatch(of.run.style, colors, of.isSecond),
          element('span', { class: 'legend-label' }, [nameOf(of.run.label), of.label].filter(Boolean).join(' ')),
          this.#values[i]!,
        ),
      ),
    );
    this.#placeCursor();
  }

  /** Puts the cursor at a place of the axis and writes what each line is worth there. */
  read(x: number | null, readings: readonly RunReading[]): void {
    this.#at = x;
    this.#placeCursor();
    for (const [i, of] of (this.#view?.series ?? []).entries()) {
      const own = readings.find(({ run }) => run.style === of.run.style);
      setText(this.#values[i]!, own === undefined ? '' : valueText(of, this.#view!.group, own));
    }
  }

  dispose(): void {
    this.#chart?.destroy();
    this.element.remove();
  }

  #placeCursor(): void {
    const across = this.#chart?.scales.x;
    const area = this.#chart?.chartArea;
    this.#cursor.hidden = this.#at === null || across === undefined || area === undefined;
    if (this.#cursor.hidden) return;
    const { style } = this.#cursor;
    style.left = `${across!.getPixelForValue(this.#at!)}px`;
    style.top = `${area!.top}px`;
    style.height = `${area!.bottom - area!.top}px`;
  }

  #placeOf(event: MouseEvent): number | null {
    return this.#chart?.scales.x?.getValueForPixel(event.clientX - this.#canvas.getBoundingClientRect().left) ?? null;
  }
}
