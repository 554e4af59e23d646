/**
 * The density of a symmetric operator's eigenvalues by stochastic Lanczos quadrature (Golub & Meurant 2010, chapter 7;
 * Ubaru, Chen & Saad 2017), around eigenpairs that are known exactly.
 *
 * Each random probe's Lanczos coefficients are a Gauss quadrature of its spectral measure, whose mean over probes is the
 * density. Known eigenvectors are taken out of the probes and counted one by one.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { gaussians } from '../direction/gaussian.ts';
import { dot, norm, scale } from '../vector.ts';
import type { SymmetricOperator } from './krylov.ts';
import { removeSpan, shifted } from './trace.ts';

/** A Gauss quadrature: nodes ascending, and weights that add up to 1. */
export interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Shares of a probe's steps with which its quadrature is compared. */
const COARSER = [2 / 3, 5 / 6];

/** A probe's quadrature. */
export interface ProbedQuadrature extends Quadrature {
  /** The quadratures of fewer steps, which tell how far the number of steps matters; none where it is exact. */
  readonly coarser: readonly Quadrature[];
}

/** The spectral measure of an operator of so many dimensions: known eigenvalues, and probes of all others together. */
export interface SpectralMeasure {
  readonly size: number;
  /** Eigenvalues whose vectors were taken out of the probes. */
  readonly known: readonly number[];
  readonly quadratures: readonly ProbedQuadrature[];
}

export interface DensityOptions {
  readonly known: readonly { readonly value: number; readonly vector: Float64Array }[];
  readonly probes: number;
  /** Lanczos steps a probe, fewer where its Krylov space ends. */
  readonly steps: number;
  readonly seed: number;
  /** Vectors a product computes together with profit. */
  readonly block: number;
}

/**
 * Probes the density, yielding whenever further probes are done; each measure is valid on its own.
 * Throws `interrupted` when the signal fires.
 */
export async function* spectralMeasure(
  operator: SymmetricOperator,
  { known, probes, steps, seed, block }: DensityOptions,
  signal: AbortSignal,
): AsyncGenerator<SpectralMeasure> {
  const { size } = operator;
  const values = known.map(pair => pair.value);
  const removed = known.map(pair => pair.vector);
  const quadratures: ProbedQuadrature[] = [];
  if (removed.length >= size) {
    yield { size, known: values, quadratures };
    return;
  }
  for (let done = 0; done < probes; ) {
    const count = Math.min(block, probes - done);
    const chains = Array.from(
      { length: count },
      (_, index) => new Chain(gaussians(['density', seed, done + index], size), removed),
    );
    for (let step = 0; step < steps; step++) {
      const active = chains.filter(chain => !chain.ended);
      if (active.length === 0) break;
      const images = await operator.apply(
        active.map(chain => chain.next),
        signal,
      );
      active.forEach((chain, index) => {
        chain.absorb(images[index]!);
      });
    }
    quadratures.push(...chains.map(chain => chain.quadrature()));
    done += count;
    yield { size, known: values, quadratures: [...quadratures] };
  }
}

/** Lanczos from one probe, orthogonal to what was removed and to all of its own vectors. */
class Chain {
  private readonly basis: Float64Array[] = [];
  private readonly diagonal: number[] = [];
  private readonly offDiagonal: number[] = [];
  private largest = 0;
  ended = false;

  constructor(
    probe: Float64Array,
    private readonly removed: readonly Float64Array[],
  ) {
    removeSpan(probe, removed);
    scale(probe, 1 / norm(probe));
    this.basis.push(probe);
  }

  get next(): Float64Array {
    return this.basis.at(-1)!;
  }

  absorb(image: Float64Array): void {
    const length = norm(image);
    this.largest = Math.max(this.largest, length);
    this.diagonal.push(dot(this.next, image));
    removeSpan(image, this.removed);
    removeSpan(image, this.basis);
    const rest = norm(image);
    // The probe's Krylov space is exhausted, and its quadrature exact, once all that is left is rounding; a float32
    // product's is some 1e-7 of its length.
    if (rest <= 1e-7 * this.largest || this.basis.length + this.removed.length >= image.length) {
      this.ended = true;
      return;
    }
    scale(image, 1 / rest);
    this.offDiagonal.push(rest);
    this.basis.push(image);
  }

  quadrature(): ProbedQuadrature {
    const steps = this.diagonal.length;
    const coarser = this.ended ? [] : COARSER.map(share => this.quadratureOf(Math.max(1, Math.round(share * steps))));
    return { ...this.quadratureOf(steps), coarser };
  }

  private quadratureOf(steps: number): Quadrature {
    const tridiagonal = Matrix.diag(this.diagonal.slice(0, steps));
    for (let index = 0; index + 1 < steps; index++) {
      tridiagonal.set(index, index + 1, this.offDiagonal[index]!);
      tridiagonal.set(index + 1, index, this.offDiagonal[index]!);
    }
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, { assumeSymmetric: true });
    return { nodes: realEigenvalues, weights: eigenvectorMatrix.getRow(0).map(value => value ** 2) };
  }
}

