/** What is said of any plane's directions. */
import { createHash } from 'node:crypto';
import type { Directions } from '../analysis/surface.ts';
import { type Plane, toJsonNumber } from '../results.ts';
import { cosine, norm } from '../vector.ts';

/** SHA-256 (hex) of the directions. */
export const directionsDigest = ({ x, y }: Directions): string =>
  createHash('sha256').update(x).update(y).digest('hex');

/** Lengths and angle of the directions, and the length of θ. */
export const geometry = (theta: Float32Array, { x, y }: Directions): Pick<Plane, 'cosine' | 'norms'> => ({
  cosine: toJsonNumber(cosine(x, y)),
  norms: { x: norm(x), y: norm(y), parameters: norm(theta) },
});
