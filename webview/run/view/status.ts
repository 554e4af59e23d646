/** Where a run and its measuring stand, in words, and what the reader can do about it. Pure. */
import type { RunResult } from '../../../worker/results.ts';
import { formatCount, formatDuration } from '../../view/format.ts';
import type { StatusWords } from '../../view/statusWords.ts';
import type { RunPanelState } from '../messages.ts';
import { measureNames } from './measures.ts';

export type RunAction = 'measure' | 'pause' | 'setUp' | 'showLog';

export interface RunStatus extends StatusWords {
  readonly actions: readonly { readonly action: RunAction; readonly label: string; readonly isSuggested: boolean }[];
  /** Whether a budget can be given to what comes next. */
  readonly takesBudget: boolean;
}

export function runStatus({ runs, measuring, remainingSeconds }: RunPanelState): RunStatus {
  const [{ result, problem }] = runs;
  const nothing = { detail: '', progress: null, actions: [], message: null, takesBudget: false };
  if (result === null) {
    return problem === undefined
      ? { ...nothing, headline: 'Looking at the checkpoints…', progress: 'unknown' }
      : { ...nothing, headline: 'Not Readable', message: problem, actions: [showLog] };
  }
  const { total, measured } = countOf(result);
  const left = remaining(remainingSeconds);
  const detail = `${coverage(result, ' measured')}${left}`;
  const message = problem ?? null;
  const begin = (label: string) => ({
    detail,
    progress: null,
    message,
    actions: measured < total ? [measure(label)] : [],
    takesBudget: measured < total,
  });
  switch (measuring?.phase) {
    case undefined:
      if (total === 0) return { ...nothing, message, headline: 'No checkpoint is here yet.' };
      return {
        ...begin('Measure This Run'),
        headline: measured === total ? 'Measured' : measured > 0 ? 'Measured in Part' : 'Not Measured',
        detail: `${coverage(result, '')}${left}`,
      };
    case 'waiting':
      return {
        ...nothing,
        headline: measured === total ? 'Waiting for the Next Checkpoint' : 'Waiting',
        detail: measured === total ? detail : `something else is computed first; ${detail}`,
        message,
        actions: [pause],
      };
    case 'running':
      return {
        ...nothing,
        headline: 'Measuring…',
        detail: running(measuring, detail),
        progress: measuring?.progress ?? 'unknown',
        message,
        actions: [pause],
      };
    case 'paused':
      return { ...begin('Resume'), headline: 'Paused' };
    case 'spent':
      return { ...begin('Go On'), headline: 'Time Is Up' };
    case 'failed':
      return {
        ...begin('Retry'),
        ...failures[measuring?.remedy ?? 'none'],
        message: measuring?.message ?? 'The run could not be measured; the log may say why.',
      };
  }
}

const measure = (label: string) => ({ action: 'measure', label, isSuggested: true }) as const;
const pause = { action: 'pause', label: 'Pause', isSuggested: false } as const;
const showLog = { action: 'showLog', label: 'Show Log', isSuggested: false } as const;

const setUp = { action: 'setUp', label: 'Set Up This Project', isSuggested: true } as const;

const failures = {
  none: { headline: 'Failed', actions: [measure('Retry'), showLog] },
  setUp: { headline: 'Not Set Up Yet', actions: [setUp, { ...measure('Retry'), isSuggested: false }] },
  reopen: { headline: 'Stopped', actions: [], takesBudget: false },
} as const;

/** Of those whose file is there, or that were measured before it went. */
function countOf({ checkpoints }: RunResult): { readonly total: number; readonly measured: number } {
  const counted = checkpoints.filter(({ present, state }) => present || state === 'measured');
  return { total: counted.length, measured: counted.filter(({ state }) => state === 'measured').length };
}

/** `9 of 13 checkpoints measured, 1 failed`; `verb` is left out where the headline says it. */
function coverage(result: RunResult, verb: ' measured' | ''): string {
  const { total, measured } = countOf(result);
  const counts = (['failed', 'incomplete', 'stale'] as const).flatMap(state => {
    const count = result.checkpoints.filter(own => own.present && own.state === state).length;
    return count === 0 ? [] : `${formatCount(count)} ${stateNames[state]}`;
  });
  const all = total > 1 && measured === total;
  const share = all ? `all ${formatCount(total)}` : `${formatCount(measured)} of ${formatCount(total)}`;
  const known = verb === '' && measured === 0 ? formatCount(total) : share;
  return [`${known} ${total === 1 ? 'checkpoint' : 'checkpoints'}${verb}`, ...counts].join(', ');
}

const remaining = (seconds: number | undefined): string =>
  seconds === undefined ? '' : `; what is left takes about ${formatDuration(seconds)}`;

const stateNames = { failed: 'failed', incomplete: 'incomplete', stale: 'with other settings' } as const;

/** `4 of 13, λmax of epoch_008.pt, about 40 s left`. */
function running({ progress, current }: NonNullable<RunPanelState['measuring']>, otherwise: string): string {
  if (progress === undefined) return otherwise;
  const { done, total, remainingSeconds } = progress;
  return [
    `${formatCount(done)} of ${formatCount(total)} ${total === 1 ? 'checkpoint' : 'checkpoints'}`,
    ...(current ? [`${measureNames[current.measure]} of ${current.file}`] : []),
    ...(remainingSeconds === null ? [] : [`about ${formatDuration(remainingSeconds)} left`]),
  ].join(', ');
}
