/** Builds the page once, and brings it up to date with the state and the reader's choices. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { SurfaceResult } from '../worker/results.ts';
import { caption } from './caption.ts';
import type { ColorMapName } from './colormap.ts';
import { type CellIndex, ContourChart } from './contour.ts';
import { Segmented } from './controls.ts';
import { element, setText } from './dom.ts';
import type { FromPanel, PanelState } from './messages.ts';
import { numberGroups } from './numbers.ts';
import type { ScaleKind } from './scale.ts';
import { type Action, actionLabel, statusView } from './status.ts';
import { type CameraState, SurfaceChart, tryRenderer } from './surface3d.ts';
import type { Theme } from './theme.ts';
import { cellText, type Metric, type Settings, type SurfaceView, surfaceView } from './viewModel.ts';

const COLOR_MAP: ColorMapName = 'viridis';
const HINT = 'Point at a cell, or use the arrow keys, to read it.';

export interface PageEvents {
  readonly post: (message: FromPanel) => void;
  readonly settings: (settings: Settings) => void;
  readonly camera: (camera: CameraState) => void;
}

/** The whole page below `root`. */
export class Page {
  readonly #events: PageEvents;
  #state: PanelState | null = null;
  #settings: Settings;
  #theme: Theme;
  #view: SurfaceView | null = null;
  #pending = 0;

