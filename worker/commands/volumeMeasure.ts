/** The local volume as a measure of a run's checkpoints: the same numbers as `basin volume` gives, and the same store. */
import type { LocalVolume, Measure, VolumePrior } from '../results.ts';
import { toJsonNumber } from '../results.ts';
import type { Documents } from '../store/documents.ts';
import type { VolumeWish } from '../volumeSettings.ts';
import { keptVolume } from './keptVolume.ts';
import type { Problem } from './problem.ts';
import { localSettings, prepareLocalWith } from './volumeLocal.ts';
import { pairsOfVectors } from './volumePreconditioner.ts';

/** All that is asked of it is `basin volume`'s default, so that one finds what the other kept. */
const { directions, cutoffs, preconditioner } = localSettings({});

/** Pairs of vectors as long as θ that it holds at least. */
export const VOLUME_PAIRS = pairsOfVectors(preconditioner);

/** What a run's volumes are measured with by a prior. */
export const volumeWish = (prior: VolumePrior): VolumeWish => ({
  prior,
  directions,
  preconditioner,
  cutoff: cutoffs[0]!,
});

/** Standard errors from a value to the ends of an interval that holds 95 % of a normal distribution. */
const NORMAL_95 = 1.96;

/**
 * Follows the directions that are not kept; the last step has the measure.
 * Throws `interrupted` when the signal fires, and `usage` where there is no such prior.
 */
export async function* measureVolume(
  problem: Problem,
  prior: VolumePrior,
  documents: Documents | null,
  signal: AbortSignal,
): AsyncGenerator<{ readonly measure: Measure<'log-volume'> | null; readonly secondsLeft: number | null }> {
  const preparing = prepareLocalWith(problem, {}, prior, signal);
  for await (const { values, stage, secondsLeft } of keptVolume('local', problem, documents, preparing, signal)) {
    const { local } = values;
    if (stage !== 'done' || local == null) yield { measure: null, secondsLeft };
    // Who asked for it knows where its own prior comes from, be the same volume kept with another's words.
    else yield { measure: measureOfVolume({ ...local, prior }), secondsLeft: 0 };
  }
}

/**
 * A volume as a measure. Of an estimate the ends are one standard error away, by the directions, their brackets and
 * rounding; of a lower bound the upper end is open, and the lower one is the bootstrap's, which 97.5 % lie above.
 */
export function measureOfVolume(volume: LocalVolume): Measure<'log-volume'> {
  const { logVolume, basin, cutoff, prior, preconditioner, directions, bracketError, roundingError, radii } = volume;
  const { value, lower, upper } = logVolume;
  const end = (other: number): number => {
    const error = Math.hypot((other - Number(value)) / NORMAL_95, bracketError, roundingError ?? 0);
    return Number(value) + Math.sign(other - Number(value)) * error;
  };
  return {
    name: 'log-volume',
    value,
    lower: upper === null ? lower : toJsonNumber(end(Number(lower))),
    upper: upper === null ? null : toJsonNumber(end(Number(upper))),
    converged: typeof value === 'number' && radii.length === directions,
    volume: { basin, cutoff, prior, preconditioner, directions },
  };
}
