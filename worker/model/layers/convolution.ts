/** Convolutions, and the layers that pad, cut and enlarge what they take. */
import { activate } from './activations.ts';
import type { Layer, LayerRule, Weight } from './layer.ts';
import type { NodeAttributes, Wire } from './network.ts';

/** Whether a layer means images whose channels lie behind the examples. */
export function hasChannelsFirst(layer: Layer): boolean {
  const format = layer.text('data_format', 'channels_last');
  if (format !== 'channels_last' && format !== 'channels_first') throw layer.refuseOption('data_format');
  return format === 'channels_first';
}

/** The first input with its channels behind the examples. */
export const images = (layer: Layer): Wire =>
  hasChannelsFirst(layer) ? layer.input() : layer.ordered(layer.unordered(), 'first');

/** What an operator made of `images`, as the wire that goes on. */
export const imagesResult = (layer: Layer, name: string, rank: number): Wire => ({
  name,
  rank,
  channels: hasChannelsFirst(layer) ? 'last' : 'first',
});

/** The channels' axis must be where the activation looks for it. */
function activated(layer: Layer, wire: Wire): Wire {
  const { activation } = layer.config;
  if (hasChannelsFirst(layer) && /softmax/i.test(JSON.stringify(activation) ?? ''))
    throw layer.refuseOption('activation');
  return activate(layer, wire);
}

/** ONNX's windows of a layer's. Padding `same` puts the odd element last, as SAME_UPPER does. */
export function windows(
  layer: Layer,
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): NodeAttributes {
  const common = { kernel_shape: kernel, strides, dilations };
  switch (layer.text('padding', 'valid')) {
    case 'valid':
      return common;
    case 'same':
      return { ...common, auto_pad: 'SAME_UPPER' };
    case 'causal':
      if (kernel.length === 1) return { ...common, pads: [(kernel[0]! - 1) * dilations[0]!, 0] };
  }
  throw layer.refuseOption('padding');
}

/** Windows of a convolution with the kernel's own sizes. */
const convolutionWindows = (layer: Layer, kernel: readonly number[]): NodeAttributes =>
  windows(layer, kernel, layer.numbers('strides', kernel.length, 1), layer.numbers('dilation_rate', kernel.length, 1));

/** [spatial …, in, out] as ONNX has it, [out, in, spatial …]. */
const turnedKernel = (layer: Layer, name: string, axes: number): string =>
  layer.transpose(name, [axes + 1, axes, ...Array.from({ length: axes }, (_, axis) => axis)]);

const convolution =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const [kernel, bias] = layer.weights(['kernel', layer.flag('use_bias', true) ? 'bias' : null]);
    layer.requireRank(kernel, axes + 2);
    const inputs = [x.name, turnedKernel(layer, kernel.name, axes), ...(bias ? [bias.name] : [])];
    const attributes = { ...convolutionWindows(layer, kernel.shape.slice(0, axes)), group: layer.number('groups', 1) };
    return activated(layer, imagesResult(layer, layer.node('Conv', inputs, attributes), x.rank));
  };

/** Each channel is convolved alone, with [spatial …, in, multiplier]. */
function depthwise(layer: Layer, x: Wire, kernel: Weight, bias: string[]): string {
  const axes = x.rank - 2;
  layer.requireRank(kernel, axes + 2);
  const [channels, multiplier] = kernel.shape.slice(axes) as [number, number];
  const spatial = kernel.shape.slice(0, axes);
  const turned = layer.transpose(kernel.name, [axes, axes + 1, ...spatial.keys()]);
  const filters = multiplier === 1 ? turned : layer.reshape(turned, [channels * multiplier, 1, ...spatial]);
  return layer.node('Conv', [x.name, filters, ...bias], { ...convolutionWindows(layer, spatial), group: channels });
}

const depthwiseConvolution: LayerRule = layer => {
  const x = images(layer);
  const name = layer.context.dialect === 'keras 3' ? 'kernel' : 'depthwise_kernel';
  const [kernel, bias] = layer.weights([name, layer.flag('use_bias', true) ? 'bias' : null]);
  return activated(layer, imagesResult(layer, depthwise(layer, x, kernel, bias ? [bias.name] : []), x.rank));
};

