/** What was computed, in a sentence. Pure. */
import type { LocalVolume, VolumeResult } from '../../worker/results.ts';
import { originOf, STRETCHES } from '../../worker/volumeTexts.ts';
import { formatCount, formatDuration, formatNumber } from '../view/format.ts';
import { formatCutoff } from './numbers.ts';

export function volumeCaption({ checkpoint, local, function: ofFunction, provenance }: VolumeResult): string {
  const { model, data, split, samples, seed, mode, engine, device, dtype, seconds } = provenance;
  const what = local === null && ofFunction !== null ? 'Volume of the function' : 'Volume';
  // A function is held on points of both splits, which its own numbers tell.
  const sample =
    data === undefined || (local === null && ofFunction !== null)
      ? ''
      : `, ${formatCount(samples)} examples of the ${split} split of ${data.file}`;
  return (
    `${what} of ${checkpoint} in ${model.file}${sample}, seed ${seed}, ` +
    `${mode.batchNorm === 'held' ? 'BatchNorm statistics held' : 'no BatchNorm'}.${local === null ? '' : ` ${basinText(local)}`} ` +
    `Computed by ${engine} on ${device}, ${dtype}, in ${formatDuration(seconds)}.`
  );
}

/** The basin and the prior, on which every number of the local volume depends. */
const basinText = ({ basin, cutoff, prior, logMasses, preconditioner }: LocalVolume): string =>
  `Basin: ${basin === 'kl' ? `mean KL up to ${formatCutoff(cutoff)} nats` : `loss up to ${formatCutoff(cutoff)} above the checkpoint’s`}, ` +
  `${formatCount(logMasses.length)} directions stretched by ${STRETCHES[preconditioner]}. ` +
  `Prior: normal about 0, σ = ${formatNumber(prior.sigma)}, ${originOf(prior)}.`;
