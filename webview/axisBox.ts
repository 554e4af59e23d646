/** Labels around the surface, drawn on a canvas above it, so that text stays upright and crisp. */
import { tickStep, ticks } from 'd3-array';
import { font, haloText, prepare } from './canvas.ts';
import { formatTick } from './format.ts';
import { type MeshBox, place } from './mesh.ts';
import { toUnit } from './scale.ts';
import type { Theme } from './theme.ts';
import { formatMetric, type SurfaceView } from './viewModel.ts';

type Point3 = readonly [number, number, number];
type ToScreen = (point: Point3) => readonly [number, number];

export interface Shown {
  readonly view: SurfaceView;
  readonly theme: Theme;
  readonly box: MeshBox;
}

/** Writes ticks along the two floor edges nearest to the reader, heights along the outermost vertical edge, and the origin. */
export function drawLabels(
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
  toScreen: ToScreen,
  { view, theme, box }: Shown,
): void {
  const { context } = prepare(canvas, size.width, size.height);
  const { halfX, halfY, height } = box;
  const put = place(view, box);
  const centre = toScreen([0, 0, 0]);
  const write = (text: string, at: readonly [number, number], color: string): void =>
    haloText(context, text, at[0], at[1], color, theme.background);
  context.textAlign = 'center';
  context.textBaseline = 'middle';

  // The nearest floor edge is the one lowest on the screen.
  const front = toScreen([0, 0, halfY])[1] > toScreen([0, 0, -halfY])[1] ? halfY : -halfY;
  const side = toScreen([halfX, 0, 0])[1] > toScreen([-halfX, 0, 0])[1] ? halfX : -halfX;
  const axes = [
    {
      name: 'x',
      positions: view.x,
      at: (value: number): Point3 => [put(value, 0, 0)[0], 0, front],
      from: [-halfX, 0, front] as Point3,
      to: [halfX, 0, front] as Point3,
    },
    {
      name: 'y',
      positions: view.y,
      at: (value: number): Point3 => [side, 0, put(0, value, 0)[2]],
      from: [side, 0, halfY] as Point3,
      to: [side, 0, -halfY] as Point3,
    },
  ];
  // Labels of two axes would meet where their edges do.
  const shared = [toScreen([side, 0, front]), toScreen([-side, 0, front]), toScreen([side, 0, -front])];
  for (const { name, positions, at, from, to } of axes) {
    const [low, high] = [Math.min(...positions), Math.max(...positions)];
    const [a, b] = [toScreen(from), toScreen(to)];
    const outward = awayFrom(centre, a, b);
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    context.font = font(theme, 0.85);
    if (length > 70) {
      const count = length > 110 ? 4 : 2;
      for (const value of ticks(low, high, count)) {
        const place = toScreen(at(value));
        if (shared.some(corner => Math.hypot(corner[0] - place[0], corner[1] - place[1]) < 20)) continue;
        write(formatTick(value, tickStep(low, high, count)), move(place, outward, 14), theme.foreground);
      }
    }
    context.font = font(theme, 0.92);
    const middle: readonly [number, number] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    if (length > 40) write(name, move(middle, outward, 34), theme.muted);
  }
  drawHeights(context, size, toScreen, { view, theme, box }, write);

  if (view.origin !== null && view.isOriginInside) {
    context.font = font(theme, 0.92);
    const [x, , z] = put(0, 0, 0);
    const tip = toScreen([x, height * 1.12, z]);
    const text = `origin ${formatMetric(view.metric, view.origin)}`;
    const [width, line] = [context.measureText(text).width + 12, theme.fontSize * 1.5];
    context.fillStyle = theme.background;
    context.globalAlpha = 0.85;
    context.fillRect(tip[0] - width / 2, tip[1] - line, width, line);
    context.globalAlpha = 1;
    context.fillStyle = theme.foreground;
    context.fillText(text, tip[0], tip[1] - line / 2);
  }
}

/** The vertical edge that is leftmost on the screen is never behind the surface. */
function drawHeights(
  context: CanvasRenderingContext2D,
  size: { readonly width: number },
  toScreen: ToScreen,
  { view, theme, box }: Shown,
  write: (text: string, at: readonly [number, number], color: string) => void,
): void {
  const { halfX, halfY, height } = box;
  const corners = [-1, 1].flatMap(x => [-1, 1].map((y): Point3 => [x * halfX, 0, y * halfY]));
  const [x, , z] = corners.reduce((left, corner) => (toScreen(corner)[0] < toScreen(left)[0] ? corner : left));
  const [foot, head] = [toScreen([x, 0, z]), toScreen([x, height, z])];
  const length = foot[1] - head[1];
  if (length < 50 || view.scale === null) return;

  context.strokeStyle = theme.line;
  context.globalAlpha = theme.isHighContrast ? 1 : 0.5;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(...foot);
  context.lineTo(...head);
  context.stroke();
  context.globalAlpha = 1;
  context.textAlign = 'right';
  context.font = font(theme, 0.85);
  let below = Number.POSITIVE_INFINITY;
  for (const { value, label } of view.scaleTicks) {
    const at = toScreen([x, height * toUnit(view.scale, value), z]);
    // The lowest ticks of a flat view would run into each other.
    if (below - at[1] < theme.fontSize * 1.2) continue;
    below = at[1];
    write(label, [Math.min(size.width, at[0]) - 6, at[1]], theme.foreground);
  }
  context.textAlign = 'center';
  context.font = font(theme, 0.92);
  write(view.metric, [head[0], head[1] - 12], theme.muted);
}

/** Unit vector across an edge, away from the middle of the floor. */
function awayFrom(
  centre: readonly [number, number],
  a: readonly [number, number],
  b: readonly [number, number],
): readonly [number, number] {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy) || 1;
  const normal = [-dy / length, dx / length] as const;
  const side = (a[0] - centre[0]) * normal[0] + (a[1] - centre[1]) * normal[1] < 0 ? -1 : 1;
  return [side * normal[0], side * normal[1]];
}

const move = (
  from: readonly [number, number],
  by: readonly [number, number],
  pixels: number,
): readonly [number, number] => [from[0] + pixels * by[0], from[1] + pixels * by[1]];
