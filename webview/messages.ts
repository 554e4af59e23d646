/** What a landscape panel and the extension say to each other. The panel computes no number it shows. */
import type {
  ConvexityResult,
  ConvexityUpdate,
  Interval,
  LocalVolume,
  PreconditionerName,
  Progress,
  SharpnessName,
  SharpnessResult,
  SharpnessUpdate,
  SpectrumResult,
  SpectrumUpdate,
  Split,
  SurfaceResult,
  VolumeName,
  VolumeResult,
  VolumeUpdate,
} from '../worker/results.ts';

/**
 * Where the panel's computation stands.
 * starting: the engine or the model is being loaded; computing: cells arrive; done; cancelled: by the user, partial
 * picture kept; failed: the computation or its input; stopped: the engine died in mid-job.
 */
export type Phase = 'starting' | 'computing' | 'done' | 'cancelled' | 'failed' | 'stopped';

/**
 * What mends what a button cannot: `setUp`, where there is no basin.json, or it lacks something; `reopen`, where the
 * extension that the panel belonged to is no more.
 */
export type Remedy = 'setUp' | 'reopen';

/** Through which directions a landscape is cut. */
export type PlaneOptions =
  | {
      readonly kind: 'random';
      readonly seed: number;
      /** So many independent planes, of the seeds `seed`, `seed` + 1 and so on. */
      readonly planes: number;
      readonly perturb: 'weights' | 'all';
    }
  /** A directions file, by its path. */
  | { readonly kind: 'file'; readonly file: string }
  /** The two leading eigenvectors of the Hessian. */
  | { readonly kind: 'eigen' }
  /** The principal components of the run that the checkpoint belongs to. */
  | { readonly kind: 'pca' }
  /** Through the checkpoint and two others, by their paths; empty where none is chosen. */
  | { readonly kind: 'three'; readonly through: readonly [string, string] };

/** How fine a landscape is: the finest grid that takes about so many seconds, or a given one. */
export type GridOptions =
  | { readonly kind: 'budget'; readonly seconds: number }
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number };

/** What a landscape is computed with. Metric, scale and colours are the page's own and cost nothing. */
export interface SurfaceOptions {
  readonly plane: PlaneOptions;
  readonly split: Split;
  readonly grid: GridOptions;
  /**
   * The grid spans [-range, range] along both directions; in a plane made of checkpoints, `range` times the box that holds
   * them.
   */
  readonly range: number;
  /** Which running statistics normalisations use away from the checkpoint; `held` where absent. */
  readonly statistics?: 'held' | 'recomputed';
}

/** What computing with some options takes, said before it is paid. */
export interface Estimate {
  readonly options: SurfaceOptions;
  /** Left to compute, over all planes; null where a budget chooses the grid. */
  readonly cells: number | null;
  /** `null` until something was measured. */
  readonly seconds: number | null;
  readonly memoryBytes: number | null;
  /** Why these options cannot be computed, in one sentence with the remedy. */
  readonly problem?: string;
}

/** What a spectrum is computed with. */
export interface SpectrumOptions {
  readonly operator: SpectrumResult['operator'];
  /** How many eigenvalues of each end. */
  readonly largest: number;
  readonly smallest: number;
  /** Whether trace, norm and density are estimated, and how many eigenvalues lie below −τ. */
  readonly density: boolean;
  /** Along how many eigenvectors of each end the loss is computed, on every split. */
  readonly along: number;
  readonly byTensor: boolean;
  readonly split: Split;
}

/** With what the sharpness of a checkpoint is measured. */
export interface SharpnessOptions {
  /** At least one. */
  readonly measures: readonly SharpnessName[];
  /** Whether every measure is computed again after rescalings that leave the network's function alone. */
  readonly rescaling: boolean;
  readonly split: Split;
}

/** Which volumes of a checkpoint are measured, and how. */
export interface VolumeOptions {
  /** At least one. */
  readonly volumes: readonly VolumeName[];
  /** Of the local volume; that of the function is held on both. */
  readonly split: Split;
  readonly directions: number;
  /** `auto` is the KL divergence where the network puts out distributions, else the loss. */
  readonly basin: 'auto' | LocalVolume['basin'];
  readonly cutoff: number;
  readonly preconditioner: PreconditionerName;
  /** Of the prior; `null` is that of the parameters before training where these are known, else here. */
  readonly sigma: number | null;
  readonly sensitivity: boolean;
  readonly initializations: number;
  readonly points: number;
  /** Classes that count as one against all others; empty: each class against the rest. */
  readonly positive: readonly number[];
}

