/** Which checkpoints can be chosen of the runs that are known. Pure. */
import { join } from 'node:path';
import type { RunCheckpoint } from '../../worker/results.ts';
import type { RunState } from './runSource.ts';
import { nameOf } from './runTexts.ts';

/** A checkpoint in a list to choose from. */
export interface CheckpointChoice {
  /** The run's label. */
  readonly run: string;
  readonly label: string;
  readonly description: string;
  readonly path: string;
}

/**
 * All that are there but those that are taken, the latest of each run first, and first of all those of the run that
 * `own` belongs to.
 */
export function checkpointChoices(
  runs: readonly RunState[],
  own: string,
  taken: readonly string[],
): readonly CheckpointChoice[] {
  const choices = runs.map(run => ({ run, of: choicesOf(run) }));
  const isOwn = ({ of }: { readonly of: readonly CheckpointChoice[] }): boolean => of.some(({ path }) => path === own);
  return [...choices.filter(isOwn), ...choices.filter(each => !isOwn(each))]
    .flatMap(({ of }) => of)
    .filter(({ path }) => !taken.includes(path));
}

/** The last checkpoint of a run that is there and whole; `undefined` where there is none. */
export const lastCheckpoint = ({ result }: RunState): RunCheckpoint | undefined =>
  result?.checkpoints.findLast(isThere);

const choicesOf = ({ folder, label: run, result }: RunState): readonly CheckpointChoice[] =>
  (result?.checkpoints ?? [])
    .filter(isThere)
    .map(checkpoint => {
      const { file } = checkpoint;
      const name = nameOf(checkpoint);
      return { run, label: file, description: name === file ? '' : name, path: join(folder, file) };
    })
    .reverse();

const isThere = ({ present, state }: RunCheckpoint): boolean => present && state !== 'incomplete';