/** A number with its uncertainty, one standard error or what stands for it. */
export interface Uncertain {
  readonly value: number;
  readonly uncertainty: number;
}

/**
 * How many eigenvalues lie below a threshold, and their share of Σ|λ|.
 *
 * The uncertainty joins the scatter between probes with what the number of steps leaves open: how far the result moves
 * from fewer steps to all of them, but no more than the weights of the two nodes around the threshold, which bound it
 * (Chebyshev–Markov–Stieltjes; Szegő 1975, theorem 3.41.1).
 */
export function below(measure: SpectralMeasure, threshold: number): { count: Uncertain; share: Uncertain } {
  const { size, known, quadratures } = measure;
  const rest = size - known.length;
  const inside = known.filter(value => value < threshold);
  const count = integralBelow(quadratures, threshold, () => 1);
  const weighed = integralBelow(quadratures, threshold, Math.abs);
  const everything = integralBelow(quadratures, Number.POSITIVE_INFINITY, Math.abs);
  const whole = sumOfAbsolutes(known) + rest * everything.value || 1;
  return {
    count: { value: inside.length + rest * count.value, uncertainty: rest * count.uncertainty },
    share: {
      value: (sumOfAbsolutes(inside) + rest * weighed.value) / whole,
      uncertainty: (rest * weighed.uncertainty) / whole,
    },
  };
}

const sumOfAbsolutes = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** The mean over probes of the integral of f below a threshold. */
function integralBelow(
  quadratures: readonly ProbedQuadrature[],
  threshold: number,
  f: (node: number) => number,
): Uncertain {
  if (quadratures.length === 0) return { value: 0, uncertainty: 0 };
  const means = COARSER.map((_, index) =>
    meanOf(quadratures.map(probe => integral(probe.coarser[index] ?? probe, threshold, f).sum)),
  );
  const parts = quadratures.map(probe => ({ ...integral(probe, threshold, f), isExact: probe.coarser.length === 0 }));
  const { mean, standardError } = shifted(
    0,
    parts.map(part => part.sum),
  );
  const moved = Math.max(...means.map(coarse => Math.abs(coarse - mean)));
  const bound = meanOf(parts.map(part => (part.isExact ? 0 : part.bound)));
  return { value: mean, uncertainty: Math.hypot(standardError ?? mean, Math.min(moved, bound)) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The sum of a quadrature's terms below a threshold, and half of those around it, which bounds its error. */
function integral(
  { nodes, weights }: Quadrature,
  threshold: number,
  f: (node: number) => number,
): { readonly sum: number; readonly bound: number } {
  const terms = nodes.map((node, index) => f(node) * weights[index]!);
  const first = nodes.findIndex(node => node >= threshold);
  const end = first < 0 ? nodes.length : first;
  const around = (terms[end - 1] ?? 0) + (terms[end] ?? 0);
  return { sum: terms.slice(0, end).reduce((total, term) => total + term, 0), bound: around / 2 };
}

/** The density as a curve: eigenvalues a unit of λ, each node and each known eigenvalue a Gaussian of one width. */
export interface DensityCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Standard deviation of the Gaussians. */
  readonly sigma: number;
}

/** Points of a curve. */
const CURVE_POINTS = 400;

/** Of the range from the smallest to the largest eigenvalue, how much a Gaussian is wide. */
const SIGMA_SHARE = 0.005;

/** Draws the measure; the integral of the curve is the number of eigenvalues. */
export function densityCurve({ size, known, quadratures }: SpectralMeasure): DensityCurve {
  const rest = (size - known.length) / Math.max(quadratures.length, 1);
  const masses = [
    ...known.map(at => ({ at, mass: 1 })),
    ...quadratures.flatMap(({ nodes, weights }) => nodes.map((at, index) => ({ at, mass: rest * weights[index]! }))),
  ];
  const places = masses.map(mass => mass.at);
  const low = Math.min(...places);
  const high = Math.max(...places);
  // A single point has no range: anything narrow shows it.
  const range = high - low || Math.abs(high) || 1;
  const sigma = SIGMA_SHARE * range;
  const margin = 4 * sigma;
  const step = (high - low + 2 * margin) / (CURVE_POINTS - 1);
  const x = Array.from({ length: CURVE_POINTS }, (_, index) => low - margin + index * step);
  const height = 1 / (sigma * Math.sqrt(2 * Math.PI));
  const y = x.map(at =>
    masses.reduce((sum, mass) => sum + mass.mass * height * Math.exp(-((at - mass.at) ** 2) / (2 * sigma ** 2)), 0),
  );
  return { x, y, sigma };
}
