import { inputError } from '../errors.ts';
import type { HeadResult } from './heads.ts';

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
}

/**
 * The weighted mean of all minibatches' losses, and its standard error as that of a ratio of sums over the examples that
 * count (Cochran 1977, equation 6.13): √(n/(n−1) · Σ (sᵢ − wᵢ·mean)²) / Σ wᵢ, which for equal weights is s/√n.
 * Throws `input` where no target of the sample counts.
 */
export function summarizeHeads(batches: readonly HeadResult[]): Evaluation {
  const sums = concatenate(batches.map(batch => batch.sums));
  const weights = concatenate(batches.map(batch => batch.weights));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) {
    throw inputError(
      'No target of the sample counts: each is "ignoreIndex", or of a class of weight 0; check "targets" and "loss" in basin.json.',
    );
  }
  const loss = sums.reduce((sum, value) => sum + value, 0) / total;
  const squares = sums.reduce((sum, value, index) => sum + (value - weights[index]! * loss) ** 2, 0);
  const examples = weights.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0);
  return {
    loss,
    standardError: examples > 1 ? Math.sqrt((examples / (examples - 1)) * squares) / total : null,
    accuracy: accuracyOf(batches),
    perExample: sums.map((sum, index) => (weights[index] === 0 ? 0 : sum / weights[index]!)),
    weights,
  };
}

function accuracyOf(batches: readonly HeadResult[]): number | null {
  let correct = 0;
  let counted = 0;
  for (const batch of batches) {
    if (batch.correct === null) return null;
    correct += batch.correct;
    counted += batch.counted;
  }
  return correct / counted;
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
