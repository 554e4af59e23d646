/** Chooses where contour lines carry their level: on long, straight stretches, apart from each other. Pure. */

/** A polyline on the screen, in CSS pixels. */
export type Path = readonly (readonly [x: number, y: number])[];

export interface LabelPlace {
  readonly line: number;
  readonly x: number;
  readonly y: number;
  /** Radians, turned so that the text is never upside down. */
  readonly angle: number;
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

/** A point that labels keep away from, such as the origin's marker. */
export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * At most one place a line. `widths` are the labels' widths; a line shorter than three of them, or bent wherever there
 * is room, gets none.
 */
export function placeLabels(
  lines: readonly Path[],
  widths: readonly number[],
  room: Room,
  obstacles: readonly Obstacle[],
): LabelPlace[] {
  const placed: LabelPlace[] = [];
  const taken: Obstacle[] = [...obstacles];
  const byLength = lines.map((path, line) => ({ line, path, size: lengthOf(path) })).sort((a, b) => b.size - a.size);
  for (const { line, path, size } of byLength) {
    const width = widths[line] ?? 0;
    if (size < 3 * width) continue;
    const candidates = stretches(path, width + 8).filter(
      ({ x, y, bend }) =>
        bend < 0.05 &&
        x > width / 2 + 6 &&
        y > width / 2 + 6 &&
        x < room.width - width / 2 - 6 &&
        y < room.height - width / 2 - 6 &&
        taken.every(other => Math.hypot(other.x - x, other.y - y) > other.radius + width / 2 + 10),
    );
    const best = candidates.sort((a, b) => a.bend + 0.02 * tilt(a.angle) - b.bend - 0.02 * tilt(b.angle))[0];
    if (best === undefined) continue;
    placed.push({ line, x: best.x, y: best.y, angle: best.angle });
    taken.push({ x: best.x, y: best.y, radius: width / 2 });
  }
  return placed;
}

interface Stretch {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** By what fraction the path between the ends is longer than the straight line. */
  readonly bend: number;
}

/** Stretches of the given length along a path, each with its middle, direction and straightness. */
function stretches(path: Path, size: number): Stretch[] {
  const along: number[] = [0];
  for (let i = 1; i < path.length; i++) along.push(along[i - 1]! + distance(path[i - 1]!, path[i]!));
  const total = along.at(-1) ?? 0;
  const found: Stretch[] = [];
  for (let start = 0; start + size <= total; start += 6) {
    const [from, middle, to] = [start, start + size / 2, start + size].map(s => pointAt(path, along, s));
    const chord = distance(from!, to!);
    const angle = Math.atan((to![1] - from![1]) / (to![0] - from![0] || 1e-9));
    found.push({ x: middle![0], y: middle![1], angle, bend: size / Math.max(chord, 1e-9) - 1 });
  }
  return found;
}

function pointAt(path: Path, along: readonly number[], at: number): readonly [number, number] {
  // The first point at or beyond, by bisection: an enlarged line has thousands.
  let [i, last] = [1, path.length - 1];
  while (i < last) {
    const middle = (i + last) >> 1;
    if (along[middle]! < at) i = middle + 1;
    else last = middle;
  }
  const [from, to] = [path[i - 1]!, path[i]!];
  const span = along[i]! - along[i - 1]!;
  const fraction = span > 0 ? (at - along[i - 1]!) / span : 0;
  return [from[0] + fraction * (to[0] - from[0]), from[1] + fraction * (to[1] - from[1])];
}

const lengthOf = (path: Path): number => path.slice(1).reduce((sum, point, i) => sum + distance(path[i]!, point), 0);
const distance = (a: readonly [number, number], b: readonly [number, number]): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1]);
const tilt = (angle: number): number => Math.abs(angle) / (Math.PI / 2);
