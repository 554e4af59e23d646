/** Puts the page's parts together, and brings them up to date with the state and the reader's choices. */
import { ContourChart, type Pointing } from './charts/contour.ts';
import { ComputationForm } from './controls/computationForm.ts';
import { DisplayBar } from './controls/displayBar.ts';
import { ExportMenu } from './controls/exportMenu.ts';
import { Tabs } from './controls/tabs.ts';
import { ConvexityPart } from './convexity/part.ts';
import { element } from './dom.ts';
import { drawForExport } from './export/draw.ts';
import type { AnalysisName, FromPanel, PanelState } from './messages.ts';
import { CaptionFooter } from './parts/captionFooter.ts';
import { NumbersList } from './parts/numbersList.ts';
import { PathPart } from './parts/pathPart.ts';
import { PlanesPart } from './parts/planes.ts';
import { ReadoutBar } from './parts/readoutBar.ts';
import { StatusHeader } from './parts/statusHeader.ts';
import { SurfaceFigure } from './parts/surfaceFigure.ts';
import { TextAlternative } from './parts/textAlternative.ts';
import { SharpnessPart } from './sharpness/part.ts';
import { SpectrumPart } from './spectrum/part.ts';
import { type TabName, tabNames } from './tabNames.ts';
import { pathReadings } from './view/pathTexts.ts';
import { profileView } from './view/profile.ts';
import { type CellIndex, readings } from './view/readout.ts';
import type { Settings, View } from './view/settings.ts';
import type { Theme } from './view/theme.ts';
import { type SurfaceView, surfaceView } from './view/viewModel.ts';
import { VolumePart } from './volume/part.ts';

export interface PageEvents {
  readonly post: (message: FromPanel) => void;
  /** The display as the reader changed it. */
  readonly view: (view: View) => void;
  readonly tab: (tab: TabName) => void;
}

/** The whole page below `root`. */
export class Page {
  readonly #events: PageEvents;
  #state: PanelState | null = null;
  #kept: View;
  #theme: Theme;
  #view: SurfaceView | null = null;
  /** The cell that is pointed at, or a checkpoint of the plane's path. */
  #pointed: CellIndex | null = null;
  #checkpoint: number | null = null;
  #pending = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** When it was drawn last, and how long that took, in milliseconds. */
  #drawn = { at: 0, cost: 0 };

