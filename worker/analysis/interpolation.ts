/** The loss on the straight line through two points, and the barrier between them. */
import { type Evaluation, standardErrorOfMean } from '../objective/evaluation.ts';
import { type Barrier, type Cell, type Progress, toJsonNumber } from '../results.ts';
import { coarseToFine } from './grid.ts';
import { forEachInLanes } from './lanes.ts';
import { whileWorking } from './snapshots.ts';

/** A loss on the line: on one split, and with one kind of statistics. */
export interface LineObjective {
  /** At t, 0 at one end and 1 at the other. Throws `interrupted` when the signal fires. */
  evaluate(t: number, signal: AbortSignal): Promise<Evaluation>;
}

/** The loss at a point of the line. */
export interface LineCell extends Pick<Evaluation, 'loss' | 'standardError' | 'accuracy'> {
  /** Over the sample; null where the loss has no classes, or there are fewer than two examples. */
  readonly accuracyStandardError: number | null;
  /** L(t) − ((1−t)·L(0) + t·L(1)). */
  readonly rise: number;
  /** Over the sample, example by example; null where examples have no loss of their own. */
  readonly riseStandardError: number | null;
}

/** A curve's points by their places on the line; null where not computed yet. */
export type LineCells = readonly (LineCell | null)[];

export interface PartialInterpolation {
  readonly curves: readonly LineCells[];
  /** Counted in points of all curves. */
  readonly progress: Progress;
}

/** Fewer points than these show nothing between the ends, or beyond them. */
export const leastPoints = (beyond: number): number => (beyond > 0 ? 5 : 3);

/**
 * `points` positions from −beyond to 1 + beyond: evenly from 0 to 1, both exactly, and evenly beyond either end, as nearly
 * the same distance apart as their number allows.
 * @param points at least `leastPoints(beyond)`.
 */
export function linePositions(points: number, beyond: number): number[] {
  const steps = points - 1;
  const wanted = Math.round((steps * beyond) / (1 + 2 * beyond));
  const outside = beyond > 0 ? Math.min(Math.max(wanted, 1), Math.floor((steps - 2) / 2)) : 0;
  const inside = steps - 2 * outside;
  return Array.from({ length: points }, (_, index) => {
    const step = index - outside;
    if (step < 0) return beyond * (step / outside);
    return step <= inside ? step / inside : 1 + beyond * ((step - inside) / outside);
  });
}

/**
 * Evaluates losses along a line, both ends first, then coarse to fine, the curves by turns. Yields the same growing
 * curves again and again; the last ones are complete.
 * @param t positions with 0 and 1 among them.
 * @param concurrency how many evaluations may go on at the same time.
 * @param known what was computed of each curve before, where anything was.
 * Throws `interrupted` when the signal fires; what was yielded before stays valid.
 */
