/** A surface's document, from what is computed and back. */
import { finerCount } from '../analysis/budget.ts';
import type { CellTable, CellValue, KnownCells, PartialSurface, PathValue, SurfacePlan } from '../analysis/surface.ts';
import { type Cell, type PlanePoint, type PlaneSurface, type SurfaceResult, toJsonNumber } from '../results.ts';
import type { StoredSurface } from '../store/store.ts';
import { assembleSurface } from '../surfaceDocument.ts';
import type { PlanePath, Planes } from './plane.ts';
import type { Problem } from './problem.ts';

/** What a surface is computed of, besides the plan. */
export interface SurfaceContext {
  readonly problem: Problem;
  readonly planes: Planes;
  /** Seconds that the grid was chosen to fit; null where it was given. */
  readonly budget: number | null;
  /** What was kept of an earlier computation that this one goes on with. */
  readonly kept: StoredSurface | null;
}

/** The document of what has been computed by now. */
export function surfaceResult(
  { problem, planes: { planes, path: made }, budget, kept }: SurfaceContext,
  { x, y, statistics }: SurfacePlan,
  { origin, planes: tables, path, progress, secondsPerCell }: PartialSurface,
): SurfaceResult {
  const surfaces = planes.map(({ plane }, index) => planeSurface(plane, tables[index]!, origin));
  const provenance = problem.provenance(statistics);
  const before = kept?.result.provenance;
  const onPath = path.reduce((sum, { own, projected }) => sum + (own ? 1 : 0) + (projected ? 1 : 0), 0);
  return {
    kind: 'surface',
    checkpoint: problem.checkpoint,
    x,
    y,
    ...assembleSurface(x, y, surfaces, {
      loss: toJsonNumber(origin.loss),
      accuracy: origin.accuracy,
      standardError: origin.standardError === null ? null : toJsonNumber(origin.standardError),
    }),
    ...(made && { path: made.points.map((point, index) => planePoint(point, path[index]!)) }),
    evaluations: {
      cells: progress.done - onPath,
      examples: progress.done * Math.max(problem.objective.samples, 1),
    },
    ...(budget !== null && {
      budget: { seconds: budget, finer: finerGrid(x.length, planes.length, secondsPerCell, budget) },
    }),
    complete: progress.done === progress.total,
    provenance: {
      ...provenance,
      notes: [...provenance.notes, ...(made?.notes ?? [])],
      // Computing began when it first did, and took what all parts of it took.
      ...(before && { time: before.time, seconds: before.seconds + provenance.seconds }),
    },
  };
}

/** A kept path under the names that its files have now. */
export const withCurrentPath = (result: SurfaceResult, made: PlanePath | undefined): SurfaceResult =>
  result.path === undefined || made === undefined
    ? result
    : { ...result, path: result.path.map((point, index) => ({ ...point, ...placeOf(made.points[index]!) })) };

const placeOf = ({
  checkpoint: { source, position },
}: PlanePath['points'][number]): Pick<PlanePoint, 'checkpoint' | 'step' | 'epoch'> => ({
  checkpoint: source,
  step: position.step,
  epoch: position.epoch,
});

const planePoint = (point: PlanePath['points'][number], { own, projected }: PathValue): PlanePoint => ({
  ...placeOf(point),
  x: point.x,
  y: point.y,
  distance: point.distance,
  loss: own && toJsonNumber(own.loss),
  accuracy: own?.accuracy ?? null,
  projectedLoss: projected && toJsonNumber(projected.loss),
});

/** The cells of a surface that was interrupted. */
export function knownCells({ result, cost }: StoredSurface): KnownCells {
  const { x, y, origin, path } = result;
  const planes: readonly PlaneSurface[] = [result, ...(result.otherPlanes ?? [])];
  const cells = planes.flatMap(({ loss, accuracy, standardError }, plane) =>
    y.flatMap((yAt, row) =>
      x.flatMap((xAt, column) => {
        const own = number(loss[row]?.[column]);
        if (own === null) return [];
        const value: CellValue = {
          loss: own,
          accuracy: number(accuracy?.[row]?.[column]),
          standardError: number(standardError?.[row]?.[column]),
        };
        return [{ plane, x: xAt, y: yAt, value }];
      }),
    ),
  );
  return {
    origin: { loss: Number(origin.loss), accuracy: origin.accuracy, standardError: number(origin.standardError) },
    cells,
    ...(path !== undefined && { path: path.map(knownPath) }),
    secondsPerCell: cost.secondsPerCell,
  };
}

/** Standard errors along a path are not told, and so not kept. */
const knownPath = ({ loss, accuracy, projectedLoss }: PlanePoint): PathValue => ({
  own: loss === null ? null : { loss: Number(loss), accuracy, standardError: null },
  projected: projectedLoss === null ? null : { loss: Number(projectedLoss), accuracy: null, standardError: null },
});

const number = (cell: Cell | undefined): number | null => (cell === null || cell === undefined ? null : Number(cell));

function planeSurface(plane: PlaneSurface['plane'], cells: CellTable, origin: CellValue): PlaneSurface {
  const table = (value: (cell: CellValue) => number | null): Cell[][] =>
    cells.map(row =>
      row.map(cell => {
        const own = cell && value(cell);
        return own === null ? null : toJsonNumber(own);
      }),
    );
  return {
    plane,
    loss: table(({ loss }) => loss),
    accuracy: origin.accuracy === null ? null : table(({ accuracy }) => accuracy),
    standardError: origin.standardError === null ? null : table(({ standardError }) => standardError),
  };
}

function finerGrid(
  count: number,
  planes: number,
  secondsPerCell: number | null,
  budget: number,
): NonNullable<SurfaceResult['budget']>['finer'] {
  if (secondsPerCell === null) return null;
  const seconds = planes * secondsPerCell;
  const finer = finerCount(count, seconds, budget);
  return finer === null ? null : { columns: finer, rows: finer, seconds: finer * finer * seconds };
}
