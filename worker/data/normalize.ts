import { inputError } from '../errors.ts';
import { elementCount, formatShape, isFloating, type Tensor, toFloat32 } from '../tensor.ts';
import { hasChannelsLast, type Layout } from './layout.ts';

/** Inputs are delivered as (x/scale − mean)/std; means and deviations are one for all channels, or one each. */
export interface Normalization {
  readonly layout: Layout;
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * A batch as a graph takes it: normalised float32 where `normalization` is given; without, floating inputs and bytes
 * (images) become float32 as they are, and other integers (tokens) stay.
 */
export function deliver(tensor: Tensor, normalization: Normalization | null): Tensor {
  if (normalization !== null) return normalize(tensor, normalization);
  if (!isFloating(tensor.dtype) && tensor.dtype !== 'uint8') return tensor;
  return { dtype: 'float32', shape: tensor.shape, data: toFloat32(tensor) };
}

/** Throws `input` where a normalisation cannot be applied to an array of this shape. */
export function checkNormalization(file: string, shape: readonly number[], normalization: Normalization): void {
  const { layout, scale, mean, std } = normalization;
  if (!Number.isFinite(scale) || scale === 0) throw inputError(`${file}: cannot be divided by a scale of ${scale}.`);
  const channels = shape[channelAxis(layout, shape)];
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length !== 1 && values.length !== channels) {
      const isLast = shape.at(-1) === values.length && hasChannelsLast('NHWC', shape.slice(1));
      const remedy =
        isLast && layout === 'NCHW' ? 'set "layout": "NHWC" in "data"' : 'give one value, or one a channel';
      throw inputError(
        `${file}: "${name}" has ${values.length} values for ${channels ?? 'no'} channels (shape ${formatShape(shape)}, layout ${layout}); ${remedy}.`,
      );
    }
    if (!values.every(value => Number.isFinite(value))) throw inputError(`${file}: "${name}" must be finite numbers.`);
  }
  if (std.includes(0)) throw inputError(`${file}: "std" must not be 0.`);
}

/**
 * Axis 1 is that of the channels of images [n, channels, …] and of the features of vectors [n, features]; of images
 * with channels last it is the last.
 */
const channelAxis = (layout: Layout, shape: readonly number[]): number =>
  hasChannelsLast(layout, shape.slice(1)) ? shape.length - 1 : 1;

function normalize(tensor: Tensor, { layout, scale, mean, std }: Normalization): Tensor {
  const { shape, data } = tensor;
  const axis = channelAxis(layout, shape);
  const channels = shape[axis] ?? 1;
  const inner = elementCount(shape.slice(axis + 1));
  const normalized = new Float32Array(data.length);
  for (let begin = 0, block = 0; begin < data.length; begin += inner, block++) {
    const channel = block % channels;
    const center = mean[mean.length === 1 ? 0 : channel]!;
    const deviation = std[std.length === 1 ? 0 : channel]!;
    for (let index = begin; index < begin + inner; index++) {
      normalized[index] = (Number(data[index]) / scale - center) / deviation;
    }
  }
  return { dtype: 'float32', shape, data: normalized };
}
