/** The spectrum's part of the page: the verdict first, then the charts, each with its text, and the numbers. */
import { plotStyle } from '../charts/plotStyle.ts';
import { button } from '../controls/button.ts';
import { MenuButton, type MenuEntry } from '../controls/menuButton.ts';
import { Segmented } from '../controls/segmented.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import type { FromPanel, PanelState } from '../messages.ts';
import { AnalysisHeader } from '../parts/analysisHeader.ts';
import { ChartFigures } from '../parts/chartFigure.ts';
import { numberSections } from '../parts/numbersList.ts';
import { tableElement } from '../parts/textAlternative.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { AnalysisAction } from '../view/analysisStatus.ts';
import type { ScaleKind } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import { figureContents } from './figures.ts';
import { SpectrumForm } from './form.ts';
import { type SpectrumChartName, spectrumPaper } from './paper.ts';
import { spectrumStatus } from './status.ts';
import {
  eigenvalueDescription,
  eigenvalueScale,
  spectrumCaption,
  spectrumNumbers,
  tensorTable,
  verdictText,
} from './view.ts';

export class SpectrumPart {
  readonly element = element('div', { class: 'analysis spectrum' });
  readonly #post: (message: FromPanel) => void;
  readonly #showLandscape: () => void;
  readonly #header = new AnalysisHeader('Computing the spectrum', action => this.#do(action));
  readonly #form = new SpectrumForm(options => this.#post({ type: 'estimateAnalysis', of: 'spectrum', options }));
  readonly #verdict = element('p', { class: 'verdict' });
  readonly #scale: Segmented<ScaleKind>;
  readonly #export = new MenuButton('Export');
  readonly #drawPlane: ReturnType<typeof button>;
  readonly #toolbar: HTMLElement;
  readonly #figures = new ChartFigures();
  readonly #tensors = element('div', { class: 'table-scroll', tabindex: '0', role: 'region' });
  readonly #tensorsSection = element('section', {}, element('h2', {}, 'Tensor by Tensor'), this.#tensors);
  readonly #numbers = element('div', { class: 'numbers' });
  readonly #caption = element('p');
  readonly #notes = element('footer', { class: 'caption' }, this.#caption);
  readonly #content: HTMLElement;
  #state: PanelState | null = null;
  #theme: Theme | null = null;
  #chosenScale: ScaleKind | null = null;
  #wanted: SpectrumChartName = 'eigenvalues';
  /** What the charts show. */
  #drawn = '';

