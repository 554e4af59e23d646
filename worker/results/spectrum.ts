/** The eigenvalues of the Hessian, and where the loss is convex. */
import type { Cell, JsonNumber, Progress, Provenance, Split, Uncertain } from './provenance.ts';
import type { Plane } from './surface.ts';

/** An eigenvalue with what is known of its error. */
export interface Eigenvalue {
  readonly value: number;
  /** Some eigenvalue lies in value ± residual. */
  readonly residual: number;
  /** Whether the residual is at most `tolerance` times |value|. */
  readonly converged: boolean;
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
