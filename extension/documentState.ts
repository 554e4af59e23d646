import type { PanelState } from '../webview/messages.ts';
import type { ResultDocument } from '../worker/resultDocument.ts';
import type { CompareDocument } from './compareDocumentState.ts';
import { convexityKind } from './convexity.ts';
import { documentExports } from './landscape.ts';
import { progressOf } from './panelState.ts';
import { sharpnessKind } from './sharpness.ts';
import { spectrumKind } from './spectrum.ts';
import { volumeKind } from './volume.ts';

/** What the page of a landscape shows, and not that of a comparison. */
export type PanelDocument = Exclude<ResultDocument, CompareDocument>;

/**
 * What a result file shows: nothing of it can be computed.
 *
 * @param problem Why it cannot be shown, where it cannot.
 */
export function documentState(name: string, result: PanelDocument | undefined, problem?: string): PanelState {
  if (result === undefined) {
    return { checkpoint: name, document: name, phase: 'failed', ...(problem !== undefined && { message: problem }) };
  }
  const state = { checkpoint: result.checkpoint, document: name } as const;
  switch (result.kind) {
    case 'surface':
      return {
        ...state,
        ...(result.complete ? { phase: 'done' } : { phase: 'cancelled', progress: progressOf(result) }),
        surface: result,
        exports: documentExports(result),
      };
    case 'spectrum':
      return { ...state, phase: 'done', spectrum: { phase: 'document', options: spectrumKind.proposed, result } };
    case 'sharpness':
      return { ...state, phase: 'done', sharpness: { phase: 'document', options: sharpnessKind.proposed, result } };
    case 'volume':
      return { ...state, phase: 'done', volume: { phase: 'document', options: volumeKind.proposed, result } };
    case 'convexity':
      return { ...state, phase: 'done', convexity: { phase: 'document', options: convexityKind.proposed, result } };
  }
}
