import type { RunPanelState } from '../messages.ts';

const MESSAGE =
  'The extension no longer answers; what was finished is kept. Close this panel and open it again to go on.';

/** What a run's panel shows once its extension is no more: nothing that it offers would be done. Pure. */
export const withoutExtension = (state: RunPanelState): RunPanelState => ({
  ...state,
  measuring: { phase: 'failed', message: MESSAGE, remedy: 'reopen' },
});
