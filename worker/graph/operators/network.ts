/** Linear maps, convolutions, pooling and normalisation: the layers of networks. */
import { broadcastShapes } from '../shapes.ts';
import { type Attributes, ints, number, type Operator, ShapeMismatch, type ValueType } from '../types.ts';

/**
 * Sizes of a sliding window's result along the spatial axes.
 * ONNX specification, Conv and MaxPool: ⌊(size + pads − dilation·(kernel − 1) − 1)/stride⌋ + 1; with `ceilMode` the
 * quotient is rounded up, unless the last window would begin in the padding at the end.
 */
function windowSizes(spatial: readonly number[], attributes: Attributes, ceilMode = false): number[] {
  const kernel = ints(attributes, 'kernel_shape');
  const strides = ints(attributes, 'strides');
  const pads = ints(attributes, 'pads');
  const dilations = ints(attributes, 'dilations');
  if (kernel.length !== spatial.length) throw new ShapeMismatch(`the kernel has ${kernel.length} axes`);
  return spatial.map((size, axis) => {
    const begin = pads[axis]!;
    const extent = size + begin + pads[axis + spatial.length]! - dilations[axis]! * (kernel[axis]! - 1) - 1;
    if (extent < 0) throw new ShapeMismatch('the window is larger than the padded input');
    const steps = extent / strides[axis]!;
    if (!ceilMode) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * strides[axis]! >= size + begin ? count - 1 : count;
  });
}

/** attributes: kernel_shape, strides, pads, dilations, ceil_mode. */
const pool: Operator = {
  infer: ([x], attributes) => ({
    type: x!.type,
    shape: [
      ...x!.shape.slice(0, 2),
      ...windowSizes(x!.shape.slice(2), attributes, number(attributes, 'ceil_mode') !== 0),
    ],
  }),
};

/** An operator whose result is like its first input, whose other inputs have one number a channel (axis 1). */
const perChannel: Operator = {
  infer([x, ...others]) {
    const channels = x!.shape[1];
    const odd = others.find(({ shape }) => shape.length !== 1 || shape[0] !== channels);
    if (odd) throw new ShapeMismatch(`axis 1 has ${channels} channels`);
    return { type: x!.type, shape: x!.shape };
  },
};

function inferMatMul([a, b]: readonly ValueType[]): ValueType {
  if (a!.shape.length < 2 || b!.shape.length < 2) throw new ShapeMismatch('matrices have at least two axes');
  const [rows, inner] = a!.shape.slice(-2);
  const [innerOther, columns] = b!.shape.slice(-2);
  if (inner !== innerOther) throw new ShapeMismatch(`${inner} columns do not meet ${innerOther} rows`);
  return {
    type: a!.type,
    shape: [...broadcastShapes([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]), rows!, columns!],
  };
}

export const networkOperators = {
  /** Batched matrix product; the leading axes broadcast. */
  MatMul: { infer: inferMatMul },

  /** x, weight [out, in/group, …] and perhaps bias; attributes: kernel_shape, strides, pads, dilations, group. */
  Conv: {
    infer([x, weight, bias], attributes) {
      const channels = weight!.shape[1]! * number(attributes, 'group');
      if (x!.shape[1] !== channels) throw new ShapeMismatch(`the weight takes ${channels} channels`);
      if (weight!.shape.length !== x!.shape.length) throw new ShapeMismatch('input and weight differ in rank');
      if (bias && bias.shape[0] !== weight!.shape[0]) throw new ShapeMismatch('bias and weight differ in channels');
      return { type: x!.type, shape: [x!.shape[0]!, weight!.shape[0]!, ...windowSizes(x!.shape.slice(2), attributes)] };
    },
  },

  /** x, weight [in, out/group, …] and perhaps bias; attributes: those of Conv and output_padding. */
  ConvTranspose: {
    infer([x, weight], attributes) {
      if (x!.shape[1] !== weight!.shape[0]) throw new ShapeMismatch(`the weight takes ${weight!.shape[0]} channels`);
      const kernel = ints(attributes, 'kernel_shape');
      const strides = ints(attributes, 'strides');
      const pads = ints(attributes, 'pads');
      const dilations = ints(attributes, 'dilations');
      const padding = ints(attributes, 'output_padding');
      const spatial = x!.shape
        .slice(2)
        .map(
          (size, axis) =>
            strides[axis]! * (size - 1) +
            padding[axis]! +
            dilations[axis]! * (kernel[axis]! - 1) +
            1 -
            pads[axis]! -
            pads[axis + kernel.length]!,
        );
      return { type: x!.type, shape: [x!.shape[0]!, weight!.shape[1]! * number(attributes, 'group'), ...spatial] };
    },
  },

  MaxPool: pool,
  /** attributes: those of MaxPool and count_include_pad. */
  AveragePool: pool,

  /** x, weight, bias, mean, variance, each of the last four one number a channel; attributes: epsilon. */
  BatchNormalization: perChannel,
  /** x, weight, bias; attributes: epsilon. */
  InstanceNormalization: perChannel,
  /** x, weight, bias; attributes: epsilon, num_groups. */
  GroupNormalization: perChannel,
  /** x, weight and perhaps bias, which broadcast to x; attributes: axis, epsilon. */
  LayerNormalization: {
    infer([x, weight]) {
      broadcastShapes([x!.shape, weight!.shape]);
      return { type: x!.type, shape: x!.shape };
    },
  },
} satisfies Record<string, Operator>;
