/** Puts the parts of a comparison's page together, and brings them up to date with the state and the reader's choices. */
import '../parts/analysis.css';
import './compare.css';
import { listed, shortNames } from '../../worker/checkpointNames.ts';
import { volumeNotes } from '../../worker/volumeSettings.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { DisplayBar } from '../controls/displayBar.ts';
import { MenuButton } from '../controls/menuButton.ts';
import { Segmented } from '../controls/segmented.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import { nextFrame } from '../nextFrame.ts';
import { ChartFigure } from '../parts/chartFigure.ts';
import { StatusLine } from '../parts/statusLine.ts';
import { volumeOffer } from '../parts/volumeOffer.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { ScaleKind } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import { BetweenPart } from './between.ts';
import { eigenvalueChart } from './eigenvalueChart.ts';
import { CompareForm } from './form.ts';
import { type Column, MeasureTablePart } from './measureTable.ts';
import type { CompareExportKind, CompareExportOf, ComparePanelState, FromComparePage } from './messages.ts';
import { MultiplesPart } from './multiples.ts';
import { comparePaper } from './paper.ts';
import { StepsPart } from './stepsPart.ts';
import { landscapesCaption, measuresCaption } from './view/caption.ts';
import { eigenvaluesDescription, eigenvaluesLegend, eigenvaluesTable, eigenvaluesView } from './view/eigenvalues.ts';
import { directionsText, type Multiples, multiples } from './view/multiples.ts';
import { baselineOf, type CompareView } from './view/settings.ts';
import { type CompareAction, compareStatus } from './view/status.ts';
import { stepCharts } from './view/steps.ts';
import { lacksVolumes, measureNotes, measureRows } from './view/table.ts';

export interface ComparePageEvents {
  readonly post: (message: FromComparePage) => void;
  /** The display as the reader changed it. */
  readonly view: (view: CompareView) => void;
}

/** The whole page below `root`. */
export class ComparePage {
  readonly #events: ComparePageEvents;
  #view: CompareView;
  #theme: Theme;
  #state: ComparePanelState | null = null;
  #multiples: Multiples | null = null;
  /** What the eigenvalues' chart shows. */
  #drawn = '';

