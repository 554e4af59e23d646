import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { lastLayerOf } from '../../graph/lastLayer.ts';
import type { Derivatives, ExampleSums } from '../../objective/derivatives.ts';
import { standardErrorOfMean } from '../../objective/evaluation.ts';
import type { Objective } from '../../objective/objective.ts';
import { addScaled } from '../../vector.ts';
import { type ComputeSharpness, measure, within, withoutValue } from './measure.ts';

/** Patterns of outputs whose curvature is computed at once: they share a pass through the network. */
const PATTERNS_AT_ONCE = 16;

/**
 * Relative flatness of the last layer, Σₛₛ' ⟨wₛ, wₛ'⟩·Tr(Hₛₛ'), with the rows wₛ of its weight matrix, one an output, and
 * the blocks of the loss's Hessian by them (Petzka et al. 2021, definition 3). It is exact: the layer is linear, and so
 * Tr(Hₛₛ') is the mean of ‖φ‖²·∂²ℓ/∂zₛ∂zₛ' over the examples with their features φ and outputs z. The error is the sample's.
 */
export const relativeFlatness: ComputeSharpness = async function* (point, _options, signal) {
  const before = point.evaluations;
  const weight = lastWeight(point.objective, point.theta);
  if (typeof weight === 'string') {
    yield withoutValue('relative-flatness', weight, point, before);
    return;
  }
  const derivatives = point.objective.differentiate(point.theta);
  try {
    const patterns = squareRoot(weight);
    const examples = await overChunks(derivatives, patterns, signal);
    if (!examples) {
      const problem = 'Relative flatness needs losses of single examples, which a graph that gives their mean has not.';
      yield withoutValue('relative-flatness', problem, point, before);
      return;
    }
    point.countProducts(Math.ceil(patterns.length / PATTERNS_AT_ONCE));
    const { sums, weights } = examples;
    const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
    const value = total(sums) / total(weights);
    yield measure('relative-flatness', within(value, standardErrorOfMean(sums, weights)), point, before);
  } finally {
    await derivatives.close();
  }
};

/** The last layer's weight matrix, a row an output; otherwise why there is none, in a sentence. */
function lastWeight({ graph, slots }: Objective, theta: Float32Array): Matrix | string {
  const layer = lastLayerOf(graph.outputs[0]!.value);
  const slot = slots.find(({ name }) => name === layer?.weight.name);
  if (!layer || !slot) {
    return 'Relative flatness is that of a last layer which is a linear map, and this network does not end with one among its parameters.';
  }
  const matrix = Matrix.from1DArray(
    slot.shape[0]!,
    slot.shape[1]!,
    theta.subarray(slot.offset, slot.offset + slot.size),
  );
  return layer.transposed ? matrix : matrix.transpose();
}

/** Columns cₖ with Σₖ cₖ·cₖᵀ = W·Wᵀ, as few as that takes. */
function squareRoot(weight: Matrix): Float64Array[] {
  if (weight.columns <= weight.rows) return columnsOf(weight);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(weight.mmul(weight.transpose()), {
    assumeSymmetric: true,
  });
  return columnsOf(eigenvectorMatrix).map((column, index) =>
    column.map(value => value * Math.sqrt(Math.max(realEigenvalues[index]!, 0))),
  );
}

const columnsOf = (matrix: Matrix): Float64Array[] =>
  Array.from({ length: matrix.columns }, (_, index) => Float64Array.from(matrix.getColumn(index)));

/** The sums over all patterns; the last chunk is filled up with zeros, so that one program does for all. */
async function overChunks(
  derivatives: Derivatives,
  patterns: readonly Float64Array[],
  signal: AbortSignal,
): Promise<ExampleSums | null> {
  const size = Math.min(PATTERNS_AT_ONCE, patterns.length);
  const parts: ExampleSums[] = [];
  for (let from = 0; from < patterns.length; from += size) {
    const chunk = Array.from(
      { length: size },
      (_, index) => patterns[from + index] ?? new Float64Array(patterns[0]!.length),
    );
    const part = await derivatives.perExampleLastLayerCurvatures(chunk, signal);
    if (!part) return null;
    parts.push(part);
  }
  const [first, ...others] = parts as [ExampleSums, ...ExampleSums[]];
  for (const { sums } of others) addScaled(first.sums, 1, sums);
  return first;
}