export async function* interpolation(
  objectives: readonly LineObjective[],
  t: readonly number[],
  concurrency: number,
  signal: AbortSignal,
  known: readonly LineCells[] | null = null,
): AsyncGenerator<PartialInterpolation> {
  const started = performance.now();
  const curves: (LineCell | null)[][] = objectives.map((_, curve) => [...(known?.[curve] ?? t.map(() => null))]);
  const order = coarseToFine(1, t.length).map(pass => pass.map(({ column }) => column));
  const left = order.flatMap(pass =>
    curves.flatMap((cells, curve) => pass.flatMap(place => (cells[place] === null ? [{ curve, place }] : []))),
  );
  const ends = [t.indexOf(0), t.indexOf(1)];
  const unfinished = [...new Set(left.map(({ curve }) => curve))];
  const total = objectives.length * t.length;
  const done = (): number => curves.reduce((sum, cells) => sum + cells.filter(cell => cell !== null).length, 0);

  // The first evaluations open the engine and say nothing of the others.
  let afterEnds: { readonly time: number; readonly done: number } | null = null;
  const snapshot = (): PartialInterpolation => {
    const now = performance.now();
    const computed = afterEnds === null ? 0 : done() - afterEnds.done;
    const seconds = computed < concurrency ? null : (now - afterEnds!.time) / computed / 1000;
    const remaining = total - done();
    return {
      curves: curves.map(cells => [...cells]),
      progress: {
        done: done(),
        total,
        elapsedSeconds: (now - started) / 1000,
        remainingSeconds: remaining === 0 ? 0 : seconds === null ? null : remaining * seconds,
      },
    };
  };
  yield snapshot();
  if (left.length === 0) return;

  const work = async (either: AbortSignal): Promise<void> => {
    // Those of a curve that was interrupted are computed again, since no examples' own losses are kept.
    const atEnds = objectives.map((): Evaluation[] => []);
    const endTasks = ends.flatMap((place, end) => unfinished.map(curve => ({ curve, end, place })));
    await forEachInLanes(endTasks, concurrency, either, async ({ curve, end }, own) => {
      atEnds[curve]![end] = await objectives[curve]!.evaluate(end, own);
    });
    for (const { curve, end, place } of endTasks) {
      curves[curve]![place] = cellOf(end, atEnds[curve]![end]!, atEnds[curve]!);
    }
    afterEnds = { time: performance.now(), done: done() };
    const others = left.filter(({ place }) => !ends.includes(place));
    await forEachInLanes(others, concurrency, either, async ({ curve, place }, own) => {
      const evaluation = await objectives[curve]!.evaluate(t[place]!, own);
      curves[curve]![place] = cellOf(t[place]!, evaluation, atEnds[curve]!);
    });
  };
  yield* whileWorking(signal, work, snapshot);
}

/** @param ends the evaluations at 0 and 1. */
function cellOf(t: number, at: Evaluation, ends: readonly Evaluation[]): LineCell {
  const { loss, standardError, accuracy, predictions } = at;
  const [zero, one] = [ends[0]!, ends[1]!];
  return {
    loss,
    standardError,
    accuracy,
    accuracyStandardError: predictions ? standardErrorOfMean(predictions.correct, predictions.counted) : null,
    rise: loss - onLine(t, zero.loss, one.loss),
    riseStandardError: riseStandardError(t, at, zero, one),
  };
}

/** Exactly the ends' own values at 0 and 1. */
const onLine = (t: number, atZero: number, atOne: number): number =>
  t === 0 ? atZero : t === 1 ? atOne : (1 - t) * atZero + t * atOne;

/** Each example has a rise of its own; what it weighs in the mean does not depend on the parameters. */
function riseStandardError(t: number, at: Evaluation, zero: Evaluation, one: Evaluation): number | null {
  const { perExample, weights } = at;
  const [atZero, atOne] = [zero.perExample, one.perExample];
  if (perExample === null || weights === null || atZero === null || atOne === null) return null;
  const sums = perExample.map((loss, index) => weights[index]! * (loss - onLine(t, atZero[index]!, atOne[index]!)));
  return standardErrorOfMean(sums, weights);
}

/** What of a curve's points tells the barrier, as documents hold them. */
export interface Rises {
  readonly rise: readonly Cell[];
  readonly riseStandardError: readonly Cell[] | null;
}

/**
 * The largest rise of the points between 0 and 1, and 0 at least, since the ends lie on the line; null until all of them
 * are computed, or where there is none between. Where one of them, or an end, is no number, neither is the barrier.
 */
export function barrierOf(t: readonly number[], { rise, riseStandardError }: Rises): Barrier | null {
  const places = [...t.keys()].filter(place => t[place]! >= 0 && t[place]! <= 1);
  if (places.some(place => rise[place] === null)) return null;
  const height = (place: number): number => Number(rise[place]);
  const between = places.filter(place => t[place] !== 0 && t[place] !== 1);
  if (between.length === 0) return null;
  const undefinedAt = places.find(place => Number.isNaN(height(place)));
  const highest = between.reduce((best, place) => (height(place) > height(best) ? place : best), between[0]!);
  const place = undefinedAt ?? highest;
  return {
    value: toJsonNumber(undefinedAt === undefined ? Math.max(0, height(place)) : Number.NaN),
    standardError: riseStandardError?.[place] ?? null,
    t: t[place]!,
  };
}
