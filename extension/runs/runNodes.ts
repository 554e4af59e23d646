/** The rows of the view of runs as its commands receive them, and what else may name a run or a checkpoint. Pure. */
import { join } from 'node:path';
import type { RunCheckpoint } from '../../worker/results.ts';
import type { Measuring, RunState } from './runSource.ts';
import { standingOf } from './runTexts.ts';

export interface RunNode {
  readonly kind: 'run';
  readonly folder: string;
}

export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly folder: string;
  /** The file's path. */
  readonly path: string;
  readonly checkpoint: RunCheckpoint;
}

/** Says in a row how many checkpoints have none. */
export interface RestNode {
  readonly kind: 'rest';
  readonly folder: string;
  readonly count: number;
}

export type RunsNode = RunNode | CheckpointNode | RestNode;

/** So many checkpoints of a run have a row, the last ones: VS Code takes every row in hand, seen or not. */
export const rowsMax = 1000;

/** The rows below a run's, in the run's order. */
export function checkpointNodes(
  { folder, result }: RunState,
  nodeOf: (folder: string, checkpoint: RunCheckpoint) => RunsNode = checkpointNode,
  most = rowsMax,
): readonly RunsNode[] {
  const checkpoints = result?.checkpoints ?? [];
  const left = Math.max(0, checkpoints.length - most);
  const rest: readonly RestNode[] = left === 0 ? [] : [{ kind: 'rest', folder, count: left }];
  return [...rest, ...checkpoints.slice(left).map(checkpoint => nodeOf(folder, checkpoint))];
}

export const checkpointNode = (folder: string, checkpoint: RunCheckpoint): CheckpointNode => ({
  kind: 'checkpoint',
  folder,
  path: join(folder, checkpoint.file),
  checkpoint,
});

/** By which VS Code knows a row again when the view has changed. */
export function idOf(node: RunsNode): string {
  if (node.kind !== 'checkpoint') return `${node.kind}:${node.folder}`;
  const { path, checkpoint } = node;
  // A file that was written over is a row of its own, beside that of its successor.
  return `checkpoint:${path}${checkpoint.present ? '' : `:${checkpoint.provenance?.checkpoint.digest ?? checkpoint.written}`}`;
}

/** What `when` clauses ask of a row. */
export function contextOf(node: RunsNode, measuring: Measuring | undefined): string {
  switch (node.kind) {
    case 'run':
      return measuring?.phase === 'running' || measuring?.phase === 'waiting' ? 'run.measuring' : 'run.idle';
    case 'checkpoint':
      return `checkpoint.${standingOf(node.checkpoint)}`;
    case 'rest':
      return 'rest';
  }
}

/** The folder of the run that a command was given: by a row, a link or another part of the extension. */
export function folderOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  if (typeof given !== 'object' || given === null) return undefined;
  if ('folder' in given && typeof given.folder === 'string') return given.folder;
  return 'fsPath' in given && typeof given.fsPath === 'string' ? given.fsPath : undefined;
}

/** The path of the file that a command was given: by a row of a checkpoint that is still there, or as a URI. */
export function fileOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if ('kind' in given) {
    const node = given as RunsNode;
    return node.kind === 'checkpoint' && node.checkpoint.present ? node.path : undefined;
  }
  return 'fsPath' in given && typeof given.fsPath === 'string' ? given.fsPath : undefined;
}
