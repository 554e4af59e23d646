/** Where the computation stands, in words, and what the reader can do about it. */

import { formatCount, formatDuration } from './format.ts';
import type { FromPanel, PanelState } from './messages.ts';

export type Action = Exclude<FromPanel['type'], 'ready'>;

export interface StatusView {
  /** Changes with the phase only: what a screen reader announces. */
  readonly headline: string;
  /** How far, how long: changes all the time, and is not announced. */
  readonly detail: string;
  /** `unknown` while it runs without a known end; null while nothing runs. */
  readonly progress: { readonly done: number; readonly total: number } | 'unknown' | null;
  readonly actions: readonly Action[];
  /** The cause and the remedy, where something went wrong. */
  readonly message: string | null;
}

/** What an action's button says; what a finer grid costs stands on it. */
export function actionLabel(action: Action, { surface }: PanelState): string {
  switch (action) {
    case 'cancel':
      return 'Cancel';
    case 'retry':
      return 'Retry';
    case 'showLog':
      return 'Show Log';
    case 'setUp':
      return 'Set Up This Project…';
    case 'refine': {
      const finer = surface?.budget?.finer;
      return finer ? `Refine to ${finer.columns}×${finer.rows} (about ${formatDuration(finer.seconds)})` : 'Refine';
    }
  }
}

export function statusView(state: PanelState): StatusView {
  const { phase, progress, surface } = state;
  const quiet = { detail: '', progress: null, message: null };
  switch (phase) {
    case 'starting':
      return { ...quiet, headline: 'Loading model and data…', progress: 'unknown', actions: ['cancel'] };
    case 'computing':
      return {
        ...quiet,
        headline: 'Computing…',
        detail: progress === undefined ? '' : join(cellsOf(progress), remaining(progress)),
        progress: progress === undefined || progress.total === 0 ? 'unknown' : progress,
        actions: ['cancel'],
      };
    case 'done':
      return {
        ...quiet,
        headline: 'Done',
        detail: surface ? `in ${formatDuration(surface.provenance.seconds)}` : '',
        actions: surface?.budget?.finer ? ['refine'] : [],
      };
    case 'cancelled':
      return {
        ...quiet,
        headline: 'Cancelled',
        detail: progress ? `after ${cellsOf(progress)}` : '',
        actions: ['retry'],
        // After a reload it says why nothing is computed.
        message: state.message ?? null,
      };
    case 'failed':
      return {
        ...quiet,
        headline: state.remedy === 'setUp' ? 'Not Set Up Yet' : 'Failed',
        ...afterFailure(state, 'The computation failed; the log may say why.'),
      };
    case 'stopped':
      return { ...quiet, headline: 'Stopped', ...afterFailure(state, 'The engine stopped; the log may say why.') };
  }
}

const afterFailure = (state: PanelState, otherwise: string): Pick<StatusView, 'detail' | 'actions' | 'message'> => ({
  detail: state.surface && state.progress ? `after ${cellsOf(state.progress)}` : '',
  actions: state.remedy === undefined ? ['retry', 'showLog'] : [state.remedy, 'retry'],
  message: state.message ?? otherwise,
});

const cellsOf = ({ done, total }: { done: number; total: number }): string =>
  `${formatCount(done)} of ${formatCount(total)} cells`;

function remaining({ remainingSeconds }: { remainingSeconds: number | null }): string {
  if (remainingSeconds === null) return '';
  return remainingSeconds < 1 ? 'less than 1 s left' : `about ${formatDuration(Math.ceil(remainingSeconds))} left`;
}

const join = (...parts: readonly string[]): string => parts.filter(part => part !== '').join(', ');
