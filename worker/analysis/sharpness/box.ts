/**
 * The maximum of a smooth function over the box [−1, 1]ⁿ, by a projected limited-memory quasi-Newton method.
 *
 * Coordinates that lie at a bound and are pushed against it are held; the others go along the L-BFGS direction
 * (Nocedal & Wright 2006, algorithm 7.4) of the function restricted to them, and back to the box (two-metric projection,
 * Bertsekas 1982). Where the last step has shown no curvature that would end a rise, as where a loss is convex around a
 * minimum, the model grows without bound, and the step goes to the vertex that the gradient points to: there the function
 * has risen by the gap g·(v − u) at least if it is convex, and that gap is all it can still rise if it is concave
 * (Frank & Wolfe 1956).
 */
import { throwIfAborted } from '../../errors.ts';
import { dot } from '../../vector.ts';

/** A function on the box, with its gradient. */
export type BoxFunction = (
  point: Float64Array,
  signal: AbortSignal,
) => Promise<{ readonly value: number; readonly gradient: Float64Array }>;

export interface BoxOptions {
  /** Ends when no more than this part of the rise since `base` can be gained to first order. */
  readonly tolerance: number;
  /** From what a rise is counted. */
  readonly base: number;
  /** Gradients at most, that at the start included. */
  readonly maxGradients: number;
}

/** Where a search stands; every state is better than the one before. */
export interface BoxState {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly gradients: number;
  /** `stationary`: nothing can be gained to first order; `stalled`: no step along the gradient rises; null: not over. */
  readonly end: 'stationary' | 'stalled' | 'gradients' | null;
}

/** Pairs of steps and changes of the gradient that are kept. */
const MEMORY = 6;

/** The part of the first-order rise that a step must bring. */
const SUFFICIENT = 1e-4;

/** Trials of one step. */
const TRIALS = 6;

/** Less than this part of a step is not tried next. */
const SHORTEST = 0.01;

interface Known {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A step s and what the gradient fell by along it, y; s·y > 0, so that the function is concave along s. */
interface Pair {
  readonly step: Float64Array;
  readonly fall: Float64Array;
}

/**
 * Searches for a maximum from a starting point in the box, yielding after each iteration, the start included.
 * Throws `interrupted` when the signal fires.
 */
export async function* maximizeInBox(
  evaluate: BoxFunction,
  start: Float64Array,
  { tolerance, base, maxGradients }: BoxOptions,
  signal: AbortSignal,
): AsyncGenerator<BoxState> {
  let gradients = 0;
  const at = async (point: Float64Array): Promise<Known> => {
    throwIfAborted(signal);
    gradients++;
    return { point, ...(await evaluate(point, signal)) };
  };
  let here = await at(start);
  let pairs: readonly Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    const state = (end: BoxState['end']): BoxState => ({
      point: here.point,
      value: here.value,
      iterations,
      gradients,
      end,
    });
    const gap = vertexGap(here);
    // Written so that a gap which is no number ends the search too.
    if (!(gap > tolerance * Math.abs(here.value - base))) return yield state('stationary');
    if (gradients >= maxGradients) return yield state('gradients');
    yield state(null);
    let next: Known | null = null;
    for (const direction of directions(here, pairs)) {
      const { tried, found } = await search(here, direction(), at, () => maxGradients - gradients);
      // Steps that went too far tell where the function is concave; none did where it is convex along the first.
      const learnt = tried.flatMap(there => pairOf(here, there) ?? []);
      pairs = learnt.length > 0 ? [...pairs, ...learnt].slice(-MEMORY) : [];
      next = found;
      if (next !== null) break;
    }
    if (next === null) return yield state(gradients >= maxGradients ? 'gradients' : 'stalled');
    here = next;
  }
}

/** The vertex of the box that the gradient points to, as a step; where the gradient is 0 nothing moves. */
const toVertex = ({ point, gradient }: Known): Float64Array =>
  point.map((value, index) => (gradient[index] === 0 ? 0 : Math.sign(gradient[index]!) - value));

/** How much could be gained if the function were linear. */
function vertexGap({ point, gradient }: Known): number {
  let gap = 0;
  for (let index = 0; index < point.length; index++) {
    gap += Math.abs(gradient[index]!) - gradient[index]! * point[index]!;
  }
  return gap;
}

