/** The sharpness' part of the page: the measures, and how they stand a rescaling that leaves the function alone. */
import './sharpness.css';
import { plotStyle } from '../charts/plotStyle.ts';
import { MenuButton, type MenuEntry } from '../controls/menuButton.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import type { FromPanel, PanelState } from '../messages.ts';
import { AnalysisHeader } from '../parts/analysisHeader.ts';
import { ChartFigures } from '../parts/chartFigure.ts';
import { MeasureTable } from '../parts/measureTable.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { AnalysisAction } from '../view/analysisStatus.ts';
import type { Theme } from '../view/theme.ts';
import { sharpnessCaption } from './caption.ts';
import { figureContents, type SharpnessChartName } from './figures.ts';
import { SharpnessForm } from './form.ts';
import { measureGroups, sharpnessVerdict } from './measures.ts';
import { sharpnessPaper } from './paper.ts';
import { rescalingText } from './rescaling.ts';
import { sharpnessStatus } from './status.ts';

export class SharpnessPart {
  readonly element = element('div', { class: 'analysis sharpness' });
  readonly #post: (message: FromPanel) => void;
  readonly #header = new AnalysisHeader('Measures computed', action => this.#do(action));
  readonly #form = new SharpnessForm();
  readonly #verdict = element('p', { class: 'verdict' });
  readonly #export = new MenuButton('Export');
  readonly #toolbar: HTMLElement;
  readonly #table = new MeasureTable('Measures of sharpness');
  readonly #check = element('p', { class: 'check' });
  readonly #figures = new ChartFigures();
  readonly #caption = element('p');
  readonly #notes = element('footer', { class: 'caption' }, this.#caption);
  readonly #content: HTMLElement;
  #state: PanelState | null = null;
  #wanted: SharpnessChartName = 'ratios';
  /** What is drawn. */
  #drawn = '';

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    this.#toolbar = element(
      'div',
      { class: 'toolbar verdict-bar', role: 'group', 'aria-label': 'Sharpness' },
      this.#verdict,
      this.#export.element,
    );
    this.#content = element(
      'div',
      { class: 'measures-content' },
      this.#table.element,
      element('section', { 'aria-label': 'Rescaling check' }, this.#check, this.#figures.element),
    );
  }

  /** Takes up a new state, to be drawn. */
  show(state: PanelState): void {
    this.#state = state;
  }

  /** Draws what there is, in a theme. */
  draw(theme: Theme): void {
    const { sharpness: own, splits } = this.#state ?? {};
    if (own === undefined) return;
    this.#build();
    this.element.dataset.phase = own.phase;
    this.#header.show(sharpnessStatus(own));
    this.#form.element.hidden = own.phase === 'document';
    this.#form.show(own, splits);
    const { result } = own;
    for (const part of [this.#toolbar, this.#content, this.#notes]) part.hidden = result === undefined;
    if (result === undefined) return;
    // The landscape's states come with the same result again and again.
    const drawn = JSON.stringify([result, theme]);
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;

    setText(this.#verdict, result.complete ? sharpnessVerdict(result) : `So far: ${sharpnessVerdict(result)}`);
    this.#export.show(this.#entries());
    this.#table.show(measureGroups(result));
    const check = result.rescaling === null ? (result.rescalingProblem ?? '') : rescalingText(result.rescaling);
    this.#check.hidden = check === '';
    setText(this.#check, check);
    this.#figures.show(figureContents(result, plotStyle(theme, opaque)));
    setText(this.#caption, sharpnessCaption(result));
    this.#notes.replaceChildren(
      this.#caption,
      ...result.provenance.notes.map(note => element('p', { class: 'remark' }, note)),
    );
  }

  /** The chart that was asked for last, as a file; null where there is none. */
  async drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const { result } = this.#state?.sharpness ?? {};
    const picture = result && sharpnessPaper(this.#wanted, result);
    if (!result || !picture) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `Sharpness of ${result.checkpoint}`,
      description: sharpnessVerdict(result),
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  /** Most readers look at the landscape only, so what they do not see is not made. */
  #build(): void {
    if (this.element.childElementCount > 0) return;
    this.element.append(...this.#header.elements, this.#form.element, this.#toolbar, this.#content, this.#notes);
  }

  #do(action: AnalysisAction): void {
    switch (action) {
      case 'compute': {
        const { options } = this.#form;
        if (options !== null) this.#post({ type: 'computeAnalysis', of: 'sharpness', options });
        return;
      }
      case 'cancel':
        this.#post({ type: 'cancelAnalysis', of: 'sharpness' });
        return;
      default:
        this.#post({ type: action });
    }
  }

  #entries(): readonly (readonly MenuEntry[])[] {
    const { phase, result } = this.#state?.sharpness ?? {};
    if (result === undefined) return [];
    const pictures: readonly (readonly [SharpnessChartName, string])[] = [
      ['ratios', 'Measures under Rescaling'],
      ['curve', 'Filter-Normalized Curve'],
    ];
    return [
      ...(result.rescaling === null
        ? []
        : [
            pictures.flatMap(([chart, label]) =>
              (['png', 'svg'] as const).map(kind => ({
                label: `${label} as ${kind.toUpperCase()}…`,
                run: () => {
                  this.#wanted = chart;
                  this.#post({ type: 'exportAnalysis', of: 'sharpness', kind });
                },
              })),
            ),
          ]),
      [
        {
          label: 'Measures as CSV…',
          run: () => this.#post({ type: 'exportAnalysis', of: 'sharpness', kind: 'csv' }),
        },
        {
          label: 'Result as JSON…',
          run: () => this.#post({ type: 'exportAnalysis', of: 'sharpness', kind: 'json' }),
        },
      ],
      phase === 'document'
        ? []
        : [{ label: 'Copy as Command', run: () => this.#post({ type: 'copyAnalysisCommand', of: 'sharpness' }) }],
    ];
  }
}
