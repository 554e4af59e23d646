/** Algebra of vectors as long as θ, in float64. */

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** Cosine of the angle between two vectors; NaN where one is zero. */
export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => dot(a, b) / (norm(a) * norm(b));

/** θ + x·a + y·b, computed in float64 and rounded once. */
export function pointOnPlane(
  theta: Float32Array,
  a: Float32Array,
  x: number,
  b: Float32Array,
  y: number,
): Float32Array {
  const point = new Float32Array(theta.length);
  for (let index = 0; index < point.length; index++) point[index] = theta[index]! + x * a[index]! + y * b[index]!;
  return point;
}

/** Adds `factor` times a vector to another, in place. */
export function addScaled(sum: Float64Array, factor: number, vector: ArrayLike<number>): void {
  for (let index = 0; index < sum.length; index++) sum[index]! += factor * vector[index]!;
}

/** Multiplies a vector by a number, in place. */
export function scale(vector: Float64Array, factor: number): void {
  for (let index = 0; index < vector.length; index++) vector[index]! *= factor;
}

/** a + t·(b − a), computed in float64 and rounded once; a and b themselves at 0 and 1. */
export function pointBetween(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const point = new Float32Array(a.length);
  for (let index = 0; index < point.length; index++) point[index] = (1 - t) * a[index]! + t * b[index]!;
  return point;
}

/** ‖b − a‖. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (b[index]! - a[index]!) ** 2;
  return Math.sqrt(sum);
}