const separableConvolution =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const names = ['depthwise_kernel', 'pointwise_kernel', layer.flag('use_bias', true) ? 'bias' : null] as const;
    const [kernel, pointwise, bias] = layer.weights(names);
    const filtered = depthwise(layer, x, kernel, []);
    const mixed = [filtered, turnedKernel(layer, pointwise.name, axes), ...(bias ? [bias.name] : [])];
    return activated(layer, imagesResult(layer, layer.node('Conv', mixed), x.rank));
  };

/** The kernel is [spatial …, out, in]; the result has in·stride sizes, or those that whole windows reach. */
const transposedConvolution =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    layer.require('output_padding');
    layer.require('dilation_rate', 1, new Array(axes).fill(1));
    const [kernel, bias] = layer.weights(['kernel', layer.flag('use_bias', true) ? 'bias' : null]);
    layer.requireRank(kernel, axes + 2);
    const sizes = kernel.shape.slice(0, axes);
    const strides = layer.numbers('strides', axes, 1);
    const padding = layer.text('padding', 'valid');
    if (padding !== 'valid' && padding !== 'same') throw layer.refuseOption('padding');
    const cut = sizes.map((size, axis) => (padding === 'same' ? Math.max(size - strides[axis]!, 0) : 0));
    const inputs = [x.name, turnedKernel(layer, kernel.name, axes), ...(bias ? [bias.name] : [])];
    const result = layer.node('ConvTranspose', inputs, {
      kernel_shape: sizes,
      strides,
      pads: [...cut.map(width => Math.floor(width / 2)), ...cut.map(width => Math.ceil(width / 2))],
      output_padding: sizes.map((size, axis) => Math.max(strides[axis]! - size, 0)),
    });
    return activated(layer, imagesResult(layer, result, x.rank));
  };

type Widths = readonly [before: number, after: number];

const isWidths = (value: unknown): value is Widths =>
  Array.isArray(value) && value.length === 2 && value.every(width => typeof width === 'number');

/** How much is added or cut before and behind each axis; one number stands for both. */
function widthsOf(layer: Layer, option: string, axes: number): readonly Widths[] {
  const given = layer.config[option] ?? 1;
  if (typeof given === 'number') return new Array<Widths>(axes).fill([given, given]);
  const listed: unknown = axes === 1 && isWidths(given) ? [given] : given;
  if (!Array.isArray(listed) || listed.length !== axes) throw layer.refuseOption(option);
  return listed.map((own: unknown): Widths => {
    if (typeof own === 'number') return [own, own];
    if (isWidths(own)) return own;
    throw layer.refuseOption(option);
  });
}

const zeroPadding =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const widths = widthsOf(layer, 'padding', axes);
    const pads = [0, 0, ...widths.map(([before]) => before), 0, 0, ...widths.map(([, after]) => after)];
    return imagesResult(layer, layer.node('Pad', [x.name, layer.integers(pads)]), x.rank);
  };

const cropping =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const widths = widthsOf(layer, 'cropping', axes);
    const pads = [0, 0, ...widths.map(([before]) => -before), 0, 0, ...widths.map(([, after]) => -after)];
    return imagesResult(layer, layer.node('Pad', [x.name, layer.integers(pads)]), x.rank);
  };

const upSampling =
  (axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const scales = [1, 1, ...layer.numbers('size', axes, 2)];
    const interpolation = layer.text('interpolation', 'nearest');
    if (interpolation !== 'nearest' && interpolation !== 'bilinear') throw layer.refuseOption('interpolation');
    const inputs = [x.name, '', layer.context.network.constant(layer.name, scales, 'float32')];
    const how =
      interpolation === 'nearest'
        ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
        : // TensorFlow.js places pixels as the first version of TensorFlow did.
          {
            mode: 'linear',
            coordinate_transformation_mode: layer.context.dialect === 'tensorflow.js' ? 'asymmetric' : 'half_pixel',
          };
    return imagesResult(layer, layer.node('Resize', inputs, how), x.rank);
  };

export const convolutionLayers: Readonly<Record<string, LayerRule>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv1D: depthwiseConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv1D: separableConvolution(1),
  SeparableConv2D: separableConvolution(2),
  Conv1DTranspose: transposedConvolution(1),
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
};
