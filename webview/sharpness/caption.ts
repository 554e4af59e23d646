/** What was computed, in a sentence. Pure. */
import type { SharpnessResult } from '../../worker/results.ts';
import { formatCount, formatDuration } from '../view/format.ts';

export function sharpnessCaption({ checkpoint, provenance }: SharpnessResult): string {
  const { model, data, split, samples, seed, mode, engine, device, dtype, loss, seconds } = provenance;
  const sample = data === undefined ? '' : `, ${formatCount(samples)} examples of the ${split} split of ${data.file}`;
  return (
    `Sharpness of the mean ${loss} at ${checkpoint} in ${model.file}${sample}, seed ${seed}, ` +
    `${mode.batchNorm === 'held' ? 'BatchNorm statistics held' : 'no BatchNorm'}. ` +
    `Computed by ${engine} on ${device}, ${dtype}, in ${formatDuration(seconds)}.`
  );
}
