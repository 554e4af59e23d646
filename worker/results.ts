/** The documents Basin produces: what `--json` prints, what a result file holds and what a panel draws, in one shape. */
import type { DType, UnreadableTensor } from './tensor.ts';

export type Split = 'train' | 'test';

/** A number as JSON can carry it: the three values JSON lacks are spelled out. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export const toJsonNumber = (value: number): JsonNumber =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';

/** A grid cell: `null` is not computed yet. */
export type Cell = JsonNumber | null;

/** A file and the SHA-256 digest (hex) of the content that was used of it. */
export interface Source {
  readonly file: string;
  readonly digest: string;
}

/** Data, and how they were prepared and chosen. */
export interface DataSource extends Source {
  readonly order: 'first' | 'seeded';
  readonly layout?: 'NCHW' | 'NHWC';
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/**
 * Which running statistics the normalisations use: those of the checkpoint, also away from it (`held`); those of several
 * checkpoints mixed as their parameters are (`interpolated`); or those that the sample has at each point (`recomputed`).
 */
export type StatisticsMode = 'held' | 'interpolated' | 'recomputed';

/** What a number was computed from and how; enough to compute it again. */
export interface Provenance {
  readonly model: Source;
  readonly checkpoint: Source;
  /** Absent where the loss takes no data. */
  readonly data?: DataSource;
  readonly split: Split;
  /** Rows of the split's data that were used: [from, to). */
  readonly rows: readonly [number, number];
  readonly samples: number;
  readonly seed: number;
  /** How many numbers θ has, and the patterns that chose them. */
  readonly parameters: {
    readonly count: number;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  };
  readonly loss: string;
  readonly mode: { readonly batchNorm: StatisticsMode | 'none'; readonly dropout: 'off' };
  readonly dtype: 'float32' | 'float64';
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  /** When the computation began, ISO 8601. */
  readonly time: string;
  readonly seconds: number;
  /** What was changed on the way in (training-mode nodes, float64 parameters rounded …), a sentence each. */
  readonly notes: readonly string[];
}

export interface InspectedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a checkpoint tensor became in the model. */
export interface Match {
  readonly tensor: string;
  readonly initializer: string;
  readonly role: 'parameter' | 'statistic' | 'constant';
  /** `value`: the same contents, in this checkpoint or in one of its run; `tied`: the same contents in the model. */
  readonly rule: 'name' | 'prefix' | 'value' | 'tied';
  /** Whether the model holds it transposed. */
  readonly transposed?: true;
}

/** A network that a checkpoint holds beside its parameters. */
export interface OwnModel {
  readonly format: 'ONNX' | 'layers';
  /** The loss that it was compiled with, as "loss" in basin.json names it, where that is said and Basin has it. */
  readonly loss?: string;
}

export interface InspectResult {
  readonly kind: 'inspect';
  readonly checkpoint: string;
  readonly format: string;
  /** Training step or epoch, from the file's content, else its name. */
  readonly step: number | null;
  readonly tensors: readonly InspectedTensor[];
  /** Tensors that are in the file and cannot be read, each with a sentence that says why. */
  readonly unreadable: readonly UnreadableTensor[];
  /** The network that the checkpoint holds itself, so that basin.json need not name a model. */
  readonly ownModel?: OwnModel;
  /** Absent without a project. */
  readonly matched?: readonly Match[];
  readonly unmatched?: { readonly checkpoint: readonly string[]; readonly model: readonly string[] };
  /** Number of parameters (elements) of the objective. */
  readonly parameters?: number;
  readonly model?: string;
  /** What a user should know of how they were matched. */
  readonly notes?: readonly string[];
  /** Why the model could not be bound, where it could not. */
  readonly problem?: string;
}

export interface LossResult {
  readonly kind: 'loss';
  readonly checkpoint: string;
  readonly loss: JsonNumber;
  /** Standard error of the mean over the sample; `null` with fewer than two examples or where examples have no loss of their own. */
  readonly standardError: JsonNumber | null;
  /** Fraction of counted targets predicted right; `null` where the loss has no classes. */
  readonly accuracy: number | null;
  /** ‖∂L/∂θ‖, where it was asked for. */
  readonly gradientNorm?: JsonNumber;
  /** Its standard error over the sample, to first order; `null` where `standardError` is. */
  readonly gradientNormStandardError?: JsonNumber | null;
  readonly samples: number;
  readonly provenance: Provenance;
}

/** `pca`: the principal components of a run's checkpoints; `three`: through three checkpoints. */
export type PlaneKind = 'random' | 'file' | 'eigen' | 'pca' | 'three';

/** The plane a surface lies in. `norms` and `cosine` are over all parameters. */
export interface Plane {
  readonly kind: PlaneKind;
  readonly file?: string;
  readonly seed?: number;
  /**
   * How directions were scaled. `curvature`: an eigenvector to the length √(2/|λ|), so that 1 on its axis is where the
   * quadratic model of the loss has moved by 1. `unit`: to the length 1, so that coordinates are distances between
   * parameters. Directions from a file are taken as they are.
   */
  readonly normalization: 'filter' | 'curvature' | 'unit' | 'as given';
  /** Of random directions: the checkpoint to whose filters they were scaled, where it is another than the surface's own. */
  readonly normalizedTo?: Source;
  /** Which parameters move: tensors with filters only, or biases and normalisation parameters too. */
  readonly perturb: 'weights' | 'all' | 'as given';
  /** Of the plane of the two leading eigenvectors: theirs. */
  readonly eigenvalues?: readonly Eigenvalue[];
  /** Of the principal components of a run: what they explain. */
  readonly principal?: PrincipalComponents;
  /** NaN where one of them is zero. */
  readonly cosine: JsonNumber;
  readonly norms: { readonly x: number; readonly y: number; readonly parameters: number };
}

/** Shares of the checkpoints' variance about their mean along the leading principal components, the first ones of all. */
export interface PrincipalComponents {
  /** How many checkpoints there were, the plane's own among them. */
  readonly checkpoints: number;
  readonly explained: readonly number[];
  /** The shares that a pure random walk of as many checkpoints in very many dimensions would show. */
  readonly randomWalk: readonly number[];
}

/** A checkpoint's place in a plane that is made of checkpoints. */
export interface PlanePoint {
  readonly checkpoint: Source;
  readonly step: number | null;
  readonly epoch: number | null;
  /** Its projection on the plane. */
  readonly x: number;
  readonly y: number;
  /** Its distance out of the plane, in the unit of `x` and `y`. */
  readonly distance: number;
  /**
   * Its own loss and accuracy, as the verb `loss` gives them: with its own running statistics where the surface holds the
   * origin's, with the sample's where they are recomputed. In the plane, `projectedLoss` is the same where they are
   * recomputed and in networks without statistics. `null` until they are computed.
   */
  readonly loss: Cell;
  readonly accuracy: number | null;
  /** The loss at its projection, as the surface is computed; `null` until it is. */
  readonly projectedLoss: Cell;
}

/** The objective on the cells of a plane; rows by y, columns by x. */
export interface PlaneSurface {
  readonly plane: Plane;
  readonly loss: readonly (readonly Cell[])[];
  readonly accuracy: readonly (readonly Cell[])[] | null;
  /** Standard error of each cell's loss over the sample; `null` where examples have no loss of their own. */
  readonly standardError: readonly (readonly Cell[])[] | null;
}

/** Mean and sample standard deviation (n − 1) over several planes; `null` until all of them have the cell. */
export interface CellSpread {
  readonly mean: readonly (readonly Cell[])[];
  readonly deviation: readonly (readonly Cell[])[];
}

/**
 * A metric against the distance from the checkpoint: each plane's mean over the cells of a ring, and over the planes the
 * mean and sample standard deviation of these. A ring with a cell that is not finite is not finite; `null` until the ring is
 * complete.
 */
export interface RingSpread {
  /** By plane, then by ring. */
  readonly planes: readonly (readonly Cell[])[];
  readonly mean: readonly Cell[];
  readonly deviation: readonly Cell[];
}

/** How far several random planes through the same checkpoint differ. */
export interface Spread {
  readonly loss: CellSpread;
  readonly accuracy: CellSpread | null;
  readonly profile: {
    /** The middle of each ring, √(x² + y²), up to the range of the shorter axis. */
    readonly distance: readonly number[];
    readonly loss: RingSpread;
    readonly accuracy: RingSpread | null;
  };
}

/** The objective on a grid of a plane: θ + x·(first direction) + y·(second direction). Rows by y, columns by x. */
export interface SurfaceResult extends PlaneSurface {
  readonly kind: 'surface';
  readonly checkpoint: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Where several random planes were asked for: those after the first, on the same grid, and the spread of all. */
  readonly otherPlanes?: readonly PlaneSurface[];
  readonly spread?: Spread;
  /** Of a plane made of checkpoints: where they lie, in the order of training, or as they were named. */
  readonly path?: readonly PlanePoint[];
  /** The checkpoint itself, x = y = 0, whether or not the grid holds it. */
  readonly origin: {
    readonly loss: JsonNumber;
    readonly accuracy: number | null;
    readonly standardError: JsonNumber | null;
  };
  /** Over all planes. */
  readonly evaluations: { readonly cells: number; readonly examples: number };
  /** Where the grid was chosen to fit a time: that time, and the next grid to go on to with what it would take. */
  readonly budget?: {
    readonly seconds: number;
    readonly finer: { readonly columns: number; readonly rows: number; readonly seconds: number } | null;
  };
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** An eigenvalue with what is known of its error. */
export interface Eigenvalue {
  readonly value: number;
  /** Some eigenvalue lies in value ± residual. */
  readonly residual: number;
  /** Whether the residual is at most `tolerance` times |value|. */
  readonly converged: boolean;
}

/** A number with an uncertainty of about one standard error. */
export interface Uncertain {
  readonly value: number;
  readonly uncertainty: number;
}

/** A mean over random probes; no error where nothing had to be estimated (0) or too few probes were made (`null`). */
export interface ProbeMean {
  readonly mean: number;
  readonly standardError: number | null;
  readonly probes: number;
}

/** Eigenvalues of the loss's curvature at a checkpoint. */
export interface SpectrumResult {
  readonly kind: 'spectrum';
  readonly checkpoint: string;
  readonly operator: 'hessian' | 'ggn';
  /** From the largest downwards. */
  readonly largest: readonly Eigenvalue[];
  /** From the smallest upwards. */
  readonly smallest: readonly Eigenvalue[];
  /** Standard errors of the first of each over the sample, to first order; `null` where examples have no loss of their own. */
  readonly sampling: { readonly largest: number | null; readonly smallest: number | null };
  readonly tolerance: number;
  /** Measured length of the rounding error of a product with a unit vector. */
  readonly noise: number;
  /** Whether the search found all it looked for, ended at the products' rounding, or gave up; `null` where it was cut short. */
  readonly end: 'converged' | 'noise' | 'products' | null;
  readonly trace?: ProbeMean;
  /** √Σλ². */
  readonly frobenius?: Uncertain;
  /** (Σλ)²/Σλ²: how many equal eigenvalues would have this trace and this norm. */
  readonly effectiveRank?: Uncertain;
  /** Eigenvalues a unit of λ as a curve, each drawn as a Gaussian of standard deviation `sigma`. */
  readonly density?: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly sigma: number;
    readonly probes: number;
    readonly steps: number;
  };
  /** Eigenvalues smaller than this in size count as flat. */
  readonly tau: number;
  /** How many lie below −τ, and their share of Σ|λ|; with the density only. */
  readonly negative?: { readonly count: Uncertain; readonly share: Uncertain };
  /** What it says of the checkpoint, in a sentence. */
  readonly verdict: string;
  /** The blocks that belong to one tensor each. */
  readonly byTensor?: readonly { readonly name: string; readonly largest: Eigenvalue; readonly trace: ProbeMean }[];
  /** The loss along eigenvectors, on every split there is. */
  readonly along?: readonly EigenvectorLine[];
  /** Products with vectors, all parts together. */
  readonly products: number;
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** The loss along a unit eigenvector, at θ + t·v. */
export interface EigenvectorLine {
  readonly end: 'largest' | 'smallest';
  /** Its place among `largest` or `smallest`. */
  readonly index: number;
  readonly eigenvalue: number;
  readonly t: readonly number[];
  readonly splits: Partial<
    Record<
      Split,
      {
        readonly loss: readonly JsonNumber[];
        readonly standardError: readonly JsonNumber[] | null;
        readonly accuracy: readonly number[] | null;
      }
    >
  >;
}

/** From the least to the most that is likely. */
export interface Interval {
  readonly least: number;
  readonly most: number;
}

/** Where a spectrum's computation stands. */
export interface SpectrumUpdate {
  readonly result: SpectrumResult;
  readonly elapsedSeconds: number;
  /** The products that all of it is likely to take, other work counted as products that take as long. */
  readonly expectedProducts: Interval;
  /** Of a product, on average; `null` until some were measured. */
  readonly secondsPerProduct: number | null;
  /** What is being computed. */
  readonly stage: 'eigenpairs' | 'trace' | 'density' | 'tensors' | 'lines' | 'done';
  readonly memoryBytes: number;
  /** Under which key the store keeps the result; absent where nothing is kept. */
  readonly key?: string;
}

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

/** A cell of a convexity map: `null` is not computed yet, `NaN` one where products are not finite. */
export type ConvexityCell = Eigenvalue | 'NaN' | null;

/** Extreme eigenvalues of the Hessian on the grid of a plane; rows by y, columns by x (Li et al. 2018, figure 7). */
export interface ConvexityResult {
  readonly kind: 'convexity';
  readonly checkpoint: string;
  readonly plane: Plane;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly largest: readonly (readonly ConvexityCell[])[];
  readonly smallest: readonly (readonly ConvexityCell[])[];
  /** |λmin/λmax|; of a cell where one of the two has not converged, as good as it is. */
  readonly ratio: readonly (readonly Cell[])[];
  /** Residuals at which an eigenvalue counts as converged, relative to |λ|. */
  readonly tolerance: number;
  readonly products: number;
  readonly complete: boolean;
  readonly provenance: Provenance;
}

/** A partial map is valid on its own. */
export interface ConvexityUpdate {
  readonly result: ConvexityResult;
  readonly progress: Progress;
  readonly memoryBytes: number;
}

/** Where a long computation stands. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedSeconds: number;
  /** `null` until enough is done to say. */
  readonly remainingSeconds: number | null;
}

/** A partial result is valid on its own: an unfinished grid has `null` cells. */
export interface SurfaceUpdate {
  readonly result: SurfaceResult;
  readonly progress: Progress;
  /** About what the computation takes in memory. */
  readonly memoryBytes: number;
  /** Seconds between one cell's end and the next, all threads at work; `null` until enough is done to say. */
  readonly secondsPerCell: number | null;
  /** Under which key the store keeps the result; absent where nothing is kept. */
  readonly key?: string;
}

/** Where ONNX Runtime can compute: the names of its execution providers. */
export const DEVICE_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

export type DeviceName = (typeof DEVICE_NAMES)[number];

/** Whether a device can be used on this machine, found out by computing on it. */
export interface DeviceReport {
  readonly name: DeviceName;
  readonly usable: boolean;
  /**
   * What does the arithmetic: the processor, a GPU, or a software driver that imitates one; `unknown` where it works
   * and nothing shows on what, `null` where it does not.
   */
  readonly hardware: 'processor' | 'gpu' | 'software' | 'unknown' | null;
  /** What computes, as far as it can be told. */
  readonly adapter: string | null;
  /** One sentence or two. */
  readonly reason: string;
  /** What would make it usable, or faster, in a sentence. */
  readonly remedy: string | null;
}

export interface DevicesResult {
  readonly kind: 'devices';
  readonly engine: string;
  /** The folder of the ONNX Runtime that the user points to; `null` for the one that comes with Basin. */
  readonly folder: string | null;
  readonly devices: readonly DeviceReport[];
  /** The device that `auto` takes. */
  readonly auto: DeviceName;
  /** The engine TensorFlow.js. */
  readonly tfjs: TfjsReport;
}

/** The TensorFlow.js that is there; sentences for the user. */
export interface TfjsReport {
  /** Name, version and backend; `null` where it cannot be used. */
  readonly engine: string | null;
  readonly device: DeviceName | null;
  readonly reason: string;
  readonly remedy: string | null;
}

/** What folders of results could do without. */
export interface PruneResult {
  readonly kind: 'prune';
  readonly folders: readonly {
    readonly folder: string;
    /** What is not needed, and what stays. */
    readonly removed: { readonly files: number; readonly bytes: number };
    readonly kept: { readonly files: number; readonly bytes: number };
  }[];
  /** What was written within so many days stays. */
  readonly olderDays: number;
  /** Whether it was removed; else it was only counted. */
  readonly isRemoved: boolean;
}

export type Result =
  | InspectResult
  | LossResult
  | SpectrumResult
  | SharpnessResult
  | ConvexityResult
  | SurfaceResult
  | InterpolateResult
  | CompareResult
  | VolumeResult
  | RunResult
  | DevicesResult
  | PruneResult;
