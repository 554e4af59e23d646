import { type Attribute, bools, floats, type Model, one, random } from './model.ts';

const lpPool = (x: readonly number[], attributes: Readonly<Record<string, Attribute>>, opset = 18): Model =>
  one('LpPool', opset, x, { attributes });

/** Attention over the keys and values k and v, and a mask where there is one. */
const attention = (
  x: readonly number[],
  initializers: NonNullable<Model['initializers']>,
  attributes: Readonly<Record<string, Attribute>> = {},
): Model => one('Attention', 23, x, { initializers, attributes });

/** Attention, pooling by norms and normalisation without a mean. */
export const networkModels: Readonly<Record<string, Model>> = {
  'Attention of four axes': attention([2, 3, 4, 5], { k: random(2, 3, 6, 5), v: random(2, 3, 6, 4) }),
  'Attention of three axes with a mask that is added': attention(
    [2, 4, 6],
    { k: random(2, 5, 6), v: random(2, 5, 9), mask: random(4, 5) },
    { q_num_heads: 3, kv_num_heads: 3, scale: { float: 0.25 } },
  ),
  'Attention whose heads share keys, with a mask of what is seen': attention(
    [1, 3, 8],
    { k: random(1, 3, 4), v: random(1, 3, 4), mask: bools([1, 0, 1, 1, 1, 0, 0, 1, 1], [3, 3]) },
    { q_num_heads: 4, kv_num_heads: 2 },
  ),
  'Attention that sees no later step': attention(
    [2, 2, 4, 3],
    { k: random(2, 2, 4, 3), v: random(2, 2, 4, 3) },
    { is_causal: 1 },
  ),
  'LpPool by the 2-norm': lpPool([2, 3, 6, 7], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1] }),
  'LpPool by the 1-norm': lpPool([2, 3, 7], { kernel_shape: [3], p: 1 }),
  'LpPool by the 3-norm': lpPool([2, 3, 7], { kernel_shape: [3], p: 3 }, 11),
  'LpPool whose last windows reach beyond the padding': lpPool([1, 2, 6, 8], {
    kernel_shape: [3, 2],
    strides: [2, 3],
    ceil_mode: 1,
  }),
  'LpPool of zeros': {
    opset: 18,
    x: [1, 2, 4],
    nodes: [
      { op: 'Mul', in: ['x', 'mask'], out: ['z'] },
      { op: 'LpPool', in: ['z'], out: ['y'], attributes: { kernel_shape: [2], strides: [2] } },
    ],
    initializers: { mask: floats([1, 0, 0, 0]) },
  },
  'GlobalLpPool by the 2-norm': one('GlobalLpPool', 11, [2, 3, 4, 5]),
  'GlobalLpPool by the 1-norm': one('GlobalLpPool', 11, [2, 3, 4], { attributes: { p: 1 } }),
  RMSNormalization: one('RMSNormalization', 23, [2, 3, 4], { initializers: { scale: random(4) } }),
  'RMSNormalization over two axes': one('RMSNormalization', 23, [2, 3, 4], {
    initializers: { scale: random(3, 4) },
    attributes: { axis: 1, epsilon: { float: 0.1 } },
  }),
  SimplifiedLayerNormalization: one('SimplifiedLayerNormalization', 17, [2, 3, 4], {
    initializers: { scale: random(4) },
    attributes: { axis: -1, epsilon: { float: 0.01 }, stash_type: 1 },
  }),
  'ConvTranspose with groups and dilations': one('ConvTranspose', 11, [2, 4, 5, 3], {
    initializers: { w: random(4, 2, 3, 2), b: random(4) },
    attributes: { group: 2, strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1], output_padding: [1, 0] },
  }),
};
