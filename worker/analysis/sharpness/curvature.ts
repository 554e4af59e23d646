/** Measures from the Hessian's spectrum: its largest eigenvalue and its trace. */
import { Matrix } from 'ml-matrix';
import { standardErrorOfMean } from '../../objective/evaluation.ts';
import { type EigenpairState, eigenpairs, type KrylovSubspace } from '../krylov.ts';
import { basisSize, VECTORS_AT_ONCE } from '../sizes.ts';
import { curvatureOperator } from '../spectrum.ts';
import { estimateTrace, type TraceEstimate } from '../trace.ts';
import type { KnownSpectrum } from './knownSpectrum.ts';
import { type ComputeSharpness, measure, type SharpnessOptions, within } from './measure.ts';
import type { SharpnessPoint } from './point.ts';

/** Residual at which an eigenvalue has converged, relative to it; the sample's error is much larger. */
const TOLERANCE = 1e-4;

/** Products after which a search gives up, as that of a spectrum with one eigenvalue does. */
const MAX_PRODUCTS = 1050;

/** The Hessian's largest eigenvalue. Its uncertainty is the residual's with the sample's, to first order. */
export const largestEigenvalue: ComputeSharpness = async function* (point, options, signal) {
  const before = point.evaluations;
  const { largest } = await spectrumHere(point, options, signal);
  const [{ value, residual, converged, vector }] = largest as [KnownSpectrum['largest'][number]];
  const sampling = vector ? await samplingError(point, vector, signal) : null;
  const bounds = { ...within(value, Math.hypot(residual, sampling ?? 0)), converged };
  yield measure('lambda-max', bounds, point, before, { noise: residual });
};

/** The Hessian's trace, with the error of its random probes; what the search for eigenvalues spanned is exact in it. */
export const trace: ComputeSharpness = async function* (point, options, signal) {
  const before = point.evaluations;
  const spectrum = await spectrumHere(point, options, signal);
  const { mean, standardError } = spectrum.trace ?? (await traceHere(point, spectrum, options, signal));
  const noise = standardError === null ? {} : { noise: standardError };
  yield measure('trace', within(mean, standardError), point, before, noise);
};

/** What is known of the spectrum here; computed where nothing is. */
async function spectrumHere(
  point: SharpnessPoint,
  { basis }: SharpnessOptions,
  signal: AbortSignal,
): Promise<KnownSpectrum> {
  if (point.spectrum) return point.spectrum;
  const size = point.theta.length;
  const derivatives = point.objective.differentiate(point.theta);
  let found: EigenpairState | null = null;
  try {
    const operator = curvatureOperator(derivatives, 'hessian', size);
    const plan = {
      largest: 1,
      smallest: 0,
      tolerance: TOLERANCE,
      basis: Math.min(basis, basisSize(1, size)),
      maxProducts: MAX_PRODUCTS,
      seed: point.seed,
    };
    for await (found of eigenpairs(operator, plan, signal));
  } finally {
    point.countProducts(found?.products ?? 0);
    await derivatives.close();
  }
  const { largest, subspace } = found!;
  point.keepSpectrum({
    largest: largest.map((pair, index) => ({ ...pair, vector: subspace.vector('largest', index) })),
    trace: null,
    subspace,
  });
  return point.spectrum!;
}

async function traceHere(
  point: SharpnessPoint,
  spectrum: KnownSpectrum,
  { traceProbes }: SharpnessOptions,
  signal: AbortSignal,
): Promise<{ mean: number; standardError: number | null }> {
  const derivatives = point.objective.differentiate(point.theta);
  try {
    const operator = curvatureOperator(derivatives, 'hessian', point.theta.length);
    const subspace = spectrum.subspace ?? spanOf(spectrum);
    let estimate: TraceEstimate | null = null;
    const options = { subspace, probes: traceProbes, seed: point.seed, block: VECTORS_AT_ONCE };
    for await (estimate of estimateTrace(operator, options, signal));
    const { trace: mean, probes } = estimate!;
    point.countProducts(probes);
    // The basis is large and has served.
    point.keepSpectrum({ largest: spectrum.largest, trace: { ...mean, probes } });
    return mean;
  } finally {
    await derivatives.close();
  }
}

/** The span of known eigenvectors, as a subspace whose products are known. */
function spanOf({ largest }: KnownSpectrum): Pick<KrylovSubspace, 'basis' | 'projection' | 'coupling'> {
  const known = largest.flatMap(({ value, residual, vector }) => (vector ? [{ value, residual, vector }] : []));
  return {
    basis: known.map(({ vector }) => vector),
    projection: Matrix.diag(known.map(({ value }) => value)),
    coupling: known.reduce((sum, { residual }) => sum + residual ** 2, 0),
  };
}

/** To first order an eigenvalue moves with the sample as the mean over examples of vᵀ·Hᵢ·v does. */
async function samplingError(point: SharpnessPoint, vector: Float64Array, signal: AbortSignal): Promise<number | null> {
  const derivatives = point.objective.differentiate(point.theta);
  try {
    const examples = await derivatives.perExampleCurvatures('hessian', vector, signal);
    if (!examples) return null;
    point.countProducts(1);
    return standardErrorOfMean(examples.sums, examples.weights);
  } finally {
    await derivatives.close();
  }
}
