/** Where the computation of sharpness stands, in words. Pure. */
import { SHARPNESS_TEXTS } from '../../worker/sharpnessTexts.ts';
import type { AnalysisState } from '../messages.ts';
import { type AnalysisStatus, analysisStatus } from '../view/analysisStatus.ts';
import { formatBytes, formatCount, formatDuration } from '../view/format.ts';

type SharpnessState = AnalysisState<'sharpness'>;

export const sharpnessStatus = (state: SharpnessState): AnalysisStatus =>
  analysisStatus(state, {
    compute: 'Compute Sharpness',
    cost: 'Each measure is shown as soon as it is known, and kept when you cancel.',
    running,
    reached: ({ result, progress }) =>
      result === undefined || progress === undefined
        ? ''
        : `after ${measured(result.measures.length)}, ${formatDuration(progress.progress.elapsedSeconds)}`,
    took: ({ result }) => (result === undefined ? '' : `in ${formatDuration(result.provenance.seconds)}`),
    progress: ({ progress }) => (progress === undefined || progress.progress.total === 0 ? null : progress.progress),
  });

const measured = (count: number): string => `${formatCount(count)} ${count === 1 ? 'measure' : 'measures'}`;

/** `λmax, 12 s, about 40 s left, 64 MB`. */
function running({ progress }: SharpnessState): string {
  if (progress === undefined) return '';
  const { stage, memoryBytes } = progress;
  const { elapsedSeconds, remainingSeconds } = progress.progress;
  return [
    stage === 'rescaling' ? 'rescaling check' : stage === 'done' ? 'finishing' : SHARPNESS_TEXTS[stage].label,
    formatDuration(elapsedSeconds),
    ...(remainingSeconds === null ? [] : [`about ${formatDuration(Math.ceil(remainingSeconds))} left`]),
    formatBytes(memoryBytes),
  ].join(', ');
}
