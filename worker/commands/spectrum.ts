import { coordinates } from '../analysis/grid.ts';
import { type Eigenpair, type EigenpairState, eigenpairs, type SymmetricOperator } from '../analysis/krylov.ts';
import { alongLine } from '../analysis/line.ts';
import { VECTORS_AT_ONCE } from '../analysis/sizes.ts';
import { blockOf, spectrum as computeSpectrum, curvatureOperator, type SpectrumState } from '../analysis/spectrum.ts';
import { estimateTrace, type TraceEstimate } from '../analysis/trace.ts';
import { usageError } from '../errors.ts';
import type { Curvature, Derivatives } from '../objective/derivatives.ts';
import { type Evaluation, standardErrorOfMean } from '../objective/evaluation.ts';
import type { SpectrumRequest } from '../protocol.ts';
import {
  type Eigenvalue,
  type EigenvectorLine,
  type ProbeMean,
  type SpectrumResult,
  type SpectrumUpdate,
  type Split,
  toJsonNumber,
} from '../results.ts';
import {
  DEFAULT_LARGEST,
  DEFAULT_SMALLEST,
  DEFAULT_TOLERANCE,
  DENSITY,
  expectedProducts,
  fewerColumns,
  LINE_POINTS,
  leastColumns,
  maxProducts,
  PAIRS_MAX,
  planVectors,
  TENSOR_BASIS,
  TENSOR_PROBES,
  TRACE_PROBES,
} from '../spectrumPlan.ts';
import { Keeper } from '../store/keeper.ts';
import { norm } from '../vector.ts';
import type { Context } from './context.ts';
import { withCurrentNames } from './currentNames.ts';
import { keptSpectrum } from './keptSpectrum.ts';
import { memoryLimit } from './memoryPlan.ts';
import { openProblem, type Problem } from './problem.ts';
import { eigenvalueOf, type Parts, probeMean, toResult } from './spectrumResult.ts';

/**
 * Yields the growing spectrum of a request; the last result is complete. Where results are kept, a spectrum that is there
 * is taken, and the search starts from the eigenvectors of this checkpoint, or of the one nearest to it.
 */
export async function* spectrum(request: SpectrumRequest, context: Context): AsyncGenerator<SpectrumUpdate> {
  const { largest = DEFAULT_LARGEST, smallest = DEFAULT_SMALLEST } = request;
  const pairs = largest + smallest;
  if (pairs < 1 || pairs > PAIRS_MAX) {
    throw usageError(`${pairs} eigenvalues cannot be computed; their number goes from 1 to ${PAIRS_MAX}.`);
  }
  const problem = await openProblem(request, context, leastColumns(request), fewerColumns(request));
  const derivatives = problem.objective.differentiate(problem.objective.origin);
  let others: readonly Problem[] = [];
  try {
    others = request.along ? await otherSplit(problem, request, context) : [];
    yield* spectrumOf({ problem, derivatives, others }, request, context);
  } finally {
    await Promise.all(others.map(other => other.close()));
    await derivatives.close();
    await problem.close();
  }
}

/** A checkpoint that is open. */
export interface OpenCheckpoint {
  readonly problem: Problem;
  /** At the checkpoint. */
  readonly derivatives: Derivatives;
  /** The problems of the other splits, where the request asks for lines along eigenvectors. */
  readonly others: readonly Problem[];
}

