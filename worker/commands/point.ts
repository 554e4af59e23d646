import { openCheckpoint } from '../checkpoint/open.ts';
import type { Position } from '../checkpoint/position.ts';
import { BasinError, inputError, messageOf } from '../errors.ts';
import { alignBinding } from '../model/align.ts';
import { bindCheckpoint } from '../model/bind.ts';
import { nameInProject } from '../project.ts';
import { siblingsOf } from './openModel.ts';
import type { Problem } from './problem.ts';

/** A point of a problem's parameter space that another checkpoint is. */
export interface Point {
  /** The checkpoint's path as results name it. */
  readonly name: string;
  /** What provenance would give as the checkpoint's digest. */
  readonly digest: string;
  readonly position: Position;
  /** Laid out as the objective's `origin`. */
  readonly theta: Float32Array;
  /** Its own running means and variances, laid out as the objective's `statistics`. */
  readonly statistics: Float32Array;
  /** What a reader of numbers at this point should know, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads another checkpoint of a problem's architecture as a point of its parameter space.
 * Throws `input` or `incomplete`, naming both checkpoints, where it is of another architecture or not finite.
 */
export async function openPoint(problem: Problem, path: string): Promise<Point> {
  const name = nameInProject(problem.project, path);
  const checkpoint = await openCheckpoint(path);
  try {
    const binding = await bindCheckpoint(problem.model, checkpoint, {
      parameters: problem.parameters,
      constants: problem.project.constants,
      siblings: siblingsOf(path),
    }).catch(error => {
      if (!(error instanceof BasinError) || error.kind !== 'input') throw error;
      throw inputError(`${name} is not of the architecture of ${problem.checkpoint}: ${messageOf(error)}`, error);
    });
    const first = { name: problem.checkpoint, binding: problem.binding };
    const { theta, statistics, differing } = alignBinding(first, { name, binding });
    return {
      name,
      digest: binding.digest,
      position: checkpoint.position,
      theta,
      statistics,
      notes: differing.length === 0 ? [] : [heldNote(problem.checkpoint, name, differing)],
    };
  } finally {
    await checkpoint.close();
  }
}

const heldNote = (first: string, other: string, names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} stayed as in ${first}, and ${other} has other values there.`;