/** In which plane, and how finely, it is mapped where the loss is convex. */
export interface ConvexityOptions {
  readonly plane: PlaneOptions;
  readonly split: Split;
  readonly columns: number;
  readonly rows: number;
  /** The grid spans [-range, range] along both directions. */
  readonly range: number;
}

/** What is computed of a checkpoint besides its landscape, each only when the user asks. */
export interface Analyses {
  readonly spectrum: {
    readonly options: SpectrumOptions;
    readonly result: SpectrumResult;
    readonly update: SpectrumUpdate;
  };
  readonly sharpness: {
    readonly options: SharpnessOptions;
    readonly result: SharpnessResult;
    readonly update: SharpnessUpdate;
  };
  readonly volume: {
    readonly options: VolumeOptions;
    readonly result: VolumeResult;
    readonly update: VolumeUpdate;
  };
  readonly convexity: {
    readonly options: ConvexityOptions;
    readonly result: ConvexityResult;
    readonly update: ConvexityUpdate;
  };
}

export type AnalysisName = keyof Analyses;

/** What computing a spectrum with other options is likely to take. */
export interface SpectrumEstimate {
  readonly options: SpectrumOptions;
  /** `null` until the tensors are known, where each is asked for. */
  readonly products: Interval | null;
  /** `null` until products were measured. */
  readonly seconds: Interval | null;
  readonly memoryBytes: number | null;
}

/** What computing volumes with other options is likely to take; each `null` where it is not asked for. */
export interface VolumeEstimate {
  readonly options: VolumeOptions;
  readonly local: {
    /** Over the sample. */
    readonly passes: Interval;
    /** Of the curvature with a vector. */
    readonly products: Interval;
    /** `null` until a pass was measured. */
    readonly seconds: Interval | null;
  } | null;
  readonly function: {
    /** To draw the networks; `null` until a pass was measured. */
    readonly drawSeconds: number | null;
    /** For every two groups of classes. */
    readonly evidenceSeconds: Interval;
    /** How many such there are; `null` until the classes are known. */
    readonly groups: number | null;
  } | null;
}

/** What computing with other options is likely to take, of the analyses that can tell. */
export interface AnalysisEstimates {
  readonly spectrum: SpectrumEstimate;
  readonly volume: VolumeEstimate;
}

export type EstimatedName = keyof AnalysisEstimates;

/** Where one of them stands. */
export interface AnalysisState<Name extends AnalysisName> {
  /** `idle`: nobody has asked yet; `document`: the result is that of a file, and nothing computes. */
  readonly phase: 'idle' | 'document' | Phase;
  /** One sentence with the remedy, in the phases `failed` and `stopped`; in `cancelled` after a reload. */
  readonly message?: string;
  /** What would mend it, in the phases `failed` and `stopped`. */
  readonly remedy?: Remedy;
  /** What is being computed, was computed last, or is proposed. */
  readonly options: Analyses[Name]['options'];
  /** The last partial or the final result; kept in every phase once there is one. */
  readonly result?: Analyses[Name]['result'];
  /** What is being computed, for how long, and in how much memory. */
  readonly progress?: Omit<Analyses[Name]['update'], 'result'>;
  /** For the options that the page last asked about. */
  readonly estimate?: Name extends EstimatedName ? AnalysisEstimates[Name] : never;
}

export type AnalysisStates = { readonly [Name in AnalysisName]: AnalysisState<Name> };

/**
 * The page's own choices (metric, scale, colour map, camera …) as it wrote them. The extension keeps them without
 * reading them, so the page checks what it gets back: another version may have written it.
 */
export type ViewState = Readonly<Record<string, unknown>>;

/** `csv`, `path`, `json` and `directions` are written by the extension, `png` and `svg` are drawn by the page. */
export type ExportKind = 'png' | 'svg' | 'csv' | 'path' | 'json' | 'directions';

/** What an analysis can be saved as. */
export type AnalysisExportKind = Exclude<ExportKind, 'path' | 'directions'>;

