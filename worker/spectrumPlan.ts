/** What a spectrum takes: how many products, known before the first, and how many vectors as long as θ. */
import { basisSize, leastBasisSize, VECTORS_AT_ONCE } from './analysis/sizes.ts';
import type { SpectrumRequest } from './protocol.ts';
import type { Interval } from './results.ts';

export const DEFAULT_LARGEST = 20;
export const DEFAULT_SMALLEST = 1;
export const DEFAULT_TOLERANCE = 1e-4;

/** With this many probes two standard errors cover the trace in 94 of 100 cases (Student's t). */
export const TRACE_PROBES = 20;

/** Enough steps to tell eigenvalues of a hundredth of the range from flat ones, on the networks of the tests. */
export const DENSITY = { probes: 8, steps: 60 } as const;

/** A tensor's block is small: fewer probes and columns do. */
export const TENSOR_PROBES = 10;
export const TENSOR_BASIS = 40;

/** Products after which a search gives up: ten times what trained networks need, since who watches can cancel. */
export const maxProducts = (pairs: number): number => 50 * pairs + 1000;

/** More pairs than this are no question about a minimum, and their vectors would not fit. */
export const PAIRS_MAX = 500;

/** What a problem that was opened takes, and how many numbers θ has. */
interface Opened {
  readonly memoryBytes: number;
  readonly objective: { readonly origin: { readonly length: number } };
}

/** As many columns as suit the pairs and fit the memory that may be used; the fewest fit, or the problem had not opened. */
export function basisWithin({ objective, memoryBytes }: Opened, pairs: number, limit: number): number {
  const size = objective.origin.length;
  const least = leastBasisSize(pairs, size);
  const spare = Math.floor((limit - memoryBytes) / (8 * size));
  return Math.min(basisSize(pairs, size), least + Math.max(spare, 0));
}

/** Points of the line along an eigenvector. */
export const LINE_POINTS = 31;

/** A loss takes about this much of the time of a product. */
const LOSS_SHARE = 0.08;

/** Products of the sampling errors, one an end. */
const SAMPLING_PRODUCTS = 2;

type Wanted = Pick<SpectrumRequest, 'largest' | 'smallest' | 'trace' | 'density' | 'byTensor' | 'along'>;

/** The pairs that are wanted, both ends together. */
const pairsOf = ({ largest = DEFAULT_LARGEST, smallest = DEFAULT_SMALLEST }: Wanted): number => largest + smallest;

/**
 * From the fewest to the most products that a search for so many pairs is likely to take. Measured on checkpoints of the
 * digits' networks, LeNet and ResNet-20, at the beginning, in the middle and at the end of training: from 1.2 products a
 * pair and 25 upwards, to 3 a pair and 70.
 */
const searchProducts = (pairs: number, size: number): Interval => ({
  least: Math.min(size, Math.round(1.2 * pairs + 20)),
  most: Math.min(size, 3 * pairs + 70),
});

/**
 * The products that a spectrum is likely to take, other work counted as the products that take as long.
 * @param sizes of the tensors that θ is made of.
 */
export function expectedProducts(wanted: Wanted, sizes: readonly number[]): Interval {
  const size = sizes.reduce((sum, own) => sum + own, 0);
  const search = searchProducts(pairsOf(wanted), size);
  const ends = Math.min(wanted.largest ?? DEFAULT_LARGEST, 1) + Math.min(wanted.smallest ?? DEFAULT_SMALLEST, 1);
  const lines = (wanted.along ?? 0) * ends * LINE_POINTS * LOSS_SHARE;
  const probes = (wanted.trace ? TRACE_PROBES : 0) + (wanted.density ? DENSITY.probes * DENSITY.steps : 0);
  const tensors = wanted.byTensor ? sizes.map(own => blockProducts(own)) : [];
  const sum = (end: keyof Interval): number => tensors.reduce((total, own) => total + own[end], search[end]);
  // Several vectors at once share what does not depend on them, and there may be data of one split only.
  return {
    least: Math.round(sum('least') + SAMPLING_PRODUCTS + 0.6 * probes + lines),
    most: Math.round(sum('most') + SAMPLING_PRODUCTS + probes + 2 * lines),
  };
}

/** Of one tensor's block. */
function blockProducts(size: number): Interval {
  const { least, most } = searchProducts(1, size);
  const probes = size > TENSOR_BASIS ? TENSOR_PROBES : 0;
  return { least: least + 0.6 * probes, most: most + probes };
}

/**
 * Beside the basis: the next candidate, vectors on their way into a product and out of it, and columns that a restart let
 * go and the last state still holds.
 */
const PASSING_VECTORS = 6;

/** How many vectors of float64 as long as θ are held at once where the basis has so many columns. */
function columns(wanted: Wanted, basis: number, chains: number): number {
  const pairs = pairsOf(wanted);
  return Math.max(
    basis + PASSING_VECTORS,
    wanted.trace ? basis + 1 + 2 * VECTORS_AT_ONCE : 0,
    // Probes are kept apart from the converged eigenvectors, and remember all of their own steps.
    wanted.density ? basis + 1 + Math.min(pairs, basis) + chains * (DENSITY.steps + 2) : 0,
  );
}

/** The fewest vectors with which a spectrum can be computed, for a θ of any size. */
export const leastColumns = (wanted: Wanted): number =>
  columns(wanted, leastBasisSize(pairsOf(wanted), Number.POSITIVE_INFINITY), 1);

/** What can be done so that there are fewer. */
export const fewerColumns = (wanted: Wanted): string =>
  wanted.density ? 'leave --density out, or look for fewer eigenvalues' : 'look for fewer eigenvalues';

/** How many more bytes a spectrum takes than another where memory does not bind, for a θ of so many numbers. */
export function moreBytes(wanted: Wanted, than: Wanted, size: number): number {
  const bytes = (own: Wanted): number => 8 * size * columns(own, basisSize(pairsOf(own), size), VECTORS_AT_ONCE);
  return bytes(wanted) - bytes(than);
}

/** How a spectrum uses the memory that it may. */
export interface VectorPlan {
  /** Columns of the Krylov basis. */
  readonly basis: number;
  /** Probes of the density that go on together. */
  readonly chains: number;
  /** What it takes in all. */
  readonly memoryBytes: number;
}

/**
 * As many columns, and probes at once, as suit the spectrum and fit the memory that may be used. The fewest fit, or the
 * problem had not been opened.
 */
export function planVectors(problem: Opened, wanted: Wanted, limit: number): VectorPlan {
  const size = problem.objective.origin.length;
  const pairs = pairsOf(wanted);
  const least = leastBasisSize(pairs, size);
  const fixed = problem.memoryBytes - 8 * size * leastColumns(wanted);
  const bytes = (basis: number, chains: number): number => fixed + 8 * size * columns(wanted, basis, chains);
  let chains = wanted.density ? VECTORS_AT_ONCE : 1;
  while (chains > 1 && bytes(least, chains) > limit) chains--;
  let basis = basisSize(pairs, size);
  while (basis > least && bytes(basis, chains) > limit) basis--;
  return { basis, chains, memoryBytes: bytes(basis, chains) };
}
