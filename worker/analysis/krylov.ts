/**
 * Eigenpairs at both ends of a symmetric operator, from products with vectors alone.
 *
 * Band Lanczos with full re-orthogonalisation and thick restarts (Wu & Simon 2000, SIAM J. Matrix Anal. Appl. 22). The
 * basis V holds columns whose products are known and candidates whose products are not; the projection T = VᵀAV is kept
 * whole, so that restarts, several starting vectors, a breakdown and a vector added in between are all the same thing:
 * A·V = V·T + C·B, with the candidates C and their coupling B. A Ritz pair (θ, V·s) has the residual ‖B·s‖.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { gaussians } from '../direction/gaussian.ts';
import { BasinError } from '../errors.ts';
import { addScaled, dot, norm, scale } from '../vector.ts';
import { leastBasisSize } from './sizes.ts';

/** A symmetric operator that is known by its products with vectors. */
export interface SymmetricOperator {
  /** Length of its vectors. */
  readonly size: number;
  /** A·v for each v; throws `interrupted` when the signal fires. */
  apply(vectors: readonly Float64Array[], signal: AbortSignal): Promise<Float64Array[]>;
}

/** No eigenvalue can be told where a product is not finite. */
export class NotFiniteError extends BasinError {
  constructor() {
    super(
      'computation',
      'A product of the curvature with a vector is not finite: the loss or its derivatives overflow here.',
    );
  }
}

export interface Eigenpair {
  /** The Ritz value: some eigenvalue lies in value ± residual (Parlett 1998, theorem 4.5.1). */
  readonly value: number;
  /** ‖Av − λv‖ of the unit Ritz vector v, rounding of the products included. */
  readonly residual: number;
  /** Whether the residual is at most the tolerance times |λ|. */
  readonly converged: boolean;
}

export interface EigenpairOptions {
  /** How many of the largest and of the smallest eigenvalues, by sign and not by size. */
  readonly largest: number;
  readonly smallest: number;
  /** Relative to |λ|. */
  readonly tolerance: number;
  /** Columns of the basis at most; see `basisSize`. */
  readonly basis: number;
  /** Gives up after so many products. */
  readonly maxProducts: number;
  /** Keys the random starting vectors. */
  readonly seed: number;
  /** Vectors a product computes together with profit; more find repeated eigenvalues sooner and cost more products. */
  readonly block?: number;
  /** Whether repeated eigenvalues and what the start missed are looked for once all has converged; true by default. */
  readonly verify?: boolean;
  /** Eigenvectors of a similar operator, such as a neighbouring checkpoint's, to start from. */
  readonly start?: readonly Float64Array[];
}

/** Why the solver stopped: all pairs converged, none can get better in the products' rounding, or it gave up. */
export type EigenpairEnd = 'converged' | 'noise' | 'products';

export interface EigenpairState {
  /** From the largest downwards. */
  readonly largest: readonly Eigenpair[];
  /** From the smallest upwards. */
  readonly smallest: readonly Eigenpair[];
  /** Products computed so far. */
  readonly products: number;
  /** Length of the rounding error of a product with a unit vector, measured. */
  readonly noise: number;
  /** Null while the solver is at work. */
  readonly end: EigenpairEnd | null;
  /** The subspace behind it, valid until the solver goes on. */
  readonly subspace: KrylovSubspace;
}

/** An orthonormal basis whose products are known. */
export interface KrylovSubspace {
  readonly basis: readonly Float64Array[];
  /** VᵀAV. */
  readonly projection: Matrix;
  /** ‖(I − VVᵀ)AV‖², squared Frobenius norm. */
  readonly coupling: number;
  /** The unit Ritz vector of the pair at a place of `largest` or `smallest`. */
  vector(end: 'largest' | 'smallest', index: number): Float64Array;
}

/** Products of a random vector's own chain, after everything has converged, that must bring up nothing new. */
const VERIFICATION_PRODUCTS = 12;

/** Products between two looks at what they gave. */
const REPORT_PRODUCTS = 2;

/**
 * Finds the largest and the smallest eigenpairs, yielding what is known every few products; the last state says why it
 * is the last. Once all have converged, a random vector orthogonal to everything found starts a chain of its own, which
 * brings up copies of repeated eigenvalues and whatever the first starting vector missed.
 * Throws `interrupted` when the signal fires, and `computation` where a product is not finite; the states before stay
 * valid.
 */
