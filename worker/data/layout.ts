import { elementCount, type Tensor, type TypedArray } from '../tensor.ts';

/** Order of the axes of images in data files: channels first, or channels last. */
export type Layout = 'NCHW' | 'NHWC';

/** Rows of fewer axes than these are no images with channels: vectors, sequences, grey images. */
const IMAGE_ROW_AXES = 3;

/** Whether a row is an image whose last axis is that of its channels. */
export const hasChannelsLast = (layout: Layout, rowShape: readonly number[]): boolean =>
  layout === 'NHWC' && rowShape.length >= IMAGE_ROW_AXES;

/** The shape of an image row with its channels moved from the last axis to the first. */
export const channelsFirstShape = (rowShape: readonly number[]): number[] => [
  rowShape.at(-1)!,
  ...rowShape.slice(0, -1),
];

/** Images [n, …, channels] as [n, channels, …]. */
export function channelsFirst(images: Tensor): Tensor {
  const [count, ...row] = images.shape;
  const channels = row.at(-1)!;
  const positions = elementCount(row) / channels;
  const { data } = images;
  const moved = new (data.constructor as new (length: number) => TypedArray)(data.length);
  const from: ArrayLike<unknown> = data;
  const into: { [index: number]: unknown } = moved;
  for (let image = 0; image < count!; image++) {
    const begin = image * channels * positions;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        into[begin + channel * positions + position] = from[begin + position * channels + channel];
      }
    }
  }
  return { dtype: images.dtype, shape: [count!, ...channelsFirstShape(row)], data: moved } as Tensor;
}
