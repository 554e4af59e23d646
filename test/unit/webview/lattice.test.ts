import assert from 'node:assert/strict';
import fc from 'fast-check';
import { blocks, finestLattice } from '../../../webview/view/lattice.ts';
import { coarseToFine } from '../../../worker/analysis/grid.ts';
import type { Cell } from '../../../worker/results.ts';

/** A grid drawn with a letter a cell: `x` is computed, `n` computed and not finite, `.` not computed. */
const grid = (...rows: readonly string[]): Cell[][] =>
  rows.map(row => [...row].map(letter => (letter === 'x' ? 1 : letter === 'n' ? 'NaN' : null)));

/** The grid of an evaluation in passes, stopped after `count` cells. */
function evaluated(rows: number, columns: number, strides: readonly number[], count: number): Cell[][] {
  const cells: Cell[][] = Array.from({ length: rows }, () => Array<Cell>(columns).fill(null));
  let done = 0;
  for (const stride of strides) {
    const isOn = (index: number, length: number): boolean => index % stride === 0 || index === length - 1;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (!isOn(row, rows) || !isOn(column, columns) || cells[row]![column] !== null) continue;
        if (done++ >= count) return cells;
        cells[row]![column] = 1;
      }
    }
  }
  return cells;
}

/** Whether the block holds the point, in units of the grid's indices. */
const holds = (
  block: { left: number; right: number; top: number; bottom: number },
  row: number,
  column: number,
): boolean => block.left <= column && column <= block.right && block.top <= row && row <= block.bottom;

describe('finestLattice', () => {
  const check = (
    name: string,
    cells: Cell[][],
    rows: readonly number[] | null,
    columns: readonly number[] = [],
  ): void => {
    it(name, () => {
      assert.deepEqual(finestLattice(cells), rows === null ? null : { rows, columns });
    });
  };
  check('is null before the first cell', grid('...', '...'), null);
  check('is null for an empty grid', [], null);
  check('is the whole of a complete grid', grid('xx', 'xx', 'xx'), [0, 1, 2], [0, 1]);
  check('is the whole of a single row', grid('xxx'), [0], [0, 1, 2]);
  check('counts cells that are not finite as computed', grid('xn', 'nx'), [0, 1], [0, 1]);
  check('is a coarse pass with its last row and column', grid('x.xx', '....', 'x.xx', 'x.xx'), [0, 2, 3], [0, 2, 3]);
  check('ignores an unfinished finer pass', grid('xxx.x', '.....', 'x.x.x', '.....', 'x.x.x'), [0, 2, 4], [0, 2, 4]);
  check('takes the rows of an unfinished first pass', grid('x.x', '...', 'x..'), [0], [0, 2]);
  it('leaves no gap in a fine grid whose pass grows outwards from the middle', () => {
    const count = 301;
    for (const done of [700, 1600, 3397, 5900, 12_000]) {
      const cells: Cell[][] = Array.from({ length: count }, () => Array<Cell>(count).fill(null));
      for (const { row, column } of coarseToFine(count, count).flat().slice(0, done)) cells[row]![column] = 1;
      const lattice = finestLattice(cells)!;
      // A complete pass has at least a quarter of what is done.
      assert.ok(lattice.rows.length * lattice.columns.length >= done / 8, `${done} cells`);
      const base = blocks(cells, lattice).slice(0, lattice.rows.length * lattice.columns.length);
      const area = base.reduce((sum, { left, right, top, bottom }) => sum + (right - left) * (bottom - top), 0);
      assert.equal(area, count * count, `${done} cells`);
    }
  });
  it('has only computed cells, and once a pass is complete no larger gap than its stride', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 21 }),
        fc.integer({ min: 1, max: 21 }),
        fc.nat(441),
        (rows, columns, count) => {
          const cells = evaluated(rows, columns, [8, 4, 2, 1], count);
          const lattice = finestLattice(cells);
          if (lattice === null) return assert.equal(count, 0);
          for (const row of lattice.rows) for (const column of lattice.columns) assert.equal(cells[row]![column], 1);
          for (const stride of [8, 4, 2, 1]) {
            const pass = evaluated(rows, columns, [stride], 441);
            if (!pass.every((line, row) => line.every((cell, column) => cell === null || cells[row]![column] === 1)))
              continue;
            for (const indices of [lattice.rows, lattice.columns]) {
              for (let i = 1; i < indices.length; i++) assert.ok(indices[i]! - indices[i - 1]! <= stride);
            }
          }
        },
      ),
      { seed: 20260801 },
    );
  });
});

describe('blocks', () => {
  const cut = (cells: Cell[][]): readonly number[][] =>
    blocks(cells, finestLattice(cells)!).map(({ left, right, top, bottom }) => [left, right, top, bottom]);

  it('cover a complete grid with one cell each', () => {
    assert.deepEqual(cut(grid('xx')), [
      [-0.5, 0.5, -0.5, 0.5],
      [0.5, 1.5, -0.5, 0.5],
    ]);
  });
  it('reach to the midpoints of a coarse lattice and to the edges', () => {
    assert.deepEqual(cut(grid('x.x', '...', 'x.x')), [
      [-0.5, 1, -0.5, 1],
      [1, 2.5, -0.5, 1],
      [-0.5, 1, 1, 2.5],
      [1, 2.5, 1, 2.5],
    ]);
  });
  it('reach no further than half a step where nothing is computed beyond', () => {
    assert.deepEqual(cut(grid('x.x', '...', '...', '...', '...')), [
      [-0.5, 1, -0.5, 1],
      [1, 2.5, -0.5, 1],
    ]);
  });
  it('paint a finer cell after the lattice, over no more than its surroundings', () => {
    const painted = blocks(grid('xxx', '...', 'x.x'), { rows: [0, 2], columns: [0, 2] });
    assert.equal(painted.length, 5);
    assert.deepEqual(painted.at(-1), { row: 0, column: 1, left: 0.5, right: 1.5, top: -0.5, bottom: 1 });
  });
  it('show every computed cell at its own place, whenever the evaluation stops', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 17 }),
        fc.integer({ min: 1, max: 17 }),
        fc.integer({ min: 1, max: 289 }),
        (rows, columns, count) => {
          const cells = evaluated(rows, columns, [8, 4, 2, 1], count);
          const painted = blocks(cells, finestLattice(cells)!);
          for (const [row, line] of cells.entries()) {
            for (const [column, cell] of line.entries()) {
              if (cell === null) continue;
              const top = painted.findLast(block => holds(block, row, column));
              assert.deepEqual([top?.row, top?.column], [row, column]);
            }
          }
        },
      ),
      { seed: 20260802 },
    );
  });
});
