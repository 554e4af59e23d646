/** The objective around a checkpoint, as measures of sharpness see it: its passes over the sample counted, shared values kept. */
import type { Evaluation } from '../../objective/evaluation.ts';
import type { MeanLoss, Objective } from '../../objective/objective.ts';
import type { SharpnessMeasure } from '../../results.ts';
import type { KnownSpectrum } from './knownSpectrum.ts';

/** Passes over the sample. */
export type Evaluations = SharpnessMeasure['evaluations'];

/**
 * A checkpoint whose sharpness is measured. What several measures need, such as the gradient here, is computed when the
 * first of them asks, and counted as that one's.
 */
export class SharpnessPoint {
  private losses = 0;
  private gradients = 0;
  private products = 0;
  private lossHere: Evaluation | null = null;
  private gradientHere: LossAndGradient | null = null;
  private known: KnownSpectrum | null;

  /**
   * @param theta the checkpoint's parameters, or those of a rescaled network; the objective's own origin plays no part.
   * @param seed keys every random draw.
   * @param spectrum what is known of the Hessian's spectrum at θ.
   */
  constructor(
    readonly objective: Objective,
    readonly theta: Float32Array,
    readonly seed: number,
    spectrum: KnownSpectrum | null = null,
  ) {
    this.known = spectrum;
  }

  /**
   * Passes over the sample so far, begun ones included: those over parts of it add up to whole ones. A product of second
   * derivatives with a vector counts as one, though it costs a few gradients.
   */
  get evaluations(): Evaluations {
    // Parts of a pass do not add up to the last digit.
    const passes = (count: number): number => Math.ceil(count - 1e-6);
    return { losses: passes(this.losses), gradients: passes(this.gradients), products: this.products };
  }

  /** The leading part of the Hessian's spectrum at θ, where it was given or has been computed. */
  get spectrum(): KnownSpectrum | null {
    return this.known;
  }

  /** The objective at another point. */
  async evaluate(theta: Float32Array, signal: AbortSignal): Promise<Evaluation> {
    this.losses++;
    return this.objective.evaluate(theta, signal);
  }

  /** Loss and gradient at another point, of the whole sample or of a part of it. */
  async differentiate(
    theta: Float32Array,
    signal: AbortSignal,
    over: MeanLoss = this.objective,
  ): Promise<LossAndGradient> {
    this.gradients += over === this.objective ? 1 : over.samples / this.objective.samples;
    const derivatives = over.differentiate(theta);
    try {
      return await derivatives.gradient(signal);
    } finally {
      await derivatives.close();
    }
  }

  /** The objective here. */
  async evaluateHere(signal: AbortSignal): Promise<Evaluation> {
    this.lossHere ??= await this.evaluate(this.theta, signal);
    return this.lossHere;
  }

  /** Loss and gradient here. */
  async differentiateHere(signal: AbortSignal): Promise<LossAndGradient> {
    this.gradientHere ??= await this.differentiate(this.theta, signal);
    return this.gradientHere;
  }

  /** Counts products that were made elsewhere. */
  countProducts(count: number): void {
    this.products += count;
  }

  /** Keeps a spectrum that was computed here for those who ask later. */
  keepSpectrum(spectrum: KnownSpectrum): void {
    this.known = spectrum;
  }
}

export interface LossAndGradient {
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** What was counted since. */
export const evaluationsSince = (point: SharpnessPoint, before: Evaluations): Evaluations => {
  const now = point.evaluations;
  return {
    losses: now.losses - before.losses,
    gradients: now.gradients - before.gradients,
    products: (now.products ?? 0) - (before.products ?? 0),
  };
};
