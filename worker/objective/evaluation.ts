import { inputError } from '../errors.ts';
import type { HeadResult } from './heads/head.ts';

/** The objective at a point. */
export interface Evaluation {
  /** The mean over the sample's counted targets, plus the penalty of a weight decay. */
  readonly loss: number;
  /** Standard error of the mean over the sample; null where examples have no loss of their own or there is only one. */
  readonly standardError: number | null;
  /** Fraction of counted targets predicted right; null where the loss has no classes. */
  readonly accuracy: number | null;
  /**
   * Mean loss of each example's counted targets, 0 where none counts; null where the graph only gives a mean.
   * Their mean by `weights` is the loss without penalty.
   */
  readonly perExample: Float64Array | null;
  /** Weight of each example in the mean, 0 where no target of it counts; null where `perExample` is. */
  readonly weights: Float64Array | null;
  /** Absent where the loss has no classes. */
  readonly predictions?: Predictions;
}

/** How many of each example's targets count, and how many of those were predicted right. */
export interface Predictions {
  readonly counted: Float64Array;
  readonly correct: Float64Array;
}

/** Why a sample has no mean. */
export const nothingCounts = (): Error =>
  inputError(
    'No target of the sample counts: each is "ignoreIndex", or of a class of weight 0; check "targets" and "loss" in basin.json.',
  );

/**
 * The standard error of Σ sᵢ / Σ wᵢ, a ratio of sums over the n examples that count (Cochran 1977, equation 6.13):
 * √(n/(n−1) · Σ (sᵢ − wᵢ·mean)²) / Σ wᵢ, which for equal weights is s/√n; null where fewer than two examples count.
 */
export function standardErrorOfMean(sums: Float64Array, weights: Float64Array): number | null {
  const total = totalOf(weights);
  const mean = totalOf(sums) / total;
  const squares = sums.reduce((sum, value, index) => sum + (value - weights[index]! * mean) ** 2, 0);
  const examples = weights.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0);
  return examples > 1 ? Math.sqrt((examples / (examples - 1)) * squares) / total : null;
}

/**
 * The weighted mean of all minibatches' losses, and its standard error.
 * Throws `input` where no target of the sample counts.
 */
export function summarizeHeads(batches: readonly HeadResult[]): Evaluation {
  const sums = concatenate(batches.map(batch => batch.sums));
  const weights = concatenate(batches.map(batch => batch.weights));
  const total = totalOf(weights);
  if (total === 0) throw nothingCounts();
  const predictions = predictionsOf(batches);
  return {
    loss: totalOf(sums) / total,
    standardError: standardErrorOfMean(sums, weights),
    accuracy: predictions && totalOf(predictions.correct) / totalOf(predictions.counted),
    perExample: sums.map((sum, index) => (weights[index] === 0 ? 0 : sum / weights[index]!)),
    weights,
    ...(predictions && { predictions }),
  };
}

function predictionsOf(batches: readonly HeadResult[]): Predictions | null {
  const correct = batches.map(batch => batch.correct);
  if (!correct.every(own => own !== null)) return null;
  return { counted: concatenate(batches.map(batch => batch.counted)), correct: concatenate(correct) };
}

const totalOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
