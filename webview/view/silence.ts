/** What a panel shows once its extension is no more, as when the process that runs all extensions was killed. Pure. */
import type { AnalysisName, AnalysisState, PanelState } from '../messages.ts';

const analysisNames: readonly AnalysisName[] = ['spectrum', 'sharpness', 'convexity'];

const MESSAGE =
  'The extension no longer answers, and what was computing here has ended; what was finished is kept. Close this panel and open it again to go on.';

const stopped = { phase: 'stopped', message: MESSAGE, remedy: 'reopen' } as const;

/** The state with all that was computing stopped. */
export function withoutExtension(state: PanelState): PanelState {
  const analyses = analysisNames.filter(name => isRunning(state[name]?.phase));
  return {
    ...state,
    ...(isRunning(state.phase) && stopped),
    ...Object.fromEntries(analyses.map(name => [name, { ...state[name], ...stopped }])),
  };
}

const isRunning = (phase: AnalysisState<AnalysisName>['phase'] | undefined): boolean =>
  phase === 'starting' || phase === 'computing';
