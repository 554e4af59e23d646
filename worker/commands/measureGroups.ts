/** What is measured of a checkpoint of a run, and how: groups of measures that are computed together. */

import type { SharpnessPoint } from '../analysis/sharpness/point.ts';
import { leastBasisSize } from '../analysis/sizes.ts';
import { spectrum as computeSpectrum, curvatureOperator, type SpectrumState } from '../analysis/spectrum.ts';
import type { Derivatives } from '../objective/derivatives.ts';
import type { Evaluation } from '../objective/evaluation.ts';
import {
  type Eigenvalue,
  type Measure,
  type RunMeasureName,
  type SharpnessName,
  type SpectrumResult,
  type Split,
  toJsonNumber,
  type VolumePrior,
} from '../results.ts';
import { DEFAULT_TOLERANCE, maxProducts, TRACE_PROBES } from '../spectrumPlan.ts';
import type { Documents } from '../store/documents.ts';
import { norm } from '../vector.ts';
import { errorOfNorm } from './loss.ts';
import type { Problem } from './problem.ts';
import { type SharpnessMeasurer, sharpnessTasks } from './sharpnessTasks.ts';
import { samplingErrors } from './spectrum.ts';
import { measureVolume, VOLUME_PAIRS } from './volumeMeasure.ts';
import { priorOf } from './volumePrior.ts';

/** Size of Keskar's box. */
const EPSILON = 1e-3;

/** What a checkpoint passes on to the next, which lies near it: eigenvectors to start from. */
export interface Neighbour {
  vectors: readonly Float64Array[];
}

/** What was found of a group of measures: their numbers, and those for which there is none to be had. */
export interface Found {
  readonly measures: readonly Measure<RunMeasureName>[];
  readonly absent?: readonly RunMeasureName[];
  /** How long the rest of the group takes, once that is known: of one that takes long. */
  readonly secondsLeft?: number | null;
}

/** Measures that are computed together. */
export interface Group {
  readonly names: readonly RunMeasureName[];
  readonly split: Split;
  /** Pairs of vectors as long as θ that it holds at least. */
  readonly pairs: number;
  /** Yields what is found as it is found. */
  find(place: Place, signal: AbortSignal): AsyncIterable<Found>;
}

/** A checkpoint on one split of the data, and what its measures share. */
export interface Place {
  readonly problem: Problem;
  readonly point: SharpnessPoint;
  readonly sharpness: SharpnessMeasurer;
  readonly asked: ReadonlySet<RunMeasureName>;
  readonly neighbour: Neighbour;
  /** By which its volume is measured; null where its run knows of none. */
  readonly prior: VolumePrior | null;
  /** Null where nothing is kept on disk. */
  readonly documents: Documents | null;
  /** Columns of the search for eigenvalues. */
  readonly basis: number;
  readonly memoryBytes: number;
  derivatives(): Derivatives;
}

/** How many eigenvalues are looked for: one at each end. */
export const PAIRS = 2;

const TRAIN_LOSS: Group = {
  names: ['train-loss', 'train-accuracy'],
  split: 'train',
  pairs: 1,
  find: lossAndAccuracy('train-loss', 'train-accuracy'),
};
export const TEST_LOSS: Group = {
  names: ['test-loss', 'test-accuracy'],
  split: 'test',
  pairs: 1,
  find: lossAndAccuracy('test-loss', 'test-accuracy'),
};

/** In the order in which they are computed, the cheapest first. */
export const GROUPS: readonly Group[] = [
  TRAIN_LOSS,
  TEST_LOSS,
  { names: ['gradient-norm'], split: 'train', pairs: 2, find: gradientNorm },
  { names: ['sam'], split: 'train', pairs: 2, find: sharpnessMeasure('sam') },
  {
    names: ['lambda-max', 'lambda-min', 'trace'],
    split: 'train',
    pairs: leastBasisSize(PAIRS, Number.POSITIVE_INFINITY),
    find: curvature,
  },
  { names: ['keskar'], split: 'train', pairs: 24, find: sharpnessMeasure('keskar') },
  { names: ['log-volume'], split: 'train', pairs: VOLUME_PAIRS, find: logVolume },
];

/** A number with an error to both sides. Without one, what is left is the rounding, which is not known. */
function measureOf(
  name: RunMeasureName,
  value: number,
  error: number | null,
  converged = true,
): Measure<RunMeasureName> {
  const isNumber = Number.isFinite(value);
  const end = (bound: number): Measure['lower'] => (isNumber && error !== null ? toJsonNumber(bound) : null);
  return {
    name,
    value: toJsonNumber(value),
    lower: end(value - (error ?? 0)),
    upper: end(value + (error ?? 0)),
    converged: converged && isNumber,
  };
}

