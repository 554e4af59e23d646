import type { HeadResult } from './heads.ts';

/** The objective at a point. */
export interface Evaluation {
  readonly loss: number;
  /** Standard error of the mean over the sample; null where examples have no loss of their own or there is only one. */
  readonly standardError: number | null;
  /** Fraction of counted targets predicted right; null where the loss has no classes. */
  readonly accuracy: number | null;
  /** Mean loss of each example's targets; null where the graph only gives a mean. */
  readonly perExample: Float64Array | null;
}

/**
 * The weighted mean of all minibatches' losses, and its standard error as that of a ratio of sums over examples
 * (Cochran 1977, equation 6.13): √(n/(n−1) · Σ (sᵢ − wᵢ·mean)²) / Σ wᵢ, which for equal weights is s/√n.
 */
export function summarizeHeads(batches: readonly HeadResult[]): Evaluation {
  const sums = concatenate(batches.map(batch => batch.sums));
  const weights = concatenate(batches.map(batch => batch.weights));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const loss = sums.reduce((sum, value) => sum + value, 0) / total;
  const squares = sums.reduce((sum, value, index) => sum + (value - weights[index]! * loss) ** 2, 0);
  const count = sums.length;
  const right = batches.every(batch => batch.correct)
    ? batches.reduce((sum, batch) => batch.correct!.reduce((inner, value) => inner + value, sum), 0)
    : null;
  return {
    loss,
    standardError: count > 1 ? Math.sqrt((count / (count - 1)) * squares) / total : null,
    accuracy: right === null ? null : right / total,
    perExample: sums.map((sum, index) => sum / weights[index]!),
  };
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