export async function* eigenpairs(
  operator: SymmetricOperator,
  options: EigenpairOptions,
  signal: AbortSignal,
): AsyncGenerator<EigenpairState> {
  const solver = new Solver(operator, options);
  await solver.begin(signal);
  for (;;) {
    const state = await solver.advance(signal);
    yield state;
    if (state.end !== null) return;
  }
}

class Solver {
  private readonly size: number;
  private readonly wanted: { readonly largest: number; readonly smallest: number };
  private readonly capacity: number;
  private readonly block: number;
  /** Columns with known products, then candidates. */
  private basis: Float64Array[] = [];
  /** VᵀAV as far as it is known: 0 between two candidates. */
  private projection: number[][] = [];
  private known = 0;
  private products = 0;
  private noise = 0;
  private randomVectors = 0;
  /** Products left of a verification; null while none is going on. */
  private verifying: number | null = null;
  /** What a verification must not change. */
  private verified: readonly number[] | null = null;

  constructor(
    private readonly operator: SymmetricOperator,
    private readonly options: EigenpairOptions,
  ) {
    this.size = operator.size;
    this.wanted = {
      largest: Math.min(options.largest, this.size),
      smallest: Math.min(options.smallest, this.size),
    };
    const pairs = this.wanted.largest + this.wanted.smallest;
    this.block = Math.min(options.block ?? 1, this.size);
    this.capacity = Math.min(this.size, Math.max(options.basis, leastBasisSize(pairs, this.size)) + this.block);
  }

  /** Starts with random vectors and measures the products' noise. */
  async begin(signal: AbortSignal): Promise<void> {
    const { start = [] } = this.options;
    for (let index = 0; index < this.block; index++) {
      const vector = this.random();
      // A small random part keeps what the neighbour lacked within reach.
      if (start.length > 0) scale(vector, 0.1 / norm(vector));
      start.forEach((one, at) => {
        if (at % this.block === index) addScaled(vector, 1 / norm(one), one);
      });
      this.addCandidate(vector);
    }
    await this.measureNoise(signal);
  }

  async advance(signal: AbortSignal): Promise<EigenpairState> {
    for (let left = REPORT_PRODUCTS; left > 0 && !this.isComplete; ) left -= await this.step(signal);
    const state = this.state();
    const all = [...state.largest, ...state.smallest];
    if (this.isComplete) return { ...state, end: all.every(pair => pair.converged) ? 'converged' : 'noise' };
    if (this.products >= this.options.maxProducts) return { ...state, end: 'products' };
    // What is left of an unconverged pair's residual is the products' rounding, which more of them do not lessen.
    const settled = all.every(pair => pair.converged || pair.residual < 1.5 * this.noise);
    if (!settled) {
      this.verifying = null;
      return state;
    }
    const values = all.map(pair => pair.value);
    const { verify = true } = this.options;
    if (verify && this.verifying === null && !this.isVerified(values)) {
      this.beginVerification(values);
      return state;
    }
    if (this.verifying !== null && this.verifying > 0) return state;
    this.verifying = null;
    if (verify && !this.isVerified(values)) return state;
    await this.checkNoise(signal);
    const last = this.state();
    const isConverged = [...last.largest, ...last.smallest].every(pair => pair.converged);
    return { ...last, end: isConverged ? 'converged' : 'noise' };
  }

  /** Whether the whole space is spanned, and everything known. */
  private get isComplete(): boolean {
    return this.known === this.size;
  }

  /** Computes the products of the next candidates; returns how many. */
  private async step(signal: AbortSignal): Promise<number> {
    if (this.basis.length + this.block > this.capacity && this.capacity < this.size) this.restart();
    if (this.known === this.basis.length) this.addCandidate(this.random());
    // While a random vector's chain is followed, its newest end is what comes next.
    if (this.verifying !== null) this.swap(this.known, this.basis.length - 1);
    const count = this.verifying === null ? Math.min(this.block, this.basis.length - this.known) : 1;
    const from = this.known;
    const images = await this.operator.apply(this.basis.slice(from, from + count), signal);
    this.products += count;
    if (this.verifying !== null) this.verifying -= count;
    for (const image of images) this.absorb(image);
    return count;
  }

  /** Takes the product of the first candidate into the projection, and its remainder as a new candidate. */
  private absorb(image: Float64Array): void {
    const column = this.known++;
    const length = finiteNorm(image);
    const coefficients = this.orthogonalize(image);
    coefficients.forEach((value, row) => {
      // A product seen from both sides is known twice, each time with its own rounding.
      const other = row < column ? this.projection[row]![column]! : value;
      const both = (value + other) / 2;
      this.projection[row]![column] = both;
      this.projection[column]![row] = both;
    });
    const rest = norm(image);
    if (this.basis.length >= this.size || rest <= Math.max(this.noise, 1e-13 * length)) return;
    scale(image, 1 / rest);
    const row = this.push(image);
    this.projection[row]![column] = rest;
    this.projection[column]![row] = rest;
  }

