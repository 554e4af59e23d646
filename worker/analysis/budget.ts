/** Chooses a grid that can be computed in a given time, from what its first cells take. */

import type { Objective } from '../objective/objective.ts';
import type { NormalizationStatistics } from '../objective/statistics.ts';
import { pointOnPlane } from '../vector.ts';
import { type Box, coordinates } from './grid.ts';
import { forEachInLanes } from './lanes.ts';
import { cellValue, type Directions, type KnownCells } from './surface.ts';

/** Cells along each side of the grids to choose from. All are odd, so that every one holds the middle. */
export const gridCounts = [51, 41, 31, 25, 21, 15, 11, 7] as const;

/** A finer grid is offered as long as it takes no more than this many times the budget; the next finer one always is. */
const PATIENCE = 10;

/** Where cells are so quick that these first ones are over sooner, they are repeated until so many milliseconds passed. */
const MEASURED = 300;

/** Cells of the first plane that every grid of odd counts over the same box holds, and what a cell takes. */
export interface FirstCells extends KnownCells {
  readonly secondsPerCell: number;
}

/** What first cells are computed of. */
export interface FirstCellsPlan {
  readonly directions: Directions;
  readonly box: Box;
  /** As of a `SurfacePlan`. */
  readonly statistics?: NormalizationStatistics;
  /** Seconds from which on downwards it need not be known how long a cell takes, since every grid fits. */
  readonly quick: number;
}

/**
 * Computes the origin, then the corners and the middles of the sides of a box, and its middle where that is not the origin.
 * Throws `interrupted` when the signal fires.
 */
export async function firstCells(
  objective: Objective,
  { directions, box, statistics, quick }: FirstCellsPlan,
  signal: AbortSignal,
): Promise<FirstCells> {
  const origin = cellValue(await objective.evaluate(objective.origin, signal, statistics));
  const [columns, rows] = [box.x, box.y].map(({ half, middle }) => coordinates(3, half, middle)) as [
    number[],
    number[],
  ];
  const places = rows.flatMap(y => columns.map(x => ({ x, y }))).filter(({ x, y }) => x !== 0 || y !== 0);
  const cells: FirstCells['cells'][number][] = [];
  const started = performance.now();
  const ends: number[] = [];
  // The opening of sessions counts here, and so this errs upwards.
  const isQuick = (): boolean => (performance.now() - started) / 1000 <= quick * ends.length;
  const queue = untilMeasured(places, started, isQuick);
  await forEachInLanes(queue, objective.concurrency, signal, async ({ x, y, isNew }, either) => {
    const point = pointOnPlane(objective.origin, directions.x, x, directions.y, y);
    const evaluation = await objective.evaluate(point, either, statistics);
    ends.push(performance.now());
    if (isNew) cells.push({ plane: 0, x, y, value: cellValue(evaluation) });
  });
  return { origin, cells, secondsPerCell: interval(started, ends, objective.concurrency) / 1000 };
}

/** Every place once, and again as long as too little time has passed to tell how long one takes, where that matters. */
function* untilMeasured<T extends object>(
  places: readonly T[],
  started: number,
  isQuick: () => boolean,
): Generator<T & { isNew: boolean }> {
  for (const place of places) yield { ...place, isNew: true };
  while (performance.now() - started < MEASURED && !isQuick()) {
    for (const place of places) yield { ...place, isNew: false };
  }
}

/**
 * Milliseconds between two cells' ends, from the later half of them where there are enough: each lane's first cell opens
 * its session, and says nothing of the others. Where the half comes out slower than all together, chance made it so.
 */
function interval(started: number, ends: readonly number[], lanes: number): number {
  const all = (ends.at(-1)! - started) / ends.length;
  if (ends.length <= 2 * lanes) return all;
  const skipped = Math.max(lanes, Math.floor(ends.length / 2));
  return Math.min(all, (ends.at(-1)! - ends[skipped - 1]!) / (ends.length - skipped));
}

/** The longest that a cell may take for the finest of `gridCounts` to be computed in so many seconds. */
export const quickCell = (seconds: number): number => seconds / gridCounts[0] ** 2;

/** The finest of `gridCounts` whose cells are computed in so many seconds, else the coarsest. */
export const countWithin = (secondsPerCell: number, seconds: number): number =>
  gridCounts.find(count => count * count * secondsPerCell <= seconds) ?? gridCounts.at(-1)!;

/** The grid to offer next to one that was computed within a budget; null where that is the finest. */
export function finerCount(count: number, secondsPerCell: number, budgetSeconds: number): number | null {
  const finer = gridCounts.filter(candidate => candidate > count);
  return finer.find(candidate => candidate ** 2 * secondsPerCell <= PATIENCE * budgetSeconds) ?? finer.at(-1) ?? null;
}
