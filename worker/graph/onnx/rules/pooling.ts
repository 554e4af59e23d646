/** Rules for pooling layers. */
import { abs, compare, conv, full, pow, sqrt, square, sum, where } from '../../arithmetic.ts';
import type { Value } from '../../graph.ts';
import { transposedSizes, windowSizes } from '../../operators/windows.ts';
import type { OnnxNode } from '../node.ts';
import { type Rule, spatialAxes } from './shared.ts';
import { windowsOf } from './windows.ts';

/** The windows of a pooling layer. Throws `input` where it has no kernel. */
function poolWindows(node: OnnxNode, x: Value): ReturnType<typeof windowsOf> {
  const kernel = node.ints('kernel_shape');
  if (!kernel) throw node.refuse('attribute kernel_shape is missing.');
  return windowsOf(node, x, kernel);
}

const pool =
  (operator: 'MaxPool' | 'AveragePool'): Rule =>
  node => {
    const x = node.input(0);
    if (node.outputCount > 1) throw node.refuse('Basin does not read the indices of a pooling layer.');
    const extra = operator === 'AveragePool' ? { count_include_pad: node.int('count_include_pad', 0) } : {};
    return node.apply(operator, [x], { ...poolWindows(node, x), ceil_mode: node.int('ceil_mode', 0), ...extra });
  };

/** (Σ|x|ᵖ)^(1/p) of sums that `total` takes; where a sum is zero, so are its derivatives. */
function norm(x: Value, order: number, total: (powers: Value) => Value): Value {
  if (order === 1) return total(abs(x));
  const sums = total(order === 2 ? square(x) : pow(abs(x), order));
  const isZero = compare('Equal', sums, 0);
  const positive = where(isZero, 1, sums);
  return where(isZero, 0, order === 2 ? sqrt(positive) : pow(positive, 1 / order));
}

/** The p-norm of each window. Its sums are a convolution of every channel with ones. */
const lpPool: Rule = node => {
  const x = node.input(0);
  const windows = poolWindows(node, x);
  const sizes = x.shape.slice(2);
  const last = windowSizes(sizes, windows, node.int('ceil_mode', 0) !== 0);
  // With ceil_mode the padding at the end reaches as far as the last window.
  const beyond = transposedSizes(last, windows).map((reached, axis) => Math.max(reached - sizes[axis]!, 0));
  const pads = windows.pads.map((width, at) => width + (beyond[at - sizes.length] ?? 0));
  const channels = x.shape[1]!;
  const ones = full(1, { type: x.type, shape: [channels, 1, ...windows.kernel_shape] });
  return norm(x, node.int('p', 2), powers => conv(powers, ones, { ...windows, pads, group: channels }));
};

const globalLpPool: Rule = node =>
  norm(node.input(0), node.int('p', 2), powers => sum(powers, spatialAxes(node.input(0))));

export const poolingRules: Readonly<Record<string, Rule>> = {
  MaxPool: pool('MaxPool'),
  AveragePool: pool('AveragePool'),
  LpPool: lpPool,
  GlobalLpPool: globalLpPool,
};
