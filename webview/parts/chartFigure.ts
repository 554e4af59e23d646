/** A chart with its heading, what its marks mean, and itself in words and as a table. */
import { Chart, type LineChart } from '../charts/lineChart.ts';
import { element, setText } from '../dom.ts';
import type { FigureContent } from '../view/figure.ts';
import { tableElement } from './textAlternative.ts';

export class ChartFigure {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #legend = element('p', { class: 'hint' });
  readonly #details = element('details', { class: 'table' });
  readonly #description = element('p');
  readonly #table = element('div');
  #chart: LineChart | null = null;
  #content: FigureContent | null = null;

  constructor() {
    this.#details.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'As Text')),
      this.#description,
      this.#table,
    );
    this.#details.addEventListener('toggle', () => this.#showTable());
    const frame = element('div', { class: 'chart-frame' }, this.#canvas);
    this.element = element('figure', {}, this.#title, frame, this.#legend, this.#details);
  }

  show(content: FigureContent): void {
    this.#content = content;
    const { title, legend, description, chart } = content;
    setText(this.#title, title);
    setText(this.#legend, legend);
    setText(this.#description, description);
    this.#canvas.setAttribute('aria-label', `${title}. ${description}`);
    this.#chart?.destroy();
    this.#chart = new Chart(this.#canvas, chart);
    this.#showTable();
  }

  dispose(): void {
    this.#chart?.destroy();
    this.element.remove();
  }

  /** The table is built when it is looked at. */
  #showTable(): void {
    if (!this.#details.open || this.#content === null) return;
    const { table } = this.#content;
    this.#table.replaceChildren(
      element(
        'div',
        { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': table.title },
        tableElement(table),
      ),
    );
  }
}

/** Figures by names that stay the same while what they show grows. */
export class ChartFigures {
  readonly element = element('div', { class: 'chart-figures' });
  readonly #figures = new Map<string, ChartFigure>();

  /** In the order in which names first came. */
  show(contents: ReadonlyMap<string, FigureContent>): void {
    for (const [name, figure] of this.#figures) {
      if (contents.has(name)) continue;
      figure.dispose();
      this.#figures.delete(name);
    }
    for (const [name, content] of contents) {
      let figure = this.#figures.get(name);
      if (figure === undefined) {
        figure = new ChartFigure();
        this.#figures.set(name, figure);
        this.element.append(figure.element);
      }
      figure.show(content);
    }
  }
}