/** The same of a checkpoint that is open, with room for the vectors of `leastColumns`, and stays so. */
export async function* spectrumOf(
  { problem, derivatives, others }: OpenCheckpoint,
  request: SpectrumRequest,
  context: Context,
): AsyncGenerator<SpectrumUpdate> {
  const { largest = DEFAULT_LARGEST, smallest = DEFAULT_SMALLEST, tolerance = DEFAULT_TOLERANCE } = request;
  const { objective } = problem;
  let keeper: Keeper<SpectrumResult> | null = null;
  try {
    const kept = keptSpectrum(request, problem, others, context);
    const { memoryBytes, basis, chains } = planVectors(problem, request, memoryLimit(request.memoryBytes));
    const sizes = objective.slots.map(slot => slot.size);
    const cost = { expectedProducts: expectedProducts(request, sizes), memoryBytes, ...(kept && { key: kept.key }) };
    const known = (await kept?.read()) ?? null;
    if (known?.complete) {
      const elapsedSeconds = known.provenance.seconds;
      const result = withCurrentNames(known, problem);
      yield { ...cost, result, elapsedSeconds, secondsPerProduct: null, stage: 'done' };
      return;
    }
    const curvature: Curvature = request.operator === 'ggn' ? 'gaussNewton' : 'hessian';
    const { operator, secondsPerProduct } = timed(curvatureOperator(derivatives, curvature, objective.origin.length));
    const start = (await kept?.start()) ?? null;
    const plan = {
      largest,
      smallest,
      tolerance,
      basis,
      maxProducts: maxProducts(largest + smallest),
      seed: problem.seed,
      traceProbes: request.trace ? TRACE_PROBES : 0,
      density: request.density ? { ...DENSITY, block: chains } : null,
      ...(start && { start: [start.vector] }),
    };
    if (kept !== null) keeper = new Keeper(latest => kept.write(latest));
    let parts: Parts = {
      sampling: { largest: null, smallest: null },
      products: 0,
      notes: start === null ? [] : [`The search started from the eigenvectors of ${start.checkpoint}.`],
    };
    let last: SpectrumState | null = null;
    const update = (state: SpectrumState, stage: SpectrumUpdate['stage']): SpectrumUpdate => {
      const result = toResult(problem, request, tolerance, state, parts, stage === 'done');
      keeper?.keep(result);
      const elapsedSeconds = problem.provenance().seconds;
      return { ...cost, result, elapsedSeconds, secondsPerProduct: secondsPerProduct(), stage };
    };
    for await (const state of computeSpectrum(operator, plan, context.signal)) {
      if (state.stage !== 'eigenpairs' && parts.products === 0) {
        await kept?.keepVectors(state.eigenpairs);
        parts = { ...parts, ...(await samplingErrors(derivatives, curvature, state.eigenpairs, context.signal)) };
      }
      last = state;
      if (state.stage !== 'done') yield update(state, state.stage);
    }
    if (request.byTensor) {
      const byTensor = [];
      for (const slot of objective.slots) {
        const block = blockOf(operator, slot.offset, slot.size);
        const found = await tensorSpectrum(block, tolerance, problem.seed, context.signal);
        byTensor.push({ name: slot.name, ...found.result });
        parts = { ...parts, byTensor, products: parts.products + found.products };
        yield update(last!, 'tensors');
      }
    }
    if (request.along) {
      const along: EigenvectorLine[] = [];
      for (const place of leadingPlaces(last!.eigenpairs, request.along)) {
        along.push(await eigenvectorLine([problem, ...others], last!.eigenpairs, place, context.signal));
        parts = { ...parts, along };
        yield update(last!, 'lines');
      }
    }
    yield update(last!, 'done');
  } finally {
    await keeper?.close();
  }
}

/** Fewer timed products than this say nothing. */
const TIMED_PRODUCTS = 3;

/**
 * An operator whose products are timed; the first of so many vectors at once are left out, since something is compiled
 * for them.
 */
function timed(operator: SymmetricOperator): {
  readonly operator: SymmetricOperator;
  readonly secondsPerProduct: () => number | null;
} {
  const compiled = new Set<number>();
  let seconds = 0;
  let products = 0;
  return {
    operator: {
      size: operator.size,
      async apply(vectors, signal) {
        const started = performance.now();
        const images = await operator.apply(vectors, signal);
        if (compiled.has(vectors.length)) {
          seconds += (performance.now() - started) / 1000;
          products += vectors.length;
        }
        compiled.add(vectors.length);
        return images;
      },
    },
    secondsPerProduct: () => (products < TIMED_PRODUCTS ? null : seconds / products),
  };
}

/**
 * How far the sample leaves the extreme eigenvalues open. To first order an eigenvalue moves as the mean over examples of
 * vᵀ·Hᵢ·v, its vector v held (perturbation of a simple eigenvalue), whose standard error one pass over the sample gives.
 */
