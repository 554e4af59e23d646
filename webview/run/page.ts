/** Puts the parts of a run's page together, and brings them up to date with the state and the reader's choices. */
import './run.css';
import { RUN_MEASURE_NAMES, type RunMeasureName } from '../../worker/results.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { button } from '../controls/button.ts';
import { MenuButton } from '../controls/menuButton.ts';
import { NumberField } from '../controls/numberField.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import { nextFrame } from '../nextFrame.ts';
import { StatusLine } from '../parts/statusLine.ts';
import { tableElement } from '../parts/textAlternative.ts';
import { volumeOffer } from '../parts/volumeOffer.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import { opaque } from '../theme.ts';
import type { Theme } from '../view/theme.ts';
import { runChart } from './chart.ts';
import { Chooser } from './chooser.ts';
import { RunDisplayBar } from './displayBar.ts';
import { RunFigure } from './figure.ts';
import type { FromRunPage, RunExportKind, RunPanelState } from './messages.ts';
import { runPaper } from './paper.ts';
import { RunChoice } from './runChoice.ts';
import { failureTexts, runCaption, volumesApart, volumesCaption } from './view/caption.ts';
import { marksText } from './view/legend.ts';
import { nearestPlace, type RunReading, readingsAt, spokenText } from './view/reading.ts';
import { chosenIndex, keyOf, shortNames, styledRuns } from './view/runs.ts';
import { type RunCharts, runCharts, type StyledRun } from './view/series.ts';
import { budgetSeconds, type RunView } from './view/settings.ts';
import { type RunAction, runStatus } from './view/status.ts';
import { runTable } from './view/table.ts';
import { offersVolumes } from './view/volumes.ts';

export interface RunPageEvents {
  readonly post: (message: FromRunPage) => void;
  /** The display as the reader changed it. */
  readonly view: (view: RunView) => void;
}

/** Ticks of the axis that all charts share. */
const TICKS = 6;

/** Failed checkpoints that are named below the charts. */
const FAILURES = 3;

/** Milliseconds after a key until the place it led to is spoken: keys repeat. */
const QUIET = 250;

/** The whole page below `root`. */
export class RunPage {
  readonly #events: RunPageEvents;
  #view: RunView;
  #theme: Theme;
  #state: RunPanelState | null = null;
  #charts: RunCharts | null = null;
  /** The place that the pointer is at. */
  #pointed: number | null = null;
  #speaking: ReturnType<typeof setTimeout> | undefined;
  /** What the charts show. */
  #drawn = '';

  readonly #main = element('main', { class: 'app run' });
  readonly #requestDraw = nextFrame(this.#main, () => this.#draw());
  readonly #folder = element('span', { class: 'folder' });
  readonly #name = element('span', { class: 'file' });
  readonly #budget = new NumberField('Minutes at most', 'decimal', text => this.#keep({ budget: text }));
  readonly #status = new StatusLine('Checkpoints measured', this.#budget.element);
  readonly #runs = new RunChoice(compared => this.#compare(compared));
  readonly #export = new MenuButton('Export');
  readonly #display: RunDisplayBar;
  readonly #chooser: Chooser;
  readonly #figures = element('div', { class: 'run-figures', role: 'group', tabindex: '0' });
  readonly #volumes = volumeOffer(() => this.#measure(RUN_MEASURE_NAMES));
  readonly #marks = element('p', { class: 'hint' });
  readonly #spoken = element('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  readonly #nothing = element('p', { class: 'waiting' });
  readonly #text = element('details', { class: 'table' });
  readonly #tables = element('div');
  readonly #notes = element('footer', { class: 'caption' });
  readonly #open = new Map<string, RunFigure>();

