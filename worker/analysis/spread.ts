/** How far several planes through the same checkpoint differ, cell by cell and against the distance. */
import {
  type Cell,
  type CellSpread,
  type PlaneSurface,
  type RingSpread,
  type Spread,
  toJsonNumber,
} from '../results.ts';

type Table = readonly (readonly Cell[])[];

/**
 * Mean and sample standard deviation over two or more planes on the grid of `x` and `y`.
 *
 * Neighbouring cells of a plane are alike and so are its rings: the deviation is over planes, never over cells.
 */
export function spreadOf(x: readonly number[], y: readonly number[], planes: readonly PlaneSurface[]): Spread {
  const rings = ringsOf(x, y);
  const losses = planes.map(({ loss }) => loss);
  const accuracies = planes.flatMap(({ accuracy }) => (accuracy === null ? [] : [accuracy]));
  const hasAccuracy = accuracies.length === planes.length;
  return {
    loss: cellSpread(losses),
    accuracy: hasAccuracy ? cellSpread(accuracies) : null,
    profile: {
      distance: rings.map(({ distance }) => distance),
      loss: ringSpread(losses, rings),
      accuracy: hasAccuracy ? ringSpread(accuracies, rings) : null,
    },
  };
}

function cellSpread(tables: readonly Table[]): CellSpread {
  const over = (statistic: (cells: readonly Cell[]) => Cell): Cell[][] =>
    tables[0]!.map((line, row) => line.map((_, column) => statistic(tables.map(table => table[row]![column]!))));
  return { mean: over(mean), deviation: over(deviation) };
}

function ringSpread(tables: readonly Table[], rings: readonly Ring[]): RingSpread {
  const planes = tables.map(table =>
    rings.map(({ cells }) => mean(cells.map(([row, column]) => table[row]![column]!))),
  );
  const over = (statistic: (cells: readonly Cell[]) => Cell): Cell[] =>
    rings.map((_, index) => statistic(planes.map(ring => ring[index]!)));
  return { planes, mean: over(mean), deviation: over(deviation) };
}

interface Ring {
  readonly distance: number;
  readonly cells: readonly (readonly [row: number, column: number])[];
}

/**
 * The cells by their distance from x = y = 0, in rings as wide as the wider of the two spacings, so that none is empty
 * of cells for want of a finer grid. Corners lie beyond the shorter axis and belong to no ring.
 */
function ringsOf(x: readonly number[], y: readonly number[]): readonly Ring[] {
  const width = Math.max(spacing(x), spacing(y));
  if (width === 0) return [];
  const reach = Math.min(...[x, y].filter(axis => axis.length > 1).map(axis => Math.max(...axis.map(Math.abs))));
  const rings = new Map<number, [row: number, column: number][]>();
  for (const [row, yAt] of y.entries()) {
    for (const [column, xAt] of x.entries()) {
      const ring = Math.round(Math.hypot(xAt, yAt) / width);
      if (ring * width > reach * (1 + 1e-9)) continue;
      const cells = rings.get(ring) ?? [];
      cells.push([row, column]);
      rings.set(ring, cells);
    }
  }
  return [...rings].sort(([one], [other]) => one - other).map(([ring, cells]) => ({ distance: ring * width, cells }));
}

const spacing = (axis: readonly number[]): number => (axis.length > 1 ? axis[1]! - axis[0]! : 0);

function mean(cells: readonly Cell[]): Cell {
  if (cells.includes(null)) return null;
  return toJsonNumber(cells.reduce<number>((sum, cell) => sum + Number(cell), 0) / cells.length);
}

function deviation(cells: readonly Cell[]): Cell {
  const middle = mean(cells);
  if (middle === null) return null;
  const squares = cells.reduce<number>((sum, cell) => sum + (Number(cell) - Number(middle)) ** 2, 0);
  return toJsonNumber(Math.sqrt(squares / (cells.length - 1)));
}
