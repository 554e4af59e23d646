/** From a complete lattice to the triangles and lines of its surface. Pure: no WebGL here. */
import { isFiniteCell } from './cells.ts';
import { coordinateAt, domainOf, type Interval } from './plotFrame.ts';
import { toUnit } from './scale.ts';
import type { SurfaceView } from './viewModel.ts';

/** Right-handed, height along the second axis; x runs to the right and y away from the viewer. */
export interface Mesh {
  /** Three numbers a vertex. */
  readonly positions: Float32Array;
  /** Where each vertex lies on the scale, 0 to 1. */
  readonly units: Float32Array;
  /** Three vertices a triangle. */
  readonly triangles: Uint32Array;
  /** Two vertices a line: some of the lattice's rows and columns. */
  readonly lines: Uint32Array;
}

/** The box the surface stands in: half its extent along x and y, and its height. */
export interface MeshBox {
  readonly halfX: number;
  readonly halfY: number;
  readonly height: number;
}

const HEIGHT = 1.15;
const ALIKE = 3;
/** More lines than this in one direction would hide the colours. */
const MOST_LINES = 26;

/** A unit is equally long along x and y where the ranges are alike, as in the contour map. */
export function meshBox({ x, y }: Pick<SurfaceView, 'x' | 'y'>): MeshBox {
  const ratio = span(domainOf(y)) / span(domainOf(x));
  if (!(ratio <= ALIKE && ratio >= 1 / ALIKE)) return { halfX: 1, halfY: 0.75, height: HEIGHT };
  return { halfX: Math.min(1, 1 / ratio), halfY: Math.min(1, ratio), height: HEIGHT };
}

/** Places a point of the plane, at a unit of the scale, into the box. */
export function place(
  view: Pick<SurfaceView, 'x' | 'y'>,
  box: MeshBox,
): (x: number, y: number, unit: number) => [number, number, number] {
  const [dx, dy] = [domainOf(view.x), domainOf(view.y)];
  const across = (value: number, { from, to }: Interval, half: number): number =>
    half * ((2 * (value - from)) / (to - from) - 1);
  return (x, y, unit) => [across(x, dx, box.halfX), box.height * unit, -across(y, dy, box.halfY)];
}

/** Null where no four neighbours are finite: there is no surface to show. */
export function meshOf(view: SurfaceView): Mesh | null {
  const { lattice, scale, cells, x, y } = view;
  if (lattice === null || scale === null) return null;
  const { rows, columns } = lattice;
  const put = place(view, meshBox(view));
  const positions = new Float32Array(3 * rows.length * columns.length);
  const units = new Float32Array(rows.length * columns.length);
  const isThere = new Uint8Array(units.length);
  const vertex = (i: number, j: number): number => i * columns.length + j;

  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      const value = cells[row]?.[column];
      const at = vertex(i, j);
      const unit = isFiniteCell(value) ? toUnit(scale, value) : 0;
      units[at] = unit;
      isThere[at] = isFiniteCell(value) ? 1 : 0;
      positions.set(put(coordinateAt(x, column), coordinateAt(y, row), unit), 3 * at);
    }
  }

  const triangles: number[] = [];
  for (let i = 0; i + 1 < rows.length; i++) {
    for (let j = 0; j + 1 < columns.length; j++) {
      const [a, b, c, d] = [vertex(i, j), vertex(i, j + 1), vertex(i + 1, j), vertex(i + 1, j + 1)];
      if (isThere[a] && isThere[b] && isThere[c] && isThere[d]) triangles.push(a, b, c, b, d, c);
    }
  }
  if (triangles.length === 0) return null;

  const lines: number[] = [];
  const join = (from: number, to: number): void => {
    if (isThere[from] && isThere[to]) lines.push(from, to);
  };
  for (const i of thinned(rows.length)) {
    for (let j = 0; j + 1 < columns.length; j++) join(vertex(i, j), vertex(i, j + 1));
  }
  for (const j of thinned(columns.length)) {
    for (let i = 0; i + 1 < rows.length; i++) join(vertex(i, j), vertex(i + 1, j));
  }
  return { positions, units, triangles: Uint32Array.from(triangles), lines: Uint32Array.from(lines) };
}

/**
 * How high the surface is above a place of the box's floor, as its triangles are; null beside the lattice and in its
 * holes.
 */
export function heightOver(view: SurfaceView, box: MeshBox): (x: number, z: number) => number | null {
  const { lattice, scale, cells } = view;
  if (lattice === null || scale === null) return () => null;
  const put = place(view, box);
  const across = lattice.columns.map(column => put(coordinateAt(view.x, column), 0, 0)[0]);
  // The lattice's rows run away from the viewer, along which the third axis falls.
  const away = lattice.rows.map(row => -put(0, coordinateAt(view.y, row), 0)[2]);
  const corner = (i: number, j: number): number => {
    const value = cells[lattice.rows[i]!]?.[lattice.columns[j]!];
    return isFiniteCell(value) ? toUnit(scale, value) : Number.NaN;
  };
  return (x, z) => {
    const [j, i] = [before(across, x), before(away, -z)];
    if (j === null || i === null) return null;
    const u = (x - across[j]!) / (across[j + 1]! - across[j]!);
    const v = (-z - away[i]!) / (away[i + 1]! - away[i]!);
    const [a, b, c, d] = [corner(i, j), corner(i, j + 1), corner(i + 1, j), corner(i + 1, j + 1)];
    const unit = u + v <= 1 ? a + u * (b - a) + v * (c - a) : d + (1 - u) * (c - d) + (1 - v) * (b - d);
    return Number.isFinite(unit) ? box.height * unit : null;
  };
}

/** The index of the position at or before which something lies within ascending positions. */
function before(positions: readonly number[], at: number): number | null {
  let [low, high] = [0, positions.length - 1];
  if (high < 1 || !(at >= positions[0]! && at <= positions[high]!)) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (positions[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** Every k-th index and the last, at most about `MOST_LINES`. */
function thinned(count: number): number[] {
  const stride = Math.ceil(count / MOST_LINES);
  return Array.from({ length: count }, (_, i) => i).filter(i => i % stride === 0 || i === count - 1);
}

const span = ({ from, to }: Interval): number => to - from;
