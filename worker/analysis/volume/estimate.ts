import { uniforms } from '../../direction/gaussian.ts';

/** An estimate of the logarithm of a mean of positive numbers, all of them known by their logarithms. */
export interface LogMean {
  /** ln of the mean. */
  readonly value: number;
  /**
   * Between them lies the value with about 95 %, by a bootstrap over the numbers; `upper` is null where the estimate is
   * only a lower bound.
   */
  readonly lower: number;
  readonly upper: number | null;
  /** (Σw)²/Σw²: how many equal numbers would say as much. */
  readonly effectiveSamples: number;
  /** Sample standard deviation of the logarithms. */
  readonly deviation: number;
  /**
   * `lower bound`: a few of the numbers make up the mean, so that larger ones, which make up the true mean, are likely to
   * be missing among them. No interval of the numbers themselves can tell how much.
   */
  readonly verdict: 'estimate' | 'lower bound';
}

/** With fewer effective samples a mean is only a lower bound. */
export const EFFECTIVE_SAMPLES_MIN = 100;

const RESAMPLES = 1000;

/** A smaller sum of weights relative to the mean has lost digits, or is 0: the numbers that make up the mean were not drawn. */
const LEAST_SUM = 1e-290;

/**
 * The logarithm of the mean of e^ℓ over the ℓ given, without overflow.
 * @param seed of the bootstrap's draws.
 */
export function logMean(logs: ArrayLike<number>, seed: number): LogMean {
  const count = logs.length;
  const all = Array.from(logs);
  const value = logMeanExp(all);
  const mean = all.reduce((sum, log) => sum + log, 0) / count;
  const deviation = Math.sqrt(all.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (count - 1));
  const effectiveSamples = Math.exp(Math.log(count) + 2 * value - logMeanExp(all.map(log => 2 * log)));
  const isEstimate = effectiveSamples >= EFFECTIVE_SAMPLES_MIN;
  const [lower, upper] = bootstrap(all, value, seed);
  return {
    value,
    lower,
    upper: isEstimate ? upper : null,
    effectiveSamples,
    deviation: count > 1 ? deviation : Number.NaN,
    verdict: isEstimate ? 'estimate' : 'lower bound',
  };
}

function logMeanExp(logs: readonly number[]): number {
  const largest = logs.reduce((best, log) => Math.max(best, log), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
}

/** Quantiles of 2.5 % and 97.5 % of means over numbers drawn with replacement. */
function bootstrap(logs: readonly number[], value: number, seed: number): readonly [number, number] {
  const count = logs.length;
  const weights = logs.map(log => Math.exp(log - value));
  const draws = uniforms([seed, 'bootstrap'], RESAMPLES * count);
  const means = Array.from({ length: RESAMPLES }, (_, resample) => {
    const drawn = (index: number): number => Math.floor(((draws[resample * count + index]! + 1) / 2) * count);
    let sum = 0;
    for (let index = 0; index < count; index++) sum += weights[drawn(index)]!;
    if (sum >= LEAST_SUM) return value + Math.log(sum / count);
    return logMeanExp(Array.from(logs, (_, index) => logs[drawn(index)]!));
  }).sort((one, other) => one - other);
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!];
}
