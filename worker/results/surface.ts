/** A loss surface on a plane. */
import type { Cell, JsonNumber, Progress, Provenance, Source } from './provenance.ts';
import type { Eigenvalue } from './spectrum.ts';

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
