import type { VolumeUpdate } from '../results.ts';

/** One of the volumes of a checkpoint, ready to be computed. */
export interface VolumePart<Value> {
  /** What its numbers depend on besides the problem: see `resultKey`. */
  readonly settings: object;
  /** How many steps it takes. */
  readonly total: number;
  /** What it takes in memory besides the problem. */
  readonly memoryBytes: number;
  /**
   * Computes it step by step. Throws `interrupted` when the signal fires.
   * @param known what an interrupted computation had found.
   */
  compute(known: Value | null, signal: AbortSignal): AsyncGenerator<VolumeStep<Value>>;
}

export interface VolumeStep<Value> {
  /** As it stands, valid on its own; `null` while there is nothing. The last one is complete. */
  readonly value: Value | null;
  readonly done: number;
  /** An honest estimate, once there is one. */
  readonly secondsLeft: number | null;
  readonly stage: VolumeUpdate['stage'];
}
