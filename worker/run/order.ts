import type { RunResult } from '../results.ts';

/** What checkpoints are ordered by. */
export interface Placed {
  readonly file: string;
  readonly step: number | null;
  readonly epoch: number | null;
  readonly written: number;
}

/** By what the checkpoints of a run are ordered: the step if all of them tell it, else the epoch, else the time. */
export function orderOf(checkpoints: readonly Placed[]): RunResult['order'] {
  if (checkpoints.length === 0) return 'time';
  if (checkpoints.every(({ step }) => step !== null)) return 'step';
  return checkpoints.every(({ epoch }) => epoch !== null) ? 'epoch' : 'time';
}

/** The checkpoints in order, the earliest first, those of unknown place last; equal ones by the time they were written, then by name. */
export function inOrder<T extends Placed>(checkpoints: readonly T[], order: RunResult['order']): T[] {
  const place = (one: T): number => (order === 'time' ? 0 : (one[order] ?? Number.MAX_VALUE));
  return checkpoints.toSorted(
    (a, b) => place(a) - place(b) || a.written - b.written || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0),
  );
}
