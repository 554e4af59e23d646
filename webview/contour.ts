/** The contour map: cells as blocks of colour, contour lines, labelled axes, a colour bar and the origin. */
import { tickStep, ticks } from 'd3-array';
import { dots, font, haloText, hatching, prepare, type Surface2d, snap } from './canvas.ts';
import { isFiniteCell } from './cells.ts';
import { type ColorMapName, colorAt, colorsOf, css, isLight } from './colormap.ts';
import { type Path, placeLabels } from './contourLabels.ts';
import { element } from './dom.ts';
import { formatTick } from './format.ts';
import type { Block } from './lattice.ts';
import { coordinateAt, domainOf, type PlotFrame, plotFrame, project } from './plotFrame.ts';
import { toUnit } from './scale.ts';
import type { Theme } from './theme.ts';
import type { SurfaceView } from './viewModel.ts';

/** A cell the reader points at. */
export interface CellIndex {
  readonly row: number;
  readonly column: number;
}

const MARGINS = { left: 60, right: 72, top: 30, bottom: 46 } as const;
const BAR = { gap: 16, width: 12 } as const;

/** Owns a canvas and the cell cursor on it. */
export class ContourChart {
  /** Focusable; the picture is in it. */
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #cursor = element('div', { class: 'cell-cursor', hidden: true });
  readonly #onPoint: (cell: CellIndex | null) => void;
  #view: SurfaceView | null = null;
  #geometry: Geometry | null = null;
  #pointed: CellIndex | null = null;

  /** `onPoint` is told the cell below the pointer or the keyboard's cursor. */
  constructor(onPoint: (cell: CellIndex | null) => void) {
    this.#onPoint = onPoint;
    this.element = element(
      'div',
      { class: 'chart', tabindex: '0', role: 'group', 'aria-label': 'Contour map. Arrow keys read the cells.' },
      this.#canvas,
      this.#cursor,
    );
    this.#canvas.addEventListener('pointermove', event => this.#point(this.#cellAt(event.offsetX, event.offsetY)));
    this.#canvas.addEventListener('pointerleave', () => this.#point(null));
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('blur', () => this.#point(null));
  }

  /** Draws into the width the page gives; returns the height used, in CSS pixels. */
  draw(view: SurfaceView, theme: Theme, map: ColorMapName, maxHeight: number): number {
    const width = this.element.clientWidth;
    const frame = plotFrame(view.x, view.y, width, maxHeight, MARGINS);
    const height = frame.top + frame.height + MARGINS.bottom;
    const surface = prepare(this.#canvas, width, height);
    const geometry = geometryOf(view, frame, surface.ratio);
    this.#view = view;
    this.#geometry = geometry;

    drawCells(surface, view, geometry, theme, map);
    drawLines(surface, view, geometry, theme, map);
    drawAxes(surface, view, geometry, theme);
    drawOrigin(surface, view, geometry);
    drawColorBar(surface, view, geometry, theme, map);

    this.#canvas.setAttribute('aria-label', view.description);
    this.#showCursor();
    return height;
  }

  #cellAt(x: number, y: number): CellIndex | null {
    const { frame, toBox } = this.#geometry ?? {};
    if (frame === undefined || toBox === undefined || this.#view === null) return null;
    const isInside = x >= frame.left && x < frame.left + frame.width && y >= frame.top && y < frame.top + frame.height;
    if (!isInside) return null;
    // The block painted last is the one to be seen.
    const hit = this.#view.blocks.findLast(block => {
      const box = toBox(block);
      return x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
    });
    return hit ?? null;
  }

