/** The contour map on a canvas, with the cell cursor on it: read by pointer and keys, enlarged and moved. */
import { element } from '../dom.ts';
import { measureOn, paint, prepare } from '../picture/canvas.ts';
import { type ContourGeometry, contourGeometry, contourPicture } from '../picture/contourPicture.ts';
import { nearestMark } from '../picture/pathShapes.ts';
import type { ColorMapName } from '../view/colormap.ts';
import { type ContourWindow, panned, revealing, wholePlane, zoomed } from '../view/contourWindow.ts';
import { coordinateAt, domainOf } from '../view/plotFrame.ts';
import type { CellIndex } from '../view/readout.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';

/** By what the reader pointed; only what the keys do is announced. */
export type Pointing = 'pointer' | 'keys';

export interface ContourEvents {
  /** The cell below the pointer or the keyboard's cursor. */
  readonly point: (cell: CellIndex | null, by: Pointing) => void;
  /** The checkpoint of the plane's path below the pointer, by its place in it. */
  readonly checkpoint?: (index: number) => void;
  /** What part of the plane is shown now. */
  readonly window: (window: ContourWindow) => void;
}

/** How a map is put together. */
export interface ContourLook {
  /** What it is called where it is focused. */
  readonly name: string;
  readonly geometry: typeof contourGeometry;
  readonly picture: typeof contourPicture;
}

const wholeLook: ContourLook = { name: 'Contour map', geometry: contourGeometry, picture: contourPicture };

const STEP = 1.25;

/** Owns a canvas and the part of the plane that is shown. */
export class ContourChart {
  /** Focusable; the picture is in it. */
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #cursor = element('div', { class: 'cell-cursor', hidden: true });
  readonly #ring = element('div', { class: 'checkpoint-cursor', hidden: true });
  readonly #events: ContourEvents;
  readonly #look: ContourLook;
  #window: ContourWindow;
  #drawn: { view: SurfaceView; geometry: ContourGeometry; redraw: () => void } | null = null;
  #pointed: CellIndex | null = null;
  #checkpoint: number | null = null;
  #drag: { readonly x: number; readonly y: number; readonly window: ContourWindow } | null = null;