/**
 * Everything the panel shows; sent whole on every change, so that a reloaded page needs one message. A document holds a
 * surface or one of the analyses.
 */
export interface PanelState extends Partial<AnalysisStates> {
  /** Path of the checkpoint, relative to its workspace folder. */
  readonly checkpoint: string;
  readonly phase: Phase;
  /** One sentence with the remedy, in the phases `failed` and `stopped`; in `cancelled` after a reload. */
  readonly message?: string;
  /** What would mend it, in the phases `failed` and `stopped`. */
  readonly remedy?: Remedy;
  /** The last partial or the final surface; kept in every phase once there is one. */
  readonly surface?: SurfaceResult;
  readonly progress?: Progress;
  /** What is being computed, was computed last, or will be. The controls begin with it. Absent in a document. */
  readonly options?: SurfaceOptions;
  /** For the options that the page last asked about. */
  readonly estimate?: Estimate;
  /** The splits that basin.json has; absent where that is not known. */
  readonly splits?: readonly Split[];
  /** An interrupted grid whose finished cells are kept: `resume` computes the others. */
  readonly resumable?: { readonly done: number; readonly total: number };
  /** What can be exported now. */
  readonly exports?: readonly ExportKind[];
  /** A result file that is shown as it is: nothing computes, and there is no checkpoint behind it. Its name. */
  readonly document?: string;
  /** What `viewState` sent last, from this panel or, for a new one, from any. */
  readonly view?: ViewState;
}

/**
 * `state` is everything shown. `draw` asks for the picture as a file, the landscape's or one of an analysis, answered
 * by `drawn`. `directions` names the file that the user chose after `chooseDirections`, and `through` the checkpoints
 * chosen after `chooseThrough`, for the controls to take up.
 * `alive` comes every few seconds as long as there is an extension.
 */
export type ToPanel =
  | { readonly type: 'state'; readonly state: PanelState }
  | { readonly type: 'draw'; readonly kind: 'png' | 'svg'; readonly of?: AnalysisName }
  | { readonly type: 'directions'; readonly file: string }
  | { readonly type: 'through'; readonly files: readonly [string, string] }
  | { readonly type: 'alive' };

/**
 * `ready` asks for the state; `retry` starts the computation of `options` again and begins an interrupted grid anew,
 * `resume` goes on with it, `refine` computes the grid that the surface offers, `compute` one with other options. `estimate` asks what options would cost, and `estimateAnalysis` the same of an analysis.
 * `export` opens the save dialog; a picture is then asked for by `draw`, and `drawn` without content says that there is
 * none to draw. The same of an analysis.
 */
export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'retry' }
  | { readonly type: 'resume' }
  | { readonly type: 'refine' }
  | { readonly type: 'compute'; readonly options: SurfaceOptions }
  | { readonly type: 'estimate'; readonly options: SurfaceOptions }
  | { readonly type: 'chooseDirections' }
  | { readonly type: 'chooseThrough' }
  | { readonly type: 'export'; readonly kind: ExportKind }
  | { readonly type: 'drawn'; readonly kind: 'png' | 'svg'; readonly content: string | Uint8Array | null }
  | { readonly type: 'copyCommand' }
  | ComputeAnalysis
  | EstimateAnalysis
  | { readonly type: 'cancelAnalysis'; readonly of: AnalysisName }
  | { readonly type: 'exportAnalysis'; readonly of: AnalysisName; readonly kind: AnalysisExportKind }
  | { readonly type: 'copyAnalysisCommand'; readonly of: AnalysisName }
  | { readonly type: 'viewState'; readonly view: ViewState }
  | { readonly type: 'setUp' }
  | { readonly type: 'showLog' };

export type ComputeAnalysis<Names extends AnalysisName = AnalysisName> = {
  readonly [Name in Names]: {
    readonly type: 'computeAnalysis';
    readonly of: Name;
    readonly options: Analyses[Name]['options'];
  };
}[Names];

export type EstimateAnalysis<Names extends EstimatedName = EstimatedName> = {
  readonly [Name in Names]: {
    readonly type: 'estimateAnalysis';
    readonly of: Name;
    readonly options: Analyses[Name]['options'];
  };
}[Names];
