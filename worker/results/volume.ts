/** Volumes of parameter space. */
import type { JsonNumber, Progress, Provenance, Source } from './provenance.ts';

/** Ways to choose directions that reach the parts of a basin that hold most of its volume. */
export const PRECONDITIONER_NAMES = ['none', 'diagonal', 'eigenvectors'] as const;

export type PreconditionerName = (typeof PRECONDITIONER_NAMES)[number];

/** The Gaussian by which volumes of parameter space are measured: mean 0, the same for every parameter. */
export interface VolumePrior {
  readonly sigma: number;
  /**
   * Where it comes from: the root mean square of the parameters in the run's checkpoint from before training, in the first
   * of the run where there is none such, or here; or the user.
   */
  readonly from: 'initialization' | 'first' | 'parameters' | 'request';
  /** The checkpoint it was read from, where that is another. */
  readonly source?: Source;
}

/**
 * The natural logarithm of a volume of parameter space, by the prior's mass. It is estimated from random directions, of
 * which those that matter most are the rarest: see `verdict`.
 */
export interface LogVolume {
  readonly value: JsonNumber;
  /** Between them with about 95 %, as far as the directions that were drawn tell; `upper` is null of a lower bound. */
  readonly lower: JsonNumber;
  readonly upper: JsonNumber | null;
  /** How many directions of equal weight would say as much. */
  readonly effectiveSamples: JsonNumber;
  /** Sample standard deviation of ln mass between directions. */
  readonly deviation: JsonNumber;
  readonly verdict: 'estimate' | 'lower bound';
}

/** How much of parameter space computes nearly what a checkpoint does (Scherlis & Belrose 2025). */
export interface LocalVolume {
  /** In what the basin's end is measured, and where it is: nats of KL, or the loss above the checkpoint's. */
  readonly basin: 'kl' | 'loss';
  readonly cutoff: number;
  readonly prior: VolumePrior;
  readonly preconditioner: PreconditionerName;
  /** ln of the prior's mass of the basin. */
  readonly logVolume: LogVolume;
  /** By direction, as far as they have been followed: ln of the mass it stands for, and its radius, infinite without an end. */
  readonly logMasses: readonly JsonNumber[];
  readonly radii: readonly JsonNumber[];
  /** How many were asked for. */
  readonly directions: number;
  /** By how much ln of the volume may be off for the brackets of radii, and for their rounding (one standard deviation; `null` unknown). */
  readonly bracketError: number;
  readonly roundingError: number | null;
  /** Passes over the sample. */
  readonly evaluations: number;
  /** On request: the same with other cutoffs, and the slope d ln volume/d ln cutoff between the outermost, D/2 of a quadratic basin. */
  readonly sensitivity?: {
    readonly cutoffs: readonly number[];
    readonly logVolumes: readonly LogVolume[];
    readonly slope: JsonNumber;
  };
}

/** What the number of a local volume depends on besides the checkpoint and the sample. */
export type VolumeSettings = Pick<LocalVolume, 'basin' | 'cutoff' | 'prior' | 'preconditioner' | 'directions'>;

/** The prior probability of the function that a checkpoint computes (Zhang et al. 2021, V(f)). */
export interface FunctionVolume {
  /** ln P(f), by base e; of several classes the sum over one-against-rest problems. */
  readonly logProbability: number;
  /** About one standard error of the kernel's Monte-Carlo draws. */
  readonly standardError: number;
  /** How labels became ±1: two groups of classes, as in the paper, or each class against the rest. */
  readonly reduction: 'two classes' | 'one against rest';
  /** Of `two classes`: those that count as +1. */
  readonly positive?: readonly number[];
  /** By class, or one. */
  readonly parts: readonly number[];
  /** Points on whose predicted classes the function is held, and how many of them are of the test split. */
  readonly points: number;
  readonly testPoints: number;
  /** Networks drawn for the kernel, and how. */
  readonly initializations: number;
  readonly scheme: 'first checkpoint' | 'PyTorch default';
  readonly source?: Source;
  /**
   * By which statistics the networks that were drawn normalise: of all points together, since they have none of a training;
   * absent where networks have none. The checkpoint's own classes are by its own.
   */
  readonly statistics?: 'recomputed over the points';
  /** Whether expectation propagation came to rest. */
  readonly converged: boolean;
}

/** Which volumes there are: of the basin around a checkpoint, and of the function that it computes. */
export const VOLUME_NAMES = ['local', 'function'] as const;

export type VolumeName = (typeof VOLUME_NAMES)[number];

/** Volumes of parameter space about a checkpoint. */
export interface VolumeResult {
  readonly kind: 'volume';
  readonly checkpoint: string;
  /** `null` until the first direction is followed, or where it was not asked for. */
  readonly local: LocalVolume | null;
  readonly function: FunctionVolume | null;
  /** Why one that was asked for cannot be had, in a sentence. */
  readonly problems: readonly string[];
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** A partial result is valid on its own. */
export interface VolumeUpdate {
  readonly result: VolumeResult;
  /** Of the volume that is being computed: counted in directions, or in networks drawn and evidences found. */
  readonly progress: Progress;
  readonly stage: 'preconditioner' | 'directions' | 'kernel' | 'evidence' | 'done';
  readonly memoryBytes: number;
  readonly isKept?: boolean;
}
