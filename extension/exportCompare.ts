import type { CompareExportKind } from '../webview/compare/messages.ts';
import type { CompareResult } from '../worker/results.ts';
import { compareFileName } from './compareCommand.ts';
import { compareCsv } from './compareCsv.ts';
import { exportResult, type ResultSource } from './exportAnalysis.ts';

/** How a comparison's files are made. */
export interface CompareSource extends Pick<ResultSource, 'folder' | 'draw'> {
  /** Absent where nothing is measured: then there are pictures alone. */
  readonly result?: CompareResult;
  /** The place of the pinned checkpoint, which is the baseline of whoever reads the file. */
  readonly baseline: number;
  /** By which the file is named. */
  readonly checkpoints: readonly string[];
}

/** Asks where to save a comparison, saves it there, and offers to open it. Throws where that fails. */
export async function exportCompare(kind: CompareExportKind, source: CompareSource): Promise<void> {
  const { result, baseline, checkpoints, folder, draw } = source;
  const isPicture = kind === 'png' || kind === 'svg';
  if (result === undefined && !isPicture) return;
  const pinned = { kind: 'compare', ...result, baseline };
  await exportResult(kind, {
    result: pinned,
    noun: 'comparison',
    fileName: compareFileName(checkpoints, kind),
    folder,
    draw,
    csv: () => (result === undefined ? '' : compareCsv(result, baseline)),
  });
}
