/** Where the computation of volumes stands, in words. Pure. */
import type { AnalysisState } from '../messages.ts';
import { type AnalysisStatus, analysisStatus } from '../view/analysisStatus.ts';
import { formatBytes, formatCount, formatDuration } from '../view/format.ts';

type VolumeState = AnalysisState<'volume'>;
type Progress = NonNullable<VolumeState['progress']>;

export const volumeStatus = (state: VolumeState): AnalysisStatus =>
  analysisStatus(state, {
    compute: 'Compute Volume',
    cost: 'Directions are shown as they are followed, and kept when you cancel: computing goes on from there.',
    running,
    reached: ({ progress }) =>
      progress === undefined
        ? ''
        : [`after ${stepsOf(progress)}`, formatDuration(progress.progress.elapsedSeconds)].join(', '),
    took: ({ result }) => (result === undefined ? '' : `in ${formatDuration(result.provenance.seconds)}`),
    progress: ({ progress }) =>
      progress === undefined || progress.stage === 'preconditioner' || progress.progress.total === 0
        ? null
        : progress.progress,
  });

const stages: Readonly<Record<Exclude<Progress['stage'], 'directions'>, string>> = {
  preconditioner: 'preparing the directions',
  kernel: 'random networks',
  evidence: 'expectation propagation',
  done: 'finishing',
};

/** `42 of 100 directions`; networks and evidences are counted together. */
function stepsOf({ stage, progress: { done, total } }: Progress): string {
  const counted = `${formatCount(done)} of ${formatCount(total)}`;
  switch (stage) {
    case 'directions':
      return `${counted} directions`;
    case 'kernel':
    case 'evidence':
      return `${stages[stage]}, ${counted} steps`;
    default:
      return stages[stage];
  }
}

/** `42 of 100 directions, 4.2 s, about 5 s left, 64 MB`. */
function running({ progress: own }: VolumeState): string {
  if (own === undefined) return '';
  const { elapsedSeconds, remainingSeconds } = own.progress;
  return [
    stepsOf(own),
    formatDuration(elapsedSeconds),
    ...(remainingSeconds === null ? [] : [`about ${formatDuration(Math.ceil(remainingSeconds))} left`]),
    formatBytes(own.memoryBytes),
  ].join(', ');
}
