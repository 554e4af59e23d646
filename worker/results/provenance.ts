/** What every document is made of: numbers as JSON can carry them, where they come from, and where a computation stands. */

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

/** A number with an uncertainty of about one standard error. */
export interface Uncertain {
  readonly value: number;
  readonly uncertainty: number;
}

/** Where a long computation stands. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedSeconds: number;
  /** `null` until enough is done to say. */
  readonly remainingSeconds: number | null;
}
