/** Which cell of the surface a line of sight meets first. Pure: no WebGL here. */
import { isFiniteCell } from './cells.ts';
import { type MeshBox, place } from './mesh.ts';
import { coordinateAt } from './plotFrame.ts';
import type { CellIndex } from './readout.ts';
import { toUnit } from './scale.ts';
import type { SurfaceView } from './viewModel.ts';

type Point3 = readonly [number, number, number];

/** Steps along the line through the box; a spike narrower than that can be missed. */
const STEPS = 512;

/**
 * The lattice point nearest to where the line from `eye` along `direction` passes through the surface; null where it
 * passes by. The surface is a height over the floor, so it is enough to see where the line changes its side.
 */
export function pickCell(view: SurfaceView, box: MeshBox, eye: Point3, direction: Point3): CellIndex | null {
  const { lattice, scale } = view;
  const span = lattice && throughBox(box, eye, direction);
  if (!span || scale === null) return null;
  const put = place(view, box);
  const across = lattice.columns.map(column => put(coordinateAt(view.x, column), 0, 0)[0]);
  const away = lattice.rows.map(row => put(0, coordinateAt(view.y, row), 0)[2]);
  const cellAt = ([x, , z]: Point3): CellIndex => ({
    row: lattice.rows[nearest(away, z)]!,
    column: lattice.columns[nearest(across, x)]!,
  });

  let before: number | null = null;
  for (let i = 0; i <= STEPS; i++) {
    const t = span.from + ((span.to - span.from) * i) / STEPS;
    const at: Point3 = [eye[0] + t * direction[0], eye[1] + t * direction[1], eye[2] + t * direction[2]];
    const cell = cellAt(at);
    const value = view.cells[cell.row]?.[cell.column];
    const above: number | null = isFiniteCell(value) ? at[1] - box.height * toUnit(scale, value) : null;
    if (above !== null && (above === 0 || (before !== null && above < 0 !== before < 0))) return cell;
    before = above;
  }
  return null;
}

/** Where the line is within the box, as multiples of its direction, a little room above and below included. */
function throughBox(
  { halfX, halfY, height }: MeshBox,
  eye: Point3,
  direction: Point3,
): { readonly from: number; readonly to: number } | null {
  const slabs = [
    [-halfX, halfX],
    [-0.02, height + 0.02],
    [-halfY, halfY],
  ] as const;
  let [from, to] = [0, Number.POSITIVE_INFINITY];
  for (const [axis, [low, high]] of slabs.entries()) {
    const [start, speed] = [eye[axis]!, direction[axis]!];
    if (speed === 0) {
      if (start < low || start > high) return null;
      continue;
    }
    const [a, b] = [(low - start) / speed, (high - start) / speed];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from < to ? { from, to } : null;
}

/** Index of the value nearest to `at` in an ascending or descending list. */
function nearest(values: readonly number[], at: number): number {
  const isAscending = (values.at(-1) ?? 0) >= (values[0] ?? 0);
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! < at === isAscending) low = middle;
    else high = middle;
  }
  return Math.abs(values[low]! - at) <= Math.abs(values[high]! - at) ? low : high;
}
