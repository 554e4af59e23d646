/** Contour lines of a complete lattice, by marching squares (d3-contour), without what the method adds at edges. */
import { contours } from 'd3-contour';
import { type Grid, isFiniteCell } from './cells.ts';
import { coarseness, extents, type Lattice } from './lattice.ts';
import { type Scale, transform } from './scale.ts';

/** A point in units of the grid's indices: (column, row). */
export type Point = readonly [column: number, row: number];

export interface ContourLine {
  readonly level: number;
  readonly points: readonly Point[];
}

/** Lines need some room to have a shape; a coarser lattice shows blocks only. */
const LEAST_LINES = 4;

/**
 * Lines along which the interpolated grid takes each of the `levels`. Values between lattice points are interpolated
 * linearly, on a log scale in the logarithm. No line passes beside a cell that is not finite.
 */
export function contourLines(
  cells: Grid,
  lattice: Lattice,
  scale: Scale,
  levels: readonly number[],
): readonly ContourLine[] {
  const width = lattice.columns.length;
  const height = lattice.rows.length;
  if (width < LEAST_LINES || height < LEAST_LINES) return [];

  const values = lattice.rows.flatMap(row => lattice.columns.map(column => cells[row]?.[column]));
  const toField = transform(scale);
  const field = values.map(value => (isFiniteCell(value) ? toField(value) : Number.NaN));
  const isGap = (column: number, row: number): boolean => Number.isNaN(field[row * width + column]);
  const generator = contours().size([width, height]).smooth(true);
  const toColumn = positions(lattice.columns, cells[0]?.length ?? 0, lattice);
  const toRow = positions(lattice.rows, cells.length, lattice);

  return levels.flatMap(level =>
    generator
      .contour(field, toField(level))
      .coordinates.flat()
      .flatMap(ring => pieces(ring as [number, number][], width, height, isGap))
      .map(points => ({ level, points: points.map(([x, y]): Point => [toColumn(x), toRow(y)]) })),
  );
}

/** d3-contour closes rings along the grid's edge and around gaps; those stretches are no level of anything. */
function pieces(
  ring: readonly (readonly [number, number])[],
  width: number,
  height: number,
  isGap: (column: number, row: number) => boolean,
): Point[][] {
  const isAtEdge = ([x, y]: Point): boolean => x < 0 || y < 0 || x > width - 1 || y > height - 1;
  const centred = ring.map(([x, y]): Point => [x - 0.5, y - 0.5]);
  const points = centred.map((point, i) => (isAtEdge(point) ? straightened(point, i, centred, isAtEdge) : point));
  const isAtGap = (point: Point): boolean => {
    const [x, y] = [clamp(point[0], width), clamp(point[1], height)];
    return isGap(Math.floor(x), Math.floor(y)) || isGap(Math.ceil(x), Math.ceil(y));
  };
  const found: Point[][] = [];
  let current: Point[] = [];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const isDrawn = !(isAtEdge(from) && isAtEdge(to)) && !isAtGap(from) && !isAtGap(to);
    if (isDrawn) {
      if (current.length === 0) current.push(from);
      current.push(to);
    } else if (current.length > 0) {
      found.push(current);
      current = [];
    }
  }
  if (current.length > 0) {
    // A ring broken elsewhere runs on through the point where its list happens to begin.
    const first = found[0];
    const start = points[0]!;
    if (first?.[0] === start && current.at(-1)?.[0] === start[0] && current.at(-1)?.[1] === start[1]) {
      found[0] = [...current, ...first.slice(1)];
    } else {
      found.push(current);
    }
  }
  return found;
}

/** Where a line leaves the grid d3-contour bends it to the middle of a cell; it runs straight across the edge instead. */
function straightened(
  [x, y]: Point,
  index: number,
  ring: readonly Point[],
  isAtEdge: (point: Point) => boolean,
): Point {
  // A ring repeats its first point as its last.
  const count = ring.length - 1;
  const inner = [ring[(index + 1) % count], ring[(index - 1 + count) % count]].find(at => at && !isAtEdge(at));
  if (inner === undefined) return [x, y];
  return Number.isInteger(y) ? [x, inner[1]] : [inner[0], y];
}

/** From a position on the lattice to one on the grid, out to the edge of the outermost blocks. */
function positions(indices: readonly number[], length: number, lattice: Lattice): (at: number) => number {
  const ends = extents(indices, length, coarseness(lattice));
  const last = indices.length - 1;
  return at => {
    if (at < 0) return between(indices[0]!, ends[0]![0], -2 * at);
    if (at > last) return between(indices[last]!, ends[last]![1], 2 * (at - last));
    const before = Math.floor(at);
    return between(indices[before]!, indices[Math.min(last, before + 1)]!, at - before);
  };
}

const between = (from: number, to: number, fraction: number): number => from + fraction * (to - from);
const clamp = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
