import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Decode, number, object, optional } from '../decode.ts';
import { BasinError } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import type { Position } from './position.ts';

/** What a trainer of Hugging Face's transformers notes beside a checkpoint (`TrainerState`). */
export const TRAINER_STATE = 'trainer_state.json';

/** It holds the history of the losses too, some hundred bytes for each time one was logged. */
const BYTES_MAX = 64 << 20;

interface TrainerState {
  readonly global_step: number;
  /** With the part of the epoch that was under way, which is none of a whole epoch's. */
  readonly epoch?: number | undefined;
}

const decodeState: Decode<TrainerState> = object<TrainerState>({ global_step: number, epoch: optional(number) });

/**
 * How far training was, as the trainer noted in a checkpoint's folder; null where it did not, or not so that it can be
 * read: the note is a help, and no part of the checkpoint.
 */
export async function trainerPosition(folder: string): Promise<Position | null> {
  try {
    const path = permittedPath(join(folder, TRAINER_STATE));
    if ((await stat(path)).size > BYTES_MAX) return null;
    const { global_step: step, epoch } = decodeState(JSON.parse(await readFile(path, 'utf8')), '');
    return { step: countOrNull(step), epoch: countOrNull(epoch) };
  } catch (error) {
    if (error instanceof BasinError && error.kind === 'outside') throw error;
    return null;
  }
}

const countOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