export async function samplingErrors(
  derivatives: Derivatives,
  curvature: Curvature,
  { largest, smallest, subspace }: EigenpairState,
  signal: AbortSignal,
): Promise<Pick<Parts, 'sampling' | 'products'>> {
  const errorOf = async (end: 'largest' | 'smallest', pairs: readonly Eigenpair[]): Promise<number | null> => {
    if (pairs.length === 0) return null;
    const examples = await derivatives.perExampleCurvatures(curvature, subspace.vector(end, 0), signal);
    return examples && standardErrorOfMean(examples.sums, examples.weights);
  };
  return {
    sampling: { largest: await errorOf('largest', largest), smallest: await errorOf('smallest', smallest) },
    products: 2,
  };
}

/** The largest eigenvalue and the trace of a tensor's block. */
async function tensorSpectrum(
  block: SymmetricOperator,
  tolerance: number,
  seed: number,
  signal: AbortSignal,
): Promise<{ result: { largest: Eigenvalue; trace: ProbeMean }; products: number }> {
  const options = {
    largest: 1,
    smallest: 0,
    tolerance,
    basis: Math.min(TENSOR_BASIS, block.size),
    maxProducts: maxProducts(1),
    seed,
  };
  let found: EigenpairState | null = null;
  for await (found of eigenpairs(block, options, signal));
  const { largest, products, subspace } = found!;
  const probes = { subspace, probes: TENSOR_PROBES, seed, block: VECTORS_AT_ONCE };
  let trace: TraceEstimate | null = null;
  for await (trace of estimateTrace(block, probes, signal));
  return {
    result: { largest: eigenvalueOf(largest[0]!), trace: probeMean(trace!.trace, trace!.probes) },
    products: products + trace!.probes,
  };
}

interface Place {
  readonly end: 'largest' | 'smallest';
  readonly index: number;
}

/** The first few pairs of each end, as far as they were looked for. */
const leadingPlaces = ({ largest, smallest }: EigenpairState, count: number): Place[] =>
  (['largest', 'smallest'] as const).flatMap(end =>
    (end === 'largest' ? largest : smallest).slice(0, count).map((_, index) => ({ end, index })),
  );

/** The same checkpoint on the other split, where there is one. */
async function otherSplit(problem: Problem, request: SpectrumRequest, context: Context): Promise<Problem[]> {
  const split: Split = (request.split ?? 'train') === 'train' ? 'test' : 'train';
  return problem.project.data[split] ? [await openProblem({ ...request, split }, context)] : [];
}

/** The loss along an eigenvector, as far as the quadratic model takes it to about twice the loss, and 1 more. */
async function eigenvectorLine(
  problems: readonly Problem[],
  { largest, smallest, subspace }: EigenpairState,
  { end, index }: Place,
  signal: AbortSignal,
): Promise<EigenvectorLine> {
  const { value } = (end === 'largest' ? largest : smallest)[index]!;
  const vector = subspace.vector(end, index);
  const { objective } = problems[0]!;
  const here = await objective.evaluate(objective.origin, signal);
  const rise = 1 + (Number.isFinite(here.loss) ? Math.abs(here.loss) : 0);
  // Along a flat direction the model says nothing; a tenth of θ's length is far.
  const reach = Math.min(Math.sqrt((2 * rise) / Math.abs(value)), 0.1 * norm(objective.origin) || 1);
  const t = coordinates(LINE_POINTS, reach);
  const splits: EigenvectorLine['splits'] = {};
  for (const { objective: own, provenance } of problems) {
    const evaluations = await alongLine(own, vector, t, signal);
    Object.assign(splits, { [provenance().split]: lineOf(evaluations) });
  }
  return { end, index, eigenvalue: value, t, splits };
}

function lineOf(evaluations: readonly Evaluation[]): NonNullable<EigenvectorLine['splits'][Split]> {
  const column = <T>(value: (evaluation: Evaluation) => T | null): T[] | null => {
    const values = evaluations.map(value);
    return values.every(one => one !== null) ? (values as T[]) : null;
  };
  return {
    loss: evaluations.map(({ loss }) => toJsonNumber(loss)),
    standardError: column(({ standardError }) => (standardError === null ? null : toJsonNumber(standardError))),
    accuracy: column(({ accuracy }) => accuracy),
  };
}
