/** Several checkpoints side by side, and the line between two. */
import type { Cell, JsonNumber, Progress, Provenance, Source, Split } from './provenance.ts';
import type { RunMeasureName } from './run.ts';
import type { Measure } from './sharpness.ts';
import type { Eigenvalue } from './spectrum.ts';

/**
 * How far the loss rises above the straight line between the losses of two ends, at most (Frankle et al. 2020, Entezari et
 * al. 2022): the largest `rise` of the points from one end to the other, 0 at least. Points between them may lie higher.
 */
export interface Barrier {
  readonly value: JsonNumber;
  /** That of the rise at `t`; `null` where examples have no loss of their own. */
  readonly standardError: JsonNumber | null;
  /** The point between one end (0) and the other (1) where the loss rises highest, or falls least. */
  readonly t: number;
}

/** Loss and accuracy on the straight line through two checkpoints, on one split and with one kind of statistics. */
export interface InterpolationCurve {
  readonly split: Split;
  /** `none` where the network has no statistics. */
  readonly statistics: 'interpolated' | 'recomputed' | 'none';
  /** `null` is not computed yet; of the others also what a loss that is not finite has none of. */
  readonly loss: readonly Cell[];
  readonly standardError: readonly Cell[] | null;
  readonly accuracy: readonly (number | null)[] | null;
  readonly accuracyStandardError: readonly (number | null)[] | null;
  /** How far the loss lies above the straight line through its values at 0 and 1: L(t) − ((1−t)·L(0) + t·L(1)). */
  readonly rise: readonly Cell[];
  /** Of `rise`, example by example, so that what an example has in common at `t` and at both ends cancels. */
  readonly riseStandardError: readonly Cell[] | null;
  /** `null` until all between both ends is computed. */
  readonly barrier: Barrier | null;
  readonly provenance: Provenance;
}

/** The loss at θ_A + t·(θ_B − θ_A). */
export interface InterpolateResult {
  readonly kind: 'interpolate';
  /** A, at t = 0. */
  readonly checkpoint: string;
  /** B, at t = 1. */
  readonly other: Source;
  /** From the least to the largest; 0 and 1 are among them. */
  readonly t: readonly number[];
  /** ‖θ_B − θ_A‖, and the lengths of both. */
  readonly distance: number;
  readonly norms: readonly [number, number];
  readonly curves: readonly InterpolationCurve[];
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** A partial result is valid on its own. */
export interface InterpolateUpdate {
  readonly result: InterpolateResult;
  /** Counted in points of all curves. */
  readonly progress: Progress;
  readonly memoryBytes: number;
  /** Whether what is computed is kept on disk. */
  readonly isKept?: boolean;
}

/** One of the checkpoints that are compared. */
export interface ComparedCheckpoint {
  readonly checkpoint: string;
  readonly step: number | null;
  readonly epoch: number | null;
  /** In the order of `RUN_MEASURE_NAMES`, those that are known by now. */
  readonly measures: readonly Measure<RunMeasureName>[];
  /** Leading eigenvalues of the Hessian, from the largest downwards, and from the smallest upwards. */
  readonly largest: readonly Eigenvalue[];
  readonly smallest: readonly Eigenvalue[];
  /** Of the training split's measures, and of the test split's; absent until known. */
  readonly provenance?: Provenance;
  readonly testProvenance?: Provenance;
  /** Why it could not be measured, or not in full, in a sentence. */
  readonly problem?: string;
}

/** How a measure of one checkpoint differs from that of another. */
export interface Difference {
  readonly name: RunMeasureName;
  /** Its own value less the baseline's. */
  readonly value: JsonNumber;
  /** About one standard error of the difference; `null` where one of the two values has none. */
  readonly standardError: number | null;
  /** Whether both were measured example by example on the same rows, so that what these share cancels, or are the same number. */
  readonly isPaired: boolean;
  /**
   * `higher` and `lower`: by more than two standard errors, rounding and a step of an accuracy; `none`: by less, which can
   * be chance; `unknown`: nothing says how large chance is. What that does not cover is said at `differencesOf`.
   */
  readonly verdict: 'higher' | 'lower' | 'none' | 'unknown';
}

/** Several checkpoints side by side. */
export interface CompareResult {
  readonly kind: 'compare';
  readonly checkpoints: readonly ComparedCheckpoint[];
  /** The place of the checkpoint that others are held against unless somebody chooses another. */
  readonly baseline: number;
  /** By baseline, then by checkpoint: the differences of the measures that both have. */
  readonly differences: readonly (readonly (readonly Difference[])[])[];
  /** Where the checkpoints were not measured alike (rows, seed, mode, device, architecture …), a sentence each. */
  readonly warnings: readonly string[];
  /**
   * Groups of places that are of one architecture, so that a straight line joins them; one that is unlike all others is
   * alone in its group, one that could not be opened in none.
   */
  readonly architectures: readonly (readonly number[])[];
  readonly complete: boolean;
}

/** A partial result is valid on its own. */
export interface CompareUpdate {
  readonly result: CompareResult;
  /** Counted in checkpoints. */
  readonly progress: Progress;
  /** The checkpoint's place that is being measured, and which measure; `null` between two. */
  readonly current: { readonly index: number; readonly measure: RunMeasureName | 'eigenvalues' } | null;
  readonly memoryBytes: number;
  readonly isKept?: boolean;
}
