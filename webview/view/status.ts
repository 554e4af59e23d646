/** Where the computation stands, in words, and what the reader can do about it. */

import type { PanelState } from '../messages.ts';
import { formatCount, formatDuration } from './format.ts';
import type { StatusWords } from './statusWords.ts';

export type Action = 'cancel' | 'resume' | 'retry' | 'refine' | 'setUp' | 'showLog';

export interface StatusView extends StatusWords {
  readonly actions: readonly Action[];
}

/** What an action's button says; what a finer grid costs stands on it. */
export function actionLabel(action: Action, { surface, resumable }: PanelState): string {
  switch (action) {
    case 'cancel':
      return 'Cancel';
    case 'resume':
      return 'Resume';
    case 'retry':
      return resumable === undefined ? 'Retry' : 'Start Over';
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
  const { phase, progress, surface, resumable } = state;
  const quiet = { detail: '', progress: null, message: null };
  const again: readonly Action[] = resumable === undefined ? ['retry'] : ['resume', 'retry'];
  if (state.document !== undefined) return { ...quiet, headline: 'Result file,', ...ofDocument(state), actions: [] };
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
        detail: after(state),
        actions: again,
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
  detail: state.surface ? after(state) : '',
  actions:
    state.remedy === 'reopen'
      ? []
      : state.remedy !== undefined
        ? [state.remedy, 'retry']
        : state.resumable === undefined
          ? ['retry', 'showLog']
          : ['resume', 'retry', 'showLog'],
  message: state.message ?? otherwise,
});

/** A file that cannot be shown says why; one that was saved in mid-grid says so. */
const ofDocument = ({ document, surface, message, phase }: PanelState): Pick<StatusView, 'detail' | 'message'> => ({
  detail: surface && !surface.complete ? 'read-only, saved before its grid was complete' : 'read-only',
  message: message ?? (phase === 'failed' ? `${document} could not be shown.` : null),
});

/** How far it came: what is kept for going on counts more than what the last attempt reported. */
function after({ resumable, progress }: PanelState): string {
  const reached = resumable ?? progress;
  return reached ? `after ${cellsOf(reached)}` : '';
}

const cellsOf = ({ done, total }: { done: number; total: number }): string =>
  `${formatCount(done)} of ${formatCount(total)} cells`;

function remaining({ remainingSeconds }: { remainingSeconds: number | null }): string {
  if (remainingSeconds === null) return '';
  return remainingSeconds < 1 ? 'less than 1 s left' : `about ${formatDuration(Math.ceil(remainingSeconds))} left`;
}

const join = (...parts: readonly string[]): string => parts.filter(part => part !== '').join(', ');
