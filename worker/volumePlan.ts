/** What volumes take: passes over the sample, products of the curvature and evidences, known before the first. */
import type { VolumeRequest } from './protocol.ts';
import type { Interval } from './results.ts';

export const DEFAULT_DIRECTIONS = 100;
export const DEFAULT_CUTOFF = 0.01;
export const DIRECTIONS_MAX = 100_000;
/** Its deviation between directions is the least: see docs/volume.md. */
export const DEFAULT_PRECONDITIONER = 'eigenvectors';

/** Of the other cutoffs that are tried on request, relative to the first. */
export const OTHER_CUTOFFS: readonly number[] = [0.1, 10];

/** Eigenvectors a preconditioner is made of: measured on the digits, twice as many gain little more. */
export const EIGENVECTORS = 40;
/** Products for each, after which the search for them gives up. */
export const PRODUCTS_EACH_MAX = 4;
export const DIAGONAL_PROBES = 30;
export const TRACE_PROBES = 4;

/** Of the local volume. */
export interface LocalWork {
  /** Over the sample, for losses or divergences. */
  readonly passes: Interval;
  /** Of the curvature with a vector. */
  readonly products: Interval;
}

/** Passes that a direction took on the digits' networks and on LeNet: docs/volume.md, "Cost". */
const PASSES_EACH: Interval = { least: 5, most: 6.5 };

/** Of the first direction, which looks for its radius from afar, and of the rounding that is measured there. */
const PASSES_FIRST = 12;

type Local = Pick<VolumeRequest, 'directions' | 'preconditioner' | 'sensitivity'>;

/** What a local volume is likely to take, in a space of `parameters` dimensions. */
export function localWork(
  { directions = DEFAULT_DIRECTIONS, preconditioner = DEFAULT_PRECONDITIONER, sensitivity = false }: Local,
  parameters: number,
): LocalWork {
  const cutoffs = sensitivity ? 1 + OTHER_CUTOFFS.length : 1;
  const passes = (each: number): number => Math.round(cutoffs * (each * directions + PASSES_FIRST));
  return {
    passes: { least: passes(PASSES_EACH.least), most: passes(PASSES_EACH.most) },
    products: productsOf(preconditioner, parameters),
  };
}

function productsOf(preconditioner: NonNullable<Local['preconditioner']>, parameters: number): Interval {
  switch (preconditioner) {
    case 'none':
      return { least: 0, most: 0 };
    case 'diagonal':
      return { least: DIAGONAL_PROBES, most: DIAGONAL_PROBES };
    case 'eigenvectors': {
      const upTo = (count: number): number => Math.min(parameters, count) + TRACE_PROBES;
      // The least that was seen on the digits' networks, at the beginning, in the middle and at the end of training.
      return { least: upTo(75), most: upTo(PRODUCTS_EACH_MAX * EIGENVECTORS) };
    }
  }
}

/** Evidences of every two groups of classes: of all networks drawn, and without each quarter of them. */
const EVIDENCES_EACH = 5;

/**
 * Seconds of an evidence, by the third power of the points: 500 points of the digits took the least on two idle cores
 * (docs/volume.md, "Volume of a function"), others the most on busy ones.
 */
const EVIDENCE_SECONDS: Interval = { least: 1.7e-8, most: 4e-8 };

/** Seconds of all evidences of two groups of classes on so many points. */
export const evidenceSeconds = (points: number): Interval => ({
  least: EVIDENCES_EACH * EVIDENCE_SECONDS.least * points ** 3,
  most: EVIDENCES_EACH * EVIDENCE_SECONDS.most * points ** 3,
});
