/** Where the computation of a convexity map stands, in words. Pure. */
import type { AnalysisState } from '../messages.ts';
import { type AnalysisStatus, analysisStatus } from '../view/analysisStatus.ts';
import { formatBytes, formatCount, formatDuration } from '../view/format.ts';

type ConvexityState = AnalysisState<'convexity'>;

export const convexityStatus = (state: ConvexityState): AnalysisStatus =>
  analysisStatus(state, {
    compute: 'Compute Convexity Map',
    cost: 'The largest and the smallest eigenvalue of the Hessian at every cell of a coarse grid show where the loss is convex.',
    running,
    reached: ({ progress }) =>
      progress === undefined ? '' : `after ${cells(progress)}, ${formatDuration(progress.progress.elapsedSeconds)}`,
    took: ({ result }) =>
      result === undefined
        ? ''
        : `in ${formatDuration(result.provenance.seconds)}, ${formatCount(result.products)} products`,
    progress: ({ progress }) => progress?.progress ?? null,
  });

const cells = ({ progress: { done, total } }: NonNullable<ConvexityState['progress']>): string =>
  `${formatCount(done)} of ${formatCount(total)} cells`;

/** `12 of 121 cells, about 40 s left, 64 MB`. */
function running({ progress }: ConvexityState): string {
  if (progress === undefined) return '';
  const { remainingSeconds } = progress.progress;
  return [
    cells(progress),
    ...(remainingSeconds === null ? [] : [`about ${formatDuration(Math.ceil(remainingSeconds))} left`]),
    formatBytes(progress.memoryBytes),
  ].join(', ');
}
