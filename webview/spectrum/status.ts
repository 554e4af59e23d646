/** Where a spectrum's computation stands, in words. Pure. */
import type { AnalysisState } from '../messages.ts';
import { type AnalysisStatus, analysisStatus } from '../view/analysisStatus.ts';
import { formatBytes, formatCount, formatDuration } from '../view/format.ts';

type SpectrumState = AnalysisState<'spectrum'>;

/** What a search of this many eigenvalues costs is known only once it is done. */
const COST =
  'It takes some hundred products of the matrix with a vector, each as long as a few gradients over the sample; what has been found by then is shown and kept when you cancel.';

const stages: Readonly<Record<NonNullable<SpectrumState['progress']>['stage'], string>> = {
  eigenpairs: 'eigenvalues',
  trace: 'trace',
  density: 'density',
  tensors: 'tensors',
  lines: 'loss along eigenvectors',
  done: 'finishing',
};

export const spectrumStatus = (state: SpectrumState): AnalysisStatus =>
  analysisStatus(state, {
    compute: 'Compute Spectrum',
    cost: COST,
    running,
    reached: ({ result, progress }) =>
      result === undefined || progress === undefined
        ? ''
        : `after ${formatCount(result.products)} products, ${formatDuration(progress.elapsedSeconds)}`,
    took: ({ result }) =>
      result === undefined
        ? ''
        : `in ${formatDuration(result.provenance.seconds)}, ${formatCount(result.products)} products`,
  });

/** `eigenvalues: 7 of 13 converged, 84 products, 4.2 s, 64 MB`. */
function running({ options, result, progress }: SpectrumState): string {
  if (progress === undefined || result === undefined) return '';
  const converged = [...result.largest, ...result.smallest].filter(pair => pair.converged).length;
  const stage =
    progress.stage === 'eigenpairs'
      ? `eigenvalues: ${converged} of ${options.largest + options.smallest} converged`
      : stages[progress.stage];
  return [
    stage,
    `${formatCount(result.products)} products`,
    formatDuration(progress.elapsedSeconds),
    formatBytes(progress.memoryBytes),
  ].join(', ');
}
