/**
 * The surface in three dimensions, begun once the contour map has been on screen for a while. Without a GPU, starting
 * WebGL takes seconds of the process that draws every page of the editor, and a page that is left before then need not
 * cost them.
 */
import { SurfaceChart, type SurfaceEvents, tryRenderer } from '../charts/surface3d.ts';
import { element, setText } from '../dom.ts';
import { type CameraState, defaultCamera } from '../view/camera.ts';
import type { CellIndex } from '../view/readout.ts';

/** Milliseconds from the first picture to the start of WebGL where no GPU computes it. */
const PATIENCE = 1000;

/** What was pointed at before there was a chart to mark it on. */
type Mark = (chart: SurfaceChart) => void;

export class SurfaceFigure {
  readonly element = element('figure');
  readonly #note = element('p', { class: 'note', hidden: true });
  readonly #events: SurfaceEvents;
  readonly #onStart: () => void;
  /** Undefined until it was begun; null where WebGL is not available. */
  #chart: SurfaceChart | null | undefined;
  #camera: CameraState;
  #mark: Mark = () => {};
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /** `onStart` is called when there is a chart to be drawn on, or when it is known that there will be none. */
  constructor(camera: CameraState, events: SurfaceEvents, onStart: () => void) {
    this.#camera = camera;
    this.#events = events;
    this.#onStart = onStart;
    this.element.append(this.#note);
  }

  /** Whether there may be a picture: not known to be impossible. */
  get isPossible(): boolean {
    return this.#chart !== null;
  }

  /** Whether the picture is still to come by itself. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** The chart, begun now if it was not; null where WebGL is not available. */
  get chart(): SurfaceChart | null {
    if (this.#chart === undefined) this.#start();
    return this.#chart ?? null;
  }

  /** Draws as `SurfaceChart.draw`, or begins to wait for there to be a chart. */
  draw(...drawn: Parameters<SurfaceChart['draw']>): void {
    if (this.#chart === undefined) {
      this.#waiting ??= setTimeout(() => this.#start(), hasGpu() ? 0 : PATIENCE);
      return;
    }
    this.#note.hidden = this.#chart?.draw(...drawn) ?? false;
    setText(
      this.#note,
      this.#chart === null
        ? 'No surface in three dimensions: WebGL is not available here. The contour map shows the same grid.'
        : 'The surface needs at least two rows and two columns of finite cells.',
    );
  }

  stand(camera: CameraState): void {
    this.#camera = camera;
    this.#chart?.stand(camera);
  }

  reset(): void {
    this.#camera = defaultCamera;
    if (this.#chart) this.#chart.reset();
    else this.#events.camera(defaultCamera);
  }

  mark(cell: CellIndex | null): void {
    this.#remember(chart => chart.mark(cell));
  }

  markCheckpoint(index: number): void {
    this.#remember(chart => chart.markCheckpoint(index));
  }

  #remember(mark: Mark): void {
    this.#mark = mark;
    if (this.#chart) mark(this.#chart);
  }

  #start(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const canvas = element('canvas');
    const renderer = tryRenderer(canvas);
    this.#chart = renderer && new SurfaceChart(canvas, renderer, this.#camera, this.#events);
    if (this.#chart) {
      this.element.prepend(this.#chart.element);
      this.#mark(this.#chart);
    }
    this.#onStart();
  }
}

/** Whether WebGL would be computed by a GPU; asking costs nothing where it would not. */
function hasGpu(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
