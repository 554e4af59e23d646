import type { Value } from '../../graph.ts';
import type { OnnxNode } from '../node.ts';

/** Kernel, strides, dilations and explicit pads of a sliding window over `size` spatial elements. */
export function windowsOf(
  node: OnnxNode,
  x: Value,
  kernel: readonly number[],
): Record<'kernel_shape' | 'strides' | 'dilations' | 'pads', readonly number[]> {
  const size = x.shape.slice(2);
  const strides = node.ints('strides') ?? size.map(() => 1);
  const dilations = node.ints('dilations') ?? size.map(() => 1);
  return { kernel_shape: kernel, strides, dilations, pads: explicitPads(node, size, kernel, strides, dilations) };
}

/** `auto_pad` resolved: the ONNX specification's SAME_* give ⌈size/stride⌉ outputs, the odd element at the named end. */
function explicitPads(
  node: OnnxNode,
  size: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return node.ints('pads') ?? size.flatMap(() => [0, 0]);
  if (mode === 'VALID') return size.flatMap(() => [0, 0]);
  const totals = size.map((n, axis) =>
    Math.max((Math.ceil(n / strides[axis]!) - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - n, 0),
  );
  const small = totals.map(total => Math.floor(total / 2));
  const large = totals.map(total => Math.ceil(total / 2));
  return mode === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large];
}
