/**
 * The straight line between two checkpoints, for any page to mount: what it says of the barrier, loss and accuracy along
 * it, each with its text. Where the computation stands is the page's to say.
 */
import '../parts/analysis.css';
import './interpolation.css';
import type { InterpolateResult } from '../../worker/results.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { Segmented } from '../controls/segmented.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import { ChartFigures } from '../parts/chartFigure.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { ScaleKind } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import { figureContents } from './figures.ts';
import { interpolationPaper } from './paper.ts';
import { type EndNames, lineCaption, lineSentences, lossScales } from './view.ts';

export class InterpolationPart {
  readonly element = element('section', { class: 'interpolation', 'aria-label': 'Line between checkpoints' });
  readonly #sentences = element('ul', { class: 'barriers' });
  readonly #scale: Segmented<ScaleKind>;
  readonly #figures = new ChartFigures();
  readonly #caption = element('p');
  readonly #notes = element('div', { class: 'caption' }, this.#caption);
  #result: InterpolateResult | null = null;
  #names: EndNames = ['A', 'B'];
  #chosenScale: ScaleKind | null = null;
  #theme: Theme | null = null;
  /** What is drawn. */
  #drawn = '';

  constructor() {
    this.#scale = new Segmented<ScaleKind>(
      'Scale of the loss between the checkpoints',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      scale => {
        this.#chosenScale = scale;
        if (this.#theme !== null) this.draw(this.#theme);
      },
    );
    this.element.append(this.#sentences, this.#scale.element, this.#figures.element, this.#notes);
    this.element.hidden = true;
  }

  /**
   * Takes up a result, to be drawn; null where there is none.
   * @param names What the checkpoints at t = 0 and t = 1 are called on the page.
   */
  show(result: InterpolateResult | null, names: EndNames): void {
    this.#result = result;
    this.#names = names;
  }

  /** Draws what there is, in a theme. */
  draw(theme: Theme): void {
    this.#theme = theme;
    const result = this.#result;
    this.element.hidden = result === null;
    if (result === null) return;
    const { hasLog } = lossScales(result);
    const scale = this.#scaleOf(result);
    this.#scale.show(scale, hasLog, 'Not all losses are above 0, so that there is no log scale.');
    const names = this.#names;
    const drawn = JSON.stringify([result, names, scale, theme]);
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;
    this.#sentences.replaceChildren(...lineSentences(result).map(sentence => element('li', {}, sentence)));
    this.#figures.show(figureContents(result, names, scale, plotStyle(theme, opaque)));
    setText(this.#caption, lineCaption(result, names));
    const notes = new Set(result.curves.flatMap(({ provenance }) => provenance.notes));
    this.#notes.replaceChildren(this.#caption, ...[...notes].map(note => element('p', { class: 'remark' }, note)));
  }

  /** Both charts as a file; null where there is nothing to draw. */
  async drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const result = this.#result;
    const picture = result && interpolationPaper(result, this.#names, this.#scaleOf(result));
    if (!result || !picture) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `Line between ${this.#names[0]} and ${this.#names[1]}`,
      description: lineSentences(result).join(' '),
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  #scaleOf(result: InterpolateResult): ScaleKind {
    const { preferred, hasLog } = lossScales(result);
    return hasLog ? (this.#chosenScale ?? preferred) : 'linear';
  }
}
