/** The compared checkpoints as the runs that they are of, so that their measures can be drawn against the step. Pure. */
import type { ComparedCheckpoint, CompareResult, RunCheckpoint, RunResult } from '../../../worker/results.ts';
import { type RunCharts, runCharts, type StyledRun } from '../../run/view/series.ts';
import { defaultRunView } from '../../run/view/settings.ts';

/** By what checkpoints are placed here; when they were written is no part of a comparison. */
const kinds = ['step', 'epoch'] as const;

/**
 * Null where fewer than two places on one axis are known: what has no step, and a single place, makes no line. Checkpoints
 * of one folder are taken for a run, and are joined.
 */
export function stepCharts({ checkpoints }: CompareResult): RunCharts | null {
  const known = (kind: (typeof kinds)[number]): number => new Set(checkpoints.flatMap(own => own[kind] ?? [])).size;
  const [axis] = kinds.toSorted((a, b) => known(b) - known(a));
  if (axis === undefined || known(axis) < 2) return null;
  const placed = checkpoints.filter(own => own[axis] !== null);
  return runCharts(runsOf(placed, axis), { ...defaultRunView, axis });
}

function runsOf(checkpoints: readonly ComparedCheckpoint[], order: RunResult['order']): readonly StyledRun[] {
  const folders = [...new Set(checkpoints.map(({ checkpoint }) => folderOf(checkpoint)))];
  return folders.map((folder, style) => {
    const own = checkpoints.filter(({ checkpoint }) => folderOf(checkpoint) === folder).map(runCheckpoint);
    return { label: folder, style, result: { kind: 'run', folder, order, checkpoints: own, complete: true } };
  });
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.search(/[\\/][^\\/]*$/)));

const runCheckpoint = ({
  checkpoint,
  step,
  epoch,
  measures,
  provenance,
  problem,
}: ComparedCheckpoint): RunCheckpoint => ({
  file: checkpoint.slice(folderOf(checkpoint).length).replace(/^[\\/]/, ''),
  present: true,
  step,
  epoch,
  written: 0,
  bytes: 0,
  state: problem === undefined ? 'measured' : 'failed',
  ...(problem !== undefined && { reason: problem }),
  measures,
  ...(provenance !== undefined && { provenance }),
});
