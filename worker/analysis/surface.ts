import { pointOnPlane } from '../direction/vector.ts';
import type { Evaluation } from '../objective/evaluation.ts';
import type { Objective } from '../objective/objective.ts';
import type { Progress } from '../results.ts';
import type { FirstCells } from './budget.ts';
import { type CellIndex, coarseToFine } from './grid.ts';

export interface Directions {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A plane's directions and the coordinates of a grid on it. */
export interface SurfacePlan {
  readonly directions: Directions;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What has been computed of a surface; `null` cells are not computed yet. Rows by y, columns by x. */
export interface PartialSurface {
  readonly origin: Evaluation;
  readonly cells: readonly (readonly (Evaluation | null)[])[];
  readonly progress: Progress;
  /** Seconds between one cell's end and the next; `null` until enough is done to say. */
  readonly secondsPerCell: number | null;
}

/** Milliseconds between partial results: often enough to look alive, seldom enough to cost nothing. */
const UPDATE_INTERVAL = 150;

/**
 * Evaluates the objective on a grid of a plane, coarse to fine.
 * Yields the same growing table again and again, first with the origin alone; the last one is complete.
 * @param first cells that are known already, where there are any; those on the grid are not computed again.
 * Throws `interrupted` when the signal fires; what was yielded before stays valid.
 */
export async function* surface(
  objective: Objective,
  plan: SurfacePlan,
  signal: AbortSignal,
  first: FirstCells | null = null,
): AsyncGenerator<PartialSurface> {
  const started = performance.now();
  const cells: (Evaluation | null)[][] = plan.y.map(() => plan.x.map(() => null));
  const total = plan.x.length * plan.y.length;
  const origin = first?.origin ?? (await objective.evaluate(objective.origin, signal));
  const afterOrigin = performance.now();
  const known = new Map(first?.cells.map(({ x, y, evaluation }) => [`${x} ${y}`, evaluation]));
  known.set('0 0', origin);
  const todo: CellIndex[] = [];
  for (const index of coarseToFine(plan.y.length, plan.x.length)) {
    const there = known.get(`${plan.x[index.column]!} ${plan.y[index.row]!}`);
    if (there === undefined) todo.push(index);
    else cells[index.row]![index.column] = there;
  }
  let done = total - todo.length;
  let computed = 0;
  const secondsPerCell = (): number | null => {
    // The first cells open the engine and say nothing of the others.
    if (computed < Math.min(2 * objective.concurrency, total)) return first?.secondsPerCell ?? null;
    return (performance.now() - afterOrigin) / computed / 1000;
  };
  const snapshot = (): PartialSurface => {
    const seconds = secondsPerCell();
    return {
      origin,
      cells,
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

  // Stops the evaluations under way when one fails and when the caller wants no more.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const queue = todo[Symbol.iterator]();
  const evaluateCells = async (): Promise<void> => {
    for (const { row, column } of queue) {
      const x = plan.x[column]!;
      const y = plan.y[row]!;
      const point = pointOnPlane(objective.origin, plan.directions.x, x, plan.directions.y, y);
      cells[row]![column] = await objective.evaluate(point, either);
      computed++;
      done++;
    }
  };
  const evaluations = Array.from({ length: objective.concurrency }, evaluateCells);
  const all = Promise.all(evaluations);
  const ended = all.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([ended, pause(UPDATE_INTERVAL)]))) yield snapshot();
    await all;
    yield snapshot();
  } finally {
    stop.abort();
    await Promise.allSettled(evaluations);
  }
}

const pause = (milliseconds: number): Promise<false> =>
  new Promise(resolve => setTimeout(resolve, milliseconds, false));
