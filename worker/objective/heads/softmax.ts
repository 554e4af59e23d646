/** Sums over the logits of one target, stable however large they are. */

/** Where the logits of one counted target lie: one a class, `stride` apart. */
export interface Place {
  readonly start: number;
  readonly stride: number;
  readonly classes: number;
}

type Numbers = Float32Array | Float64Array;

/**
 * KL(p ‖ q) for logits x and y: ln Σ p·e^δ − Σ p·δ with δ = y − x, in which nothing of the size of the logits cancels, so
 * that nearly equal predictions have the divergence that their difference makes.
 */
export function divergenceOf(x: Numbers, y: Numbers, place: Place): number {
  const { start, stride, classes } = place;
  const own = summarize(x, place);
  const other = summarize(y, place);
  if (own.argMax < 0 || other.argMax < 0) return Number.NaN;
  const logTotal = Math.log1p(own.rest);
  const likeliest = start + own.argMax * stride;
  const shift = y[likeliest]! - x[likeliest]!;
  let mean = 0;
  let growth = 0;
  for (let index = 0; index < classes; index++) {
    const at = start + index * stride;
    const logShare = x[at]! - own.max - logTotal;
    const difference = y[at]! - x[at]! - shift;
    mean += Math.exp(logShare) * difference;
    // A class that was next to impossible may have become likely.
    growth +=
      difference > 1
        ? Math.exp(logShare + difference) - Math.exp(logShare)
        : Math.exp(logShare) * Math.expm1(difference);
  }
  if (Number.isFinite(growth)) return Math.log1p(growth) - mean;
  return other.max + Math.log1p(other.rest) - (own.max + logTotal) - shift - mean;
}

/**
 * The first maximum of strided numbers, and Σ exp(x − max) over all others, with which log Σ exp x is
 * max + log(1 + rest). A NaN among them makes all NaN and no index the maximum.
 */
export function summarize(
  data: Numbers,
  { start, stride, classes }: Place,
): { max: number; argMax: number; rest: number } {
  let max = Number.NEGATIVE_INFINITY;
  let argMax = 0;
  for (let index = 0; index < classes; index++) {
    const value = data[start + index * stride]!;
    if (Number.isNaN(value)) return { max: Number.NaN, argMax: -1, rest: Number.NaN };
    if (value > max) {
      max = value;
      argMax = index;
    }
  }
  let rest = 0;
  for (let index = 0; index < classes; index++) {
    if (index !== argMax) rest += Math.exp(data[start + index * stride]! - max);
  }
  return { max, argMax, rest };
}
