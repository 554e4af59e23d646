/** Labels around the surface, as shapes above it, so that text stays upright and crisp. Pure. */

import { isFiniteCell } from '../view/cells.ts';
import { markPlaces, type Point3 } from '../view/drape.ts';
import { type MeshBox, place } from '../view/mesh.ts';
import { coordinateAt } from '../view/plotFrame.ts';
import type { CellIndex } from '../view/readout.ts';
import { toUnit } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import { formatMetric, type SurfaceView } from '../view/viewModel.ts';
import { axisTicks } from './axes.ts';
import { MARK_RADIUS, markShapes, pathLabels } from './pathShapes.ts';
import type { MeasureText, Shape, TextShape } from './shapes.ts';

type Point2 = readonly [number, number];

/** What is in the box, and how its points come to the screen. */
export interface BoxScene {
  readonly view: SurfaceView;
  readonly theme: Theme;
  readonly box: MeshBox;
  readonly toScreen: (point: Point3) => Point2;
  readonly measure: MeasureText;
  /** Whether the surface stands between the eye and a point on it. */
  readonly isHidden: (point: Point3) => boolean;
  /** The width of the canvas. */
  readonly width: number;
}

/**
 * Ticks along the two floor edges nearest to the reader, heights along the outermost vertical edge, the marks of
 * checkpoints and the origin.
 */
export function boxLabels(scene: BoxScene): Shape[] {
  const { view, theme, box, toScreen } = scene;
  const { halfX, halfY } = box;
  const put = place(view, box);
  const centre = toScreen([0, 0, 0]);

  // The nearest floor edge is the one lowest on the screen.
  const front = toScreen([0, 0, halfY])[1] > toScreen([0, 0, -halfY])[1] ? halfY : -halfY;
  const side = toScreen([halfX, 0, 0])[1] > toScreen([-halfX, 0, 0])[1] ? halfX : -halfX;
  const axes = [
    {
      name: view.axes.x.short,
      positions: view.x,
      at: (value: number): Point3 => [put(value, 0, 0)[0], 0, front],
      from: [-halfX, 0, front] as Point3,
      to: [halfX, 0, front] as Point3,
    },
    {
      name: view.axes.y.short,
      positions: view.y,
      at: (value: number): Point3 => [side, 0, put(0, value, 0)[2]],
      from: [side, 0, halfY] as Point3,
      to: [side, 0, -halfY] as Point3,
    },
  ];
  // Labels of two axes would meet where their edges do.
  const shared = [toScreen([side, 0, front]), toScreen([-side, 0, front]), toScreen([side, 0, -front])];
  const floor = axes.flatMap(({ name, positions, at, from, to }): Shape[] => {
    const interval = { from: Math.min(...positions), to: Math.max(...positions) };
    const [a, b] = [toScreen(from), toScreen(to)];
    const outward = awayFrom(centre, a, b);
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const values = length > 70 ? axisTicks(interval, length > 110 ? 4 : 2) : [];
    const labels = values
      .map(({ value, label }) => ({ label, at: toScreen(at(value)) }))
      .filter(tick => shared.every(corner => Math.hypot(corner[0] - tick.at[0], corner[1] - tick.at[1]) >= 20))
      .map(tick => text(tick.label, move(tick.at, outward, 14), 0.85, theme.foreground, theme));
    const middle: Point2 = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    return length > 40 ? [...labels, text(name, move(middle, outward, 34), 0.92, theme.muted, theme)] : labels;
  });
  return [...floor, ...heights(scene), ...originLabel(scene), ...pathMarks(scene)];
}

/** A cell that is pointed at: a ring on the surface and a line down to its place on the floor. */
export function cellMarker({ view, theme, box, toScreen }: BoxScene, { row, column }: CellIndex): Shape[] {
  const value = view.cells[row]?.[column];
  if (view.scale === null || !isFiniteCell(value)) return [];
  const [x, height, z] = place(view, box)(
    coordinateAt(view.x, column),
    coordinateAt(view.y, row),
    toUnit(view.scale, value),
  );
  const [top, foot] = [toScreen([x, height, z]), toScreen([x, 0, z])];
  return [
    { color: theme.background, width: 3.5 },
    { color: theme.foreground, width: 1.5 },
  ].flatMap((stroke): Shape[] => [
    { kind: 'paths', paths: [[foot, top]], stroke: { ...stroke, width: stroke.width - 0.5 } },
    { kind: 'ring', x: top[0], y: top[1], radius: 5, stroke },
  ]);
}

