/** The terminal line that measures a run as the panel shows it. */
import { basename } from 'node:path';
import { RUN_MEASURE_NAMES, type RunCheckpoint, type RunResult } from '../worker/results.ts';
import { option, pathWord, sampleWords } from './surfaceCommand.ts';

/**
 * The words of the command that measures the same of every checkpoint. What nothing was measured of is measured with the
 * project's own settings.
 *
 * @param folder The run's, as the terminal reaches it.
 */
export function runCommand({ checkpoints }: RunResult, folder: string): readonly string[] {
  const provenance = checkpoints.findLast(own => own.provenance !== undefined)?.provenance;
  return [
    'basin',
    'run',
    pathWord(folder),
    ...(provenance === undefined ? [] : sampleWords(provenance)),
    ...volumeWords(checkpoints),
    ...option('out', runFileName(folder, 'json')),
  ];
}

/** Volumes are measured only where they are asked for, and by the prior that was named where one was. */
export function volumeWords(checkpoints: readonly Pick<RunCheckpoint, 'measures'>[]): readonly string[] {
  const volume = checkpoints.flatMap(({ measures }) => measures.flatMap(own => own.volume ?? [])).at(-1);
  if (volume === undefined) return [];
  const { sigma, from } = volume.prior;
  return [...option('measures', RUN_MEASURE_NAMES.join()), ...option('sigma', from === 'request' ? sigma : undefined)];
}

/** What a run's exported file is called: `batch-32-run.csv`. */
export const runFileName = (folder: string, extension: string): string =>
  `${basename(folder.replaceAll('\\', '/'))}-run.${extension}`;
