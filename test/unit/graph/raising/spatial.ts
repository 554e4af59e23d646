import { floats, ints, type Model, one } from './model.ts';

const none = floats([], [0]);

/** A Resize by scales, as PyTorch writes it: with an empty region of interest. */
const byScales = (
  x: readonly number[],
  scales: readonly number[],
  attributes: Readonly<Record<string, string | number | { readonly float: number }>>,
): Model => ({
  opset: 13,
  x,
  nodes: [{ op: 'Resize', in: ['x', 'roi', 'scales'], out: ['y'], attributes }],
  initializers: { roi: none, scales: floats(scales) },
});

const bySizes = (
  x: readonly number[],
  sizes: readonly number[],
  attributes: Readonly<Record<string, string | number | readonly number[]>>,
  opset = 13,
): Model => ({
  opset,
  x,
  nodes: [{ op: 'Resize', in: ['x', '', '', 'sizes'], out: ['y'], attributes }],
  initializers: { sizes: ints(sizes) },
});

const nearest = (coordinate_transformation_mode: string, nearest_mode: string): Model =>
  byScales([1, 2, 4, 6], [1, 1, 2, 0.5], { mode: 'nearest', coordinate_transformation_mode, nearest_mode });

const smooth = (mode: string, coordinate_transformation_mode: string, exclude_outside = 0): Model =>
  bySizes([1, 2, 4, 6], [1, 2, 7, 3], { mode, coordinate_transformation_mode, exclude_outside });

const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const;
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

/** Resize, Upsample, and what moves pixels between space and channels. */
export const spatialModels: Readonly<Record<string, Model>> = {
  ...Object.fromEntries(
    coordinates.flatMap(how =>
      roundings.map(rounding => [`Resize nearest, ${how}, ${rounding}`, nearest(how, rounding)] as const),
    ),
  ),
  ...Object.fromEntries(
    ['linear', 'cubic'].flatMap(mode => coordinates.map(how => [`Resize ${mode}, ${how}`, smooth(mode, how)] as const)),
  ),
  'Resize nearest by three, as PyTorch writes it': byScales([2, 3, 4, 5], [1, 1, 3, 3], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }),
  'Resize linear by a scale that is no ratio of sizes': byScales([1, 1, 5, 5], [1, 1, 1.3, 0.7], { mode: 'linear' }),
  'Resize cubic, nothing from outside': smooth('cubic', 'half_pixel', 1),
  'Resize cubic with another coefficient': byScales([1, 1, 4, 4], [1, 1, 2, 2], {
    mode: 'cubic',
    cubic_coeff_a: { float: -0.5 },
  }),
  'Resize linear along one axis of three': bySizes([2, 3, 4], [2, 3, 9], { mode: 'linear' }),
  'Resize linear in three dimensions': bySizes([1, 2, 2, 3, 4], [1, 2, 4, 2, 5], { mode: 'linear' }),
  'Resize with axes': bySizes([1, 2, 4, 6], [3, 8], { mode: 'linear', axes: [3, 2] }, 18),
  'Resize with symmetric half pixels': bySizes(
    [1, 2, 4, 6],
    [1, 2, 7, 5],
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' },
    19,
  ),
  'Resize of opset 10': one('Resize', 10, [1, 2, 3, 4], {
    initializers: { scales: floats([1, 1, 2, 1.5]) },
    attributes: { mode: 'linear' },
  }),
  'Upsample with an attribute': one('Upsample', 7, [1, 2, 3, 4], {
    attributes: { mode: 'nearest', scales: { floats: [1, 1, 2, 2] } },
  }),
  'Upsample with an input': one('Upsample', 9, [1, 2, 3, 4], {
    initializers: { scales: floats([1, 1, 2, 3]) },
    attributes: { mode: 'nearest' },
  }),
  'DepthToSpace, depth first': one('DepthToSpace', 13, [2, 8, 2, 3], { attributes: { blocksize: 2 } }),
  'DepthToSpace, column and row first': one('DepthToSpace', 13, [2, 8, 2, 3], {
    attributes: { blocksize: 2, mode: 'CRD' },
  }),
  SpaceToDepth: one('SpaceToDepth', 13, [2, 3, 4, 6], { attributes: { blocksize: 2 } }),
  'Pad that mirrors and crops': one('Pad', 13, [6, 5], {
    initializers: { p: ints([2, -1, -2, 1]) },
    attributes: { mode: 'reflect' },
  }),
  'Pad that wraps': one('Pad', 19, [4], { initializers: { p: ints([1, 3]) }, attributes: { mode: 'wrap' } }),
};