  /** @param showLandscape Brings the landscape to the front, once another plane of it is asked for. */
  constructor(post: (message: FromPanel) => void, showLandscape: () => void) {
    this.#post = post;
    this.#showLandscape = showLandscape;
    this.#scale = new Segmented<ScaleKind>(
      'Scale of the eigenvalues',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      scale => {
        this.#chosenScale = scale;
        this.#redraw();
      },
    );
    this.#drawPlane = button('Draw the Plane of the Two Leading Eigenvectors', () => this.#askForPlane());
    this.#toolbar = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Spectrum' },
      this.#scale.element,
      this.#drawPlane,
      element('span', { class: 'spring' }),
      this.#export.element,
    );
    this.#content = element(
      'div',
      { class: 'content' },
      element('div', {}, this.#figures.element, this.#tensorsSection),
      this.#numbers,
    );
  }

  /** Takes up a new state, to be drawn. */
  show(state: PanelState): void {
    this.#state = state;
  }

  /** Draws what there is, in a theme. */
  draw(theme: Theme): void {
    const { spectrum: own, splits } = this.#state ?? {};
    if (own === undefined) return;
    const { result } = own;
    this.#theme = theme;
    this.#build();
    this.element.dataset.phase = own.phase;
    this.#header.show(spectrumStatus(own));
    this.#form.element.hidden = own.phase === 'document';
    this.#form.show(own, splits);
    for (const part of [this.#verdict, this.#toolbar, this.#content, this.#notes]) part.hidden = result === undefined;
    if (result === undefined) return;
    setText(this.#verdict, result.complete ? verdictText(result) : `So far: ${verdictText(result)}`);
    const scale = this.#scaleOf();
    this.#scale.show(scale, true);
    this.#showPlane();
    this.#export.show(this.#entries());
    // The landscape's states come with the same spectrum again and again.
    const drawn = JSON.stringify([result, scale, theme]);
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;

    this.#figures.show(figureContents(result, scale, plotStyle(theme, opaque)));

    const tensors = tensorTable(result);
    this.#tensorsSection.hidden = tensors === null;
    if (tensors !== null) {
      this.#tensors.setAttribute('aria-label', tensors.title);
      this.#tensors.replaceChildren(tableElement(tensors));
    }
    this.#numbers.replaceChildren(...numberSections(spectrumNumbers(result)));
    setText(this.#caption, spectrumCaption(result));
    this.#notes.replaceChildren(
      this.#caption,
      ...result.provenance.notes.map(note => element('p', { class: 'remark' }, note)),
    );
  }

  /** Most readers look at the landscape only, so what they do not see is not made. */
  #build(): void {
    if (this.element.childElementCount > 0) return;
    this.element.append(
      ...this.#header.elements,
      this.#form.element,
      this.#verdict,
      this.#toolbar,
      this.#content,
      this.#notes,
    );
  }

  #redraw(): void {
    if (this.#theme !== null) this.draw(this.#theme);
  }

  /** The chart that was asked for last, as a file; null where there is none. */
  async drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const { result } = this.#state?.spectrum ?? {};
    const picture = result && spectrumPaper(this.#wanted, result, this.#scaleOf());
    if (!result || !picture) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `Spectrum of ${result.checkpoint}`,
      description: `${verdictText(result)} ${eigenvalueDescription(result)}`,
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  #scaleOf(): ScaleKind {
    const { result } = this.#state?.spectrum ?? {};
    return this.#chosenScale ?? (result === undefined ? 'log' : eigenvalueScale(result));
  }

  #do(action: AnalysisAction): void {
    switch (action) {
      case 'compute': {
        const { options } = this.#form;
        if (options !== null) this.#post({ type: 'computeAnalysis', of: 'spectrum', options });
        return;
      }
      case 'cancel':
        this.#post({ type: 'cancelAnalysis', of: 'spectrum' });
        return;
      default:
        this.#post({ type: action });
    }
  }

  #showPlane(): void {
    const { phase, options, surface } = this.#state ?? {};
    const isRunning = phase === 'starting' || phase === 'computing';
    const isShown = surface?.plane.kind === 'eigen';
    this.#drawPlane.hidden = options === undefined;
    this.#drawPlane.disabled = isRunning;
    this.#drawPlane.title = isRunning
      ? 'A landscape is being computed; cancel it first.'
      : isShown
        ? 'The landscape shows this plane; it is shown, not computed again.'
        : 'Computes the landscape along the two leading eigenvectors of the Hessian.';
  }

  /** A landscape that shows the plane already is only brought to the front. */
  #askForPlane(): void {
    const { options, surface } = this.#state ?? {};
    if (options === undefined) return;
    if (surface?.plane.kind !== 'eigen') {
      this.#post({ type: 'compute', options: { ...options, plane: { kind: 'eigen' }, range: 1 } });
    }
    this.#showLandscape();
  }

  #entries(): readonly (readonly MenuEntry[])[] {
    const { phase, result } = this.#state?.spectrum ?? {};
    if (result === undefined) return [];
    const pictures: readonly (readonly [SpectrumChartName, string])[] = [
      ['eigenvalues', 'Eigenvalues'],
      ...(result.density ? [['density', 'Density'] as const] : []),
      ...(result.along?.length ? [['lines', 'Loss along Eigenvectors'] as const] : []),
    ];
    return [
      pictures.flatMap(([chart, label]) =>
        (['png', 'svg'] as const).map(kind => ({
          label: `${label} as ${kind.toUpperCase()}…`,
          run: () => {
            this.#wanted = chart;
            this.#post({ type: 'exportAnalysis', of: 'spectrum', kind });
          },
        })),
      ),
      [
        { label: 'Numbers as CSV…', run: () => this.#post({ type: 'exportAnalysis', of: 'spectrum', kind: 'csv' }) },
        { label: 'Result as JSON…', run: () => this.#post({ type: 'exportAnalysis', of: 'spectrum', kind: 'json' }) },
      ],
      phase === 'document'
        ? []
        : [{ label: 'Copy as Command', run: () => this.#post({ type: 'copyAnalysisCommand', of: 'spectrum' }) }],
    ];
  }
}