/** What to try in turn: the model's direction, the gradient at the model's scale, and the vertex ahead. */
function directions(here: Known, pairs: readonly Pair[]): readonly (() => Float64Array)[] {
  const ahead = () => toVertex(here);
  if (pairs.length === 0) return [ahead];
  return [() => quasiNewtonDirection(here, pairs), () => quasiNewtonDirection(here, pairs.slice(-1)), ahead];
}

/** Nearer than this to a bound it counts as reached where the gradient points outwards, or less near a maximum. */
const NEAR = 0.01;

/** 0 for the coordinates at a bound that the gradient pushes against it, 1 for the others. */
function freeCoordinates({ point, gradient }: Known): Float64Array {
  let furthest = 0;
  for (let index = 0; index < point.length; index++) {
    furthest = Math.max(furthest, Math.abs(clamp(point[index]! + gradient[index]!) - point[index]!));
  }
  const reached = 1 - Math.min(NEAR, furthest);
  return point.map((value, index) => (Math.abs(value) >= reached && gradient[index]! * value >= 0 ? 0 : 1));
}

/** The direction of the L-BFGS model among the free coordinates; the others go to their bounds. */
function quasiNewtonDirection(here: Known, pairs: readonly Pair[]): Float64Array {
  const { point, gradient } = here;
  const free = freeCoordinates(here);
  const direction = gradient.map((slope, index) => slope * free[index]!);
  const onFree = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let index = 0; index < a.length; index++) sum += free[index]! * a[index]! * b[index]!;
    return sum;
  };
  const usable = pairs
    .map(pair => ({ ...pair, curvature: onFree(pair.step, pair.fall) }))
    .filter(({ step, curvature }) => curvature > 1e-12 * onFree(step, step));
  const newest = usable.at(-1);
  if (!newest) return toVertex(here);
  const add = (factor: number, vector: Float64Array): void => {
    for (let index = 0; index < direction.length; index++) {
      direction[index]! += factor * free[index]! * vector[index]!;
    }
  };
  const weights = usable.toReversed().map(({ step, fall, curvature }) => {
    const weight = onFree(step, direction) / curvature;
    add(-weight, fall);
    return weight;
  });
  const size = newest.curvature / onFree(newest.fall, newest.fall);
  for (let index = 0; index < direction.length; index++) direction[index]! *= size;
  usable.forEach(({ step, fall, curvature }, index) => {
    add(weights[usable.length - 1 - index]! - onFree(fall, direction) / curvature, step);
  });
  return direction.map((value, index) =>
    free[index] === 1 || gradient[index] === 0 ? value : Math.sign(gradient[index]!) - point[index]!,
  );
}

/** The first of a few ever shorter steps along a direction and back to the box that rises enough, and all that were tried. */
async function search(
  here: Known,
  direction: Float64Array,
  at: (point: Float64Array) => Promise<Known>,
  gradientsLeft: () => number,
): Promise<{ tried: readonly Known[]; found: Known | null }> {
  const tried: Known[] = [];
  let length = 1;
  for (let trial = 0; trial < TRIALS && gradientsLeft() > 0; trial++) {
    const point = here.point.map((value, index) => clamp(value + length * direction[index]!));
    const rise = riseTo(here, point);
    if (!(rise > 0)) break;
    const there = await at(point);
    const isUsable = there.gradient.every(Number.isFinite);
    if (isUsable) tried.push(there);
    if (isUsable && there.value >= here.value + SUFFICIENT * rise) return { tried, found: there };
    // The parabola through both values with the slope at the first has its top here.
    const top = (0.5 * rise) / (rise - (there.value - here.value));
    length *= Number.isFinite(top) ? Math.min(Math.max(top, SHORTEST), 0.5) : 0.1;
  }
  return { tried, found: null };
}

const clamp = (value: number): number => Math.min(Math.max(value, -1), 1);

/** g·(point − here). */
function riseTo({ point: from, gradient }: Known, point: Float64Array): number {
  let rise = 0;
  for (let index = 0; index < point.length; index++) rise += gradient[index]! * (point[index]! - from[index]!);
  return rise;
}

/** What a step tells of the curvature; null where the function is not concave along it. */
function pairOf(from: Known, to: Known): Pair | null {
  const step = to.point.map((value, index) => value - from.point[index]!);
  const fall = from.gradient.map((value, index) => value - to.gradient[index]!);
  return dot(step, fall) > 0 ? { step, fall } : null;
}
