/** Whether the local volumes of a run can be measured besides. Pure. */
import type { RunCheckpoint } from '../../../worker/results.ts';
import type { RunPanelState } from '../messages.ts';

/** Where some checkpoint has no volume yet and nobody has asked for it. */
export function offersVolumes({ runs: [{ result }], measuring }: RunPanelState): boolean {
  if (result === null || measuring?.remedy !== undefined) return false;
  const isUnderWay = measuring?.phase === 'running' || measuring?.phase === 'waiting';
  if (isUnderWay && measuring.measures?.includes('log-volume')) return false;
  return result.checkpoints.some(
    own => own.present && own.state !== 'failed' && own.state !== 'incomplete' && !hasVolume(own),
  );
}

const hasVolume = ({ measures, state }: RunCheckpoint): boolean =>
  state !== 'stale' && measures.some(({ name }) => name === 'log-volume');
