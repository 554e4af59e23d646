/** Reads a convexity map back from JSON, as a kept result is, checking every field. */
import { count, type Decode, either, list, nullable, object, oneOf, text } from './decode.ts';
import type { ConvexityResult } from './results.ts';
import { axis, cell, eigenvalue, plane, provenance, size } from './surfaceDocument.ts';

const end = nullable(either(eigenvalue, oneOf('NaN')));

/** A table that has not the grid's size is refused too. */
export const decodeConvexity: Decode<ConvexityResult> = (value, place) => {
  const { x, y } = object<Pick<ConvexityResult, 'x' | 'y'>>({ x: axis, y: axis })(value, place);
  const table = <T>(own: Decode<T>) => list(list(own, x.length, x.length), y.length, y.length);
  return object<ConvexityResult>({
    kind: oneOf('convexity'),
    checkpoint: text,
    plane,
    x: axis,
    y: axis,
    largest: table(end),
    smallest: table(end),
    ratio: table(cell),
    tolerance: size,
    products: count,
    complete: oneOf(true, false),
    provenance,
  })(value, place);
};
