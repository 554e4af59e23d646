import type { Evaluation } from '../objective/evaluation.ts';
import type { Objective } from '../objective/objective.ts';
import type { Progress } from '../results.ts';
import { pointOnPlane } from '../vector.ts';
import { coarseToFine } from './grid.ts';
import { forEachInLanes } from './lanes.ts';
import { whileWorking } from './snapshots.ts';

export interface Directions {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** The directions of each plane, and the coordinates of the grid on all of them. */
export interface SurfacePlan {
  readonly planes: readonly Directions[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Which statistics normalisations use, in every cell and at every checkpoint; absent: the checkpoint's own. */
  readonly statistics?: 'recomputed';
  /** Checkpoints in the first plane, or near it. */
  readonly path?: readonly PathPlace[];
}

/** A checkpoint's projection on a plane, and the checkpoint itself, read when its turn comes. */
export interface PathPlace {
  readonly x: number;
  readonly y: number;
  /** Null of the origin. */
  readonly open: (() => Promise<{ readonly theta: Float32Array; readonly statistics: Float32Array }>) | null;
}

/** What is known of a checkpoint of a path: the objective at itself, and at its projection on the plane. */
export interface PathValue {
  readonly own: CellValue | null;
  readonly projected: CellValue | null;
}

/** What is kept of the objective at a point: the examples' own losses would be far larger than the surface. */
export type CellValue = Pick<Evaluation, 'loss' | 'standardError' | 'accuracy'>;

/** A plane's cells, rows by y, columns by x; `null` where not computed yet. */
export type CellTable = readonly (readonly (CellValue | null)[])[];

/** What has been computed of a surface. */
export interface PartialSurface {
  readonly origin: CellValue;
  /** By plane. */
  readonly planes: readonly CellTable[];
  /** By checkpoint of the path. */
  readonly path: readonly PathValue[];
  readonly progress: Progress;
  /** Seconds between one cell's end and the next; `null` until enough is done to say. */
  readonly secondsPerCell: number | null;
}

/** What was computed of a surface before. */
export interface KnownCells {
  readonly origin: CellValue;
  readonly cells: readonly {
    readonly plane: number;
    readonly x: number;
    readonly y: number;
    readonly value: CellValue;
  }[];
  /** By checkpoint of the path, where there is one. */
  readonly path?: readonly PathValue[];
  readonly secondsPerCell: number | null;
}

/**
 * Evaluates the objective on a grid of planes, coarse to fine, the planes by turns in each pass, and after the first pass
 * along the path.
 * Yields the same growing tables again and again, first with the origin alone; the last ones are complete.
 * @param known cells that are known already, where there are any; those on the grid are not computed again.
 * Throws `interrupted` when the signal fires; what was yielded before stays valid.
 */
export async function* surface(
  objective: Objective,
  plan: SurfacePlan,
  signal: AbortSignal,
  known: KnownCells | null = null,
): AsyncGenerator<PartialSurface> {
  const started = performance.now();
  const origin = known?.origin ?? cellValue(await objective.evaluate(objective.origin, signal, plan.statistics));
  const afterOrigin = performance.now();
  const { planes, path, todo } = begin(plan, origin, known);
  const total = plan.planes.length * plan.x.length * plan.y.length + 2 * path.length;
  let done = total - todo.length;
  let computed = 0;
  const secondsPerCell = (): number | null => {
    // The first cells open the engine and say nothing of the others.
    if (computed < Math.min(2 * objective.concurrency, total)) return known?.secondsPerCell ?? null;
    return (performance.now() - afterOrigin) / computed / 1000;
  };
  const snapshot = (): PartialSurface => {
    const seconds = secondsPerCell();
    return {
      origin,
      planes,
      path,
      progress: {
        done,
        total,
        elapsedSeconds: (performance.now() - started) / 1000,
        remainingSeconds: seconds === null ? null : (total - done) * seconds,
      },
      secondsPerCell: seconds,
    };
  };
  yield snapshot();

  const at = async (plane: number, x: number, y: number, own: AbortSignal): Promise<CellValue> => {
    const directions = plan.planes[plane]!;
    const point = pointOnPlane(objective.origin, directions.x, x, directions.y, y);
    return cellValue(await objective.evaluate(point, own, plan.statistics));
  };
  const compute = async (task: Task, own: AbortSignal): Promise<void> => {
    if (task.kind === 'cell') {
      const { plane, row, column } = task;
      planes[plane]![row]![column] = await at(plane, plan.x[column]!, plan.y[row]!, own);
      return;
    }
    const { kind, index } = task;
    const place = plan.path![index]!;
    const value = kind === 'own' ? await ownValue(objective, plan, place, own) : await at(0, place.x, place.y, own);
    path[index] = { ...path[index]!, [kind]: value };
  };
  yield* whileWorking(
    signal,
    either =>
      forEachInLanes(todo, objective.concurrency, either, async (task, ownSignal) => {
        await compute(task, ownSignal);
        computed++;
        done++;
      }),
    snapshot,
  );
}

/** The objective at a checkpoint of the path itself. */
async function ownValue(
  objective: Objective,
  { statistics: mode }: SurfacePlan,
  { open }: PathPlace,
  signal: AbortSignal,
): Promise<CellValue> {
  const { theta, statistics } = await open!();
  return cellValue(await objective.evaluate(theta, signal, mode ?? statistics));
}

export const cellValue = ({ loss, standardError, accuracy }: Evaluation): CellValue => ({
  loss,
  standardError,
  accuracy,
});

/** What is to be evaluated: a cell, or a checkpoint of the path. */
type Task =
  | { readonly kind: 'cell'; readonly plane: number; readonly row: number; readonly column: number }
  | { readonly kind: keyof PathValue; readonly index: number };

/** Tables and a path with what is known already, and everything else in the order to compute it. */
function begin({ planes, x, y, path: places = [] }: SurfacePlan, origin: CellValue, known: KnownCells | null) {
  const values = new Map(known?.cells.map(cell => [`${cell.plane} ${cell.x} ${cell.y}`, cell.value]));
  for (const plane of planes.keys()) values.set(`${plane} 0 0`, origin);
  const tables: (CellValue | null)[][][] = planes.map(() => y.map(() => x.map(() => null)));
  const passes = coarseToFine(y.length, x.length).map(pass => {
    const todo: Task[] = [];
    for (const [plane, table] of tables.entries()) {
      for (const { row, column } of pass) {
        const value = values.get(`${plane} ${x[column]!} ${y[row]!}`);
        if (value === undefined) todo.push({ kind: 'cell', plane, row, column });
        else table[row]![column] = value;
      }
    }
    return todo;
  });
  const path = places.map((place, index): PathValue => {
    const before = known?.path?.[index];
    return {
      own: place.open === null ? origin : (before?.own ?? null),
      projected: place.x === 0 && place.y === 0 ? origin : (before?.projected ?? null),
    };
  });
  const onPath = path.flatMap((value, index) =>
    (['own', 'projected'] as const).flatMap((kind): Task[] => (value[kind] === null ? [{ kind, index }] : [])),
  );
  return { planes: tables, path, todo: [...passes[0]!, ...onPath, ...passes.slice(1).flat()] };
}
