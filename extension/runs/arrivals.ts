import { isDeepStrictEqual } from 'node:util';
import type { RunCheckpoint, RunResult } from '../../worker/results.ts';
import type { CheckpointOfRun, RunState } from './runSource.ts';

/** Checkpoints of the second listing that the first has not, with this content: those that landed in between. */
export function arrivedBetween(before: RunResult, after: RunResult): readonly RunCheckpoint[] {
  const known = new Set(before.checkpoints.filter(isThere).map(identity));
  return after.checkpoints.filter(checkpoint => isThere(checkpoint) && !known.has(identity(checkpoint)));
}

/** Whether two listings say the same. */
export const isSameListing = (one: RunResult | undefined, other: RunResult): boolean => isDeepStrictEqual(one, other);

/**
 * The second listing, with the first one's objects for checkpoints of which it says the same: what is made of an object
 * need not be made again.
 */
export function withKnownObjects(before: RunResult | undefined, after: RunResult): RunResult {
  if (before === undefined) return after;
  const known = new Map(before.checkpoints.map(each => [`${identity(each)}\0${each.present}`, each]));
  const checkpoints = after.checkpoints.map(each => {
    const same = known.get(`${identity(each)}\0${each.present}`);
    return same !== undefined && isDeepStrictEqual(same, each) ? same : each;
  });
  return { ...after, checkpoints };
}

/** Whether a file of the run is still being written and will have to be looked at again. */
export const awaitsCompletion = ({ checkpoints }: RunResult): boolean =>
  checkpoints.some(({ present, state }) => present && state === 'incomplete');

/** The last checkpoint, in its run's order, of the run of which one was written last; gone ones do not count. */
export function newestOf(runs: readonly RunState[]): CheckpointOfRun | undefined {
  let newest: CheckpointOfRun | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    const there = run.result?.checkpoints.filter(isThere) ?? [];
    const checkpoint = there.at(-1);
    const written = there.reduce((time, each) => Math.max(time, each.written), Number.NEGATIVE_INFINITY);
    if (checkpoint === undefined || written <= latest) continue;
    newest = { run, checkpoint };
    latest = written;
  }
  return newest;
}

/**
 * A listing with what a measuring has found out since. The measuring began with a listing of its own, so that it knows
 * nothing of files that have come, gone or changed meanwhile.
 */
export function withMeasures(listed: RunResult, measured: RunResult): RunResult {
  const found = new Map(measured.checkpoints.filter(isThere).map(each => [identity(each), each]));
  const checkpoints = listed.checkpoints.map(each => (isThere(each) ? (found.get(identity(each)) ?? each) : each));
  return {
    ...listed,
    checkpoints,
    complete: checkpoints.every(({ present, state }) => !present || state === 'measured'),
  };
}

const isThere = ({ present, state }: RunCheckpoint): boolean => present && state !== 'incomplete';

const identity = ({ file, written }: RunCheckpoint): string => `${file}\0${written}`;