  #onKey(event: KeyboardEvent): void {
    const step = keySteps[event.key];
    const lattice = this.#view?.lattice;
    if (event.key === 'Escape') this.#point(null);
    if (step === undefined || !lattice) return;
    event.preventDefault();
    const from = this.#pointed;
    this.#point(
      from === null
        ? { row: middleOf(lattice.rows), column: middleOf(lattice.columns) }
        : {
            row: neighbour(lattice.rows, from.row, step[1]),
            column: neighbour(lattice.columns, from.column, step[0]),
          },
    );
  }

  #point(cell: CellIndex | null): void {
    if (cell?.row === this.#pointed?.row && cell?.column === this.#pointed?.column) return;
    this.#pointed = cell === null ? null : { row: cell.row, column: cell.column };
    this.#showCursor();
    this.#onPoint(this.#pointed);
  }

  #showCursor(): void {
    const pointed = this.#pointed;
    const block =
      pointed && this.#view?.blocks.findLast(({ row, column }) => row === pointed.row && column === pointed.column);
    this.#cursor.hidden = !block;
    if (!block) return;
    const box = this.#geometry!.toBox(block);
    Object.assign(this.#cursor.style, {
      left: `${box.left}px`,
      top: `${box.top}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
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

const middleOf = (indices: readonly number[]): number => indices[Math.floor(indices.length / 2)]!;

function neighbour(indices: readonly number[], from: number, step: number): number {
  const nearest = indices.reduce(
    (best, index, i) => (Math.abs(index - from) < Math.abs(indices[best]! - from) ? i : best),
    0,
  );
  return indices[Math.min(indices.length - 1, Math.max(0, nearest + step))]!;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Geometry {
  readonly frame: PlotFrame;
  readonly toX: (coordinate: number) => number;
  readonly toY: (coordinate: number) => number;
  /** From a position in the grid to the screen. */
  readonly toPoint: (column: number, row: number) => readonly [number, number];
  readonly toBox: (block: Block) => Box;
}

function geometryOf({ x, y }: SurfaceView, frame: PlotFrame, ratio: number): Geometry {
  const toX = project(domainOf(x), frame.left, frame.width);
  const toY = project(domainOf(y), frame.top + frame.height, -frame.height);
  const toPoint = (column: number, row: number): readonly [number, number] => [
    toX(coordinateAt(x, column)),
    toY(coordinateAt(y, row)),
  ];
  const toBox = ({ left, right, top, bottom }: Block): Box => {
    const [a, b] = [toPoint(left, top), toPoint(right, bottom)];
    const [west, east] = [snap(Math.min(a[0], b[0]), ratio), snap(Math.max(a[0], b[0]), ratio)];
    const [north, south] = [snap(Math.min(a[1], b[1]), ratio), snap(Math.max(a[1], b[1]), ratio)];
    return { left: west, top: north, width: east - west, height: south - north };
  };
  return { frame, toX, toY, toPoint, toBox };
}

function drawCells(
  surface: Surface2d,
  view: SurfaceView,
  { frame, toBox }: Geometry,
  theme: Theme,
  map: ColorMapName,
): void {
  const { context } = surface;
  context.fillStyle = dots(surface, theme);
  context.fillRect(frame.left, frame.top, frame.width, frame.height);
  const hatched = hatching(surface, theme);
  for (const block of view.blocks) {
    const value = view.cells[block.row]?.[block.column];
    const { left, top, width, height } = toBox(block);
    context.fillStyle = isFiniteCell(value) && view.scale ? css(colorAt(map, toUnit(view.scale, value))) : hatched;
    context.fillRect(left, top, width, height);
  }
}

function drawLines(surface: Surface2d, view: SurfaceView, geometry: Geometry, theme: Theme, map: ColorMapName): void {
  const { scale, lines } = view;
  if (scale === null) return;
  const { context } = surface;
  const { frame } = geometry;
  const paths = lines.map(({ points }): Path => points.map(([column, row]) => geometry.toPoint(column, row)));
  const behind = lines.map(({ level }) => colorAt(map, toUnit(scale, level)));

  context.save();
  context.lineWidth = 1;
  context.lineJoin = 'round';
  for (const [i, path] of paths.entries()) {
    context.strokeStyle = isLight(behind[i]!) ? 'rgba(0, 0, 0, 0.45)' : 'rgba(255, 255, 255, 0.55)';
    context.beginPath();
    for (const [x, y] of path) context.lineTo(x, y);
    context.stroke();
  }

  const texts = lines.map(({ level }) => levelText(view, level));
  context.font = font(theme, 0.85);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const shifted = paths.map(path => path.map(([x, y]): readonly [number, number] => [x - frame.left, y - frame.top]));
  const widths = texts.map(text => context.measureText(text).width);
  for (const { line, x, y, angle } of placeLabels(shifted, widths, frame, originObstacle(view, geometry))) {
    const color = behind[line]!;
    context.save();
    context.translate(frame.left + x, frame.top + y);
    context.rotate(angle);
    haloText(context, texts[line]!, 0, 0, isLight(color) ? '#000' : '#fff', css(color));
    context.restore();
  }
  context.restore();
}

const levelText = ({ metric }: SurfaceView, level: number): string =>
  metric === 'accuracy' ? `${formatTick(100 * level, 1)}%` : formatTick(level, stepOf(level));

/** A level is a round number: its last digit that is not zero says to which place it is written. */
const stepOf = (level: number): number => {
  const digits = Number(level.toPrecision(6)).toExponential().split('e');
  const decimals = digits[0]!.split('.')[1]?.length ?? 0;
  return 10 ** (Number(digits[1]) - decimals);
};

function originObstacle(view: SurfaceView, { frame, toX, toY }: Geometry): { x: number; y: number; radius: number }[] {
  return view.isOriginInside ? [{ x: toX(0) - frame.left, y: toY(0) - frame.top, radius: 10 }] : [];
}

function drawAxes({ context, ratio }: Surface2d, view: SurfaceView, { frame, toX, toY }: Geometry, theme: Theme): void {
  const { left, top, width, height } = frame;
  context.strokeStyle = theme.line;
  context.globalAlpha = theme.isHighContrast ? 1 : 0.35;
  context.lineWidth = 1 / ratio;
  const bottom = top + height;
  const half = 0.5 / ratio;
  context.strokeRect(
    snap(left, ratio) - half,
    snap(top, ratio) - half,
    snap(width, ratio) + 2 * half,
    snap(height, ratio) + 2 * half,
  );

  const xTicks = axisTicks(view.x, Math.max(2, Math.min(6, width / 64)));
  const yTicks = axisTicks(view.y, Math.max(2, Math.min(6, height / 56)));
  context.beginPath();
  for (const { value } of xTicks) {
    const x = snap(toX(value), ratio) + half;
    context.moveTo(x, bottom);
    context.lineTo(x, bottom + 4);
  }
  for (const { value } of yTicks) {
    const y = snap(toY(value), ratio) + half;
    context.moveTo(left - 4, y);
    context.lineTo(left, y);
  }
  context.stroke();
  context.globalAlpha = 1;

  context.font = font(theme, 0.92);
  context.fillStyle = theme.foreground;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const { value, label } of xTicks) context.fillText(label, toX(value), bottom + 8);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const { value, label } of yTicks) context.fillText(label, left - 8, toY(value));

  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText('x, first direction', left + width / 2, bottom + MARGINS.bottom - 2);
  context.save();
  context.translate(8, top + height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'middle';
  if (height > 120) context.fillText('y, second direction', 0, 0);
  context.restore();
  if (height <= 120) {
    context.textAlign = 'left';
    context.textBaseline = 'bottom';
    context.fillText('y', left - 12, top - 6);
  }
}

/** Round positions within the grid; a single one is its own tick. */
function axisTicks(positions: readonly number[], count: number): { value: number; label: string }[] {
  const [from, to] = [Math.min(...positions), Math.max(...positions)];
  if (!(to > from)) return [{ value: from, label: formatTick(from, Math.abs(from) / 100) }];
  const step = tickStep(from, to, count);
  return ticks(from, to, count).map(value => ({ value, label: formatTick(value, step) }));
}

/** A ring and a cross in black on white: to be seen on every colour. */
function drawOrigin({ context }: Surface2d, view: SurfaceView, { toX, toY }: Geometry): void {
  if (!view.isOriginInside) return;
  const [x, y] = [toX(0), toY(0)];
  context.beginPath();
  context.arc(x, y, 4.5, 0, 2 * Math.PI);
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + 4.5 * dx, y + 4.5 * dy);
    context.lineTo(x + 8.5 * dx, y + 8.5 * dy);
  }
  context.strokeStyle = '#000';
  context.lineWidth = 3.5;
  context.stroke();
  context.strokeStyle = '#fff';
  context.lineWidth = 1.5;
  context.stroke();
}

function drawColorBar(
  { context, ratio }: Surface2d,
  view: SurfaceView,
  { frame }: Geometry,
  theme: Theme,
  map: ColorMapName,
): void {
  const { scale, scaleTicks, metric } = view;
  if (scale === null) return;
  const left = snap(frame.left + frame.width + BAR.gap, ratio);
  const { top, height } = frame;
  const colors = colorsOf(map);
  for (const [i, color] of colors.entries()) {
    const upper = snap(top + (height * (colors.length - 1 - i)) / colors.length, ratio);
    const lower = snap(top + (height * (colors.length - i)) / colors.length, ratio);
    context.fillStyle = css(color);
    context.fillRect(left, upper, BAR.width, lower - upper);
  }
  context.font = font(theme, 0.92);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  let below = Number.POSITIVE_INFINITY;
  for (const { value, label } of scaleTicks) {
    const y = top + height * (1 - toUnit(scale, value));
    // A short bar has no room for every tick.
    if (below - y < theme.fontSize * 1.1) continue;
    below = y;
    context.fillStyle = theme.line;
    context.globalAlpha = theme.isHighContrast ? 1 : 0.35;
    context.fillRect(left + BAR.width, snap(y, ratio), 4, 1 / ratio);
    context.globalAlpha = 1;
    context.fillStyle = theme.foreground;
    context.fillText(label, left + BAR.width + 8, y);
  }
  context.fillStyle = theme.muted;
  context.textBaseline = 'bottom';
  context.fillText(`${metric}${scale.kind === 'log' ? ', log' : ''}`, left, top - 11);
}
