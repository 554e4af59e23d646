/** Planes made of checkpoints, from the inner products of their differences: see `gramMatrix`. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Factors } from './gram.ts';

/** A checkpoint's place in a plane: its projection, and how far from that it is. */
export interface Projection {
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

/** A plane through the checkpoint θ_T, spanned by sums of the differences θᵢ − θ_T. */
export interface CheckpointPlane {
  /** The factors of the differences in each direction; the directions have the length 1 and are orthogonal. */
  readonly factors: Factors;
  /** By checkpoint, relative to θ_T, which is at 0. */
  readonly points: readonly Projection[];
}

/** The plane of the two leading principal components. */
export interface PrincipalPlane extends CheckpointPlane {
  /** Shares of the variance about the mean, from the largest downwards; the first ones of all. */
  readonly explained: readonly number[];
}

/** So many shares are told. */
const SHARES = 10;

/**
 * Checkpoints whose second principal component has less than this share of the first one's variance lie on a line: what
 * is less cannot be told from the rounding of float32 parameters and of the Gram matrix.
 */
const LINE = 1e-10;

/** Squares that are a difference of others and less than this share of them are their rounding. */
const ROUNDING = 1e-13;

/**
 * The principal components of checkpoints about their mean, as the plane that they span through θ_T. Of each direction,
 * the first checkpoint that does not lie at 0 along it lies on the positive side: a run comes from there.
 * @param gram of the differences from θ_T, finite.
 * @returns null where the checkpoints span no plane, being equal or on a line.
 */
export function principalPlane(gram: Matrix): PrincipalPlane | null {
  const count = gram.rows;
  if (count < 3) return null;
  const centred = centre(gram);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(centred, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const values = order.map(index => Math.max(realEigenvalues[index]!, 0));
  if (!(values[1]! > LINE * values[0]!)) return null;
  const sum = values.reduce((all, value) => all + value, 0);
  const leading = (place: number): number[] => withoutMean(eigenvectorMatrix.getColumn(order[place]!));
  const x = oriented(gram, unit(gram, leading(0)));
  const second = leading(1);
  const along = product(gram, x, second);
  const y = oriented(
    gram,
    unit(
      gram,
      second.map((factor, index) => factor - along * x[index]!),
    ),
  );
  return {
    factors: { x, y },
    points: project(gram, x, y),
    explained: values.slice(0, Math.min(count - 1, SHARES)).map(value => Math.min(value / sum, 1)),
  };
}

/**
 * The plane through three checkpoints (Garipov et al. 2018): x along B − A, y along the part
 * of C − A that is orthogonal to it.
 * @param gram of the differences from A, the first of the three, finite.
 * @returns null where they span no plane.
 */
export function planeThroughThree(gram: Matrix): CheckpointPlane | null {
  const [bb, bc, cc] = [gram.get(1, 1), gram.get(1, 2), gram.get(2, 2)];
  const height = cc - bc ** 2 / bb;
  if (!(bb > 0 && height > LINE * Math.max(bb, cc))) return null;
  const [long, high] = [Math.sqrt(bb), Math.sqrt(height)];
  return {
    factors: { x: [0, 1 / long, 0], y: [0, -bc / bb / high, 1 / high] },
    points: [
      { x: 0, y: 0, distance: 0 },
      { x: long, y: 0, distance: 0 },
      { x: bc / long, y: high, distance: 0 },
    ],
  };
}

/**
 * The shares of variance that the first principal components of a random walk of so many points have in very many
 * dimensions (Antognini & Sohl-Dickstein 2018): its centred Gram matrix is then the inverse of the Laplacian of
 * a path, whose eigenvalues are 4·sin²(kπ/2n), and Σ 1/(4·sin²(kπ/2n)) = (n² − 1)/6. They go to 6/(π²k²).
 */
export const randomWalkShares = (points: number): number[] =>
  Array.from(
    { length: Math.min(points - 1, SHARES) },
    (_, index) => 1.5 / ((points ** 2 - 1) * Math.sin(((index + 1) * Math.PI) / (2 * points)) ** 2),
  );

/** The Gram matrix of the same vectors less their mean. */
function centre(gram: Matrix): Matrix {
  const means = gram.mean('row');
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  return new Matrix(means.map((own, row) => means.map((other, column) => gram.get(row, column) - own - other + mean)));
}

function withoutMean(vector: readonly number[]): number[] {
  const mean = vector.reduce((sum, value) => sum + value, 0) / vector.length;
  return vector.map(value => value - mean);
}

/** The inner products of a sum of differences with all of them. */
const products = (gram: Matrix, factors: readonly number[]): number[] =>
  factors.map((_, row) => factors.reduce((sum, factor, column) => sum + gram.get(row, column) * factor, 0));

/** The inner product of two sums of differences. */
function product(gram: Matrix, a: readonly number[], b: readonly number[]): number {
  const own = products(gram, b);
  return a.reduce((sum, factor, index) => sum + factor * own[index]!, 0);
}

function unit(gram: Matrix, factors: readonly number[]): number[] {
  const length = Math.sqrt(product(gram, factors, factors));
  return factors.map(factor => factor / length);
}

/** Coordinates below this share of the largest do not decide on which side a direction begins. */
const NEAR = 1e-6;

function oriented(gram: Matrix, factors: readonly number[]): readonly number[] {
  const places = products(gram, factors);
  const farthest = places.reduce((most, place) => Math.max(most, Math.abs(place)), 0);
  const first = places.find(place => Math.abs(place) > NEAR * farthest) ?? 0;
  return first < 0 ? factors.map(factor => -factor) : factors;
}

/**
 * The places of the checkpoints. The distance is the root of a difference of squares: below about 3e-7 of the distance from
 * θ_T it is not to be had, and 0.
 */
function project(gram: Matrix, first: readonly number[], second: readonly number[]): Projection[] {
  const [along, across] = [products(gram, first), products(gram, second)];
  return along.map((x, index) => {
    const y = across[index]!;
    const all = gram.get(index, index);
    const rest = all - x ** 2 - y ** 2;
    return { x, y, distance: rest > ROUNDING * all ? Math.sqrt(rest) : 0 };
  });
}