  constructor(window: ContourWindow, events: ContourEvents, look = wholeLook) {
    this.#window = window;
    this.#events = events;
    this.#look = look;
    this.element = element(
      'div',
      {
        class: 'chart contour',
        tabindex: '0',
        role: 'group',
        'aria-label': `${look.name}. Arrow keys read the cells, plus and minus zoom, Home shows the whole plane.`,
      },
      this.#canvas,
      this.#cursor,
      this.#ring,
    );
    this.#canvas.addEventListener('pointermove', event => this.#onMove(event));
    this.#canvas.addEventListener('pointerleave', () => this.#point(null, 'pointer'));
    this.#canvas.addEventListener('pointerdown', event => this.#onPress(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      this.#canvas.addEventListener(end, () => {
        this.#drag = null;
      });
    }
    this.#canvas.addEventListener('wheel', event => this.#onWheel(event), { passive: false });
    this.#canvas.addEventListener('dblclick', event => this.#zoomAt(STEP ** 3, event.offsetX, event.offsetY));
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('blur', () => this.#point(null, 'keys'));
  }

  /** Whether the whole plane is shown. */
  get isWhole(): boolean {
    return this.#window.zoom === 1;
  }

  /** Draws into the width the page gives; returns the height used, in CSS pixels. */
  draw(view: SurfaceView, theme: Theme, map: ColorMapName, maxHeight: number): number {
    const redraw = (): void => {
      const width = this.element.clientWidth;
      const ratio = window.devicePixelRatio || 1;
      const geometry = this.#look.geometry(view, width, maxHeight, this.#window, ratio);
      const surface = prepare(this.#canvas, width, geometry.height);
      paint(surface, this.#look.picture(view, geometry, { theme, map, measure: measureOn(surface, theme) }), theme);
      this.#drawn = { view, geometry, redraw };
      this.#showCursor();
    };
    redraw();
    this.#canvas.setAttribute('aria-label', view.description);
    this.#canvas.classList.toggle('is-enlarged', !this.isWhole);
    return this.#drawn!.geometry.height;
  }

  /** Marks a cell that was pointed at elsewhere. */
  mark(cell: CellIndex | null): void {
    this.#pointed = cell;
    this.#checkpoint = null;
    this.#showCursor();
  }

  /** Marks a checkpoint of the path in the place of a cell. */
  markCheckpoint(index: number): void {
    this.#pointed = null;
    this.#checkpoint = index;
    this.#showCursor();
  }

  /** Shows a part of the plane, from the next drawing on. */
  stand(window: ContourWindow): void {
    this.#window = window;
  }

  /** Shows the whole plane. */
  reset(): void {
    this.#setWindow(wholePlane);
  }

  #onMove(event: PointerEvent): void {
    const drawn = this.#drawn;
    if (drawn === null) return;
    if (this.#drag === null) {
      const checkpoint = this.#checkpointAt(event.offsetX, event.offsetY);
      if (checkpoint === null) this.#point(this.#cellAt(event.offsetX, event.offsetY), 'pointer');
      else if (checkpoint !== this.#checkpoint) this.#events.checkpoint?.(checkpoint);
      return;
    }
    const { width, height } = drawn.geometry.frame;
    const { x, y, window } = this.#drag;
    this.#setWindow(panned(window, (x - event.offsetX) / width, (event.offsetY - y) / height));
  }

  #onPress(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.element.focus({ preventScroll: true });
    if (this.isWhole) return;
    this.#drag = { x: event.offsetX, y: event.offsetY, window: this.#window };
    this.#canvas.setPointerCapture(event.pointerId);
  }

  /** The wheel scrolls the page until the reader has chosen the picture. */
  #onWheel(event: WheelEvent): void {
    if (document.activeElement !== this.element && !event.ctrlKey) return;
    event.preventDefault();
    this.#zoomAt(event.deltaY < 0 ? STEP : 1 / STEP, event.offsetX, event.offsetY);
  }

  #zoomAt(factor: number, offsetX: number, offsetY: number): void {
    if (this.#drawn === null) return;
    const { left, top, width, height } = this.#drawn.geometry.frame;
    this.#setWindow(zoomed(this.#window, factor, { x: (offsetX - left) / width, y: 1 - (offsetY - top) / height }));
  }

  #setWindow(next: ContourWindow): void {
    if (next.x === this.#window.x && next.y === this.#window.y && next.zoom === this.#window.zoom) return;
    this.#window = next;
    this.#canvas.classList.toggle('is-enlarged', !this.isWhole);
    this.#drawn?.redraw();
    this.#events.window(next);
  }

  /** Checkpoints are only looked for where someone wants to know of them. */
  #checkpointAt(x: number, y: number): number | null {
    const { view, geometry } = this.#drawn ?? {};
    if (view?.path == null || geometry === undefined || this.#events.checkpoint === undefined) return null;
    const { toX, toY } = geometry;
    return nearestMark(
      view.path.points.map(point => [toX(point.x), toY(point.y)]),
      x,
      y,
    );
  }

  #cellAt(x: number, y: number): CellIndex | null {
    if (this.#drawn === null) return null;
    const { frame, toBox } = this.#drawn.geometry;
    const isInside = x >= frame.left && x < frame.left + frame.width && y >= frame.top && y < frame.top + frame.height;
    if (!isInside) return null;
    // The block painted last is the one to be seen.
    const hit = this.#drawn.view.blocks.findLast(block => {
      const box = toBox(block);
      return x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
    });
    return hit ?? null;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === 'Escape') this.#point(null, 'keys');
    else if (key === 'Home' || key === '0') this.reset();
    else if (key in zoomKeys) this.#zoomOnCursor(zoomKeys[key]!);
    else if (key in keySteps) this.#step(keySteps[key]!);
    else return;
    event.preventDefault();
  }

  #zoomOnCursor(factor: number): void {
    if (this.#drawn === null) return;
    const { frame, toX, toY } = this.#drawn.geometry;
    const { x, y } = this.#drawn.view;
    const middle = [frame.left + frame.width / 2, frame.top + frame.height / 2] as const;
    const at = this.#pointed
      ? ([toX(coordinateAt(x, this.#pointed.column)), toY(coordinateAt(y, this.#pointed.row))] as const)
      : middle;
    this.#zoomAt(factor, ...at);
  }

  #step([across, up]: readonly [number, number]): void {
    const lattice = this.#drawn?.view.lattice;
    if (!lattice) return;
    const from = this.#pointed;
    const cell =
      from === null
        ? { row: middleOf(lattice.rows), column: middleOf(lattice.columns) }
        : { row: neighbour(lattice.rows, from.row, up), column: neighbour(lattice.columns, from.column, across) };
    const { x, y } = this.#drawn!.view;
    this.#setWindow(revealing(this.#window, fractionOf(x, cell.column), fractionOf(y, cell.row)));
    this.#point(cell, 'keys');
  }

  #point(cell: CellIndex | null, by: Pointing): void {
    const isSame = cell?.row === this.#pointed?.row && cell?.column === this.#pointed?.column;
    if (isSame && this.#checkpoint === null) return;
    this.mark(cell === null ? null : { row: cell.row, column: cell.column });
    this.#events.point(this.#pointed, by);
  }

  #showRing(): void {
    const { view, geometry } = this.#drawn ?? {};
    const point = this.#checkpoint === null ? undefined : view?.path?.points[this.#checkpoint];
    this.#ring.hidden = true;
    if (point === undefined || geometry === undefined) return;
    const { frame, toX, toY } = geometry;
    const [x, y] = [toX(point.x), toY(point.y)];
    const isShown = x >= frame.left && x <= frame.left + frame.width && y >= frame.top && y <= frame.top + frame.height;
    this.#ring.hidden = !isShown;
    Object.assign(this.#ring.style, { left: `${x}px`, top: `${y}px` });
  }

  #showCursor(): void {
    const pointed = this.#pointed;
    const { view, geometry } = this.#drawn ?? {};
    this.#showRing();
    const block =
      pointed && view?.blocks.findLast(({ row, column }) => row === pointed.row && column === pointed.column);
    this.#cursor.hidden = !block;
    if (!block || geometry === undefined) return;
    const { frame } = geometry;
    const box = geometry.toBox(block);
    const left = Math.max(box.left, frame.left);
    const top = Math.max(box.top, frame.top);
    const width = Math.min(box.left + box.width, frame.left + frame.width) - left;
    const height = Math.min(box.top + box.height, frame.top + frame.height) - top;
    this.#cursor.hidden = width <= 0 || height <= 0;
    Object.assign(this.#cursor.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }
}

/** Right and up are positive; rows run upwards, as the y axis does. */
const keySteps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const zoomKeys: Readonly<Record<string, number>> = { '+': STEP, '=': STEP, '-': 1 / STEP };

const middleOf = (indices: readonly number[]): number => indices[Math.floor(indices.length / 2)]!;

function neighbour(indices: readonly number[], from: number, step: number): number {
  const nearest = indices.reduce(
    (best, index, i) => (Math.abs(index - from) < Math.abs(indices[best]! - from) ? i : best),
    0,
  );
  return indices[Math.min(indices.length - 1, Math.max(0, nearest + step))]!;
}

/** Where a grid line lies in the plane's extent, 0 to 1. */
function fractionOf(positions: readonly number[], index: number): number {
  const { from, to } = domainOf(positions);
  return to > from ? (coordinateAt(positions, index) - from) / (to - from) : 0.5;
}
