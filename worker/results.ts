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
  readonly mode: { readonly batchNorm: 'held' | 'none'; readonly dropout: 'off' };
  readonly dtype: 'float32';
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

export interface InspectResult {
  readonly kind: 'inspect';
  readonly checkpoint: string;
  readonly format: string;
  /** Training step or epoch, from the file's content, else its name. */
  readonly step: number | null;
  readonly tensors: readonly InspectedTensor[];
  /** Tensors that are in the file and cannot be read, each with a sentence that says why. */
  readonly unreadable: readonly UnreadableTensor[];
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
  readonly samples: number;
  readonly provenance: Provenance;
}

export type PlaneKind = 'random' | 'file';

/** The plane a surface lies in. `norms` and `cosine` are over all parameters. */
export interface Plane {
  readonly kind: PlaneKind;
  readonly file?: string;
  readonly seed?: number;
  /** How directions were scaled; directions from a file are taken as they are. */
  readonly normalization: 'filter' | 'as given';
  /** Which parameters move: tensors with filters only, or biases and normalisation parameters too. */
  readonly perturb: 'weights' | 'all' | 'as given';
  /** NaN where one of them is zero. */
  readonly cosine: JsonNumber;
  readonly norms: { readonly x: number; readonly y: number; readonly parameters: number };
}

/** The objective on a grid of a plane: θ + x·(first direction) + y·(second direction). Rows by y, columns by x. */
export interface SurfaceResult {
  readonly kind: 'surface';
  readonly checkpoint: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly loss: readonly (readonly Cell[])[];
  readonly accuracy: readonly (readonly Cell[])[] | null;
  /** Standard error of each cell's loss over the sample; `null` where examples have no loss of their own. */
  readonly standardError: readonly (readonly Cell[])[] | null;
  /** The checkpoint itself, x = y = 0, whether or not the grid holds it. */
  readonly origin: {
    readonly loss: JsonNumber;
    readonly accuracy: number | null;
    readonly standardError: JsonNumber | null;
  };
  readonly plane: Plane;
  readonly evaluations: { readonly cells: number; readonly examples: number };
  /** Where the grid was chosen to fit a time: that time, and the next grid to go on to with what it would take. */
  readonly budget?: {
    readonly seconds: number;
    readonly finer: { readonly columns: number; readonly rows: number; readonly seconds: number } | null;
  };
  readonly complete: boolean;
  readonly provenance: Provenance;
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
}

export type Result = InspectResult | LossResult | SurfaceResult | DevicesResult;
