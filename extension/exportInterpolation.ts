import type { AnalysisExportKind } from '../webview/messages.ts';
import type { InterpolateResult } from '../worker/results.ts';
import { exportResult, type ResultSource } from './exportAnalysis.ts';
import { interpolationCsv } from './interpolationCsv.ts';

/** How the files of a line between two checkpoints are made. */
export interface InterpolationSource extends Pick<ResultSource, 'fileName' | 'folder' | 'draw'> {
  readonly result: InterpolateResult;
}

/** Asks where to save a line between two checkpoints, saves it there, and offers to open it. Throws where that fails. */
export const exportInterpolation = (kind: AnalysisExportKind, source: InterpolationSource): Promise<void> =>
  exportResult(kind, { ...source, noun: 'line between checkpoints', csv: () => interpolationCsv(source.result) });
