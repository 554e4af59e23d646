/**
 * What the extension host and the worker process say to each other: JSON-RPC over the child's IPC channel.
 * Nothing else knows the wire.
 */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { ErrorKind } from './errors.ts';
import type {
  CompareResult,
  CompareUpdate,
  ConvexityResult,
  ConvexityUpdate,
  DeviceName,
  DevicesResult,
  InspectResult,
  InterpolateResult,
  InterpolateUpdate,
  LossResult,
  PreconditionerName,
  PruneResult,
  RunMeasureName,
  RunResult,
  RunUpdate,
  SharpnessName,
  SharpnessResult,
  SharpnessUpdate,
  SpectrumResult,
  SpectrumUpdate,
  Split,
  StatisticsMode,
  SurfaceResult,
  SurfaceUpdate,
  VolumeName,
  VolumeResult,
  VolumeUpdate,
} from './results.ts';
import type { DType } from './tensor.ts';

/** What a request may read. */
export interface Confined {
  /** No file outside of these folders is opened, however it is named; absent: any file, as for the command line. */
  readonly allowedRoots?: readonly string[];
}

/** Where results are kept and found again; see `resultsFolder`. */
export interface Keeping {
  /** The folder, where whoever asks names one. */
  readonly store?: string;
  /** The folder where neither `store` nor basin.json's `results` says; absent: nothing is kept then. */
  readonly defaultStore?: string;
}

/** What every verb works on. Absent fields mean basin.json's value, else the default of DESIGN: README, "Options". */
export interface Target extends Confined {
  /** Path of the checkpoint file. */
  readonly checkpoint: string;
  /** basin.json or its folder; absent: looked for beside the checkpoint and upwards. */
  readonly project?: string;
  readonly split?: Split;
  readonly samples?: number;
  readonly seed?: number;
  /** Patterns of the parameters to vary, `*` for any characters; the others are constants. */
  readonly parameters?: readonly string[];
  readonly threads?: number;
  /**
   * Where to compute. `auto` is a GPU where a real one can be used, else the processor. Absent: the processor in the
   * worker, so that nothing reaches a GPU that did not ask for it, and `auto` in the command line.
   */
  readonly device?: DeviceName | 'auto';
  /**
   * What runs the graphs; `auto`, the default, is ONNX Runtime; `tfjs` is TensorFlow.js in float32, and `reference` is
   * plain TypeScript in float64: second opinions, and slower.
   */
  readonly engine?: 'auto' | EngineName;
  /** What the computation may take in all; by default half of the machine's memory. */
  readonly memoryBytes?: number;
}

