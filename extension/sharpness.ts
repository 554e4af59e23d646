import type { SharpnessOptions } from '../webview/messages.ts';
import type { SharpnessRequest } from '../worker/protocol.ts';
import { SHARPNESS_NAMES } from '../worker/results.ts';
import type { AnalysisKind } from './analysis.ts';
import { sharpnessCommand } from './sharpnessCommand.ts';
import { sharpnessCsv } from './sharpnessCsv.ts';

/** What sharpness is measured with until someone chooses: the check alone takes several times as long as the rest. */
export const defaultSharpnessOptions: SharpnessOptions = {
  measures: SHARPNESS_NAMES,
  rescaling: false,
  split: 'train',
};

/** The request for a checkpoint's sharpness. */
export const sharpnessRequestOf = (checkpoint: string, options: SharpnessOptions): SharpnessRequest => ({
  checkpoint,
  ...options,
});

export const sharpnessKind: AnalysisKind<'sharpness'> = {
  name: 'sharpness',
  noun: 'sharpness',
  again: 'begins anew',
  proposed: defaultSharpnessOptions,
  compute: (engine, checkpoint, options, onPartial, signal) =>
    engine.sharpness(sharpnessRequestOf(checkpoint, options), onPartial, signal),
  command: sharpnessCommand,
  csv: sharpnessCsv,
};
