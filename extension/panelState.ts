import type { AnalysisName, AnalysisState, PanelState } from '../webview/messages.ts';
import { BasinError, messageOf } from '../worker/errors.ts';
import type { Progress, SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
import { RestartBudgetError, WorkerExitedError } from './workerErrors.ts';

/** How a computation ended without a result; a message is one sentence with the remedy. */
export type Ending =
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly message: string; readonly remedy?: 'setUp' }
  | { readonly type: 'stopped'; readonly message: string };

export type PanelEvent =
  | { readonly type: 'started' }
  | { readonly type: 'partial'; readonly update: SurfaceUpdate }
  | { readonly type: 'finished'; readonly surface: SurfaceResult }
  | Ending;

/** What a computation changes of a panel. */
export type Computation = Pick<PanelState, 'phase' | 'message' | 'remedy' | 'surface' | 'progress'>;

/**
 * A panel whose page was loaded again with its window: nothing computes until the user asks.
 *
 * @param kept What was computed of its surface, where that is kept.
 * @param written When the checkpoint was written last, in milliseconds since the epoch; absent where that is not known.
 */
export function restoredComputation(kept: SurfaceResult | undefined, written?: number): Computation {
  if (kept !== undefined && written !== undefined && written > Date.parse(kept.provenance.time)) {
    return {
      phase: 'cancelled',
      message: 'The checkpoint was written again after this was computed; retry to compute its landscape as it is now.',
      surface: kept,
      progress: progressOf(kept),
    };
  }
  if (kept === undefined) {
    return {
      phase: 'cancelled',
      message: 'The window was reloaded and nothing computes by itself; retry to compute this landscape again.',
    };
  }
  if (kept.complete) return { phase: 'done', surface: kept };
  return {
    phase: 'cancelled',
    message: 'The window was reloaded in mid-grid; what was finished is kept, and resuming computes the rest.',
    surface: kept,
    progress: progressOf(kept),
  };
}

/** How far a surface is that nobody computes at the moment. */
export function progressOf({ x, y, otherPlanes, evaluations, provenance }: SurfaceResult): Progress {
  const total = x.length * y.length * (1 + (otherPlanes?.length ?? 0));
  return { done: evaluations.cells, total, elapsedSeconds: provenance.seconds, remainingSeconds: null };
}

export const isRunning = (phase: AnalysisState<AnalysisName>['phase']): boolean =>
  phase === 'starting' || phase === 'computing';

/**
 * The state after an event. A surface is kept through every ending, and through a new start until its first partial
 * result; what a computation still sends after its end changes nothing.
 */
export function nextState(state: Computation, event: PanelEvent): Computation {
  const surface = state.surface === undefined ? {} : { surface: state.surface };
  const progress = state.progress === undefined ? {} : { progress: state.progress };
  if (event.type === 'started') return { phase: 'starting', ...surface };
  // A computation may be refused before it starts.
  if (event.type === 'failed') {
    const remedy = event.remedy === undefined ? {} : { remedy: event.remedy };
    return { phase: 'failed', message: event.message, ...remedy, ...surface, ...progress };
  }
  if (!isRunning(state.phase)) return state;
  switch (event.type) {
    case 'partial':
      return { phase: 'computing', surface: event.update.result, progress: event.update.progress };
    case 'finished':
      return { phase: 'done', surface: event.surface };
    case 'cancelled':
      return { phase: 'cancelled', ...surface, ...progress };
    case 'stopped':
      return { phase: 'stopped', message: event.message, ...surface, ...progress };
  }
}

/** How much of an interrupted grid is there to go on from; `undefined` where nothing is, or nothing was interrupted. */
export function resumableOf({ phase, surface, progress }: Computation): PanelState['resumable'] {
  if (isRunning(phase) || surface === undefined || surface.complete || progress === undefined) return undefined;
  return { done: progress.done, total: progress.total };
}

/** What a rejected computation means to the user. */
export function endingOf(error: unknown): Ending {
  if (error instanceof WorkerExitedError || error instanceof RestartBudgetError) {
    return { type: 'stopped', message: error.message };
  }
  if (error instanceof BasinError && error.kind === 'interrupted') return { type: 'cancelled' };
  return { type: 'failed', message: messageOf(error) };
}
