/** Whether the local volumes of a run can be measured besides. Pure. */
import type { RunCheckpoint, VolumeSettings } from '../../../worker/results.ts';
import { isSameVolume } from '../../../worker/volumeSettings.ts';
import type { RunPanelState } from '../messages.ts';

/** Where some checkpoint has no volume yet, or one by another prior than others, and nobody has asked for it. */
export function offersVolumes({ runs: [{ result }], measuring }: RunPanelState): boolean {
  if (result === null || measuring?.remedy !== undefined) return false;
  const isUnderWay = measuring?.phase === 'running' || measuring?.phase === 'waiting';
  if (isUnderWay && measuring.measures?.includes('log-volume')) return false;
  const volumes = result.checkpoints
    .filter(({ present, state }) => present && state !== 'failed' && state !== 'incomplete')
    .map(volumeOf);
  return volumes.some(own => own === null || !isSameVolume(own, volumes[0]!));
}

const volumeOf = ({ measures, state }: RunCheckpoint): VolumeSettings | null =>
  (state === 'stale' ? undefined : measures.find(({ name }) => name === 'log-volume')?.volume) ?? null;
