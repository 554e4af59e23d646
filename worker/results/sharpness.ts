/** Measures of sharpness, before and after rescalings. */
import type { JsonNumber, Progress, Provenance } from './provenance.ts';
import type { VolumeSettings } from './volume.ts';

/** Names of the measures of how sharp a minimum is. */
export const SHARPNESS_NAMES = [
  'keskar',
  'keskar-subspace',
  'sam',
  'average',
  'adaptive',
  'lambda-max',
  'trace',
  'fisher-rao',
  'relative-flatness',
] as const;

export type SharpnessName = (typeof SHARPNESS_NAMES)[number];

/** A number about a checkpoint with what is known of its error. */
export interface Measure<Name extends string = string> {
  readonly name: Name;
  readonly value: JsonNumber;
  /**
   * About one standard error to each side, or what the numerical error leaves open where that is all there is; `null`
   * where that end is open, as above the best value that a search has found.
   */
  readonly lower: JsonNumber | null;
  readonly upper: JsonNumber | null;
  /** Whether the computation reached what it looked for; a number that did not is never shown as if it had. */
  readonly converged: boolean;
  /** Of a volume: what it was measured with, and with what other numbers must have been measured to be held against it. */
  readonly volume?: VolumeSettings;
}

/** A measure after a pair of layers was rescaled by `alpha` and 1/`alpha`. */
export interface RescaledMeasure {
  readonly alpha: number;
  readonly value: JsonNumber;
  readonly lower: JsonNumber | null;
  readonly upper: JsonNumber | null;
}

/** One measure of sharpness. */
export interface SharpnessMeasure extends Omit<Measure<SharpnessName>, 'volume'> {
  /** Size of Keskar's box. */
  readonly epsilon?: number;
  /** Radius of the ascent step, or standard deviation relative to the parameters. */
  readonly rho?: number;
  /** How many examples share a perturbation. */
  readonly m?: number;
  /** What the quadratic model of the loss gives, where the spectrum is known. */
  readonly quadratic?: JsonNumber;
  /** Of a search: its value after as many iterations as the paper makes, where it went on to find a better one. */
  readonly tenIterations?: JsonNumber;
  /**
   * How far the computation itself leaves `value` open, by rounding and random draws, without what the sample does: about
   * one standard error; absent where it is not known.
   */
  readonly noise?: number;
  /** Passes over the sample: losses, gradients, and products of second derivatives with vectors. */
  readonly evaluations: { readonly losses: number; readonly gradients: number; readonly products?: number };
  /** The measure at each α of the rescaling check; absent where it was not asked for. */
  readonly rescaled?: readonly RescaledMeasure[];
  /**
   * Whether it moved nowhere by more than its computation leaves open (`noise`, else its interval) and a hundredth of
   * itself; absent until every α is there, unless it has moved already.
   */
  readonly invariant?: boolean;
  /** Why there is no value (which is then NaN), in a sentence. */
  readonly problem?: string;
}

/** How the network was rescaled without changing its function, and the proof of that. */
export interface RescalingCheck {
  readonly pair: {
    /** The tensors multiplied by α, and those divided by it. */
    readonly multiplied: readonly string[];
    readonly divided: readonly string[];
    /** What lies between them: the operators, in order. */
    readonly through: readonly string[];
  };
  /** How many such pairs the network has. */
  readonly pairs: number;
  readonly alphas: readonly number[];
  /** Largest change of a number that the network puts out, relative to the largest number, at each α. */
  readonly change: readonly JsonNumber[];
  /**
   * The loss along one filter-normalised direction, drawn alike at every α: it must not move. `deviation` is how far it
   * moves at most at each α, relative to the loss at α = 1.
   */
  readonly curve: {
    readonly t: readonly number[];
    readonly loss: readonly (readonly JsonNumber[])[];
    readonly deviation: readonly JsonNumber[];
  };
}

/** How sharp the minimum is that a checkpoint is in, by several measures. */
export interface SharpnessResult {
  readonly kind: 'sharpness';
  readonly checkpoint: string;
  readonly loss: JsonNumber;
  readonly measures: readonly SharpnessMeasure[];
  /** `null` where no pair of layers can be rescaled, or none was asked for; `rescalingProblem` says why. */
  readonly rescaling: RescalingCheck | null;
  readonly rescalingProblem?: string;
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** Where a sharpness computation stands. A partial result is valid on its own. */
export interface SharpnessUpdate {
  readonly result: SharpnessResult;
  readonly progress: Progress;
  /** The measure being computed; `rescaling` while the check goes on. */
  readonly stage: SharpnessName | 'rescaling' | 'done';
  readonly memoryBytes: number;
  /** Whether each measure is kept on disk as soon as it is computed. */
  readonly isKept?: boolean;
}
