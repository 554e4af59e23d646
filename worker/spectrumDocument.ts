/** Reads a spectrum back from JSON, as a kept result is, checking every field. */
import { count, type Decode, list, nullable, number, object, oneOf, optional, text } from './decode.ts';
import type { EigenvectorLine, ProbeMean, SpectrumResult, Uncertain } from './results.ts';
import { eigenvalue, fraction, jsonNumber, provenance, size } from './surfaceDocument.ts';

/** More eigenvalues than can be asked for, points of a curve, tensors of a model and lines are damage. */
const LIST_MAX = 100_000;

const uncertain = object<Uncertain>({ value: number, uncertainty: size });
const probeMean = object<ProbeMean>({ mean: number, standardError: nullable(size), probes: count });
const whether: Decode<boolean> = oneOf(true, false);

/** Along an eigenvector there is a value for every position. */
const line: Decode<EigenvectorLine> = (value, place) => {
  const positions = list(number, 1, LIST_MAX);
  const { t } = object<Pick<EigenvectorLine, 't'>>({ t: positions })(value, place);
  const values = <T>(decode: Decode<T>): Decode<readonly T[]> => list(decode, t.length, t.length);
  const onSplit = object<NonNullable<EigenvectorLine['splits']['train']>>({
    loss: values(jsonNumber),
    standardError: nullable(values(jsonNumber)),
    accuracy: nullable(values(fraction)),
  });
  return object<EigenvectorLine>({
    end: oneOf('largest', 'smallest'),
    index: count,
    eigenvalue: number,
    t: positions,
    splits: object<EigenvectorLine['splits']>({ train: optional(onSplit), test: optional(onSplit) }),
  })(value, place);
};

/** The curve of a density has as many heights as positions. */
const density: Decode<NonNullable<SpectrumResult['density']>> = (value, place) => {
  const curve = object<NonNullable<SpectrumResult['density']>>({
    x: list(number, 0, LIST_MAX),
    y: list(size, 0, LIST_MAX),
    sigma: size,
    probes: count,
    steps: count,
  })(value, place);
  list(size, curve.x.length, curve.x.length)(curve.y, `${place}.y`);
  return curve;
};

export const decodeSpectrum: Decode<SpectrumResult> = object<SpectrumResult>({
  kind: oneOf('spectrum'),
  checkpoint: text,
  operator: oneOf('hessian', 'ggn'),
  largest: list(eigenvalue, 0, LIST_MAX),
  smallest: list(eigenvalue, 0, LIST_MAX),
  sampling: object<SpectrumResult['sampling']>({ largest: nullable(size), smallest: nullable(size) }),
  tolerance: size,
  noise: size,
  end: nullable(oneOf('converged', 'noise', 'products')),
  trace: optional(probeMean),
  frobenius: optional(uncertain),
  effectiveRank: optional(uncertain),
  density: optional(density),
  tau: size,
  negative: optional(object<NonNullable<SpectrumResult['negative']>>({ count: uncertain, share: uncertain })),
  verdict: text,
  byTensor: optional(
    list(
      object<NonNullable<SpectrumResult['byTensor']>[number]>({ name: text, largest: eigenvalue, trace: probeMean }),
      0,
      LIST_MAX,
    ),
  ),
  along: optional(list(line, 0, LIST_MAX)),
  products: count,
  complete: whether,
  provenance,
});
