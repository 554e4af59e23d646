/** The path of a plane that is made of checkpoints as shapes: black and white, to be seen on every colour. Pure. */
import type { Path } from '../view/contourLabels.ts';
import type { PathPoint, PathView } from '../view/path.ts';
import type { Theme } from '../view/theme.ts';
import type { MeasureText, Shape, Stroke, TextShape } from './shapes.ts';

type Point2 = readonly [number, number];

/** Of a mark, in CSS pixels. */
export const MARK_RADIUS = 3.8;

/** Shorter pieces have no room for an arrow. */
const ARROW_LEAST = 30;

const strokes: readonly Stroke[] = [
  { color: '#000', width: 3.4 },
  { color: '#fff', width: 1.6 },
];

/** How the path comes to the screen, and the room in which its words have to stay. */
export interface PathScene {
  readonly path: PathView;
  readonly toScreen: (point: PathPoint) => Point2;
  readonly theme: Theme;
  readonly measure: MeasureText;
  /** The left and the right edge of what is shown. */
  readonly left: number;
  readonly right: number;
}

/** A line with arrows in the order of training, or the triangle between three checkpoints, with its marks and words. */
export function pathShapes(scene: PathScene): Shape[] {
  const { path, toScreen } = scene;
  const points = path.points.map(toScreen);
  const isTriangle = path.kind === 'three';
  const line: Path = isTriangle ? [...points, ...points.slice(0, 1)] : points;
  const arrows = isTriangle ? [] : arrowsOf(points);
  return [
    ...strokes.flatMap((stroke): Shape[] => [
      {
        kind: 'paths',
        paths: [line],
        stroke: isTriangle ? { ...stroke, dash: [5, 4] } : stroke,
        name: isTriangle ? 'straight lines between the checkpoints' : `path of ${points.length} checkpoints`,
      },
      ...(arrows.length > 0 ? [{ kind: 'paths', paths: arrows, stroke } as const] : []),
    ]),
    ...path.points.flatMap((point, i) => markShapes(point, points[i]!)),
    ...pathLabels(scene),
  ];
}

/** A disc, or a ring where the checkpoint lies far out of the plane; the surface's own has the origin's mark instead. */
export function markShapes({ isFar, isOwn }: PathPoint, [x, y]: Point2, opacity = 1): Shape[] {
  if (isOwn) return [];
  if (!isFar)
    return [{ kind: 'ring', x, y, radius: MARK_RADIUS, stroke: { color: '#000', width: 1.6, opacity }, fill: '#fff' }];
  return strokes.map(({ color, width }) => ({
    kind: 'ring',
    x,
    y,
    radius: MARK_RADIUS,
    stroke: { color, width: 0.85 * width, opacity: 0.8 * opacity },
  }));
}

/** The words beside marks, where they cover as little of the path and of each other as can be. */
export function pathLabels({ path, toScreen, theme, measure, left, right }: PathScene): TextShape[] {
  const marks = path.points.map(toScreen);
  const placed: Point2[] = [];
  return path.points.flatMap((point, i): TextShape[] => {
    if (point.label === null) return [];
    const width = measure(point.label, LABEL_SCALE);
    const [x, y] = marks[i]!;
    const places = sides.map(([across, down]) => {
      const from = x + (across > 0 ? 10 : -10 - width);
      const middle = y + 10 * down;
      const covered = [...marks, ...placed].filter(
        mark => mark[0] > from - 8 && mark[0] < from + width + 8 && Math.abs(mark[1] - middle) < 12,
      ).length;
      return { from, middle, cost: covered + (from < left || from + width > right ? marks.length : 0) };
    });
    const best = places.reduce((least, place) => (place.cost < least.cost ? place : least));
    placed.push([best.from, best.middle], [best.from + width / 2, best.middle], [best.from + width, best.middle]);
    return [
      {
        kind: 'text',
        text: point.label,
        x: best.from,
        y: best.middle,
        scale: LABEL_SCALE,
        color: theme.foreground,
        halo: theme.background,
        align: 'left',
        baseline: 'middle',
      },
    ];
  });
}

/** Beside a mark: above to the right first, then the other corners. */
const sides: readonly Point2[] = [
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
];

const LABEL_SCALE = 0.92;

/** A tip in the middle of every piece that is long enough. */
function arrowsOf(points: readonly Point2[]): Path[] {
  return points.slice(1).flatMap(([toX, toY], i) => {
    const [fromX, fromY] = points[i]!;
    const length = Math.hypot(toX - fromX, toY - fromY);
    if (!(length >= ARROW_LEAST)) return [];
    const [dx, dy] = [(toX - fromX) / length, (toY - fromY) / length];
    const tip: Point2 = [(fromX + toX) / 2 + 3.5 * dx, (fromY + toY) / 2 + 3.5 * dy];
    const wing = (side: 1 | -1): Point2 => [tip[0] - 6 * dx - side * 4 * dy, tip[1] - 6 * dy + side * 4 * dx];
    return [[wing(1), tip, wing(-1)]];
  });
}

/** How far beside a mark a pointer may be to mean it, in CSS pixels. */
const NEAR = MARK_RADIUS + 4;

/** The nearest of the marks to a position, by its index; null where none is near. Of two as near, the later one. */
export function nearestMark(marks: readonly Point2[], x: number, y: number): number | null {
  let best: number | null = null;
  let least = NEAR;
  for (const [index, [atX, atY]] of marks.entries()) {
    const distance = Math.hypot(atX - x, atY - y);
    if (distance > least) continue;
    best = index;
    least = distance;
  }
  return best;
}
