/** Algebra of vectors as long as θ, in float64. */

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

export const norm = (a: Float32Array): number => Math.sqrt(dot(a, a));

/** Cosine of the angle between two vectors; NaN where one is zero. */
export const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / (norm(a) * norm(b));

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
