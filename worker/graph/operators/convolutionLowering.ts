/** Convolutions' adjoints in terms of operators that ONNX has, and of those that ONNX Runtime computes fastest. */
import { concat, conv, convWeightGradient, fillUp, reshape, reverse, slice, transpose } from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { withSize } from '../shapes.ts';
import { ints, number } from '../types.ts';
import { productOfLines, suitsLines } from './lines.ts';

/** Writes ConvWeightGradient as a matrix product where that is faster, and else as a convolution. */
export const lowerConvWeightGradient = (node: AppliedValue): Value =>
  partStrides(node) ?? (suitsLines(node) ? productOfLines(node) : exchangeRoles(node));

/**
 * Writes a ConvTranspose of stride 1 as the convolution it is, of which ONNX Runtime has the faster code: outputs and
 * inputs of the weight change places, and the kernel is turned around. Null where it has other strides.
 */
export function lowerConvTranspose({ inputs: [y, weight, bias], attributes }: AppliedValue): Value | null {
  const kernel = ints(attributes, 'kernel_shape');
  const dilations = ints(attributes, 'dilations');
  const pads = ints(attributes, 'pads');
  const padding = ints(attributes, 'output_padding');
  const reach = kernel.map((size, axis) => dilations[axis]! * (size - 1));
  const begins = reach.map((extent, axis) => extent - pads[axis]!);
  const ends = reach.map((extent, axis) => extent - pads[axis + kernel.length]! + padding[axis]!);
  if (ints(attributes, 'strides').some(stride => stride > 1) || [...begins, ...ends].some(rows => rows < 0))
    return null;

  const group = number(attributes, 'group');
  const [inputs, outGroup] = weight!.shape as [number, number];
  const inGroup = inputs / group;
  const turned = reverse(
    weight!,
    kernel.map((_, axis) => axis + 2),
  );
  const parted = reshape(turned, [group, inGroup, outGroup, ...kernel]);
  const exchanged = transpose(parted, [0, 2, 1, ...kernel.map((_, axis) => axis + 3)]);
  const own = reshape(exchanged, [group * outGroup, inGroup, ...kernel]);
  return conv(y!, own, { ...attributes, pads: [...begins, ...ends] }, bias);
}

/**
 * A ConvWeightGradient with one strided axis less, or null where none can be taken away. The axis is parted into phases,
 * which become channels: element stride·i + phase of the input is element i of the phase. Where an axis is dilated, too,
 * its taps do not follow each other through the phases.
 */
function partStrides({ inputs: [x, y], attributes, shape }: AppliedValue): Value | null {
  const [kernel, strides, pads, dilations] = ['kernel_shape', 'strides', 'pads', 'dilations'].map(name =>
    ints(attributes, name),
  ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const axis = strides.findIndex((stride, at) => stride > 1 && (dilations[at] === 1 || kernel[at] === 1));
  if (axis < 0) return null;
  const at = axis + 2;
  const stride = strides[axis]!;
  const taps = kernel[axis]!;
  // The nearest and the farthest tap, in whole strides from the window's position, and the nearest one's phase.
  const nearest = Math.floor(-pads[axis]! / stride);
  const farthest = Math.floor((taps - 1 - pads[axis]!) / stride);
  const lead = -pads[axis]! - nearest * stride;
  const reached = y!.shape[at]! + farthest;
  if (reached < 1) return null;

  const steps = farthest - nearest + 1;
  const phases = Array.from({ length: steps === 1 ? taps : stride }, (_, phase) => (steps === 1 ? lead : 0) + phase);
  const size = Math.ceil(x!.shape[at]! / stride);
  const whole = fillUp(x!, at, size * stride);
  const kept = Math.min(size, reached);
  const channels = x!.shape[1]!;
  const parts = phases.map(phase => {
    const part = slice(whole, at, phase, kept, stride);
    return reshape(part, [part.shape[0]!, channels, 1, ...part.shape.slice(2)]);
  });
  const parted = concat(parts, 2);
  const image = reshape(parted, [parted.shape[0]!, channels * phases.length, ...parted.shape.slice(3)]);
  const weight = convWeightGradient(image, y!, {
    ...attributes,
    kernel_shape: withSize(kernel, axis, steps),
    strides: withSize(strides, axis, 1),
    dilations: withSize(dilations, axis, 1),
    pads: withSize(withSize(pads, axis, -nearest), axis + kernel.length, reached - kept),
  });

  // [output, channel·phase, …, step, …] → [output, channel, …, step·phase, …], of which the taps are a part.
  const spread = reshape(weight, [shape[0]!, shape[1]!, phases.length, ...weight.shape.slice(2)]);
  const order = spread.shape.map((_, from) => from);
  order.splice(2, 1);
  order.splice(at + 1, 0, 2);
  const joined = reshape(transpose(spread, order), withSize(shape, at, steps * phases.length));
  return slice(joined, at, lead - phases[0]!, taps);
}

/**
 * Writes ConvWeightGradient as a convolution of the input with the cotangent. What is summed over are examples and
 * positions, so examples take the place of channels and channels that of examples, and strides and dilations exchange
 * their roles: w[o, c, k] = Σₙₚ x[n, c, p·stride + k·dilation − pad]·dy[n, o, p].
 */
function exchangeRoles({ inputs: [x, dy], attributes, shape }: AppliedValue): Value {
  const group = number(attributes, 'group');
  const kernel = ints(attributes, 'kernel_shape');
  const strides = ints(attributes, 'strides');
  const dilations = ints(attributes, 'dilations');
  const pads = ints(attributes, 'pads');
  const rank = kernel.length;
  const [examples, channels] = x!.shape as [number, number];
  const inGroup = channels / group;
  const spatial = x!.shape.slice(2);
  const positions = dy!.shape.slice(2);
  const trailing = kernel.map((_, axis) => axis + 2);

  // [examples, group, channel, …] → [channel, group·examples, …]: each group convolves its own examples.
  const grouped = reshape(x!, [examples, group, inGroup, ...spatial]);
  let image = transpose(grouped, [2, 1, 0, ...trailing.map(axis => axis + 1)]);
  image = reshape(image, [inGroup, group * examples, ...spatial]);

  // The padding at the end for which the kernel has as many positions as the weight; rows beyond it no window reached.
  const ends = spatial.map((size, axis) => {
    const reached = strides[axis]! * (positions[axis]! - 1) + dilations[axis]! * (kernel[axis]! - 1) + 1;
    return reached - size - pads[axis]!;
  });
  ends.forEach((end, axis) => {
    if (end < 0) image = slice(image, axis + 2, 0, spatial[axis]! + end);
  });
  const weight = conv(image, transpose(dy!, [1, 0, ...trailing]), {
    kernel_shape: positions,
    strides: dilations,
    dilations: strides,
    pads: [...pads.slice(0, rank), ...ends.map(end => Math.max(end, 0))],
    group,
  });
  return reshape(transpose(weight, [1, 0, ...trailing]), shape);
}
