/** Contour lines of a complete lattice, by marching squares (d3-contour), without what the method adds at edges. */
import { contours } from 'd3-contour';
import { type Grid, isFiniteCell } from './cells.ts';
import type { Lattice } from './lattice.ts';
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
 * linearly, on a log scale in the logarithm. No line passes beside a cell that is not finite, and none leaves the
 * hull of the computed points.
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

  const toField = transform(scale);
  const field = lattice.rows.flatMap(row =>
    lattice.columns.map(column => {
      const value = cells[row]?.[column];
      return isFiniteCell(value) ? toField(value) : Number.NaN;
    }),
  );
  const generator = contours().size([width, height]).smooth(false);
  return levels.flatMap(level =>
    generator
      .contour(field, toField(level))
      .coordinates.flat()
      .map(ring => ring.map(point => crossing(point as [number, number], field, width, height, toField(level))))
      .flatMap(pieces)
      .map(points => ({
        level,
        points: points.map(([x, y]): Point => [along(lattice.columns, x), along(lattice.rows, y)]),
      })),
  );
}

/**
 * Where on the edge between two lattice points the level is crossed, in the lattice's indices; null where the edge leads
 * out of the grid or to a value that is not finite. d3-contour counts such neighbours as low and draws around them.
 */
function crossing(
  [x, y]: readonly [number, number],
  field: readonly number[],
  width: number,
  height: number,
  level: number,
): Point | null {
  // Unsmoothed points lie in the middle of an edge, and lattice point (0, 0) is at (½, ½).
  const isAcross = Number.isInteger(x);
  if (isAcross ? x < 1 || x > width - 1 : y < 1 || y > height - 1) return null;
  const [column, row] = isAcross ? [x - 1, y - 0.5] : [x - 0.5, y - 1];
  const from = field[row * width + column]!;
  const to = field[isAcross ? row * width + column + 1 : (row + 1) * width + column]!;
  const fraction = (level - from) / (to - from);
  if (!Number.isFinite(fraction)) return null;
  return isAcross ? [column + fraction, row] : [column, row + fraction];
}

/** The stretches of a ring between the points that are no crossings. A ring's last point is its first. */
function pieces(ring: readonly (Point | null)[]): (readonly Point[])[] {
  const gap = ring.indexOf(null);
  if (gap < 0) return [ring as readonly Point[]];
  // Beginning at a gap, no stretch is cut in two by the end of the list.
  const points = [...ring.slice(gap, -1), ...ring.slice(0, gap), null];
  const found: Point[][] = [];
  let current: Point[] = [];
  for (const point of points) {
    if (point !== null) {
      current.push(point);
      continue;
    }
    if (current.length > 1) found.push(current);
    current = [];
  }
  return found;
}

/** From a position between lattice lines to one on the grid. */
function along(indices: readonly number[], at: number): number {
  const before = Math.floor(at);
  const from = indices[before]!;
  return from + (at - before) * ((indices[before + 1] ?? from) - from);
}
