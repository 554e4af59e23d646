import { csv } from '../worker/csv.ts';
import type { Cell, PlaneSurface, SurfaceResult } from '../worker/results.ts';

/**
 * A surface as comma-separated values, a line a cell: the plane (from 1), its coordinates and its metrics. What is not
 * computed yet is empty, what is not finite is NaN, Infinity or -Infinity, as pandas and R read them.
 */
export function surfaceCsv(surface: SurfaceResult): string {
  const { x, y } = surface;
  const planes: readonly PlaneSurface[] = [surface, ...(surface.otherPlanes ?? [])];
  const lines = planes.flatMap(({ loss, accuracy, standardError }, plane) =>
    y.flatMap((yAt, row) =>
      x.map((xAt, column) =>
        [
          plane + 1,
          xAt,
          yAt,
          ...[loss, accuracy, standardError].map(table => field(table?.[row]?.[column] ?? null)),
        ].join(),
      ),
    ),
  );
  return `${['plane,x,y,loss,accuracy,standard_error', ...lines].join('\n')}\n`;
}

/** The checkpoints of a plane that is made of them, a line each in the order of training, for the same readers. */
export const pathCsv = ({ path = [] }: SurfaceResult): string =>
  csv(
    ['checkpoint', 'digest', 'step', 'epoch', 'x', 'y', 'distance', 'loss', 'accuracy', 'projected_loss'],
    path.map(({ checkpoint, step, epoch, x, y, distance, loss, accuracy, projectedLoss }) => [
      checkpoint.file,
      checkpoint.digest,
      step,
      epoch,
      x,
      y,
      distance,
      loss,
      accuracy,
      projectedLoss,
    ]),
  );

const field = (cell: Cell): string => (cell === null ? '' : String(cell));
