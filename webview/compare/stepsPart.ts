/** Every measure of the compared checkpoints against the step, a line a run; the table above holds the same numbers. */
import { plotStyle } from '../charts/plotStyle.ts';
import { element, setText } from '../dom.ts';
import { runChart } from '../run/chart.ts';
import { RunFigure } from '../run/figure.ts';
import { marksText } from '../run/view/legend.ts';
import { nearestPlace, readingsAt } from '../run/view/reading.ts';
import { shortNames } from '../run/view/runs.ts';
import type { RunCharts } from '../run/view/series.ts';
import { opaque } from '../theme.ts';
import type { Theme } from '../view/theme.ts';

const TICKS = 5;

export class StepsPart {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #figures = element('div', { class: 'run-figures' });
  readonly #marks = element('p', { class: 'hint' });
  #open: readonly RunFigure[] = [];
  #charts: RunCharts | null = null;
  #drawn = '';

  constructor() {
    this.element = element('section', { class: 'compare-section' }, this.#title, this.#figures, this.#marks);
  }

  /** Null where there is nothing to draw. */
  show(charts: RunCharts | null, theme: Theme): void {
    this.element.hidden = charts === null || charts.charts.length === 0;
    const drawn = JSON.stringify([charts, theme]);
    if (charts === null || drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#charts = charts;
    setText(this.#title, `Measures against the ${charts.axis.title}`);
    for (const figure of this.#open) figure.dispose();
    const names = shortNames(charts.runs);
    const style = plotStyle(theme, opaque);
    this.#open = charts.charts.map(view => {
      const figure = new RunFigure({ point: x => this.#read(x), choose: () => {} });
      this.#figures.append(figure.element);
      const chart = runChart(view, charts.axis, style, theme.series, TICKS);
      figure.show(view, chart, theme.series, label => names.get(label) ?? '');
      return figure;
    });
    setText(this.#marks, marksText(charts.charts, 0));
  }

  /** What is pointed at in one chart is read in all. */
  #read(x: number | null): void {
    const charts = this.#charts;
    const place = x === null || charts === null ? null : nearestPlace(charts, x);
    const readings = place === null || charts === null ? [] : readingsAt(charts, place);
    for (const figure of this.#open) figure.read(place, readings);
  }
}
