import type { VolumeOptions } from '../webview/messages.ts';
import type { VolumeRequest } from '../worker/protocol.ts';
import { DEFAULT_CUTOFF, DEFAULT_DIRECTIONS, DEFAULT_PRECONDITIONER } from '../worker/volumePlan.ts';
import type { AnalysisKind } from './analysis.ts';
import { volumeCommand } from './volumeCommand.ts';
import { volumeCsv } from './volumeCsv.ts';

/** What volumes are measured with until someone chooses: that of a function is about classifiers alone. */
export const defaultVolumeOptions: VolumeOptions = {
  volumes: ['local'],
  split: 'train',
  directions: DEFAULT_DIRECTIONS,
  basin: 'auto',
  cutoff: DEFAULT_CUTOFF,
  preconditioner: DEFAULT_PRECONDITIONER,
  sigma: null,
  sensitivity: false,
  initializations: 1000,
  points: 200,
  positive: [],
};

/** The request for a checkpoint's volumes. */
export const volumeRequestOf = (
  checkpoint: string,
  { basin, sigma, positive, ...options }: VolumeOptions,
): VolumeRequest => ({
  checkpoint,
  ...options,
  ...(basin !== 'auto' && { basin }),
  ...(sigma !== null && { sigma }),
  ...(positive.length > 0 && { positive }),
});

export const volumeKind: AnalysisKind<'volume'> = {
  name: 'volume',
  noun: 'volume',
  again: 'goes on from there',
  proposed: defaultVolumeOptions,
  compute: (engine, checkpoint, options, onPartial, signal) =>
    engine.volume(volumeRequestOf(checkpoint, options), onPartial, signal),
  command: volumeCommand,
  csv: volumeCsv,
};