export const ENGINE_NAMES = ['onnxruntime', 'tfjs', 'reference'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

export interface GridSize {
  readonly columns: number;
  readonly rows: number;
}

/** Which running statistics normalisations use; see `StatisticsMode`. */
export interface Statistics {
  /** `held` by default. */
  readonly statistics?: Exclude<StatisticsMode, 'interpolated'>;
}

export interface LossRequest extends Target, Statistics {
  /** Whether the gradient's length is wanted too. */
  readonly gradient?: boolean;
}

export interface SurfaceRequest extends Target, Keeping, Statistics {
  readonly grid?: GridSize;
  /** Without `grid`: the finest grid that can be computed in about so many seconds, loading included. */
  readonly budgetSeconds?: number;
  /**
   * The grid spans [-range, range] along both directions; in a plane made of checkpoints, `range` times the box that
   * holds them with a margin.
   */
  readonly range?: number;
  /**
   * `random`, `eigen` (the two leading eigenvectors), `pca` (the principal components of the checkpoint's run, drawn through
   * the checkpoint), `three` (through the checkpoint and `through`), or the path of a directions file (`.npz` with
   * `x/<parameter>` and `y/<parameter>`).
   */
  readonly plane?: string;
  /** Of the plane `three`: paths of the two other checkpoints, of the same architecture. */
  readonly through?: readonly [string, string];
  readonly perturb?: 'weights' | 'all';
  /**
   * Of random planes: the checkpoint, of the same architecture, to whose filters the directions are scaled, so that several
   * checkpoints are shown along identical tensors; by default each checkpoint's own filters.
   */
  readonly normalizedTo?: string;
  /** So many independent random planes, of the seeds `seed`, `seed` + 1 and so on; 1 by default. */
  readonly planes?: number;
  /** Whether to begin anew, and forget what is kept of this surface. */
  readonly fresh?: boolean;
}

export interface SpectrumRequest extends Target, Keeping {
  /** How many of the largest eigenvalues; 20 by default. */
  readonly largest?: number;
  /** How many of the smallest; 1 by default. */
  readonly smallest?: number;
  /** The Hessian, or the Gauss–Newton matrix. */
  readonly operator?: 'hessian' | 'ggn';
  /** Residuals at which pairs count as converged, relative to |λ|; 1e-4 by default. */
  readonly tolerance?: number;
  readonly trace?: boolean;
  readonly density?: boolean;
  readonly byTensor?: boolean;
  /** Along how many eigenvectors of each end the loss is computed, on both splits; 0 by default. */
  readonly along?: number;
}

export interface InterpolateRequest extends Omit<Target, 'split'>, Keeping {
  /** Path of the checkpoint at t = 1, of the same architecture. */
  readonly other: string;
  /** How many points; 25 by default. */
  readonly points?: number;
  /** How far the line goes on beyond both ends, as a share of the way between them; 0.25 by default. */
  readonly beyond?: number;
}

/** What of several checkpoints is compared; everything else is each one's own basin.json's. */
export interface CompareRequest extends Omit<Target, 'checkpoint' | 'split'>, Keeping {
  /** Paths, two at least; one may be named twice. */
  readonly checkpoints: readonly string[];
  /** The place of the checkpoint that the others are held against; 0 by default. */
  readonly baseline?: number;
  /** Which measures; `DEFAULT_RUN_MEASURES` by default, beside which a volume is shown where it is known. */
  readonly measures?: readonly RunMeasureName[];
  /** Of volumes: standard deviation of the prior; by default each run's own. */
  readonly sigma?: number;
  /** How many of the largest eigenvalues, beside one of the smallest; 5 by default, none where `measures` has no λmax. */
  readonly largest?: number;
}

export interface VolumeRequest extends Target, Keeping {
  /** Which; the local volume only by default. */
  readonly volumes?: readonly VolumeName[];
  /** How many directions; 100 by default. */
  readonly directions?: number;
  /** `kl` by default where outputs are distributions, else `loss`. */
  readonly basin?: 'kl' | 'loss';
  /** 0.01 by default. */
  readonly cutoff?: number;
  /** `eigenvectors` by default. */
  readonly preconditioner?: PreconditionerName;
  /** Standard deviation of the prior; by default see `VolumePrior`. */
  readonly sigma?: number;
  /** Whether other cutoffs are tried too. */
  readonly sensitivity?: boolean;
  /** Of the function's volume: how many networks the kernel is drawn from; 1000 by default. */
  readonly initializations?: number;
  /** How many points it is held on, half of each split; 500 by default. */
  readonly points?: number;
  /** The classes that count as +1 against all others; by default each class by itself. */
  readonly positive?: readonly number[];
}

export interface ConvexityRequest extends Target {
  readonly grid?: GridSize;
  readonly range?: number;
  readonly plane?: string;
  readonly perturb?: 'weights' | 'all';
}

export interface SharpnessRequest extends Target, Keeping {
  /** Which measures; all by default. */
  readonly measures?: readonly SharpnessName[];
  /** Sizes of Keskar's box; 1e-3 and 5e-4 by default. */
  readonly epsilons?: readonly number[];
  /** Radius of SAM's ascent step; 0.05 by default. */
  readonly rho?: number;
  /** Whether every measure is shown before and after a rescaling that leaves the function alone. */
  readonly rescaling?: boolean;
}

/** Asks which folders hold runs: what basin.json names, else what holds checkpoints by content. No parameter is read. */
export interface RunFoldersRequest extends Confined {
  /** Where to look, and below. */
  readonly roots: readonly string[];
}

/** A folder of checkpoints. */
export interface RunFolder {
  readonly folder: string;
  /** Path of the basin.json that belongs to it; null where there is none. */
  readonly project: string | null;
}

/** Asks what is known of a run's checkpoints; nothing computes, and no parameter is read. */
export interface RunListRequest extends Confined, Keeping {
  /** The run's folder. */
  readonly folder: string;
  readonly project?: string;
}

/** Asks to measure every checkpoint of a run that has not been measured, the newest first. */
export interface RunRequest extends Omit<Target, 'checkpoint' | 'split'>, Keeping {
  /** The run's folder. */
  readonly folder: string;
  /** Which measures; `DEFAULT_RUN_MEASURES` by default. */
  readonly measures?: readonly RunMeasureName[];
  /** Of volumes: standard deviation of the prior; by default see `runPrior`. */
  readonly sigma?: number;
  /** No checkpoint is begun after so many seconds. */
  readonly budgetSeconds?: number;
  /** Only this checkpoint, by its file's name. */
  readonly only?: string;
}

/** Asks which results could be done without, or to remove them. */
export interface PruneRequest extends Confined, Keeping {
  /** basin.json files, or their folders; absent: the one in the working directory or above. */
  readonly projects?: readonly string[];
  /** What was written within so many days stays; 30 by default. */
  readonly olderDays?: number;
  /** Whether to remove them; else they are only counted. */
  readonly remove?: boolean;
}

/** Asks for the directions of a plane as a file: by default the random ones of a seed. */
export interface DirectionsRequest extends Target, Pick<SurfaceRequest, 'plane' | 'through'> {
  readonly perturb: 'weights' | 'all';
  /** Path of the `.npz` file to write, which the user chose: it may lie anywhere. */
  readonly file: string;
}

/** What travels with a failed request, in `ResponseError.data`. */
export interface ErrorData {
  readonly kind: ErrorKind;
  /** Of the kind `outside`: the folder that would have to be allowed. */
  readonly folder?: string;
}

/** Asks what arrays a data file holds. */
export interface ArraysRequest extends Confined {
  /** Path of the file. */
  readonly file: string;
}

/** An array of a data file. */
export interface DataArray {
  /** What follows the file's name in a reference (`#x`), empty where the file is a single array. */
  readonly suffix: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export const arraysRequest = new RequestType<ArraysRequest, readonly DataArray[], ErrorData>('basin/arrays');
/** Writes `x/<parameter>` and `y/<parameter>`, with which `plane` takes the same plane again. */
export const directionsRequest = new RequestType<DirectionsRequest, null, ErrorData>('basin/directions');
/** Tries every device, each in a process of its own; a GPU among them computes a few numbers. */
export const devicesRequest = new RequestType<Record<string, never>, DevicesResult, ErrorData>('basin/devices');
export const pruneRequest = new RequestType<PruneRequest, PruneResult, ErrorData>('basin/prune');
export const inspectRequest = new RequestType<Target, InspectResult, ErrorData>('basin/inspect');
export const spectrumRequest = new RequestType<
  SpectrumRequest & { readonly partialResultToken: string },
  SpectrumResult,
  ErrorData
>('basin/spectrum');
export const spectrumProgress = new ProgressType<SpectrumUpdate>();
export const convexityRequest = new RequestType<
  ConvexityRequest & { readonly partialResultToken: string },
  ConvexityResult,
  ErrorData
>('basin/convexity');
export const convexityProgress = new ProgressType<ConvexityUpdate>();
export const sharpnessRequest = new RequestType<
  SharpnessRequest & { readonly partialResultToken: string },
  SharpnessResult,
  ErrorData
>('basin/sharpness');
export const sharpnessProgress = new ProgressType<SharpnessUpdate>();
export const interpolateRequest = new RequestType<
  InterpolateRequest & { readonly partialResultToken: string },
  InterpolateResult,
  ErrorData
>('basin/interpolate');
export const interpolateProgress = new ProgressType<InterpolateUpdate>();
export const compareRequest = new RequestType<
  CompareRequest & { readonly partialResultToken: string },
  CompareResult,
  ErrorData
>('basin/compare');
export const compareProgress = new ProgressType<CompareUpdate>();
export const volumeRequest = new RequestType<
  VolumeRequest & { readonly partialResultToken: string },
  VolumeResult,
  ErrorData
>('basin/volume');
export const volumeProgress = new ProgressType<VolumeUpdate>();
export const runFoldersRequest = new RequestType<RunFoldersRequest, readonly RunFolder[], ErrorData>(
  'basin/runFolders',
);
export const runListRequest = new RequestType<RunListRequest, RunResult, ErrorData>('basin/runList');
export const runRequest = new RequestType<RunRequest & { readonly partialResultToken: string }, RunResult, ErrorData>(
  'basin/run',
);
export const runProgress = new ProgressType<RunUpdate>();
export const lossRequest = new RequestType<LossRequest, LossResult, ErrorData>('basin/loss');
/** Partial results come as progress on the token; cancelling rejects, and the last partial result stays valid. */
export const surfaceRequest = new RequestType<
  SurfaceRequest & { readonly partialResultToken: string },
  SurfaceResult,
  ErrorData
>('basin/surface');
export const surfaceProgress = new ProgressType<SurfaceUpdate>();

/** Lines for the output channel. */
export const logNotification = new NotificationType<{ readonly message: string }>('basin/log');