  /** Subtracts from a vector what lies in the basis, twice (Giraud et al. 2005); returns the coefficients. */
  private orthogonalize(vector: Float64Array): number[] {
    const coefficients = this.basis.map(() => 0);
    for (let pass = 0; pass < 2; pass++) {
      this.basis.forEach((column, index) => {
        const coefficient = dot(column, vector);
        addScaled(vector, -coefficient, column);
        coefficients[index]! += coefficient;
      });
    }
    return coefficients;
  }

  private push(vector: Float64Array): number {
    const row = this.basis.push(vector) - 1;
    for (const own of this.projection) own.push(0);
    this.projection.push(new Array<number>(this.basis.length).fill(0));
    return row;
  }

  /** Adds a vector that nothing is known of. */
  private addCandidate(vector: Float64Array): void {
    if (this.basis.length >= this.size) return;
    const before = norm(vector);
    this.orthogonalize(vector);
    const rest = norm(vector);
    // Nothing new in it: another random one surely has.
    if (!(rest > 1e-10 * before)) {
      this.addCandidate(this.random());
      return;
    }
    scale(vector, 1 / rest);
    this.push(vector);
  }

  private random(): Float64Array {
    return gaussians(['krylov', this.options.seed, this.randomVectors++], this.size);
  }

  /** Exchanges two candidates. */
  private swap(a: number, b: number): void {
    if (a === b) return;
    [this.basis[a], this.basis[b]] = [this.basis[b]!, this.basis[a]!];
    [this.projection[a], this.projection[b]] = [this.projection[b]!, this.projection[a]!];
    for (const row of this.projection) [row[a], row[b]] = [row[b]!, row[a]!];
  }

  /** Compresses the known columns to the Ritz vectors at both ends; candidates stay as they are. */
  private restart(): void {
    const { vectors, values } = this.ritz();
    const pairs = this.wanted.largest + this.wanted.smallest;
    const candidates = this.basis.length - this.known;
    // Half of the basis keeps much of what was learnt and leaves room to learn more.
    const keep = Math.min(this.known - 1, Math.max(pairs, Math.floor((this.capacity - candidates) / 2)));
    const spare = Math.max(keep - pairs, 0);
    const low = Math.min(keep, this.wanted.smallest + Math.round((spare * this.wanted.smallest) / Math.max(pairs, 1)));
    const kept = values.map((_, index) => index).filter(index => index < low || index >= this.known - (keep - low));
    const couplings = this.basis
      .slice(this.known)
      .map((_, at) => kept.map(index => this.couplingOf(vectors, index, this.known + at)));
    const columns = this.basis.slice(0, this.known);
    combineInPlace(columns, vectors, kept);
    this.basis = [...columns.slice(0, kept.length), ...this.basis.slice(this.known)];
    this.known = kept.length;
    this.projection = this.basis.map(() => new Array<number>(this.basis.length).fill(0));
    kept.forEach((index, at) => {
      this.projection[at]![at] = values[index]!;
      couplings.forEach((coupling, candidate) => {
        this.projection[at]![this.known + candidate] = coupling[at]!;
        this.projection[this.known + candidate]![at] = coupling[at]!;
      });
    });
  }

  /** Eigenvalues of the projection, ascending, and its eigenvectors as columns. */
  private ritz(): { readonly values: readonly number[]; readonly vectors: Matrix } {
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(this.knownProjection(), {
      assumeSymmetric: true,
    });
    return { values: realEigenvalues, vectors: eigenvectorMatrix };
  }

  private knownProjection(): Matrix {
    return new Matrix(this.projection.slice(0, this.known).map(row => row.slice(0, this.known)));
  }

  /** V·s for column `index` of the projection's eigenvectors. */
  private combine(vectors: Matrix, index: number): Float64Array {
    const sum = new Float64Array(this.size);
    for (let row = 0; row < this.known; row++) addScaled(sum, vectors.get(row, index), this.basis[row]!);
    return sum;
  }

  /** How much of A·V·s points along a candidate. */
  private couplingOf(vectors: Matrix, index: number, candidate: number): number {
    let sum = 0;
    for (let row = 0; row < this.known; row++) sum += this.projection[candidate]![row]! * vectors.get(row, index);
    return sum;
  }

