import { join } from 'node:path';
import { openCheckpoint } from '../checkpoint/open.ts';
import type { Position } from '../checkpoint/position.ts';
import { BasinError } from '../errors.ts';

/** A checkpoint, and how far training was. */
export interface CheckpointLook extends Position {
  readonly is: 'checkpoint';
}

/** A file that is not whole yet, or no checkpoint, and why. */
export interface OtherLook {
  readonly is: 'incomplete' | 'other';
  readonly reason: string;
}

/** What a file is, by its content. */
export type Look = CheckpointLook | OtherLook;

/**
 * Opens a file to see what it is; no parameter is read. A file that has gone meanwhile is `incomplete`, since nothing is
 * known of what it was.
 */
export async function lookAt(folder: string, file: string): Promise<Look> {
  try {
    const checkpoint = await openCheckpoint(join(folder, file));
    const { step, epoch } = checkpoint.position;
    await checkpoint.close();
    return { is: 'checkpoint', step, epoch };
  } catch (error) {
    if (!(error instanceof BasinError)) throw error;
    return { is: error.kind === 'incomplete' ? 'incomplete' : 'other', reason: error.message };
  }
}
