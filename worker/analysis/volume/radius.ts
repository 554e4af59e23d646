/** Where a basin ends along a ray. */
export interface Radius {
  /** The distance at which the cutoff is reached; the last one that was tried where it is not. */
  readonly radius: number;
  /** Half the width of the bracket that holds ln r: the relative error of the radius. */
  readonly relativeError: number;
  /** `open`: not reached within `farthest`. */
  readonly end: 'found' | 'open';
  /** How often the divergence was computed. */
  readonly evaluations: number;
}

export interface RadiusOptions {
  /** The divergence at which the basin ends. */
  readonly cutoff: number;
  /** Where to look first. */
  readonly start: number;
  /** No ray is followed beyond it. */
  readonly farthest: number;
  /** Half the width of the bracket that ends the search, relative to the radius. */
  readonly tolerance: number;
}

/** A step of the bracketing changes the radius by so much at most. */
const FACTOR_MAX = 16;

/** The first guess is made so much longer or shorter than a divergence that grows as r² would have it, to pass the root. */
const OVERSHOOT = 1.05;

/**
 * The distance at which a divergence first found below its cutoff passes it. Between two points on both sides the search
 * is Brent's (1973, chapter 4) on ln(divergence/cutoff) as a function of ln r, which is nearly a straight line of slope 2
 * where the divergence is nearly quadratic. What is not a number lies beyond the end.
 *
 * Where the divergence is not monotonous there can be several ends; which of them is found depends on `start`, as it does
 * for any method that does not look everywhere. Throws what `divergence` throws.
 */
export async function findRadius(
  divergence: (radius: number) => Promise<number>,
  { cutoff, start, farthest, tolerance }: RadiusOptions,
): Promise<Radius> {
  let evaluations = 0;
  const height = async (logRadius: number): Promise<number> => {
    evaluations++;
    const value = await divergence(Math.exp(logRadius));
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    return value > 0 ? Math.log(value / cutoff) : Number.NEGATIVE_INFINITY;
  };
  let low: Point | null = null;
  let high: Point | null = null;
  let at = Math.log(Math.min(start, farthest));
  const last = Math.log(farthest);
  while (low === null || high === null) {
    const point: Point = { x: at, f: await height(at) };
    if (point.f < 0) low = point;
    else high = point;
    if (low !== null && high === null && low.x >= last) {
      return { radius: farthest, relativeError: 0, end: 'open', evaluations };
    }
    if (low !== null && high !== null) break;
    const direction = low === null ? -1 : 1;
    const guess = Number.isFinite(point.f) ? Math.abs(point.f) / 2 + Math.log(OVERSHOOT) : Math.log(FACTOR_MAX);
    // Twice as far each time, for where the divergence grows more slowly than r².
    at = Math.min(last, at + direction * Math.min(guess, Math.log(FACTOR_MAX)) * 2 ** (evaluations - 1));
    if (at < Math.log(Number.MIN_VALUE) / 2) {
      // Nothing but the point itself is inside.
      return { radius: 0, relativeError: 0, end: 'found', evaluations };
    }
  }
  const { x, error } = await brent(height, low, high, tolerance);
  return { radius: Math.exp(x), relativeError: error, end: 'found', evaluations };
}

interface Point {
  readonly x: number;
  readonly f: number;
}

/** What is out of all proportion would spoil interpolations: e³⁰ times the cutoff serves as well. */
const finite = ({ x, f }: Point): Point => ({ x, f: Math.max(-30, Math.min(30, f)) });

/** Brent's root finder: between two points of different sign, to half a bracket of `tolerance`. */
async function brent(
  f: (x: number) => Promise<number>,
  low: Point,
  high: Point,
  tolerance: number,
): Promise<{ readonly x: number; readonly error: number }> {
  // `best` is the last approximation, `other` on the opposite side, `before` the approximation before.
  let before = finite(low);
  let best = finite(high);
  let other = before;
  let step = best.x - before.x;
  let stepBefore = step;
  for (;;) {
    if (Math.abs(other.f) < Math.abs(best.f)) [before, best, other] = [best, other, best];
    const half = (other.x - best.x) / 2;
    if (best.f === 0) return { x: best.x, error: 0 };
    if (Math.abs(half) <= tolerance) {
      // Inside the bracket the line through its ends is far closer than half of it, which is what is known for certain.
      return { x: best.x - (best.f * 2 * half) / (other.f - best.f), error: Math.abs(half) };
    }
    const secant = Math.abs(stepBefore) >= tolerance && Math.abs(before.f) > Math.abs(best.f);
    const next = secant ? interpolated(before, best, other) : 0;
    const isInward = Math.sign(next) === Math.sign(half);
    if (isInward && Math.abs(next) < Math.min(1.5 * Math.abs(half) - tolerance / 2, Math.abs(stepBefore) / 2)) {
      [stepBefore, step] = [step, next];
    } else {
      step = stepBefore = half;
    }
    before = best;
    // A step of the tolerance at least, towards the other side, so that the bracket closes from both sides.
    const x = best.x + (Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance);
    best = finite({ x, f: await f(x) });
    if (Math.sign(best.f) === Math.sign(other.f)) {
      other = before;
      step = stepBefore = best.x - before.x;
    }
  }
}

/** The step to the root of the parabola in f through three points, or of the line through two. */
function interpolated(before: Point, best: Point, other: Point): number {
  const s = best.f / before.f;
  if (before.x === other.x) return (-(other.x - best.x) * s) / (1 - s);
  const t = before.f / other.f;
  const r = best.f / other.f;
  const p = s * ((other.x - best.x) * t * (t - r) - (best.x - before.x) * (r - 1));
  return -p / ((t - 1) * (r - 1) * (s - 1));
}
