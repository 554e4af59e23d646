/** Where an analysis stands, in words, and what the reader can do about it. Pure. */
import type { AnalysisName, AnalysisState } from '../messages.ts';
import type { StatusWords } from './statusWords.ts';

export type AnalysisAction = 'compute' | 'cancel' | 'setUp' | 'showLog';

export interface AnalysisStatus extends StatusWords {
  readonly actions: readonly { readonly action: AnalysisAction; readonly label: string }[];
}

/** What one analysis says where the others say something else. */
export interface AnalysisWords<Name extends AnalysisName> {
  /** The button that computes it for the first time. */
  readonly compute: string;
  /** What it costs, said before it is paid. */
  readonly cost: string;
  /** How far it is, at what cost. */
  readonly running: (state: AnalysisState<Name>) => string;
  /** How far it came before it ended without a result. */
  readonly reached: (state: AnalysisState<Name>) => string;
  /** What the whole of it took. */
  readonly took: (state: AnalysisState<Name>) => string;
  /** How far it is, where its end is known. */
  readonly progress?: (state: AnalysisState<Name>) => AnalysisStatus['progress'];
}

export function analysisStatus<Name extends AnalysisName>(
  state: AnalysisState<Name>,
  words: AnalysisWords<Name>,
): AnalysisStatus {
  const compute = (label: string) => ({ action: 'compute', label }) as const;
  const rest = { detail: words.reached(state), progress: null, message: state.message ?? null };
  switch (state.phase) {
    case 'idle':
      return { ...rest, headline: 'Not computed yet.', detail: words.cost, actions: [compute(words.compute)] };
    case 'document':
      return {
        ...rest,
        headline: 'Result file,',
        detail: state.result?.complete ? 'read-only' : 'read-only, saved before it was complete',
        actions: [],
      };
    case 'starting':
      return { ...rest, headline: 'Loading model and data…', detail: '', progress: 'unknown', actions: [cancel] };
    case 'computing':
      return {
        ...rest,
        headline: 'Computing…',
        detail: words.running(state),
        progress: words.progress?.(state) ?? 'unknown',
        actions: [cancel],
      };
    case 'done':
      return { ...rest, headline: 'Done', detail: words.took(state), actions: [compute('Compute Again')] };
    case 'cancelled':
      return { ...rest, headline: 'Cancelled', actions: [compute('Compute Again')] };
    case 'failed':
      return {
        ...rest,
        headline: state.remedy === 'setUp' ? 'Not Set Up Yet' : 'Failed',
        message: state.message ?? 'The computation failed; the log may say why.',
        actions: state.remedy === 'setUp' ? [setUp, compute('Retry')] : [compute('Retry'), showLog],
      };
    case 'stopped':
      return {
        ...rest,
        headline: 'Stopped',
        message: state.message ?? 'The engine stopped; the log may say why.',
        actions: state.remedy === 'reopen' ? [] : [compute('Retry'), showLog],
      };
  }
}

const cancel = { action: 'cancel', label: 'Cancel' } as const;
const setUp = { action: 'setUp', label: 'Set Up This Project…' } as const;
const showLog = { action: 'showLog', label: 'Show Log' } as const;
