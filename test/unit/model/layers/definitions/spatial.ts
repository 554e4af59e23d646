/** Convolutions, padding, pooling and resizing. */
import { at, type Numbers, tabulate, total } from '../numbers.ts';
import { B, type Definition, images, steps } from './definition.ts';

const { min, max } = Math;

/** Σ over a window and the input's channels [from, from + count): x is [b, t, c], the kernel [k, c, out]. */
const window1d = (x: Numbers, kernel: Numbers, at0: (k: number) => number, b: number, out: number, from = 0): number =>
  total(kernel.shape[0]!, k => total(kernel.shape[1]!, c => at(x, b, at0(k), from + c) * at(kernel, k, c, out)));

/** Pixels of a resized image: the nearest, or a mean of two by where the middle of the pixel lies. */
const halfPixel = (size: number, scale: number, index: number): readonly (readonly [at: number, share: number])[] => {
  const place = (index + 0.5) / scale - 0.5;
  const low = Math.floor(place);
  const inside = (own: number) => min(max(own, 0), size - 1);
  return [
    [inside(low), 1 - (place - low)],
    [inside(low + 1), place - low],
  ];
};

/** Augmentations, which training alone does. */
const AUGMENTATIONS: Readonly<Record<string, object>> = {
  RandomBrightness: { factor: [-0.2, 0.2], value_range: [0, 255] },
  RandomContrast: { factor: 0.5 },
  RandomFlip: { mode: 'horizontal' },
  RandomRotation: { factor: [-0.1, 0.1], fill_mode: 'reflect' },
  RandomTranslation: { height_factor: 0.1, width_factor: 0.1 },
  RandomZoom: { height_factor: 0.1, width_factor: null },
};