  readonly #main = element('main', { class: 'app' });
  readonly #folder = element('span', { class: 'folder' });
  readonly #file = element('span', { class: 'file' });
  readonly #headline = element('span', { class: 'headline', role: 'status' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #buttons = element('div', { class: 'actions' });
  readonly #progress = document.createElement('vscode-progress-bar');
  readonly #message = element('div', { class: 'message', role: 'alert', hidden: true });
  readonly #toolbar: HTMLElement;
  readonly #metric: Segmented<Metric>;
  readonly #scale: Segmented<ScaleKind>;
  readonly #reset = button('Reset View', () => this.#surface?.reset());
  readonly #content = element('div', { class: 'content' });
  readonly #contour: ContourChart;
  readonly #surface: SurfaceChart | null;
  readonly #readout = element('p', { class: 'hint', 'aria-live': 'polite' }, HINT);
  readonly #surfaceNote = element('p', { class: 'note', hidden: true });
  readonly #surfaceHint = element('p', { class: 'hint' }, 'Drag, or use the arrow keys, to turn; + and − zoom.');
  readonly #surfaceFigure: HTMLElement;
  readonly #waiting = element(
    'p',
    { class: 'waiting' },
    element('span', { class: 'waiting-text' }, 'The first cells appear here.'),
  );
  readonly #numbers = element('div', { class: 'numbers' });
  readonly #caption = element('footer', { class: 'caption' });

  constructor(root: HTMLElement, settings: Settings, camera: CameraState, theme: Theme, events: PageEvents) {
    this.#settings = settings;
    this.#theme = theme;
    this.#events = events;

    this.#metric = new Segmented<Metric>(
      'Metric',
      [
        { value: 'loss', label: 'Loss' },
        { value: 'accuracy', label: 'Accuracy' },
      ],
      metric => this.#choose({ metric }),
    );
    this.#scale = new Segmented<ScaleKind>(
      'Scale',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      scale => this.#choose({ scale }),
    );
    this.#toolbar = element('div', { class: 'toolbar' }, this.#metric.element, this.#scale.element, this.#reset);

    this.#contour = new ContourChart(cell => this.#read(cell));
    const canvas = element('canvas');
    const renderer = tryRenderer(canvas);
    this.#surface = renderer && new SurfaceChart(canvas, renderer, camera, moved => events.camera(moved));
    this.#surfaceFigure = element(
      'figure',
      {},
      ...(this.#surface ? [this.#surface.element] : []),
      this.#surfaceNote,
      this.#surfaceHint,
    );
    this.#content.append(
      element('figure', {}, this.#contour.element, this.#readout),
      this.#surfaceFigure,
      this.#numbers,
    );

    this.#progress.setAttribute('aria-label', 'Cells computed');
    this.#main.append(
      element(
        'header',
        {},
        element('h1', {}, this.#folder, this.#file),
        element('div', { class: 'status' }, element('p', {}, this.#headline, ' ', this.#detail), this.#buttons),
      ),
      element('div', { class: 'progress' }, this.#progress),
      this.#message,
      this.#toolbar,
      this.#waiting,
      this.#content,
      this.#caption,
    );
    root.replaceChildren(this.#main);
    new ResizeObserver(() => this.#requestDraw()).observe(this.#main);
  }

  /** Shows a new state of the computation. */
  show(state: PanelState): void {
    this.#state = state;
    this.#view = null;
    this.#showStatus(state);
    const { surface } = state;
    this.#waiting.hidden = surface !== undefined || (state.phase !== 'starting' && state.phase !== 'computing');
    this.#toolbar.hidden = this.#content.hidden = this.#caption.hidden = surface === undefined;
    if (surface === undefined) return;
    this.#showNumbers(surface);
    this.#showCaption(surface);
    this.#requestDraw();
  }

  /** Redraws in another theme. */
  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#requestDraw();
  }

  #choose(chosen: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...chosen };
    this.#view = null;
    this.#events.settings(this.#settings);
    this.#requestDraw();
  }

  #read(cell: CellIndex | null): void {
    const surface = this.#state?.surface;
    setText(this.#readout, cell === null || !surface ? HINT : cellText(surface, cell.row, cell.column));
  }

  #showStatus(state: PanelState): void {
    const { headline, detail, progress, actions, message } = statusView(state);
    const cut = Math.max(state.checkpoint.lastIndexOf('/'), state.checkpoint.lastIndexOf('\\')) + 1;
    setText(this.#folder, state.checkpoint.slice(0, cut));
    setText(this.#file, state.checkpoint.slice(cut));
    setText(this.#headline, headline);
    setText(this.#detail, detail);
    this.#main.dataset.phase = state.phase;
    if (state.remedy === undefined) delete this.#main.dataset.remedy;
    else this.#main.dataset.remedy = state.remedy;

    this.#progress.hidden = progress === null;
    this.#progress.indeterminate = progress === 'unknown';
    if (progress !== null && progress !== 'unknown') {
      this.#progress.max = progress.total;
      this.#progress.value = progress.done;
    }
    this.#message.hidden = message === null;
    setText(this.#message, message ?? '');
    this.#showActions(actions, state);
  }

  #showActions(actions: readonly Action[], state: PanelState): void {
    const wanted = actions.map(action => actionLabel(action, state)).join();
    if (this.#buttons.dataset.actions === wanted) return;
    this.#buttons.dataset.actions = wanted;
    this.#buttons.replaceChildren(
      ...actions.map((action, i) => {
        const isPrimary = i === 0 && (action === 'retry' || action === 'setUp');
        return button(
          actionLabel(action, state),
          () => this.#events.post({ type: action }),
          isPrimary ? 'primary' : 'secondary',
        );
      }),
    );
  }

  #showNumbers(surface: SurfaceResult): void {
    this.#numbers.replaceChildren(
      ...numberGroups(surface).map(({ title, rows }) =>
        element(
          'section',
          {},
          element('h2', {}, title),
          element(
            'dl',
            {},
            ...rows.flatMap(({ label, value, note }) => [
              element('dt', {}, label),
              element('dd', {}, value, ...(note === undefined ? [] : [element('span', { class: 'small' }, note)])),
            ]),
          ),
        ),
      ),
    );
  }

  #showCaption(surface: SurfaceResult): void {
    const { what, how, notes } = caption(surface);
    this.#caption.replaceChildren(
      element('p', {}, what),
      element('p', {}, how),
      ...notes.map(note => element('p', { class: 'remark' }, note)),
    );
  }

  /** Drawing waits for the next frame, so that a burst of states is drawn once. */
  #requestDraw(): void {
    if (this.#pending !== 0) return;
    this.#pending = requestAnimationFrame(() => {
      this.#pending = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const surface = this.#state?.surface;
    if (surface === undefined) return;
    this.#view ??= surfaceView(surface, this.#settings);
    const view = this.#view;
    this.#metric.element.hidden = surface.accuracy === null;
    this.#metric.show(view.metric, true);
    const why =
      view.metric === 'accuracy' ? 'Accuracy is shown on a linear scale.' : 'A logarithm needs every loss above zero.';
    this.#scale.show(view.scale?.kind ?? 'linear', view.canBeLog, why);

    const width = this.#surfaceFigure.clientWidth;
    const tall = this.#contour.draw(view, this.#theme, COLOR_MAP, Math.max(280, Math.min(width, 640)));
    // Side by side the pictures are equally high; below each other the surface needs no more than its box.
    const isBeside = this.#surfaceFigure.offsetTop === this.#contour.element.offsetTop;
    const height = Math.round(Math.max(260, isBeside ? tall : 0.78 * width));
    const isShown = this.#surface?.draw(view, this.#theme, COLOR_MAP, width, height) ?? false;
    this.#surfaceNote.hidden = isShown;
    this.#surfaceHint.hidden = this.#reset.hidden = !isShown;
    setText(
      this.#surfaceNote,
      this.#surface === null
        ? 'No surface in three dimensions: WebGL is not available here. The contour map shows the same grid.'
        : 'The surface needs at least two rows and two columns of finite cells.',
    );
  }
}

function button(label: string, onClick: () => void, look: 'primary' | 'secondary' = 'secondary'): HTMLElement {
  const created = document.createElement('vscode-button');
  created.secondary = look === 'secondary';
  created.textContent = label;
  created.addEventListener('click', onClick);
  return created;
}
