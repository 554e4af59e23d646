import { type ConvexityCell as Cell, CONVEXITY_TOLERANCE, convexityMap } from '../analysis/convexity.ts';
import { coordinates } from '../analysis/grid.ts';
import { leastBasisSize } from '../analysis/sizes.ts';
import { usageError } from '../errors.ts';
import type { ConvexityRequest, GridSize } from '../protocol.ts';
import { type ConvexityCell, type ConvexityUpdate, toJsonNumber } from '../results.ts';
import type { Context } from './context.ts';
import { isMadeOfCheckpoints, openPlanes } from './plane.ts';
import { openProblem } from './problem.ts';

/** A cell costs dozens of Hessian-vector products: a coarse grid is what one waits for. */
const DEFAULT_GRID: GridSize = { columns: 11, rows: 11 };
const GRID_MAX = 101;

/** Yields the growing map of a request; the last result is complete. */
export async function* convexity(request: ConvexityRequest, context: Context): AsyncGenerator<ConvexityUpdate> {
  const { grid: { columns, rows } = DEFAULT_GRID, range = 1 } = request;
  if (Math.min(columns, rows) < 1 || Math.max(columns, rows) > GRID_MAX) {
    throw usageError(
      `A convexity map of ${columns}x${rows} cannot be computed; both numbers go from 1 to ${GRID_MAX}.`,
    );
  }
  if (isMadeOfCheckpoints(request.plane)) {
    throw usageError(
      `A convexity map lies around one checkpoint, and the plane ${request.plane} is made of several; take random, eigen or a directions file.`,
    );
  }
  const problem = await openProblem(request, context, leastBasisSize(2, Number.POSITIVE_INFINITY));
  try {
    const { planes } = await openPlanes(problem, request, context);
    const { plane, directions } = planes[0]!;
    const x = coordinates(columns, range);
    const y = coordinates(rows, range);
    const map = convexityMap(problem.objective, directions, x, y, problem.seed, context.signal);
    for await (const { cells, progress, products } of map) {
      const table = <T>(value: (cell: Cell) => T): (T | null)[][] =>
        cells.map(row => row.map(cell => (cell === null ? null : value(cell))));
      const end = (name: 'largest' | 'smallest') =>
        table((cell): ConvexityCell => {
          if (cell === 'notFinite') return 'NaN';
          const { value, residual, converged } = cell[name];
          return { value, residual, converged };
        });
      yield {
        result: {
          kind: 'convexity',
          checkpoint: problem.checkpoint,
          plane,
          x,
          y,
          largest: end('largest'),
          smallest: end('smallest'),
          ratio: table(cell =>
            cell === 'notFinite' ? 'NaN' : toJsonNumber(Math.abs(cell.smallest.value / cell.largest.value)),
          ),
          tolerance: CONVEXITY_TOLERANCE,
          products,
          complete: progress.done === progress.total,
          provenance: problem.provenance(),
        },
        progress,
        memoryBytes: problem.memoryBytes,
      };
    }
  } finally {
    await problem.close();
  }
}
