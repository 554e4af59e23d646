/** Where a comparison stands, in words, and what the reader can do about it. Pure. */

import { shortNames } from '../../../worker/checkpointNames.ts';
import type { CompareResult, InterpolateResult } from '../../../worker/results.ts';
import { measureNames } from '../../run/view/measures.ts';
import { formatCount, formatDuration } from '../../view/format.ts';
import type { StatusWords } from '../../view/statusWords.ts';
import type { ComparePanelState, Part, PartPhase } from '../messages.ts';

export type CompareAction = 'cancel' | 'compute' | 'showLog';

export interface CompareStatus extends StatusWords {
  /** How the page as a whole looks. */
  readonly phase: PartPhase;
  readonly actions: readonly {
    readonly action: CompareAction;
    readonly label: string;
    readonly isSuggested: boolean;
  }[];
}

const ALONE =
  'The extension no longer answers, and what it computed has come to an end; what was finished is kept. Close this panel and open it again to go on.';

export function compareStatus(state: ComparePanelState): CompareStatus {
  if (state.document !== undefined) return documentStatus(state);
  const parts = partsOf(state);
  const quiet = { detail: '', progress: null, message: null };
  const missing = parts.filter(({ phase }) => phase !== 'done').length;
  const kept = `${formatCount(parts.length - missing)} of ${formatCount(parts.length)} parts computed`;
  if (state.isAlone) return { ...quiet, phase: 'stopped', headline: 'Stopped', message: ALONE, actions: [] };
  const stopped = parts.find(({ phase }) => phase === 'stopped');
  if (isComputing(state)) {
    return {
      ...quiet,
      phase: 'computing',
      headline: 'Computing…',
      ...whatIsComputed(state),
      actions: [{ action: 'cancel', label: 'Cancel', isSuggested: false }],
    };
  }
  if (stopped !== undefined) {
    return {
      ...quiet,
      phase: 'stopped',
      headline: 'Stopped',
      detail: kept,
      message: stopped.message ?? 'The engine stopped; the log may say why.',
      actions: [resume('Resume'), showLog],
    };
  }
  if (parts.every(({ phase }) => phase === 'idle')) {
    return { ...quiet, phase: 'idle', headline: 'Not Computed', detail: '', actions: [resume('Compute')] };
  }
  if (parts.some(({ phase }) => phase === 'cancelled' || phase === 'idle')) {
    return { ...quiet, phase: 'cancelled', headline: 'Cancelled', detail: kept, actions: [resume('Resume')] };
  }
  const failed = parts.filter(({ phase }) => phase === 'failed').length;
  if (failed > 0) {
    return {
      ...quiet,
      phase: 'failed',
      headline: failed === parts.length ? 'Failed' : 'Done in Part',
      detail: `${kept}; what failed says why in its place`,
      actions: [{ ...resume('Retry'), isSuggested: failed === parts.length }, showLog],
    };
  }
  return { ...quiet, phase: 'done', headline: 'Done', detail: '', actions: [] };
}

/** Nothing of a result file can be computed. */
function documentStatus({ measures, interpolation }: ComparePanelState): CompareStatus {
  const { phase, result, message }: Part<CompareResult | InterpolateResult> = interpolation ?? measures;
  if (result === undefined) {
    return { phase, headline: 'Failed', detail: '', progress: null, message: message ?? null, actions: [] };
  }
  const detail = result.complete ? 'read-only' : 'read-only, saved before it was complete';
  return { phase, headline: 'Result file,', detail, progress: null, message: null, actions: [] };
}

export const isComputing = (state: ComparePanelState): boolean =>
  [...partsOf(state), ...(state.interpolation === null ? [] : [state.interpolation])].some(
    ({ phase }) => phase === 'waiting' || phase === 'computing',
  );

/** What is computed without being asked for one by one. */
const partsOf = ({ surfaces, measures }: ComparePanelState): readonly Part<unknown>[] => [...surfaces, measures];

const resume = (label: string) => ({ action: 'compute', label, isSuggested: true }) as const;
const showLog = { action: 'showLog', label: 'Show Log', isSuggested: false } as const;

function whatIsComputed({
  checkpoints,
  surfaces,
  measures,
  interpolation,
}: ComparePanelState): Pick<StatusWords, 'detail' | 'progress'> {
  const names = shortNames(checkpoints);
  const at = surfaces.findIndex(({ phase }) => phase === 'computing');
  if (at >= 0) {
    const which = `landscape ${formatCount(at + 1)} of ${formatCount(surfaces.length)}, ${names[at]}`;
    return progressOf(surfaces[at]!, which, 'cells');
  }
  if (measures.phase === 'computing') {
    const { current } = measures;
    const which =
      current == null
        ? 'measures'
        : `${current.measure === 'eigenvalues' ? 'eigenvalues' : measureNames[current.measure]} of ${names[current.index] ?? ''}`;
    return progressOf(measures, which, 'checkpoints');
  }
  if (interpolation?.phase === 'computing') {
    return progressOf(interpolation, `between ${names[interpolation.from]} and ${names[interpolation.to]}`, 'points');
  }
  return { detail: '', progress: 'unknown' };
}

function progressOf(
  { progress }: Part<unknown>,
  which: string,
  counted: string,
): Pick<StatusWords, 'detail' | 'progress'> {
  if (progress === undefined || progress.total === 0) return { detail: which, progress: 'unknown' };
  const { done, total, remainingSeconds } = progress;
  return {
    detail: [
      which,
      `${formatCount(done)} of ${formatCount(total)} ${counted}`,
      ...(remainingSeconds === null
        ? []
        : [remainingSeconds < 1 ? 'less than 1 s left' : `about ${formatDuration(Math.ceil(remainingSeconds))} left`]),
    ].join(', '),
    progress,
  };
}
