/** The volumes' part of the page: the verdict, the numbers with what they mean, and the directions they come from. */
import './volume.css';
import { plotStyle } from '../charts/plotStyle.ts';
import { MenuButton, type MenuEntry } from '../controls/menuButton.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import type { AnalysisExportKind, FromPanel, PanelState } from '../messages.ts';
import { AnalysisHeader } from '../parts/analysisHeader.ts';
import { ChartFigures } from '../parts/chartFigure.ts';
import { MeasureTable } from '../parts/measureTable.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { AnalysisAction } from '../view/analysisStatus.ts';
import type { Theme } from '../view/theme.ts';
import { volumeCaption } from './caption.ts';
import { figureContents, type VolumeChartName, volumeCharts } from './figures.ts';
import { VolumeForm } from './form.ts';
import { volumeGroups, volumeVerdict } from './numbers.ts';
import { volumePaper } from './paper.ts';
import { volumeStatus } from './status.ts';

export class VolumePart {
  readonly element = element('div', { class: 'analysis volume' });
  readonly #post: (message: FromPanel) => void;
  readonly #header = new AnalysisHeader('Steps computed', action => this.#do(action));
  readonly #form: VolumeForm;
  readonly #verdict = element('p', { class: 'verdict' });
  readonly #export = new MenuButton('Export');
  readonly #toolbar: HTMLElement;
  readonly #table = new MeasureTable('Numbers of the volume');
  readonly #figures = new ChartFigures();
  readonly #caption = element('p');
  readonly #notes = element('footer', { class: 'caption' }, this.#caption);
  readonly #content: HTMLElement;
  #state: PanelState | null = null;
  #wanted: VolumeChartName = 'masses';
  /** Which charts there are, and what is drawn. */
  #charts: readonly VolumeChartName[] = [];
  #drawn = '';

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    this.#form = new VolumeForm(options => post({ type: 'estimateAnalysis', of: 'volume', options }));
    this.#toolbar = element(
      'div',
      { class: 'toolbar verdict-bar', role: 'group', 'aria-label': 'Volume' },
      this.#verdict,
      this.#export.element,
    );
    this.#content = element('div', { class: 'measures-content' }, this.#table.element, this.#figures.element);
  }

  /** Takes up a new state, to be drawn. */
  show(state: PanelState): void {
    this.#state = state;
  }

  /** Draws what there is, in a theme. */
  draw(theme: Theme): void {
    const { volume: own, splits } = this.#state ?? {};
    if (own === undefined) return;
    this.#build();
    this.element.dataset.phase = own.phase;
    this.#header.show(volumeStatus(own));
    const { result } = own;
    this.#form.element.hidden = own.phase === 'document';
    this.#form.show(own, splits);
    for (const part of [this.#toolbar, this.#content, this.#notes]) part.hidden = result === undefined;
    if (result === undefined) return;
    // The landscape's states come with the same result again and again.
    const drawn = JSON.stringify([result, theme]);
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;

    setText(this.#verdict, result.complete ? volumeVerdict(result) : `So far: ${volumeVerdict(result)}`);
    this.#table.show(volumeGroups(result));
    const contents = figureContents(result, plotStyle(theme, opaque));
    this.#charts = [...contents.keys()];
    this.#figures.show(contents);
    this.#export.show(this.#entries());
    setText(this.#caption, volumeCaption(result));
    this.#notes.replaceChildren(
      this.#caption,
      ...result.provenance.notes.map(note => element('p', { class: 'remark' }, note)),
    );
  }

  /** The chart that was asked for last, as a file; null where there is none. */
  async drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const { result } = this.#state?.volume ?? {};
    const picture = result && volumePaper(this.#wanted, result);
    if (!result || !picture) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `${volumeCharts[this.#wanted]}: volume of ${result.checkpoint}`,
      description: volumeVerdict(result),
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
        if (options !== null) this.#post({ type: 'computeAnalysis', of: 'volume', options });
        return;
      }
      case 'cancel':
        this.#post({ type: 'cancelAnalysis', of: 'volume' });
        return;
      default:
        this.#post({ type: action });
    }
  }

  #entries(): readonly (readonly MenuEntry[])[] {
    const save = (kind: AnalysisExportKind): void => this.#post({ type: 'exportAnalysis', of: 'volume', kind });
    return [
      this.#charts.flatMap(chart =>
        (['png', 'svg'] as const).map(kind => ({
          label: `${volumeCharts[chart]} as ${kind.toUpperCase()}…`,
          run: () => {
            this.#wanted = chart;
            save(kind);
          },
        })),
      ),
      [
        { label: 'Numbers as CSV…', run: () => save('csv') },
        { label: 'Result as JSON…', run: () => save('json') },
      ],
      this.#state?.volume?.phase === 'document'
        ? []
        : [{ label: 'Copy as Command', run: () => this.#post({ type: 'copyAnalysisCommand', of: 'volume' }) }],
    ];
  }
}