function lossAndAccuracy(loss: RunMeasureName, accuracy: RunMeasureName): Group['find'] {
  return async function* ({ point, problem }, signal) {
    const here = await point.evaluateHere(signal);
    const fraction = here.accuracy;
    yield {
      measures: [
        measureOf(loss, here.loss, here.standardError),
        ...(fraction === null ? [] : [accuracyOf(accuracy, fraction, countOf(here, problem))]),
      ],
      absent: fraction === null ? [accuracy] : [],
    };
  };
}

/** How many examples count. */
const countOf = ({ weights }: Evaluation, { objective }: Problem): number =>
  weights?.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0) ?? objective.samples;

/**
 * A fraction of n examples with Wilson's score interval (1927) of one standard error, which stays right where all or none
 * are: there the usual one has no width.
 */
function accuracyOf(name: RunMeasureName, fraction: number, n: number): Measure<RunMeasureName> {
  const center = (fraction + 1 / (2 * n)) / (1 + 1 / n);
  const half = Math.sqrt((fraction * (1 - fraction)) / n + 1 / (4 * n * n)) / (1 + 1 / n);
  return {
    name,
    value: fraction,
    lower: Math.max(0, Math.min(fraction, center - half)),
    upper: Math.min(1, Math.max(fraction, center + half)),
    converged: true,
  };
}

async function* gradientNorm({ point, derivatives }: Place, signal: AbortSignal): AsyncGenerator<Found> {
  const { gradient } = await point.differentiateHere(signal);
  const error = await errorOfNorm(derivatives(), gradient, signal);
  yield { measures: [measureOf('gradient-norm', norm(gradient), error)] };
}

async function* curvature(place: Place, signal: AbortSignal): AsyncGenerator<Found> {
  const { problem, neighbour, asked, basis } = place;
  const derivatives = place.derivatives();
  const size = problem.objective.origin.length;
  const plan = {
    largest: 1,
    smallest: 1,
    tolerance: DEFAULT_TOLERANCE,
    basis,
    maxProducts: maxProducts(PAIRS),
    seed: problem.seed,
    traceProbes: asked.has('trace') ? TRACE_PROBES : 0,
    density: null,
    start: neighbour.vectors.filter(vector => vector.length === size),
  };
  let isFound = false;
  for await (const state of computeSpectrum(curvatureOperator(derivatives, 'hessian', size), plan, signal)) {
    if (!isFound && state.stage !== 'eigenpairs') {
      isFound = true;
      yield await extremeEigenvalues(place, state, signal);
    }
    if (state.stage !== 'done' || state.trace === null) continue;
    const { mean, standardError } = state.trace.trace;
    yield { measures: [measureOf('trace', mean, standardError)] };
  }
}

async function extremeEigenvalues(place: Place, { eigenpairs }: SpectrumState, signal: AbortSignal): Promise<Found> {
  const { largest, smallest, subspace } = eigenpairs;
  const { sampling } = await samplingErrors(place.derivatives(), 'hessian', eigenpairs, signal);
  place.neighbour.vectors = [subspace.vector('largest', 0), subspace.vector('smallest', 0)];
  return { measures: extremes({ largest, smallest, sampling }) };
}

/** An eigenvalue is known as far as its residual says, and as far as the sample does. */
function extremes({
  largest: [top],
  smallest: [bottom],
  sampling,
}: Pick<SpectrumResult, 'largest' | 'smallest' | 'sampling'>): readonly Measure<RunMeasureName>[] {
  const measureEnd = (name: RunMeasureName, pair: Eigenvalue | undefined, error: number | null) =>
    pair ? [measureOf(name, pair.value, Math.hypot(pair.residual, error ?? 0), pair.converged)] : [];
  return [...measureEnd('lambda-max', top, sampling.largest), ...measureEnd('lambda-min', bottom, sampling.smallest)];
}

/** What a spectrum of the Hessian says of the measures of a run. */
export function measuresOfSpectrum(spectrum: SpectrumResult): readonly Measure<RunMeasureName>[] {
  const { trace } = spectrum;
  return [...extremes(spectrum), ...(trace ? [measureOf('trace', trace.mean, trace.standardError)] : [])];
}

/** A measure that `basin sharpness` has too, computed and kept as it does. */
function sharpnessMeasure(name: SharpnessName & RunMeasureName): Group['find'] {
  return async function* ({ sharpness, point }, signal) {
    for (const task of sharpnessTasks({ measures: [name], epsilons: [EPSILON] })) {
      const { measures } = await sharpness.measure(task, point, signal);
      yield {
        measures: measures.flatMap(({ value, lower, upper, converged, problem }) =>
          problem === undefined ? [{ name, value, lower, upper, converged }] : [],
        ),
        absent: measures.every(({ problem }) => problem !== undefined) ? [name] : [],
      };
    }
  };
}

async function* logVolume({ problem, prior, documents }: Place, signal: AbortSignal): AsyncGenerator<Found> {
  const own = prior ?? priorOf(problem, null, undefined);
  for await (const { measure, secondsLeft } of measureVolume(problem, own, documents, signal)) {
    yield { measures: measure === null ? [] : [measure], secondsLeft };
  }
}