  private state(): EigenpairState {
    const { values, vectors } = this.ritz();
    const pair = (index: number): Eigenpair => {
      const value = values[index]!;
      const parts = [this.noise];
      for (let candidate = this.known; candidate < this.basis.length; candidate++) {
        parts.push(this.couplingOf(vectors, index, candidate));
      }
      const residual = Math.hypot(...parts);
      return { value, residual, converged: residual <= this.options.tolerance * Math.abs(value) };
    };
    const count = this.known;
    const places = {
      largest: Array.from({ length: Math.min(this.wanted.largest, count) }, (_, index) => count - 1 - index),
      smallest: Array.from({ length: Math.min(this.wanted.smallest, count) }, (_, index) => index),
    };
    let coupling = 0;
    for (const row of this.projection.slice(count)) for (const value of row.slice(0, count)) coupling += value ** 2;
    return {
      largest: places.largest.map(pair),
      smallest: places.smallest.map(pair),
      products: this.products,
      noise: this.noise,
      end: null,
      subspace: {
        basis: this.basis.slice(0, count),
        projection: this.knownProjection(),
        coupling,
        vector: (end, index) => this.combine(vectors, places[end][index]!),
      },
    };
  }

  private beginVerification(values: readonly number[]): void {
    this.verified = values;
    this.verifying = VERIFICATION_PRODUCTS;
    this.addCandidate(this.random());
  }

  /** Whether a verification since has brought up nothing new: every value is still what it was. */
  private isVerified(values: readonly number[]): boolean {
    const { verified } = this;
    if (verified === null || verified.length !== values.length) return false;
    return values.every((value, index) => {
      const slack = this.options.tolerance * Math.abs(value) + 2 * this.noise;
      return Math.abs(value - verified[index]!) <= slack;
    });
  }

  /**
   * Takes the first candidate's product, and measures the length of a product's rounding error for a unit vector: a
   * factor that is no power of two rounds everything anew, and the difference of two such errors is √2 times as long as
   * one. Errors that both share, such as those of activations, make the operator another one a little, and are not seen.
   */
  private async measureNoise(signal: AbortSignal): Promise<void> {
    const factor = 1.37;
    const vector = this.basis[0]!;
    const [image, other] = (await this.operator.apply([vector, vector.map(value => factor * value)], signal)) as [
      Float64Array,
      Float64Array,
    ];
    this.products += 2;
    addScaled(other, -factor, image);
    this.noise = finiteNorm(other) / factor / Math.SQRT2;
    this.absorb(image);
  }

  /**
   * Raises the noise to that of the leading eigenvector, along which products are longest: how far its product is from
   * what those of the basis make of it.
   */
  private async checkNoise(signal: AbortSignal): Promise<void> {
    const { values, vectors } = this.ritz();
    const index = this.wanted.largest > 0 ? this.known - 1 : 0;
    const vector = this.combine(vectors, index);
    const [image] = (await this.operator.apply([vector], signal)) as [Float64Array];
    this.products++;
    addScaled(image, -values[index]!, vector);
    for (let candidate = this.known; candidate < this.basis.length; candidate++) {
      addScaled(image, -this.couplingOf(vectors, index, candidate), this.basis[candidate]!);
    }
    this.noise = Math.max(this.noise, finiteNorm(image) / Math.SQRT2);
  }
}

/** Rows that are combined at once: few enough for a core's cache. */
const ROWS_AT_ONCE = 1024;

/** Replaces the first columns by V·S for the given columns of S, with no memory for a second basis. */
function combineInPlace(basis: readonly Float64Array[], vectors: Matrix, kept: readonly number[]): void {
  const size = basis[0]?.length ?? 0;
  const sums = kept.map(() => new Float64Array(ROWS_AT_ONCE));
  for (let from = 0; from < size; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, size);
    const rows = basis.map(column => column.subarray(from, to));
    sums.forEach((sum, at) => {
      sum.fill(0);
      rows.forEach((row, index) => {
        const factor = vectors.get(index, kept[at]!);
        for (let element = 0; element < row.length; element++) sum[element]! += factor * row[element]!;
      });
    });
    sums.forEach((sum, at) => {
      rows[at]!.set(sum.subarray(0, to - from));
    });
  }
}

/** A product's length; where it has none, no eigenvalue can be told. */
function finiteNorm(image: Float64Array): number {
  const length = norm(image);
  if (Number.isFinite(length)) return length;
  throw new NotFiniteError();
}
