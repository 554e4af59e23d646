/** The transpose of average pooling in terms of operators that ONNX has. */
import { tensorFromNumbers } from '../../tensor.ts';
import { convTranspose, full, mul } from '../arithmetic.ts';
import { type AppliedValue, constant, type Value } from '../graph.ts';
import { type Attributes, ints } from '../types.ts';
import { averagedCounts, transposedSizes } from './windows.ts';

/**
 * Writes AveragePoolGradient as a transposed convolution of each channel with one number throughout. Where windows lie
 * side by side this is copying, for which ONNX Runtime's Expand takes four times as long.
 */
export function lowerAveragePoolGradient({ inputs: [y], attributes, shape }: AppliedValue): Value {
  const kernel = ints(attributes, 'kernel_shape');
  const channels = shape[1]!;
  const counts = averagedCounts(shape.slice(2), y!.shape.slice(2), attributes);
  const isUniform = counts.every(count => count === counts[0]);
  const weight = full(isUniform ? 1 / counts[0]! : 1, { type: y!.type, shape: [channels, 1, ...kernel] });
  const windows = { ...attributes, pads: fittingPads(attributes, y!.shape, shape), group: channels };
  return convTranspose(isUniform ? y! : mul(y!, sharesOf(y!, counts)), weight, windows, shape.slice(2));
}

/** What each window gives to every element that it covers, along the spatial axes. */
const sharesOf = ({ type, shape }: Value, counts: Float64Array): Value =>
  constant(
    tensorFromNumbers(
      counts.map(count => 1 / count),
      type,
      [1, 1, ...shape.slice(2)],
    ),
  );

/** Padding that ends with the last window, wherever ceil_mode let it reach. */
function fittingPads(attributes: Attributes, pooled: readonly number[], shape: readonly number[]): number[] {
  const begins = ints(attributes, 'pads').slice(0, shape.length - 2);
  const pads = [...begins, ...begins.map(() => 0)];
  const reached = transposedSizes(pooled.slice(2), { ...attributes, pads });
  return [...begins, ...reached.map((size, axis) => Math.max(size - shape[axis + 2]!, 0))];
}
