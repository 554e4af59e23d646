/** The checkpoints of a plane that is made of them: what their marks mean, one by one, and as a table. Hidden in other planes. */
import type { PrincipalComponents, SurfaceResult } from '../../worker/results.ts';
import { explainedFigure } from '../charts/explained.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { Slider } from '../controls/slider.ts';
import { element, setText } from '../dom.ts';
import { opaque } from '../theme.ts';
import { pathLegend, pathNames } from '../view/path.ts';
import { pathTable } from '../view/pathTexts.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';
import { ChartFigure } from './chartFigure.ts';
import { tableElement } from './textAlternative.ts';

export class PathPart {
  readonly element = element('section', { class: 'path', 'aria-label': 'Checkpoints in the plane', hidden: true });
  readonly #content: readonly HTMLElement[];
  readonly #legend = element('p', { class: 'hint' });
  readonly #slider: Slider;
  readonly #explained = new ChartFigure();
  readonly #details = element('details', { class: 'table' });
  readonly #scroll = element('div', { class: 'table-scroll', tabindex: '0', role: 'region' });
  #surface: SurfaceResult | null = null;
  #chosen: number | null = null;
  /** What the chart shows now, and in which theme. */
  #drawn: { readonly principal: string; readonly theme: Theme } | null = null;

  /** @param choose Is told which checkpoint the reader would know more of, by its place in the path. */
  constructor(choose: (index: number) => void) {
    this.#slider = new Slider('Checkpoint', { slide: choose });
    this.#details.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'The Checkpoints as Text')),
      this.#scroll,
    );
    this.#details.addEventListener('toggle', () => this.#showTable());
    this.#content = [element('div', {}, this.#legend, this.#slider.element), this.#explained.element, this.#details];
  }

  /** Which checkpoint is pointed at, here or in a picture. */
  point(index: number): void {
    this.#chosen = index;
    this.#showSlider();
  }

  draw(surface: SurfaceResult, { path }: SurfaceView, theme: Theme): void {
    this.element.hidden = path === null;
    this.#surface = path === null ? null : surface;
    if (path === null) {
      this.element.replaceChildren();
      return;
    }
    if (this.element.childElementCount === 0) this.element.append(...this.#content);
    setText(this.#legend, pathLegend(path));
    this.#chosen ??= Math.max(
      0,
      path.points.findIndex(({ isOwn }) => isOwn),
    );
    this.#showSlider();
    this.#showTable();
    const { principal } = surface.plane;
    this.#explained.element.hidden = principal === undefined;
    if (principal !== undefined) this.#drawExplained(principal, theme);
  }

  #showSlider(): void {
    const { plane, path = [] } = this.#surface ?? {};
    if (plane === undefined) return;
    const last = path.length - 1;
    this.#chosen = Math.min(this.#chosen ?? last, last);
    const text = `${pathNames(plane, path)[this.#chosen]}, ${this.#chosen + 1} of ${path.length}`;
    this.#slider.show(this.#chosen, { most: last, step: 1 }, text);
  }

  /** Cells arrive many times a second, and the chart stays as it is. */
  #drawExplained(principal: PrincipalComponents, theme: Theme): void {
    const now = JSON.stringify(principal);
    if (this.#drawn?.principal === now && this.#drawn.theme === theme) return;
    this.#drawn = { principal: now, theme };
    this.#explained.show(explainedFigure(principal, plotStyle(theme, opaque)));
  }

  /** The table is built when it is looked at. */
  #showTable(): void {
    if (!this.#details.open || this.#surface === null) return;
    const table = pathTable(this.#surface);
    this.#scroll.setAttribute('aria-label', table.title);
    this.#scroll.replaceChildren(tableElement(table));
  }
}