  constructor(root: HTMLElement, view: RunView, theme: Theme, events: RunPageEvents) {
    this.#view = view;
    this.#theme = theme;
    this.#events = events;
    this.#display = new RunDisplayBar(
      chosen => this.#keep(chosen),
      button('Show Trajectory', () => events.post({ type: 'showTrajectory' })),
      this.#export.element,
    );
    this.#chooser = new Chooser({
      choose: checkpoint => this.#choose(keyOf(checkpoint)),
      follow: follows => this.#keep({ follows }),
      release: ({ file, present }) => {
        if (this.#view.follows && present) events.post({ type: 'showLandscape', file });
      },
      show: ({ file }) => events.post({ type: 'showLandscape', file }),
    });
    this.#figures.setAttribute('aria-label', 'Measures. The left and right arrow keys choose the checkpoint.');
    this.#figures.addEventListener('keydown', event => this.#onKey(event));
    this.#text.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'The Run as Text')),
      this.#tables,
    );
    this.#text.addEventListener('toggle', () => this.#showTables());
    this.#main.append(
      element('header', {}, element('h1', {}, this.#folder, this.#name), this.#status.status),
      ...this.#status.below,
      this.#runs.element,
      this.#display.element,
      this.#chooser.element,
      this.#nothing,
      this.#figures,
      this.#marks,
      this.#volumes,
      this.#spoken,
      this.#text,
      this.#notes,
    );
    root.replaceChildren(this.#main);
  }

  show(state: RunPanelState): void {
    this.#state = state;
    this.#requestDraw();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#requestDraw();
  }

  /** Draws the charts as a file, and sends it. */
  async sendPicture(kind: 'png' | 'svg'): Promise<void> {
    // The extension waits for an answer, and tells the user that there is none to save.
    const content = await this.#picture(kind).catch((error: unknown) => {
      console.error(error);
      return null;
    });
    this.#events.post({ type: 'drawn', kind, content });
  }

  async #picture(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const runs = this.#styled();
    const charts = runCharts(runs, this.#view);
    const picture = charts && runPaper(charts, this.#view);
    if (!picture) return null;
    const svg = toSvg(picture, paperTheme, {
      title: `Measures of ${runs.map(({ label }) => label).join(', ')}`,
      description: charts.charts.map(({ group, description }) => `${group.title}. ${description}`).join(' '),
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  #styled(): readonly StyledRun[] {
    return this.#state === null ? [] : styledRuns(this.#state);
  }

  #keep(changed: Partial<RunView>): void {
    this.#view = { ...this.#view, ...changed };
    this.#events.view(this.#view);
    this.#requestDraw();
  }

  #compare(compared: readonly string[]): void {
    this.#keep({ compared });
    this.#events.post({ type: 'compare', labels: compared });
  }

  #choose(chosen: string): void {
    this.#view = { ...this.#view, chosen };
    this.#events.view(this.#view);
    this.#pointed = null;
    this.#read();
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => this.#speak(), QUIET);
  }

  /** Arrow keys lead along the run's checkpoints, from wherever the charts have the focus. */
  #onKey(event: KeyboardEvent): void {
    const placed = this.#charts?.runs[0]?.placed ?? [];
    const at = this.#charts === null ? -1 : chosenIndex(this.#charts, this.#view.chosen);
    const next: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: placed.length - 1,
    };
    const index = next[event.key];
    if (index === undefined) return;
    event.preventDefault();
    const own = placed[index]?.checkpoint;
    if (own !== undefined) this.#choose(keyOf(own));
  }

  #point(x: number | null): void {
    const place = x === null || this.#charts === null ? null : nearestPlace(this.#charts, x);
    if (place === this.#pointed) return;
    this.#pointed = place;
    this.#read();
  }

  #read(): void {
    const { place, readings } = this.#reading();
    for (const figure of this.#open.values()) figure.read(place, readings);
    this.#chooser.show(this.#charts, this.#view, readings, this.#theme.series);
  }

  /** The place that is read, the pointer's, else the chosen checkpoint's, and what is there. */
  #reading(): { readonly place: number | null; readonly readings: readonly RunReading[] } {
    const charts = this.#charts;
    if (charts === null) return { place: null, readings: [] };
    if (this.#pointed !== null) return { place: this.#pointed, readings: readingsAt(charts, this.#pointed) };
    const index = chosenIndex(charts, this.#view.chosen);
    const place = charts.runs[0]?.placed[index]?.x ?? null;
    return { place, readings: place === null ? [] : readingsAt(charts, place, index) };
  }

  #speak(): void {
    if (this.#charts !== null) setText(this.#spoken, spokenText(this.#charts, this.#reading().readings));
  }

  #draw(): void {
    const state = this.#state;
    if (state === null) return;
    this.#showStatus(state);
    this.#runs.show(state, this.#theme.series);
    this.#showExport(state);
    const runs = this.#styled();
    this.#charts = runCharts(runs, this.#view);
    const charts = this.#charts?.charts ?? [];
    this.#display.show(this.#view, runs, charts);
    this.#figures.hidden = this.#marks.hidden = charts.length === 0;
    const isListed = runs.some(({ result }) => result.checkpoints.length > 0);
    this.#display.element.hidden = this.#text.hidden = !isListed;
    this.#nothing.hidden = charts.length > 0 || state.runs[0].problem !== undefined;
    this.#nothing.replaceChildren(element('span', { class: 'waiting-text' }, nothingText(state)));
    this.#volumes.hidden = !offersVolumes(state);
    this.#showFigures(runs);
    setText(this.#marks, marksText(charts, this.#view.smoothing));
    this.#read();
    this.#showTables();
    this.#notes.replaceChildren(
      ...[
        ...runs.flatMap(run => [...failureTexts(run, FAILURES), runCaption(run), volumesCaption(run)]),
        volumesApart(runs),
      ]
        .filter(Boolean)
        .map(text => element('p', {}, text)),
    );
    this.#notes.hidden = this.#notes.childElementCount === 0;
  }

  #showStatus(state: RunPanelState): void {
    const { label } = state.runs[0];
    const cut = Math.max(label.lastIndexOf('/'), label.lastIndexOf('\\')) + 1;
    setText(this.#folder, label.slice(0, cut));
    setText(this.#name, label.slice(cut));
    const status = runStatus(state);
    this.#main.dataset.phase = state.measuring?.phase ?? 'idle';
    this.#budget.element.hidden = !status.takesBudget;
    this.#budget.show(this.#view.budget, budgetSeconds(this.#view.budget) !== null);
    this.#status.show(
      status,
      status.actions.map(({ action, ...looks }) => ({ ...looks, act: () => this.#do(action) })),
    );
  }

  #do(action: RunAction): void {
    if (action !== 'measure') {
      this.#events.post({ type: action });
      return;
    }
    // What was paused is gone on with as it was asked for.
    this.#measure(this.#state?.measuring?.measures);
  }

  /** @param measures Absent: those that cost least. */
  #measure(measures: readonly RunMeasureName[] | undefined): void {
    const seconds = budgetSeconds(this.#view.budget);
    // The field says that it holds no number of minutes.
    if (seconds === null) return;
    this.#events.post({
      type: 'measure',
      ...(seconds !== undefined && { budgetSeconds: seconds }),
      ...(measures !== undefined && { measures }),
    });
  }

  #showExport({ runs }: RunPanelState): void {
    const post = (kind: RunExportKind) => () => this.#events.post({ type: 'export', kind });
    const isMeasured = runs.some(({ result }) => result?.checkpoints.some(({ measures }) => measures.length > 0));
    const pictures = isMeasured
      ? [
          { label: 'Charts as PNG…', run: post('png') },
          { label: 'Charts as SVG…', run: post('svg') },
        ]
      : [];
    this.#export.show([
      pictures,
      [
        { label: 'Measures as CSV…', run: post('csv') },
        { label: 'Run as JSON…', run: post('json') },
      ],
      [{ label: 'Copy as Command', run: () => this.#events.post({ type: 'copyCommand' }) }],
    ]);
  }

  #showFigures(runs: readonly StyledRun[]): void {
    const charts = this.#charts;
    const drawn = JSON.stringify([runs, { ...this.#view, chosen: null, follows: null, budget: null }, this.#theme]);
    if (charts === null || this.#drawn === drawn) return;
    this.#drawn = drawn;
    const style = plotStyle(this.#theme, opaque);
    const colors = this.#theme.series;
    const names = shortNames(runs);
    const titles = new Set(charts.charts.map(({ group }) => group.title));
    for (const [title, figure] of this.#open) {
      if (titles.has(title)) continue;
      figure.dispose();
      this.#open.delete(title);
    }
    for (const view of charts.charts) {
      const figure = this.#open.get(view.group.title) ?? this.#newFigure(view.group.title);
      this.#figures.append(figure.element);
      figure.show(view, runChart(view, charts.axis, style, colors, TICKS), colors, label => names.get(label) ?? '');
    }
  }

  #newFigure(title: string): RunFigure {
    const figure = new RunFigure({
      point: x => this.#point(x),
      choose: x => {
        const own = this.#charts && readingsAt(this.#charts, x).find(({ run }) => run.style === 0);
        if (own) this.#choose(keyOf(own.checkpoint));
      },
    });
    this.#open.set(title, figure);
    return figure;
  }

  /** The tables are built when they are looked at. */
  #showTables(): void {
    if (!this.#text.open) return;
    this.#tables.replaceChildren(
      ...this.#styled().map(run => {
        const table = runTable(run);
        return element(
          'div',
          { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': table.title },
          tableElement(table),
        );
      }),
    );
  }
}

function nothingText({ runs: [{ result }], measuring }: RunPanelState): string {
  if (result === null) return 'The checkpoints appear here.';
  if (result.checkpoints.length === 0) return 'Checkpoints that are written to this folder appear here.';
  return measuring?.phase === 'running'
    ? 'The first measures appear here.'
    : 'Nothing is measured yet. Measuring computes loss, gradient norm, eigenvalues, trace and sharpness of each checkpoint.';
}
