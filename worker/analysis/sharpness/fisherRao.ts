import { standardErrorOfMean } from '../../objective/evaluation.ts';
import { type ComputeSharpness, measure, within, withoutValue } from './measure.ts';

/**
 * The Fisher–Rao norm √⟨θ, I(θ)·θ⟩ with I(θ) = E ∇ℓ·∇ℓᵀ over the examples with their own targets (Liang et al. 2019,
 * definition 2): the root of the mean of ⟨∇ℓᵢ, θ⟩². Of a network it is the same for all parameters that positive
 * homogeneity makes the same function. The error is the sample's.
 */
export const fisherRao: ComputeSharpness = async function* (point, _options, signal) {
  const before = point.evaluations;
  const derivatives = point.objective.differentiate(point.theta);
  try {
    const examples = await derivatives.perExampleGradientProducts(point.theta, signal);
    if (!examples) {
      const problem =
        'The Fisher–Rao norm needs losses of single examples, which a graph that gives their mean has not.';
      yield withoutValue('fisher-rao', problem, point, before);
      return;
    }
    point.countProducts(1);
    const { sums, weights } = examples;
    const squares = sums.map((sum, index) => (weights[index] === 0 ? 0 : sum ** 2 / weights[index]!));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const norm = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / total);
    const error = standardErrorOfMean(squares, weights);
    // To first order a root has half its square's relative error.
    yield measure('fisher-rao', within(norm, error === null || norm === 0 ? null : error / (2 * norm)), point, before);
  } finally {
    await derivatives.close();
  }
};
