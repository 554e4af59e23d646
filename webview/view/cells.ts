/** What a grid's cells hold: nothing yet, a number, or a failure. */
import type { Cell, JsonNumber } from '../../worker/results.ts';

export type Grid = readonly (readonly Cell[])[];

/** Whether the cell was computed, be its value finite or not. */
export const isComputed = (cell: Cell | undefined): cell is JsonNumber => cell !== null && cell !== undefined;

/** Whether the cell holds a number that can be drawn. */
export const isFiniteCell = (cell: Cell | undefined): cell is number =>
  typeof cell === 'number' && Number.isFinite(cell);

/** A finite cell with its place in the grid. */
export interface LocatedCell {
  readonly value: number;
  readonly row: number;
  readonly column: number;
}

/** Counts and extremes of a grid. */
export interface GridSummary {
  readonly total: number;
  readonly computed: number;
  /** Computed cells that are not finite. */
  readonly failed: number;
  readonly lowest: LocatedCell | null;
  readonly highest: LocatedCell | null;
}

/** Looks at every cell once. Of equal extremes the first by row and column is taken. */
export function summarize(cells: Grid): GridSummary {
  let total = 0;
  let computed = 0;
  let failed = 0;
  let lowest: LocatedCell | null = null;
  let highest: LocatedCell | null = null;
  for (const [row, line] of cells.entries()) {
    for (const [column, value] of line.entries()) {
      total++;
      if (!isComputed(value)) continue;
      computed++;
      if (!isFiniteCell(value)) {
        failed++;
        continue;
      }
      if (lowest === null || value < lowest.value) lowest = { value, row, column };
      if (highest === null || value > highest.value) highest = { value, row, column };
    }
  }
  return { total, computed, failed, lowest, highest };
}
