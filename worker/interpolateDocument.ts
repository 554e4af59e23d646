/** Reads an interpolation back from JSON, as a kept or exported result is, checking every field. */
import { barrierOf } from './analysis/interpolation.ts';
import { type Decode, DecodeError, list, nullable, object, oneOf, text } from './decode.ts';
import type { InterpolateResult, InterpolationCurve } from './results.ts';
import { axis, cell, fraction, provenance, size, source } from './surfaceDocument.ts';

/** Two splits with two kinds of statistics. */
const CURVES_MAX = 4;

/** What a document says of a curve; its barrier follows from the rest. */
type Written = Omit<InterpolationCurve, 'barrier'>;

/** From the least position to the largest, with both ends among them. */
const positions: Decode<readonly number[]> = (value, place) => {
  const t = axis(value, place);
  if (!t.includes(0) || !t.includes(1)) throw new DecodeError(`"${place}" lacks 0 or 1`);
  return t;
};

const curve =
  (t: readonly number[]): Decode<InterpolationCurve> =>
  (value, place) => {
    const cells = list(cell, t.length, t.length);
    const own = object<Written>({
      split: oneOf('train', 'test'),
      statistics: oneOf('interpolated', 'recomputed', 'none'),
      loss: cells,
      standardError: nullable(cells),
      accuracy: nullable(list(nullable(fraction), t.length, t.length)),
      accuracyStandardError: nullable(list(nullable(size), t.length, t.length)),
      rise: cells,
      riseStandardError: nullable(cells),
      provenance,
    })(value, place);
    const torn = own.loss.findIndex((loss, index) => (loss === null) !== (own.rise[index] === null));
    if (torn >= 0) throw new DecodeError(`"${place}" has a loss or a rise alone at t = ${t[torn]}`);
    const { provenance: from, ...rest } = own;
    return { ...rest, barrier: barrierOf(t, own), provenance: from };
  };

const curves =
  (t: readonly number[]): Decode<readonly InterpolationCurve[]> =>
  (value, place) => {
    const all = list(curve(t), 1, CURVES_MAX)(value, place);
    const names = all.map(({ split, statistics }) => `${split}, ${statistics}`);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new DecodeError(`"${place}" has two curves of ${twice}`);
    return all;
  };

/**
 * Checks every field and keeps no other. What follows from the points (the barriers, whether all are there) is found out
 * anew, so that a document cannot contradict itself.
 */
export const decodeInterpolation: Decode<InterpolateResult> = (value, place) => {
  const { t } = object<Pick<InterpolateResult, 't'>>({ t: positions })(value, place);
  const own = object<Omit<InterpolateResult, 'complete'>>({
    kind: oneOf('interpolate'),
    checkpoint: text,
    other: source,
    t: positions,
    distance: size,
    norms: list(size, 2, 2) as Decode<InterpolateResult['norms']>,
    curves: curves(t),
    provenance,
  })(value, place);
  const { provenance: from, ...rest } = own;
  return { ...rest, complete: own.curves.every(({ loss }) => !loss.includes(null)), provenance: from };
};
