/** The measures of a run's checkpoints. */
import type { Progress, Provenance } from './provenance.ts';
import type { Measure } from './sharpness.ts';

/**
 * What can be measured of every checkpoint of a run. `keskar` is that of ε = 1e-3 over all parameters; `log-volume` is the
 * logarithm of the local volume, of a lower bound with an open upper end.
 */
export const RUN_MEASURE_NAMES = [
  'train-loss',
  'test-loss',
  'train-accuracy',
  'test-accuracy',
  'gradient-norm',
  'lambda-max',
  'lambda-min',
  'trace',
  'keskar',
  'sam',
  'log-volume',
] as const;

export type RunMeasureName = (typeof RUN_MEASURE_NAMES)[number];

/** What is measured unless somebody says: all but the volume, which costs more than the others together. */
export const DEFAULT_RUN_MEASURES: readonly RunMeasureName[] = RUN_MEASURE_NAMES.filter(name => name !== 'log-volume');

/**
 * Where a checkpoint of a run stands. `measured`: every measure that was asked for; `partial`: some; `stale`: measured with
 * other settings, model or data than now; `unmeasured`; `incomplete`: the file is still being written; `failed`.
 */
export type RunCheckpointState = 'measured' | 'partial' | 'stale' | 'unmeasured' | 'incomplete' | 'failed';

/** A checkpoint of a run, and what is known of it. */
export interface RunCheckpoint {
  /** Its file's name in the run's folder. */
  readonly file: string;
  /** Whether the file, with the content that was measured, is still there: it may have been rotated away or written over. */
  readonly present: boolean;
  /** Training step and epoch, from the file's content, else its name; `null` where neither tells. */
  readonly step: number | null;
  readonly epoch: number | null;
  /** When it was written, in milliseconds since the epoch. */
  readonly written: number;
  readonly bytes: number;
  readonly state: RunCheckpointState;
  /** Of `incomplete` and `failed`: why, in a sentence. */
  readonly reason?: string;
  readonly measures: readonly Measure<RunMeasureName>[];
  /** Of the training split's measures; absent where nothing was measured. */
  readonly provenance?: Provenance;
}

/** The checkpoints of one training, in order. */
export interface RunResult {
  readonly kind: 'run';
  /** The run's folder, as results name it. */
  readonly folder: string;
  /** By what the checkpoints are ordered. */
  readonly order: 'step' | 'epoch' | 'time';
  readonly checkpoints: readonly RunCheckpoint[];
  /** Whether all that was asked for has been measured of every checkpoint that is there. */
  readonly complete: boolean;
}

/** Where the measuring of a run stands. A partial result is valid on its own. */
export interface RunUpdate {
  readonly result: RunResult;
  /** Counted in checkpoints. */
  readonly progress: Progress;
  /** The file being measured, and which measure; `null` between two. */
  readonly current: { readonly file: string; readonly measure: RunMeasureName } | null;
  readonly memoryBytes: number;
  /** Whether what is measured is kept on disk. */
  readonly isKept?: boolean;
}
