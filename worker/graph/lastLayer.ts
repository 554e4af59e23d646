import { isWeight, type ParameterValue, type Value } from './graph.ts';

/** A linear map at the end of a network: output = features·W + bias, or features·Wᵀ + bias. */
export interface LastLayer {
  /** [examples, …, m]. */
  readonly features: Value;
  readonly weight: ParameterValue;
  /** Whether the parameter is Wᵀ, [d, m], as PyTorch keeps it; otherwise it is W, [m, d]. */
  readonly transposed: boolean;
}

/** The linear map that a network's output comes from, biases apart; null where it ends with something else. */
export function lastLayerOf(output: Value): LastLayer | null {
  if (output.kind !== 'applied') return null;
  const [a, b] = output.inputs as [Value, Value?];
  if (output.operator === 'Add' && b) {
    if (isWeight(b)) return lastLayerOf(a);
    return isWeight(a) ? lastLayerOf(b) : null;
  }
  if (output.operator !== 'MatMul' || !b || isWeight(a) || b.shape.length !== 2) return null;
  if (b.kind === 'parameter') return { features: a, weight: b, transposed: false };
  const isTransposed = b.kind === 'applied' && b.operator === 'Transpose' && b.inputs[0]!.kind === 'parameter';
  return isTransposed ? { features: a, weight: b.inputs[0] as ParameterValue, transposed: true } : null;
}
