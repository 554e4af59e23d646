import type { SpectrumOptions } from '../webview/messages.ts';
import type { SpectrumRequest } from '../worker/protocol.ts';
import type { AnalysisKind } from './analysis.ts';
import { spectrumCommand } from './spectrumCommand.ts';
import { spectrumCsv } from './spectrumCsv.ts';

/** What a spectrum is computed with until someone chooses. */
export const defaultSpectrumOptions: SpectrumOptions = {
  operator: 'hessian',
  largest: 10,
  smallest: 3,
  density: true,
  along: 1,
  byTensor: false,
  split: 'train',
};

/** The request for a checkpoint's spectrum. */
export function spectrumRequestOf(checkpoint: string, { density, ...options }: SpectrumOptions): SpectrumRequest {
  return { checkpoint, ...options, trace: density, density };
}

export const spectrumKind: AnalysisKind<'spectrum'> = {
  name: 'spectrum',
  noun: 'spectrum',
  again: 'begins anew',
  proposed: defaultSpectrumOptions,
  compute: (engine, checkpoint, options, onPartial, signal) =>
    engine.spectrum(spectrumRequestOf(checkpoint, options), onPartial, signal),
  command: spectrumCommand,
  csv: spectrumCsv,
};