  readonly #main = element('main', { class: 'app' });
  readonly #header: StatusHeader;
  readonly #display: DisplayBar;
  readonly #export: ExportMenu;
  readonly #computation: ComputationForm;
  readonly #contour: ContourChart;
  readonly #surface: SurfaceFigure;
  readonly #readout = new ReadoutBar();
  readonly #planes: PlanesPart;
  readonly #path = new PathPart(index => this.#pointAtCheckpoint(index, 'keys'));
  readonly #text = new TextAlternative();
  readonly #numbers = new NumbersList();
  readonly #caption: CaptionFooter;
  readonly #placeholder = element(
    'p',
    { class: 'waiting' },
    element('span', { class: 'waiting-text' }, 'The first cells appear here.'),
  );
  readonly #content = element('div', { class: 'content' });
  readonly #spectrum: SpectrumPart;
  readonly #convexity: ConvexityPart;
  readonly #sharpness: SharpnessPart;
  readonly #volume: VolumePart;
  readonly #tabs: Tabs<TabName>;
  #tab: TabName;

  constructor(root: HTMLElement, view: View, tab: TabName, theme: Theme, events: PageEvents) {
    this.#kept = view;
    this.#tab = tab;
    this.#theme = theme;
    this.#events = events;

    this.#header = new StatusHeader(events.post);
    this.#caption = new CaptionFooter(events.post);
    this.#export = new ExportMenu(events.post);
    this.#display = new DisplayBar(
      chosen => this.#choose(chosen),
      () => this.#reset(),
      this.#export.element,
    );
    this.#computation = new ComputationForm(events.post);
    this.#contour = new ContourChart(view.window, {
      point: (cell, by) => this.#point(cell, by),
      checkpoint: index => this.#pointAtCheckpoint(index, 'pointer'),
      window: window => this.#keep({ window }),
    });
    this.#surface = new SurfaceFigure(
      view.camera,
      {
        point: cell => this.#point(cell, 'pointer'),
        checkpoint: index => this.#pointAtCheckpoint(index, 'pointer'),
        camera: camera => this.#keep({ camera }),
      },
      () => {
        if (this.#state) this.#export.show(this.#state, this.#surface.isPossible);
        this.#requestDraw();
      },
    );
    this.#planes = new PlanesPart(plane => this.#choose({ plane }));

    this.#content.append(
      element(
        'div',
        { class: 'pictures' },
        element('figure', {}, this.#contour.element),
        this.#surface.element,
        this.#readout.element,
        this.#path.element,
        this.#planes.element,
        this.#text.element,
      ),
      this.#numbers.element,
    );
    const [header, ...progress] = this.#header.elements;
    const landscape = element(
      'div',
      {},
      ...progress,
      this.#display.element,
      this.#computation.element,
      this.#placeholder,
      this.#content,
      this.#caption.element,
    );
    this.#spectrum = new SpectrumPart(events.post, () => this.#showTab('landscape'));
    this.#convexity = new ConvexityPart(events.post);
    this.#sharpness = new SharpnessPart(events.post);
    this.#volume = new VolumePart(events.post);
    const spectrum = element('div', {}, this.#spectrum.element, this.#convexity.element);
    this.#tabs = new Tabs<TabName>(
      'What is looked at',
      [
        { name: 'landscape', label: 'Landscape', panel: landscape },
        { name: 'spectrum', label: 'Spectrum', panel: spectrum },
        { name: 'sharpness', label: 'Sharpness', panel: this.#sharpness.element },
        { name: 'volume', label: 'Volume', panel: this.#volume.element },
      ],
      chosen => this.#showTab(chosen),
    );
    this.#main.append(header!, this.#tabs.element, landscape, spectrum, this.#sharpness.element, this.#volume.element);
    root.replaceChildren(this.#main);
    new ResizeObserver(() => this.#requestDraw()).observe(this.#main);
  }

  /** Shows a new state of the computation. */
  show(state: PanelState): void {
    const before = this.#state?.surface;
    this.#state = state;
    this.#view = null;
    this.#header.show(state);
    this.#computation.show(state);
    this.#export.show(state, this.#surface.isPossible);
    this.#main.dataset.phase = state.phase;
    if (state.remedy === undefined) delete this.#main.dataset.remedy;
    else this.#main.dataset.remedy = state.remedy;

    const offered = tabNames.filter(name => isOffered(name, state));
    this.#tabs.offer(offered);
    this.#arrange(offered.includes(this.#tab) ? this.#tab : offered[0]!);
    this.#spectrum.show(state);
    this.#convexity.show(state);
    this.#sharpness.show(state);
    this.#volume.show(state);

    const { surface } = state;
    this.#placeholder.hidden = surface !== undefined || (state.phase !== 'starting' && state.phase !== 'computing');
    this.#display.element.hidden = this.#content.hidden = this.#caption.element.hidden = surface === undefined;
    if (surface === undefined) {
      this.#requestDraw();
      return;
    }
    if (before?.x.length !== surface.x.length || before.y.length !== surface.y.length) this.#point(null, 'pointer');
    else this.#read(false);
    this.#caption.show(state);
    if (state.phase === 'computing') this.#requestDrawOfCells();
    else this.#requestDraw();
  }

  /** Takes up a display that was kept elsewhere. */
  setView(view: View): void {
    this.#kept = view;
    this.#view = null;
    this.#contour.stand(view.window);
    this.#surface.stand(view.camera);
    this.#requestDraw();
  }

  /** Redraws in another theme. */
  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#requestDraw();
  }

  /** Takes up a directions file that was chosen. */
  setDirections(file: string): void {
    this.#computation.chooseFile(file);
  }

  /** Takes up the two other checkpoints that were chosen for a plane. */
  setThrough(files: readonly [string, string]): void {
    this.#computation.chooseThrough(files);
  }

  /** Draws the picture that was asked for as a file, and sends it. */
  async sendPicture(kind: 'png' | 'svg', of: AnalysisName | 'landscape'): Promise<void> {
    const drawing = this.#drawForExport(kind, of);
    // The surface was drawn for paper in the place of the one on the screen.
    this.#requestDraw();
    // The extension waits for an answer, and tells the user that there is none to save.
    const content = await drawing.catch((error: unknown) => {
      console.error(error);
      return null;
    });
    this.#events.post({ type: 'drawn', kind, content });
  }

  #drawForExport(kind: 'png' | 'svg', of: AnalysisName | 'landscape'): Promise<string | Uint8Array | null> {
    switch (of) {
      case 'spectrum':
        return this.#spectrum.drawForExport(kind);
      case 'convexity':
        return this.#convexity.drawForExport(kind);
      case 'sharpness':
        return this.#sharpness.drawForExport(kind);
      case 'volume':
        return this.#volume.drawForExport(kind);
      case 'landscape': {
        const surface = this.#state?.surface;
        if (surface === undefined) return Promise.resolve(null);
        return drawForExport(kind, this.#export.wanted, surface, this.#kept, () => this.#surface.chart);
      }
    }
  }

  #showTab(tab: TabName): void {
    this.#tab = tab;
    this.#events.tab(tab);
    this.#arrange(tab);
    this.#requestDraw();
  }

  #arrange(tab: TabName): void {
    this.#tabs.show(tab);
    this.#main.dataset.tab = tab;
  }

  #choose(chosen: Partial<Settings>): void {
    this.#view = null;
    this.#keep({ settings: { ...this.#kept.settings, ...chosen } });
    this.#read(false);
    this.#requestDraw();
  }

  #keep(changed: Partial<View>): void {
    this.#kept = { ...this.#kept, ...changed };
    this.#events.view(this.#kept);
  }

  #reset(): void {
    this.#contour.reset();
    this.#surface.reset();
  }

  #point(cell: CellIndex | null, by: Pointing): void {
    this.#pointed = cell;
    this.#checkpoint = null;
    this.#contour.mark(cell);
    this.#surface.mark(cell);
    this.#read(by === 'keys');
  }

  #pointAtCheckpoint(index: number, by: Pointing): void {
    this.#pointed = null;
    this.#checkpoint = index;
    this.#contour.markCheckpoint(index);
    this.#surface.markCheckpoint(index);
    this.#path.point(index);
    this.#read(by === 'keys');
  }

  #read(isSpoken: boolean): void {
    const surface = this.#state?.surface;
    const cell = this.#pointed;
    const checkpoint = surface?.path?.[this.#checkpoint ?? -1] && this.#checkpoint;
    if (surface !== undefined && typeof checkpoint === 'number')
      this.#readout.show(pathReadings(surface, checkpoint), isSpoken);
    else if (surface === undefined || cell === null) this.#readout.show(null, false);
    else this.#readout.show(readings(surface, this.#shown(surface).plane, cell), isSpoken);
  }

  #shown(surface: NonNullable<PanelState['surface']>): SurfaceView {
    this.#view ??= surfaceView(surface, this.#kept.settings);
    return this.#view;
  }

  /** Drawing waits for the next frame, so that a burst of changes is drawn once. */
  #requestDraw(): void {
    this.#main.dataset.drawing = 'true';
    if (this.#pending !== 0) return;
    this.#pending = requestAnimationFrame(() => {
      this.#pending = 0;
      clearTimeout(this.#waiting);
      this.#waiting = undefined;
      const started = performance.now();
      this.#draw();
      this.#drawn = { at: performance.now(), cost: performance.now() - started };
      if (!this.#surface.isWaiting) delete this.#main.dataset.drawing;
    });
  }

  /** Cells arrive faster than a large grid is drawn; two thirds of the time are left to the reader. */
  #requestDrawOfCells(): void {
    this.#main.dataset.drawing = 'true';
    if (this.#waiting !== undefined) return;
    const wait = this.#drawn.at + 2 * this.#drawn.cost - performance.now();
    this.#waiting = setTimeout(() => this.#requestDraw(), Math.max(0, wait));
  }

  #draw(): void {
    // What is hidden has no size to be drawn at; showing its tab draws it.
    switch (this.#main.dataset.tab as TabName | undefined) {
      case 'spectrum':
        this.#spectrum.draw(this.#theme);
        this.#convexity.draw(this.#theme, this.#kept.settings.colorMap);
        return;
      case 'sharpness':
        this.#sharpness.draw(this.#theme);
        return;
      case 'volume':
        this.#volume.draw(this.#theme);
        return;
      default:
        this.#drawLandscape();
    }
  }

  #drawLandscape(): void {
    const surface = this.#state?.surface;
    if (surface === undefined) return;
    const { settings } = this.#kept;
    const view = this.#shown(surface);
    this.#display.show(settings, view, surface.accuracy !== null);

    const width = this.#surface.element.clientWidth;
    const map = settings.colorMap;
    const tall = this.#contour.draw(view, this.#theme, map, Math.max(280, Math.min(width, 640)));
    // Side by side the pictures are equally high; below each other the surface needs no more than its box.
    const isBeside = this.#surface.element.offsetTop === this.#contour.element.offsetTop;
    const height = Math.round(Math.max(260, isBeside ? tall : 0.72 * width));
    this.#surface.draw(view, this.#theme, map, { width, height });
    this.#path.draw(surface, view, this.#theme);
    this.#planes.draw(surface, settings, view, this.#theme);
    this.#text.show(view, profileView(surface, view.metric));
    this.#numbers.show(surface, view.plane);
  }
}

/** Whether there is anything under a tab; a file that cannot be shown says so in the landscape's. */
function isOffered(name: TabName, state: PanelState): boolean {
  const { document, phase, surface, spectrum, sharpness, volume, convexity } = state;
  switch (name) {
    case 'landscape':
      return document === undefined || phase === 'failed' || surface !== undefined;
    case 'spectrum':
      return spectrum !== undefined || convexity !== undefined;
    case 'sharpness':
      return sharpness !== undefined;
    case 'volume':
      return volume !== undefined;
  }
}
