/** What was measured, on what and how, in a sentence. Pure. */
import type { RunCheckpoint, RunResult } from '../../../worker/results.ts';
import { isSameVolume, volumeNotes } from '../../../worker/volumeSettings.ts';
import { formatCount } from '../../view/format.ts';
import type { StyledRun } from './series.ts';

/** Of the last checkpoint that was measured; empty where nothing was. */
export function runCaption({ label, result }: StyledRun): string {
  const provenance = result.checkpoints.findLast(own => own.provenance !== undefined)?.provenance;
  if (provenance === undefined) return '';
  const { model, data, samples, mode, engine, device, dtype, loss, parameters } = provenance;
  const sample = data === undefined ? '' : `, ${formatCount(samples)} training examples of ${data.file}`;
  return (
    `${label}: mean ${loss} in ${model.file} (${formatCount(parameters.count)} parameters)${sample}, ` +
    `${mode.batchNorm === 'held' ? 'BatchNorm statistics held' : 'no BatchNorm'}. Computed by ${engine} on ${device}, ${dtype}.`
  );
}

/** What was measured with other settings is not drawn. */
const drawnOf = ({ checkpoints }: RunResult): readonly RunCheckpoint[] =>
  checkpoints.filter(({ state }) => state !== 'stale');

/** With what volumes were measured, and that they are lower bounds where they are; empty where there are none. */
export function volumesCaption({ label, result }: StyledRun): string {
  const notes = volumeNotes(drawnOf(result).map(({ file, measures }) => ({ name: file, measures })));
  return notes.length === 0 ? '' : `${label}: ${notes.join(' ')}`;
}

/** That runs side by side have volumes by different priors; empty where they have not. */
export function volumesApart(runs: readonly StyledRun[]): string {
  const [first, ...others] = runs.flatMap(
    ({ result }) =>
      drawnOf(result)
        .flatMap(({ measures }) => measures.flatMap(own => own.volume ?? []))
        .at(-1) ?? [],
  );
  if (first === undefined || others.every(own => isSameVolume(own, first))) return '';
  return 'The runs’ volumes are by different priors, so that they cannot be held against each other; measure them with the same --sigma in a terminal.';
}

/** `epoch_003.pt: the file ends …` of the checkpoints of which something went wrong, the newest first. */
export const failureTexts = ({ result }: StyledRun, most: number): string[] => {
  const failed = result.checkpoints.filter(({ state, present }) => state === 'failed' && present).toReversed();
  const more = failed.length - most;
  return [
    ...failed
      .slice(0, most)
      .map(({ file, reason }) => (reason?.startsWith(file) ? reason : `${file}: ${reason ?? 'failed'}`)),
    ...(more > 0 ? [`${formatCount(more)} more failed; the table names them.`] : []),
  ];
};
