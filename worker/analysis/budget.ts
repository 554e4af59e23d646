/** Chooses a grid that can be computed in a given time, from what its first cells take. */
import { pointOnPlane } from '../direction/vector.ts';
import type { Evaluation } from '../objective/evaluation.ts';
import type { Objective } from '../objective/objective.ts';
import type { Directions } from './surface.ts';

/** Cells along each side of the grids to choose from. All are odd, so that every one holds the checkpoint. */
export const gridCounts = [51, 41, 31, 25, 21, 15, 11, 7] as const;

/** A finer grid is offered as long as it takes no more than this many times the budget; the next finer one always is. */
const PATIENCE = 10;

/** Where cells are so quick that these first ones are over sooner, they are repeated until so many milliseconds passed. */
const MEASURED = 300;

/** Cells that every grid of odd counts over the same range holds, and what a cell takes. */
export interface FirstCells {
  readonly origin: Evaluation;
  readonly cells: readonly { readonly x: number; readonly y: number; readonly evaluation: Evaluation }[];
  /** Seconds between one cell's end and the next, all lanes at work. */
  readonly secondsPerCell: number;
}

/** Computes the origin, then the corners and the middles of the sides. Throws `interrupted` when the signal fires. */
export async function firstCells(
  objective: Objective,
  directions: Directions,
  range: number,
  signal: AbortSignal,
): Promise<FirstCells> {
  const origin = await objective.evaluate(objective.origin, signal);
  const sides = [-range, 0, range];
  const places = sides.flatMap(y => sides.map(x => ({ x, y }))).filter(({ x, y }) => x !== 0 || y !== 0);
  const cells: FirstCells['cells'][number][] = [];
  const started = performance.now();
  const ends: number[] = [];
  const queue = untilMeasured(places, started);
  // Stops the others when one fails.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const lanes = Array.from({ length: objective.concurrency }, async () => {
    for (const { x, y, isNew } of queue) {
      const point = pointOnPlane(objective.origin, directions.x, x, directions.y, y);
      const evaluation = await objective.evaluate(point, either);
      ends.push(performance.now());
      if (isNew) cells.push({ x, y, evaluation });
    }
  });
  try {
    await Promise.all(lanes);
  } finally {
    stop.abort();
    await Promise.allSettled(lanes);
  }
  return { origin, cells, secondsPerCell: interval(started, ends, objective.concurrency) / 1000 };
}

/** Every place once, and again as long as too little time has passed to tell how long one takes. */
function* untilMeasured<T extends object>(places: readonly T[], started: number): Generator<T & { isNew: boolean }> {
  for (const place of places) yield { ...place, isNew: true };
  while (performance.now() - started < MEASURED) for (const place of places) yield { ...place, isNew: false };
}

/**
 * Milliseconds between two cells' ends, from the later half of them where there are enough: each lane's first cell opens
 * its session, and says nothing of the others.
 */
function interval(started: number, ends: readonly number[], lanes: number): number {
  if (ends.length <= 2 * lanes) return (ends.at(-1)! - started) / ends.length;
  const skipped = Math.max(lanes, Math.floor(ends.length / 2));
  return (ends.at(-1)! - ends[skipped - 1]!) / (ends.length - skipped);
}

/** The finest of `gridCounts` whose cells are computed in so many seconds, else the coarsest. */
export const countWithin = (secondsPerCell: number, seconds: number): number =>
  gridCounts.find(count => count * count * secondsPerCell <= seconds) ?? gridCounts.at(-1)!;

/** The grid to offer next to one that was computed within a budget; null where that is the finest. */
export function finerCount(count: number, secondsPerCell: number, budgetSeconds: number): number | null {
  const finer = gridCounts.filter(candidate => candidate > count);
  return finer.find(candidate => candidate ** 2 * secondsPerCell <= PATIENCE * budgetSeconds) ?? finer.at(-1) ?? null;
}
