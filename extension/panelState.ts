import type { PanelState, Phase } from '../webview/messages.ts';
import { BasinError, messageOf } from '../worker/errors.ts';
import type { SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
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

/** A panel whose page was loaded again with its window: nothing computes until the user asks. */
export const restoredState = (checkpoint: string): PanelState => ({
  checkpoint,
  phase: 'cancelled',
  message: 'The window was reloaded and nothing computes by itself; retry to compute this landscape again.',
});

export const isRunning = (phase: Phase): boolean => phase === 'starting' || phase === 'computing';

/**
 * The state after an event. A surface is kept through every ending, and through a new start until its first partial
 * result; what a computation still sends after its end changes nothing.
 */
export function nextState(state: PanelState, event: PanelEvent): PanelState {
  const { checkpoint } = state;
  const surface = state.surface === undefined ? {} : { surface: state.surface };
  const progress = state.progress === undefined ? {} : { progress: state.progress };
  if (event.type === 'started') return { checkpoint, phase: 'starting', ...surface };
  // A computation may be refused before it starts.
  if (event.type === 'failed') {
    const remedy = event.remedy === undefined ? {} : { remedy: event.remedy };
    return { checkpoint, phase: 'failed', message: event.message, ...remedy, ...surface, ...progress };
  }
  if (!isRunning(state.phase)) return state;
  switch (event.type) {
    case 'partial':
      return { checkpoint, phase: 'computing', surface: event.update.result, progress: event.update.progress };
    case 'finished':
      return { checkpoint, phase: 'done', surface: event.surface };
    case 'cancelled':
      return { checkpoint, phase: 'cancelled', ...surface, ...progress };
    case 'stopped':
      return { checkpoint, phase: 'stopped', message: event.message, ...surface, ...progress };
  }
}

/** What a rejected computation means to the user. */
export function endingOf(error: unknown): Ending {
  if (error instanceof WorkerExitedError || error instanceof RestartBudgetError) {
    return { type: 'stopped', message: error.message };
  }
  if (error instanceof BasinError && error.kind === 'interrupted') return { type: 'cancelled' };
  return { type: 'failed', message: messageOf(error) };
}
