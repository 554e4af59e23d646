import type { ComparePanelState } from '../webview/compare/messages.ts';
import type { CompareResult, InterpolateResult } from '../worker/results.ts';
import { proposedCompareOptions } from './comparison.ts';

/** Results that are shown on the page of a comparison. */
export type CompareDocument = CompareResult | InterpolateResult;

/**
 * What a result file of a comparison, or of the line between two checkpoints, shows: nothing of it can be computed.
 *
 * @param problem Why it cannot be shown, where it cannot.
 */
export function compareDocumentState(
  name: string,
  result: CompareDocument | undefined,
  problem?: string,
): ComparePanelState {
  const state = { document: name, options: proposedCompareOptions, surfaces: [], interpolation: null } as const;
  switch (result?.kind) {
    case undefined:
      return {
        ...state,
        checkpoints: [name],
        measures: { phase: 'failed', ...(problem !== undefined && { message: problem }) },
      };
    case 'compare':
      return {
        ...state,
        checkpoints: result.checkpoints.map(({ checkpoint }) => checkpoint),
        measures: { phase: 'done', result },
      };
    case 'interpolate':
      return {
        ...state,
        checkpoints: [result.checkpoint, result.other.file],
        measures: { phase: 'idle' },
        interpolation: { from: 0, to: 1, phase: 'done', result },
      };
  }
}
