/** The document of a spectrum, as far as it is known. */
import { below, densityCurve, type SpectralMeasure } from '../analysis/density.ts';
import type { Eigenpair } from '../analysis/krylov.ts';
import { flatness, type SpectrumState } from '../analysis/spectrum.ts';
import type { ProbeMean as ProbeEstimate, TraceEstimate } from '../analysis/trace.ts';
import { verdictOf } from '../analysis/verdict.ts';
import type { SpectrumRequest } from '../protocol.ts';
import type { Eigenvalue, EigenvectorLine, ProbeMean, SpectrumResult, Uncertain } from '../results.ts';
import { DENSITY } from '../spectrumPlan.ts';
import type { Problem } from './problem.ts';

/** What a spectrum holds besides eigenpairs, trace and density. */
export interface Parts {
  readonly sampling: SpectrumResult['sampling'];
  readonly byTensor?: NonNullable<SpectrumResult['byTensor']>;
  readonly along?: readonly EigenvectorLine[];
  readonly products: number;
  /** What a reader should know of how it was computed. */
  readonly notes: readonly string[];
}

export const eigenvalueOf = ({ value, residual, converged }: Eigenpair): Eigenvalue => ({ value, residual, converged });

export const probeMean = ({ mean, standardError }: ProbeEstimate, probes: number): ProbeMean => ({
  mean,
  standardError,
  probes,
});

export function toResult(
  problem: Problem,
  { operator = 'hessian' }: SpectrumRequest,
  tolerance: number,
  { eigenpairs: pairs, trace, measure, products }: SpectrumState,
  { sampling, byTensor, along, products: further, notes }: Parts,
  complete: boolean,
): SpectrumResult {
  const provenance = problem.provenance();
  const tau = flatness(pairs);
  const negative = measure && below(measure, -tau);
  return {
    kind: 'spectrum',
    checkpoint: problem.checkpoint,
    operator,
    largest: pairs.largest.map(eigenvalueOf),
    smallest: pairs.smallest.map(eigenvalueOf),
    sampling,
    tolerance,
    noise: pairs.noise,
    end: pairs.end,
    ...(trace && traceParts(trace)),
    ...(measure && { density: densityOf(measure) }),
    tau,
    ...(negative && { negative }),
    verdict: verdictOf({
      largest: pairs.largest[0],
      smallest: pairs.smallest[0],
      samplingError: sampling.smallest,
      tau,
      below: negative?.count ?? null,
    }),
    ...(byTensor && { byTensor }),
    ...(along && { along }),
    products: products + further,
    complete,
    provenance: { ...provenance, notes: [...provenance.notes, ...notes] },
  };
}

/** Trace, norm and effective rank; errors of the latter two to first order, as those of functions of means. */
function traceParts({ trace, squares, probes }: TraceEstimate): Partial<SpectrumResult> {
  const norm = Math.sqrt(squares.mean);
  const rank = trace.mean ** 2 / squares.mean;
  const relative = (mean: ProbeEstimate): number => (mean.standardError ?? 0) / Math.abs(mean.mean);
  const uncertain = (value: number, uncertainty: number): Uncertain => ({ value, uncertainty });
  return {
    trace: probeMean(trace, probes),
    frobenius: uncertain(norm, 0.5 * norm * relative(squares)),
    effectiveRank: uncertain(rank, rank * Math.hypot(2 * relative(trace), relative(squares))),
  };
}

function densityOf(measure: SpectralMeasure): NonNullable<SpectrumResult['density']> {
  return { ...densityCurve(measure), probes: measure.quadratures.length, steps: DENSITY.steps };
}