/** Marks on the surface, faint behind it; the line between them belongs to the surface's own picture. */
function pathMarks({ view, theme, box, toScreen, measure, isHidden, width }: BoxScene): Shape[] {
  const { path } = view;
  if (path === null) return [];
  const places = markPlaces(view, box);
  const marks = path.points.flatMap((point, i) =>
    markShapes(point, toScreen(places[i]!), isHidden(places[i]!) ? HIDDEN : 1),
  );
  // The origin's needle is labelled already, and is the last checkpoint nearly always.
  const others = { ...path, points: path.points.filter(({ isOwn }) => !isOwn || path.kind === 'three') };
  const where = new Map(path.points.map((point, i) => [point, toScreen(places[i]!)]));
  const labels = pathLabels({
    path: others,
    toScreen: point => where.get(point)!,
    theme,
    measure,
    left: 0,
    right: width,
  });
  return [...marks, ...labels];
}

/** A checkpoint of the path that is pointed at. */
export function checkpointMarker({ view, box, toScreen }: BoxScene, index: number): Shape[] {
  const at = markPlaces(view, box)[index];
  if (at === undefined) return [];
  const [x, y] = toScreen(at);
  return [
    { color: '#000', width: 4 },
    { color: '#fff', width: 2 },
  ].map(stroke => ({ kind: 'ring', x, y, radius: MARK_RADIUS + 4, stroke }));
}

/** How much is seen of a mark that the surface hides. */
const HIDDEN = 0.35;

function originLabel({ view, theme, box, toScreen, measure }: BoxScene): Shape[] {
  if (view.origin === null || !view.isOriginInside) return [];
  const [x, , z] = place(view, box)(0, 0, 0);
  const tip = toScreen([x, box.height * 1.12, z]);
  const words = `checkpoint ${formatMetric(view.metric, view.origin)}`;
  const [width, line] = [measure(words, 0.92) + 12, theme.fontSize * 1.5];
  return [
    {
      kind: 'boxes',
      boxes: [{ left: tip[0] - width / 2, top: tip[1] - line, width, height: line }],
      fill: theme.background,
      opacity: 0.85,
    },
    {
      kind: 'text',
      text: words,
      x: tip[0],
      y: tip[1] - line / 2,
      scale: 0.92,
      color: theme.foreground,
      align: 'center',
      baseline: 'middle',
    },
  ];
}

/** The vertical edge that is leftmost on the screen is never behind the surface. */
function heights({ view, theme, box, toScreen }: BoxScene): Shape[] {
  const { halfX, halfY, height } = box;
  const corners = [-1, 1].flatMap(x => [-1, 1].map((y): Point3 => [x * halfX, 0, y * halfY]));
  const [x, , z] = corners.reduce((left, corner) => (toScreen(corner)[0] < toScreen(left)[0] ? corner : left));
  const [foot, head] = [toScreen([x, 0, z]), toScreen([x, height, z])];
  const { scale } = view;
  if (foot[1] - head[1] < 50 || scale === null) return [];

  let below = Number.POSITIVE_INFINITY;
  const ticks = view.scaleTicks.flatMap(({ value, label }): Shape[] => {
    const at = toScreen([x, height * toUnit(scale, value), z]);
    // The lowest ticks of a flat view would run into each other.
    if (below - at[1] < theme.fontSize * 1.2) return [];
    below = at[1];
    return [{ ...text(label, [at[0] - 6, at[1]], 0.85, theme.foreground, theme), align: 'right' }];
  });
  return [
    {
      kind: 'paths',
      paths: [[foot, head]],
      stroke: { color: theme.line, width: 1, opacity: theme.isHighContrast ? 1 : 0.5 },
    },
    ...ticks,
    text(view.quantity, [head[0], head[1] - 12], 0.92, theme.muted, theme),
  ];
}

const text = (words: string, [x, y]: Point2, scale: number, color: string, theme: Theme): TextShape => ({
  kind: 'text',
  text: words,
  x,
  y,
  scale,
  color,
  halo: theme.background,
  align: 'center',
  baseline: 'middle',
});

/** Unit vector across an edge, away from the middle of the floor. */
function awayFrom(centre: Point2, a: Point2, b: Point2): Point2 {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy) || 1;
  const normal = [-dy / length, dx / length] as const;
  const side = (a[0] - centre[0]) * normal[0] + (a[1] - centre[1]) * normal[1] < 0 ? -1 : 1;
  return [side * normal[0], side * normal[1]];
}

const move = (from: Point2, by: Point2, pixels: number): Point2 => [from[0] + pixels * by[0], from[1] + pixels * by[1]];
