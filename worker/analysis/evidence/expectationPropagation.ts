import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { computationError, throwIfAborted } from '../../errors.ts';
import { logNormal, normalRatio } from '../special.ts';

/** The evidence of labels under a Gaussian process, as far as it has been found. */
export interface Evidence {
  /** ln P(labels): the approximation of expectation propagation. */
  readonly logEvidence: number;
  /** Passes over all labels. */
  readonly sweeps: number;
  /** Whether the last sweep changed nothing any more. */
  readonly converged: boolean;
}

const SWEEPS_MAX = 50;

/**
 * A site's precision that changes by less, relative to the largest, has converged. The evidence is stationary in all of
 * them: on the digits ten times more changes its logarithm by 2e-7 of itself.
 */
const TOLERANCE = 1e-4;

/** Other work is let in after about so many multiplications. */
const SLICE = 5e7;

/**
 * The evidence of labels ±1 with a probit likelihood, P(y | f) = Φ(y·f), under a Gaussian process of mean 0, by expectation
 * propagation (Rasmussen & Williams 2006, algorithm 3.5 and equation 3.65): the prior probability that a function drawn
 * from the process classifies all points so. Costs n³ multiplications a sweep.
 *
 * @param covariance K, n × n by rows, of the function's values at the points.
 * @param labels +1 or −1 a point.
 * Throws `interrupted` when the signal fires, and `computation` where K is no covariance.
 */
export async function logEvidence(
  covariance: Float64Array,
  labels: readonly (1 | -1)[],
  signal: AbortSignal,
): Promise<Evidence> {
  const n = labels.length;
  const sites = new Sites(covariance, labels);
  const perSlice = Math.max(1, Math.floor(SLICE / (n * n)));
  let sweeps = 0;
  let converged = n === 0;
  while (!converged && sweeps < SWEEPS_MAX) {
    let change = 0;
    for (let index = 0; index < n; index++) {
      change = Math.max(change, sites.update(index));
      if (index % perSlice === perSlice - 1) {
        await new Promise(resolve => setImmediate(resolve));
        throwIfAborted(signal);
      }
    }
    sweeps++;
    converged = change <= TOLERANCE * sites.largestPrecision;
  }
  return { logEvidence: sites.logEvidence(), sweeps, converged };
}

/** A Gaussian in place of each label's likelihood, by its natural parameters, and the posterior that they make with the prior. */
class Sites {
  readonly #covariance: Float64Array;
  readonly #labels: readonly (1 | -1)[];
  readonly #precisions: Float64Array;
  /** Precision times mean. */
  readonly #shifts: Float64Array;
  /** Σ and μ of the posterior. */
  readonly #posterior: Float64Array;
  readonly #means: Float64Array;

  constructor(covariance: Float64Array, labels: readonly (1 | -1)[]) {
    this.#covariance = covariance;
    this.#labels = labels;
    this.#precisions = new Float64Array(labels.length);
    this.#shifts = new Float64Array(labels.length);
    this.#posterior = covariance.slice();
    this.#means = new Float64Array(labels.length);
  }

  get largestPrecision(): number {
    return this.#precisions.reduce((most, value) => Math.max(most, value), 0);
  }

  /** Moves a site to where its Gaussian has the moments of the likelihood, and the posterior with it; by how much its precision changed. */
  update(index: number): number {
    const { precision, mean } = this.#cavity(index);
    const variance = 1 / precision;
    const label = this.#labels[index]!;
    const width = Math.sqrt(1 + variance);
    const z = (label * mean) / width;
    const ratio = normalRatio(z);
    const tiltedMean = mean + (label * variance * ratio) / width;
    const tiltedVariance = variance - (variance * variance * ratio * (z + ratio)) / (1 + variance);
    const newPrecision = 1 / tiltedVariance - precision;
    const newShift = tiltedMean / tiltedVariance - precision * mean;
    const change = newPrecision - this.#precisions[index]!;
    const shift = newShift - this.#shifts[index]!;
    this.#precisions[index] = newPrecision;
    this.#shifts[index] = newShift;
    this.#add(index, change, shift);
    return Math.abs(change);
  }

  /** The posterior's change where a site's precision and shift change, by the Sherman–Morrison formula. */
  #add(index: number, change: number, shift: number): void {
    const n = this.#labels.length;
    const posterior = this.#posterior;
    const column = posterior.slice(index * n, (index + 1) * n);
    const own = column[index]!;
    const factor = change / (1 + change * own);
    const step = (shift - change * this.#means[index]!) / (1 + change * own);
    for (let row = 0; row < n; row++) {
      const scaled = factor * column[row]!;
      const from = row * n;
      for (let at = 0; at < n; at++) posterior[from + at]! -= scaled * column[at]!;
      this.#means[row]! += step * column[row]!;
    }
  }

  /** The posterior of one function value without its own site. */
  #cavity(index: number): { readonly precision: number; readonly mean: number } {
    const variance = this.#posterior[index * (this.#labels.length + 1)]!;
    const precision = 1 / variance - this.#precisions[index]!;
    if (!(precision > 0)) {
      throw computationError(
        'The kernel of the functions is no covariance: a value would have a variance below 0 for the others; take more initialisations.',
      );
    }
    return { precision, mean: (this.#means[index]! / variance - this.#shifts[index]!) / precision };
  }

  /** Rasmussen & Williams 2006, equations 3.65, 3.73 and 3.74. */
  logEvidence(): number {
    const n = this.#labels.length;
    const roots = this.#precisions.map(value => Math.sqrt(Math.max(value, 0)));
    const inner = Matrix.zeros(n, n);
    for (let row = 0; row < n; row++) {
      for (let at = 0; at < n; at++) {
        inner.set(row, at, this.#covariance[row * n + at]! * (roots[row]! * roots[at]!) + (row === at ? 1 : 0));
      }
    }
    const factor = new CholeskyDecomposition(inner).lowerTriangularMatrix;
    let sum = 0;
    for (let index = 0; index < n; index++) {
      const { precision, mean } = this.#cavity(index);
      const own = this.#precisions[index]!;
      const shift = this.#shifts[index]!;
      const z = (this.#labels[index]! * mean) / Math.sqrt(1 + 1 / precision);
      sum += Math.log1p(own / precision) / 2 - Math.log(factor.get(index, index)) + logNormal(z);
      sum += (shift * (this.#means[index]! - shift / (precision + own))) / 2;
      sum += (mean * precision * (own * mean - 2 * shift)) / (2 * (precision + own));
    }
    return sum;
  }
}
