/** The terminal line that computes volumes again. */
import type { VolumeOptions } from '../webview/messages.ts';
import type { LocalVolume } from '../worker/results.ts';
import type { Kept } from './analysis.ts';
import { analysisFileName, option, targetWords } from './surfaceCommand.ts';

export function volumeCommand({ options, result }: Kept<'volume'>, checkpoint: string): readonly string[] {
  const { volumes } = options;
  return [
    ...targetWords('volume', checkpoint, result.provenance),
    ...option('volumes', volumes.join()),
    ...(volumes.includes('local') ? localWords(options, result.local) : []),
    ...(volumes.includes('function') ? functionWords(options) : []),
    ...option('out', analysisFileName(result, 'json')),
  ];
}

/** What was chosen by itself is spelled out where it is known, so that other files beside the checkpoint change nothing. */
function localWords(options: VolumeOptions, local: LocalVolume | null): readonly string[] {
  const { directions, cutoff, preconditioner, sensitivity } = options;
  return [
    ...option('directions', directions),
    ...option('basin', local?.basin ?? (options.basin === 'auto' ? undefined : options.basin)),
    ...option('cutoff', cutoff),
    ...option('preconditioner', preconditioner),
    ...option('sigma', local?.prior.sigma ?? options.sigma ?? undefined),
    ...(sensitivity ? ['--sensitivity'] : []),
  ];
}

const functionWords = ({ initializations, points, positive }: VolumeOptions): readonly string[] => [
  ...option('initializations', initializations),
  ...option('points', points),
  ...option('positive', positive.length > 0 ? positive.join() : undefined),
];
