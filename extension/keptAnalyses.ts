import { join } from 'node:path';
import type { ConvexityOptions, SharpnessOptions, SpectrumOptions, VolumeOptions } from '../webview/messages.ts';
import { decodeConvexity } from '../worker/convexityDocument.ts';
import { count, type Decode, list, nullable, number, object, oneOf } from '../worker/decode.ts';
import { PRECONDITIONER_NAMES, SHARPNESS_NAMES, VOLUME_NAMES } from '../worker/results.ts';
import { decodeSharpness } from '../worker/sharpnessDocument.ts';
import { decodeSpectrum } from '../worker/spectrumDocument.ts';
import { decodeVolume } from '../worker/volumeDocument.ts';
import type { KeptAnalyses } from './analyses.ts';
import type { Kept } from './analysis.ts';
import { CheckpointMemory } from './checkpointMemory.ts';
import { plane } from './landscapeMemory.ts';

const split = oneOf('train', 'test');
const whether: Decode<boolean> = oneOf(true, false);

const spectrum = object<Kept<'spectrum'>>({
  options: object<SpectrumOptions>({
    operator: oneOf('hessian', 'ggn'),
    largest: count,
    smallest: count,
    density: whether,
    along: count,
    byTensor: whether,
    split,
  }),
  result: decodeSpectrum,
});

const sharpness = object<Kept<'sharpness'>>({
  options: object<SharpnessOptions>({
    measures: list(oneOf(...SHARPNESS_NAMES), 1, SHARPNESS_NAMES.length),
    rescaling: whether,
    split,
  }),
  result: decodeSharpness,
});

/** More classes than this are damage. */
const CLASSES_MAX = 100_000;

const volume = object<Kept<'volume'>>({
  options: object<VolumeOptions>({
    volumes: list(oneOf(...VOLUME_NAMES), 1, VOLUME_NAMES.length),
    split,
    directions: count,
    basin: oneOf('auto', 'kl', 'loss'),
    cutoff: number,
    preconditioner: oneOf(...PRECONDITIONER_NAMES),
    sigma: nullable(number),
    sensitivity: whether,
    initializations: count,
    points: count,
    positive: list(count, 0, CLASSES_MAX),
  }),
  result: decodeVolume,
});

const convexity = object<Kept<'convexity'>>({
  options: object<ConvexityOptions>({ plane, split, columns: count, rows: count, range: number }),
  result: decodeConvexity,
});

/**
 * Each checkpoint's last result of every analysis on disk, and with what it was computed.
 *
 * @param report receives a sentence about what cannot be used or written.
 */
export const keptAnalyses = (folder: string, report: (message: string) => void): KeptAnalyses => ({
  spectrum: new CheckpointMemory({
    folder: join(folder, 'spectra'),
    what: 'a spectrum',
    version: 1,
    decode: spectrum,
    report,
  }),
  sharpness: new CheckpointMemory({
    folder: join(folder, 'sharpness'),
    what: 'a sharpness',
    version: 1,
    decode: sharpness,
    report,
  }),
  volume: new CheckpointMemory({
    folder: join(folder, 'volumes'),
    what: 'a volume',
    version: 1,
    decode: volume,
    report,
  }),
  convexity: new CheckpointMemory({
    folder: join(folder, 'convexity'),
    what: 'a convexity map',
    version: 1,
    decode: convexity,
    report,
  }),
});
