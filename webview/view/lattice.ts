/**
 * Finds out how coarse a half-computed grid is, and cuts the plane into blocks accordingly.
 * The worker fills a grid in passes, each on a finer lattice; the page derives the lattices from the cells themselves,
 * so that it depends on no particular order.
 */
import { type Grid, isComputed } from './cells.ts';

/** Rows and columns, in ascending order, at whose every crossing there is a computed cell. */
export interface Lattice {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * The part of the plane one computed cell stands for, in units of the grid's indices: cell (row, column) of a complete
 * grid reaches from column − ½ to column + ½.
 */
export interface Block {
  readonly row: number;
  readonly column: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The complete lattice with the smallest gaps, and of those the one with the most cells; null where nothing is computed. */
export function finestLattice(cells: Grid): Lattice | null {
  const width = cells[0]?.length ?? 0;
  const computedColumns = cells.map(line => line.flatMap((cell, column) => (isComputed(cell) ? [column] : [])));
  const patterns = new Map(computedColumns.filter(columns => columns.length > 0).map(c => [c.join(), c]));

  let best: Lattice | null = null;
  let bestGap = Number.POSITIVE_INFINITY;
  for (const columns of candidates([...patterns.values()])) {
    const rows = cells.flatMap((line, row) => (columns.every(column => isComputed(line[column])) ? [row] : []));
    const gap = Math.max(largestGap(columns, width), largestGap(rows, cells.length));
    const isLarger = best === null || columns.length * rows.length > best.columns.length * best.rows.length;
    if (gap < bestGap || (gap === bestGap && isLarger)) {
      best = { rows, columns };
      bestGap = gap;
    }
  }
  return best;
}

/**
 * Blocks of all computed cells, to be painted in this order: first those of the complete lattice, which leave no gap
 * between them, then the cells of the pass in progress, smaller, on top of them.
 */
export function blocks(cells: Grid, lattice: Lattice): Block[] {
  const height = cells.length;
  const width = cells[0]?.length ?? 0;
  const inUse: Lattice = {
    rows: cells.flatMap((line, row) => (line.some(isComputed) ? [row] : [])),
    columns: Array.from({ length: width }, (_, column) => column).filter(column =>
      cells.some(line => isComputed(line[column])),
    ),
  };
  const base = cut(lattice, width, height);
  if (inUse.rows.length === lattice.rows.length && inUse.columns.length === lattice.columns.length) return base;

  const isBase = new Set(base.map(({ row, column }) => row * width + column));
  const finer = cut(inUse, width, height).filter(
    ({ row, column }) => isComputed(cells[row]?.[column]) && !isBase.has(row * width + column),
  );
  return [...base, ...finer];
}

/** Extent of each of the ascending `indices` along an axis of `length` cells. */
function extents(indices: readonly number[], length: number, coarseness: number): [from: number, to: number][] {
  const half = coarseness / 2;
  return indices.map((index, i) => {
    const before = indices[i - 1];
    const after = indices[i + 1];
    return [
      before === undefined ? reach(index, -0.5, half) : (before + index) / 2,
      after === undefined ? reach(index, length - 0.5, half) : (index + after) / 2,
    ];
  });
}

/** Largest step between neighbours of a lattice, in cells; 1 where there are no neighbours. */
function coarseness({ rows, columns }: Lattice): number {
  return Math.max(1, ...steps(rows), ...steps(columns));
}

function cut(lattice: Lattice, width: number, height: number): Block[] {
  const step = coarseness(lattice);
  const across = extents(lattice.columns, width, step);
  const down = extents(lattice.rows, height, step);
  return lattice.rows.flatMap((row, i) =>
    lattice.columns.map((column, j) => {
      const [left, right] = across[j]!;
      const [top, bottom] = down[i]!;
      return { row, column, left, right, top, bottom };
    }),
  );
}

/** An outermost block reaches to the grid's edge where that is near, else only as far as its fellows. */
function reach(index: number, edge: number, half: number): number {
  return Math.abs(edge - index) <= half + 0.5 ? edge : index + Math.sign(edge - index) * half;
}

/** Rows differ in the pass they belong to, so the columns of a lattice are those of some row, or common to two. */
function candidates(patterns: readonly (readonly number[])[]): readonly number[][] {
  // A pass that grows outwards from the middle makes a pattern of nearly every row. The lattice is that of the rows it has
  // not reached, which are the emptiest, or common to the fullest; all pairs would cost too much.
  const byLength = [...patterns].sort((a, b) => b.length - a.length);
  const few = byLength.length <= 24 ? byLength : [...byLength.slice(0, 12), ...byLength.slice(-12)];
  const found = new Map<string, number[]>();
  for (const a of few) {
    for (const b of few) {
      const members = new Set(b);
      const common = a.filter(column => members.has(column));
      if (common.length > 0) found.set(common.join(), common);
    }
  }
  return [...found.values()];
}

/** The largest stretch without a lattice line, counting the stretches to both edges. */
function largestGap(indices: readonly number[], length: number): number {
  const first = indices[0] ?? length;
  const last = indices.at(-1) ?? -1;
  return Math.max(first, length - 1 - last, ...steps(indices), 1);
}

const steps = (indices: readonly number[]): number[] => indices.slice(1).map((index, i) => index - indices[i]!);