export const spatial: Readonly<Record<string, Definition>> = {
  ...Object.fromEntries(
    Object.entries(AUGMENTATIONS).map(([class_name, config]): [string, Definition] => [
      class_name,
      { layer: { class_name, config }, inputs: [images], expected: ([x]) => x! },
    ]),
  ),
  'Conv1D, causal and dilated': {
    layer: {
      class_name: 'Conv1D',
      config: { filters: 3, kernel_size: [3], padding: 'causal', dilation_rate: [2], strides: [1], groups: 1 },
    },
    inputs: [steps],
    weights: { 'conv1d/vars/0': [3, 4, 3], 'conv1d/vars/1': [3] },
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 6, 3], (b, t, o) => window1d(x!, kernel!, k => t! - 2 * (2 - k), b!, o!) + at(bias!, o!)),
  },
  'Conv1D in groups': {
    layer: {
      class_name: 'Conv1D',
      config: { filters: 6, kernel_size: [2], padding: 'valid', groups: 2, use_bias: false },
    },
    inputs: [steps],
    weights: { 'conv1d/vars/0': [2, 2, 6] },
    expected: ([x], [kernel]) =>
      tabulate([B, 5, 6], (b, t, o) => window1d(x!, kernel!, k => t! + k, b!, o!, 2 * Math.floor(o! / 3))),
  },
  'Conv1D with channels first': {
    layer: {
      class_name: 'Conv1D',
      config: { filters: 2, kernel_size: [3], padding: 'valid', data_format: 'channels_first', activation: 'relu' },
    },
    inputs: [[B, 4, 6]],
    weights: { 'conv1d/vars/0': [3, 4, 2], 'conv1d/vars/1': [2] },
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 2, 4], (b, o, t) =>
        max(total(3, k => total(4, c => at(x!, b!, c, t! + k) * at(kernel!, k, c, o!))) + at(bias!, o!), 0),
      ),
  },
  'Conv2D in groups': {
    layer: {
      class_name: 'Conv2D',
      config: { filters: 4, kernel_size: [2, 2], padding: 'same', strides: [1, 1], groups: 2 },
    },
    inputs: [images],
    weights: { 'conv2d/vars/0': [2, 2, 3, 4], 'conv2d/vars/1': [4] },
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 4, 3, 4], (b, h, w, o) => {
        const from = 3 * Math.floor(o! / 2);
        const term = (i: number, j: number, c: number) =>
          at(x!, b!, h! + i, w! + j, from + c) * at(kernel!, i, j, c, o!);
        return total(2, i => total(2, j => total(3, c => term(i, j, c)))) + at(bias!, o!);
      }),
  },
  DepthwiseConv1D: {
    layer: {
      class_name: 'DepthwiseConv1D',
      config: { kernel_size: [3], strides: [2], padding: 'same', depth_multiplier: 2 },
    },
    inputs: [steps],
    weights: { 'depthwise_conv1d/vars/0': [3, 4, 2], 'depthwise_conv1d/vars/1': [8] },
    // Of six steps and stride 2 the padding is one step, behind.
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 3, 8], (b, t, o) => {
        const c = Math.floor(o! / 2);
        return total(3, k => at(x!, b!, 2 * t! + k, c) * at(kernel!, k, c, o! % 2)) + at(bias!, o!);
      }),
  },
  SeparableConv1D: {
    layer: {
      class_name: 'SeparableConv1D',
      config: { filters: 3, kernel_size: [3], strides: [1], padding: 'valid', depth_multiplier: 2 },
    },
    inputs: [steps],
    weights: {
      'separable_conv1d/vars/0': [3, 4, 2],
      'separable_conv1d/vars/1': [1, 8, 3],
      'separable_conv1d/vars/2': [3],
    },
    expected: ([x], [depthwise, pointwise, bias]) =>
      tabulate([B, 4, 3], (b, t, o) => {
        const filtered = (m: number) =>
          total(3, k => at(x!, b!, t! + k, Math.floor(m / 2)) * at(depthwise!, k, Math.floor(m / 2), m % 2));
        return total(8, m => filtered(m) * at(pointwise!, 0, m, o!)) + at(bias!, o!);
      }),
  },
  Conv1DTranspose: {
    layer: {
      class_name: 'Conv1DTranspose',
      config: {
        filters: 3,
        kernel_size: [4],
        strides: [2],
        padding: 'valid',
        output_padding: null,
        dilation_rate: [1],
      },
    },
    inputs: [steps],
    weights: { 'conv1d_transpose/vars/0': [4, 3, 4], 'conv1d_transpose/vars/1': [3] },
    // Each step adds its multiple of the kernel from 2t on.
    expected: ([x], [kernel, bias]) =>
      tabulate([B, 14, 3], (b, u, o) => {
        const term = (t: number, c: number) => at(x!, b!, t, c) * at(kernel!, u! - 2 * t, o!, c);
        return total(6, t => total(4, c => term(t, c))) + at(bias!, o!);
      }),
  },
  'Conv1DTranspose with same padding': {
    layer: {
      class_name: 'Conv1DTranspose',
      config: { filters: 3, kernel_size: [5], strides: [2], padding: 'same', use_bias: false },
    },
    inputs: [steps],
    weights: { 'conv1d_transpose/vars/0': [5, 3, 4] },
    // Three elements too many: one is cut before, two behind.
    expected: ([x], [kernel]) =>
      tabulate([B, 12, 3], (b, u, o) =>
        total(6, t => total(4, c => at(x!, b!, t, c) * at(kernel!, u! + 1 - 2 * t, o!, c))),
      ),
  },
  ZeroPadding1D: {
    layer: { class_name: 'ZeroPadding1D', config: { padding: [1, 3] } },
    inputs: [steps],
    expected: ([x]) => tabulate([B, 10, 4], (b, t, c) => at(x!, b!, t! - 1, c!)),
  },
  ZeroPadding3D: {
    layer: {
      class_name: 'ZeroPadding3D',
      config: {
        padding: [
          [1, 0],
          [0, 2],
          [1, 1],
        ],
      },
    },
    inputs: [[B, 2, 3, 2, 2]],
    expected: ([x]) => tabulate([B, 3, 5, 4, 2], (b, i, j, k, c) => at(x!, b!, i! - 1, j!, k! - 1, c!)),
  },
  Cropping1D: {
    layer: { class_name: 'Cropping1D', config: { cropping: [2, 1] } },
    inputs: [steps],
    expected: ([x]) => tabulate([B, 3, 4], (b, t, c) => at(x!, b!, t! + 2, c!)),
  },
  Cropping3D: {
    layer: {
      class_name: 'Cropping3D',
      config: {
        cropping: [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
      },
    },
    inputs: [[B, 2, 3, 4, 2]],
    expected: ([x]) => tabulate([B, 1, 2, 2, 2], (b, i, j, k, c) => at(x!, b!, i! + 1, j!, k! + 1, c!)),
  },
  UpSampling1D: {
    layer: { class_name: 'UpSampling1D', config: { size: 3 } },
    inputs: [steps],
    expected: ([x]) => tabulate([B, 18, 4], (b, t, c) => at(x!, b!, Math.floor(t! / 3), c!)),
  },
  UpSampling3D: {
    layer: { class_name: 'UpSampling3D', config: { size: [2, 1, 3] } },
    inputs: [[B, 2, 3, 2, 2]],
    expected: ([x]) =>
      tabulate([B, 4, 3, 6, 2], (b, i, j, k, c) => at(x!, b!, Math.floor(i! / 2), j!, Math.floor(k! / 3), c!)),
  },
  'UpSampling2D, bilinear by the middles of pixels': {
    layer: { class_name: 'UpSampling2D', config: { size: [2, 3], interpolation: 'bilinear' } },
    inputs: [images],
    expected: ([x]) =>
      tabulate([B, 8, 9, 6], (b, i, j, c) => {
        const [rows, columns] = [halfPixel(4, 2, i!), halfPixel(3, 3, j!)];
        return total(2, p => total(2, q => rows[p]![1] * columns[q]![1] * at(x!, b!, rows[p]![0], columns[q]![0], c!)));
      }),
  },
  'GlobalAveragePooling2D that keeps its axes': {
    layer: { class_name: 'GlobalAveragePooling2D', config: { keepdims: true, data_format: 'channels_last' } },
    inputs: [images],
    expected: ([x]) => tabulate([B, 1, 1, 6], (b, _, __, c) => total(4, i => total(3, j => at(x!, b!, i, j, c!))) / 12),
  },
  GlobalMaxPooling3D: {
    layer: { class_name: 'GlobalMaxPooling3D', config: {} },
    inputs: [[B, 2, 3, 2, 2]],
    expected: ([x]) =>
      tabulate([B, 2], (b, c) =>
        max(...Array.from({ length: 12 }, (_, i) => at(x!, b!, Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2, c!))),
      ),
  },
};