  readonly #main = element('main', { class: 'app compare' });
  readonly #requestDraw = nextFrame(this.#main, () => this.#draw());
  readonly #title = element('span', { class: 'file' });
  readonly #status = new StatusLine('Computed');
  readonly #warnings = element('ul', { class: 'warnings', 'aria-label': 'Not measured alike' });
  readonly #form: CompareForm;
  readonly #export = new MenuButton('Export');
  readonly #display: DisplayBar;
  readonly #tiles: MultiplesPart;
  readonly #directions = element('p', { class: 'hint' });
  readonly #table: MeasureTablePart;
  readonly #measuresState = element('p', { class: 'hint' });
  readonly #notes = element(
    'div',
    { class: 'hint measure-notes' },
    ...measureNotes.map(note => element('p', {}, note)),
  );
  readonly #volumes = volumeOffer(() => this.#events.post({ type: 'measureVolumes' }));
  readonly #volumeNotes = element('div', { class: 'hint measure-notes' });
  readonly #measures: HTMLElement;
  readonly #steps = new StepsPart();
  readonly #scale: Segmented<ScaleKind>;
  readonly #chart = new ChartFigure();
  readonly #eigenvalues: HTMLElement;
  readonly #between: BetweenPart;
  readonly #caption = element('footer', { class: 'caption' });

  constructor(root: HTMLElement, view: CompareView, theme: Theme, events: ComparePageEvents) {
    this.#view = view;
    this.#theme = theme;
    this.#events = events;
    this.#form = new CompareForm(options => events.post({ type: 'compute', options }));
    this.#tiles = new MultiplesPart({
      showLandscape: index => events.post({ type: 'showLandscape', index }),
      resized: () => this.#requestDraw(),
    });
    this.#display = new DisplayBar(
      chosen => this.#keep({ settings: { ...this.#view.settings, ...chosen } }),
      () => this.#tiles.reset(),
      this.#export.element,
    );
    this.#table = new MeasureTablePart(baseline => this.#keep({ baseline }));
    this.#measures = element(
      'section',
      { class: 'compare-section' },
      element('h2', {}, 'Measures'),
      this.#table.element,
      this.#measuresState,
      this.#volumeNotes,
      this.#notes,
      this.#volumes,
    );
    this.#scale = new Segmented<ScaleKind>(
      'Scale of the eigenvalues',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      eigenvalueScale => this.#keep({ eigenvalueScale }),
    );
    this.#eigenvalues = element(
      'section',
      { class: 'compare-section analysis eigenvalues', 'aria-label': 'Eigenvalues' },
      this.#scale.element,
      this.#chart.element,
    );
    this.#between = new BetweenPart(pair => events.post({ type: 'interpolate', ...pair }));
    this.#main.append(
      element('header', {}, element('h1', {}, this.#title), this.#status.status),
      ...this.#status.below,
      this.#warnings,
      this.#form.element,
      this.#display.element,
      this.#tiles.element,
      this.#directions,
      this.#measures,
      this.#steps.element,
      this.#eigenvalues,
      this.#between.element,
      this.#caption,
    );
    root.replaceChildren(this.#main);
  }

  show(state: ComparePanelState): void {
    this.#state = state;
    this.#requestDraw();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#requestDraw();
  }

  /** Draws the landscapes, or what else was asked for, as a file, and sends it. */
  async sendPicture(kind: 'png' | 'svg', of?: CompareExportOf): Promise<void> {
    // The extension waits for an answer, and tells the user that there is none to save.
    const content = await (of === undefined ? this.#picture(kind) : this.#between.drawForExport(kind)).catch(
      (error: unknown) => {
        console.error(error);
        return null;
      },
    );
    this.#events.post({ type: 'drawn', kind, content });
  }

  async #picture(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const state = this.#state;
    if (state === null) return null;
    const drawn = multiples(state, this.#view.settings);
    const captions = [directionsText(state), ...landscapesCaption(state)];
    const picture = comparePaper(drawn, this.#view.settings.colorMap, captions);
    if (picture === null) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `Loss landscapes of ${listed(state.checkpoints)}`,
      description: drawn.all
        .flatMap(({ name, view }) => (view === null ? [] : `${name}. ${view.description}`))
        .join(' '),
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  #keep(changed: Partial<CompareView>): void {
    this.#view = { ...this.#view, ...changed };
    this.#events.view(this.#view);
    this.#requestDraw();
  }

  get #baseline(): number {
    const { checkpoints = [], measures } = this.#state ?? {};
    return baselineOf(this.#view, measures?.result?.baseline, checkpoints.length);
  }

  #draw(): void {
    const state = this.#state;
    if (state === null) return;
    const names = shortNames(state.checkpoints);
    if (state.document !== undefined) {
      this.#drawDocument(state, names);
      return;
    }
    setText(this.#title, titleOf(names));
    this.#showStatus(state);
    this.#showWarnings(state);
    this.#form.show(state, names, this.#baseline);
    this.#showExport(state);
    this.#multiples = multiples(state, this.#view.settings);
    const { first, hasAccuracy } = this.#multiples;
    this.#display.element.hidden = first === null && state.measures.result === undefined;
    if (first !== null) this.#display.show(this.#view.settings, first, hasAccuracy);
    this.#tiles.draw(this.#multiples, this.#baseline, this.#view.settings, this.#theme);
    setText(this.#directions, directionsText(state));
    this.#showMeasures(state, names);
    this.#showEigenvalues(state, names);
    this.#between.show(state, names, this.#theme);
    this.#showCaption(state);
  }

  /** The measures or the straight line alone, as a result file holds them. */
  #drawDocument(state: ComparePanelState, names: readonly string[]): void {
    const { document: file = '', measures, interpolation } = state;
    const [isComparison, isLine] = [measures.result !== undefined, interpolation?.result !== undefined];
    setText(this.#title, isLine ? `Line between ${listed(names)}` : isComparison ? titleOf(names) : file);
    this.#showStatus(state);
    this.#showWarnings(state);
    this.#showExport(state);
    if (isLine) this.#between.head(this.#export.element);
    else this.#table.element.before(this.#export.element);
    for (const part of [this.#form, this.#display, this.#tiles]) part.element.hidden = true;
    this.#directions.hidden = this.#measures.hidden = !isComparison;
    setText(this.#directions, directionsText(state));
    this.#showMeasures(state, names);
    this.#showEigenvalues(state, names);
    this.#between.element.hidden = !isLine;
    this.#between.show(state, names, this.#theme);
    this.#showCaption(state);
  }

  #showWarnings({ measures }: ComparePanelState): void {
    const { warnings = [] } = measures.result ?? {};
    this.#warnings.hidden = warnings.length === 0;
    this.#warnings.replaceChildren(
      ...warnings.map(warning => element('li', {}, element('span', { 'aria-hidden': 'true' }, '⚠ '), warning)),
    );
  }

  #showCaption(state: ComparePanelState): void {
    const captions = [...landscapesCaption(state), ...measuresCaption(state)];
    this.#caption.replaceChildren(...captions.map(text => element('p', {}, text)));
    this.#caption.hidden = this.#caption.childElementCount === 0;
  }

  #showStatus(state: ComparePanelState): void {
    const status = compareStatus(state);
    this.#main.dataset.phase = status.phase;
    this.#status.show(
      status,
      status.actions.map(({ action, ...looks }) => ({ ...looks, act: () => this.#do(action) })),
    );
  }

  #do(action: CompareAction): void {
    if (action !== 'compute') this.#events.post({ type: action });
    else if (this.#state !== null) this.#events.post({ type: 'compute', options: this.#state.options });
  }

  #showExport({ surfaces, measures, interpolation, document: file }: ComparePanelState): void {
    const isDocument = file !== undefined;
    const post = (kind: CompareExportKind, of?: CompareExportOf) => () => {
      this.#events.post({ type: 'export', kind, baseline: this.#baseline, ...(of !== undefined && { of }) });
    };
    const hasPictures = surfaces.some(({ result }) => result !== undefined);
    this.#export.show([
      hasPictures
        ? [
            { label: 'Landscapes as PNG…', run: post('png') },
            { label: 'Landscapes as SVG…', run: post('svg') },
          ]
        : [],
      measures.result === undefined
        ? []
        : [
            { label: 'Measures as CSV…', run: post('csv') },
            { label: 'Comparison as JSON…', run: post('json') },
          ],
      interpolation?.result === undefined
        ? []
        : (['png', 'svg', 'csv', 'json'] as const).map(kind => ({
            label: `Line between Two as ${kind.toUpperCase()}…`,
            run: post(kind, 'interpolation'),
          })),
      isDocument
        ? []
        : [
            {
              label: 'Copy as Command',
              run: () => this.#events.post({ type: 'copyCommand', baseline: this.#baseline }),
            },
          ],
    ]);
  }

  #showMeasures({ checkpoints, measures }: ComparePanelState, names: readonly string[]): void {
    const { result, phase, message } = measures;
    const rows = result === undefined ? [] : measureRows(result, this.#baseline);
    this.#table.element.hidden = this.#notes.hidden = rows.length === 0;
    const compared = result?.checkpoints.map((own, i) => ({ name: names[i]!, measures: own.measures })) ?? [];
    this.#volumeNotes.replaceChildren(...volumeNotes(compared).map(note => element('p', {}, note)));
    this.#volumes.hidden = !lacksVolumes(measures) || this.#state?.document !== undefined;
    const columns = checkpoints.map((label, i): Column => {
      const { step = null, epoch = null, problem = '' } = result?.checkpoints[i] ?? {};
      return {
        name: names[i]!,
        label,
        detail: step !== null ? `step ${step.toLocaleString('en-US')}` : epoch !== null ? `epoch ${epoch}` : '',
        problem,
      };
    });
    if (rows.length > 0) this.#table.show(rows, columns, this.#baseline, this.#theme.series);
    const words = { idle: 'Not measured.', waiting: 'Measured after the landscapes.', computing: 'Measuring…' };
    this.#steps.show(result === undefined ? null : stepCharts(result), this.#theme);
    setText(this.#measuresState, message ?? words[phase as keyof typeof words] ?? '');
    this.#measuresState.classList.toggle('problem', phase === 'failed' || phase === 'stopped');
    this.#measuresState.hidden = this.#measuresState.textContent === '';
  }

  #showEigenvalues({ measures: { result } }: ComparePanelState, names: readonly string[]): void {
    const view = result === undefined ? null : eigenvaluesView(result);
    this.#eigenvalues.hidden = view === null;
    if (result === undefined || view === null) return;
    const { eigenvalueScale } = this.#view;
    this.#scale.show(eigenvalueScale, true);
    const drawn = JSON.stringify([view, names, eigenvalueScale, this.#theme]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#chart.show({
      title: 'Eigenvalues of the Hessian',
      legend: eigenvaluesLegend(view, eigenvalueScale),
      description: eigenvaluesDescription(result, names),
      chart: eigenvalueChart(view, names, eigenvalueScale, plotStyle(this.#theme, opaque)),
      table: eigenvaluesTable(view, names),
    });
  }
}

/** So many checkpoints are named in the heading. */
const NAMED_MAX = 3;

const titleOf = (names: readonly string[]): string =>
  `Comparison of ${names.length > NAMED_MAX ? `${names.length} checkpoints` : listed(names)}`;
