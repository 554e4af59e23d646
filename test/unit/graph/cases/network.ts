import type { Attributes } from '../../../../worker/graph/types.ts';
import { type Draw, type Family, positive } from './case.ts';

const window: Attributes = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1], dilations: [1, 2] };

/** Windows along `rank` axes and sizes of an input that holds one at least, each of which meets more than padding. */
function drawWindows(
  draw: Draw,
  rank: number,
  padding: (kernel: number) => number,
  { stride, dilation }: { readonly stride?: number; readonly dilation?: number } = {},
) {
  const kernel_shape = draw.list(rank, () => draw.integer(1, 3));
  const strides = draw.list(rank, () => stride ?? draw.integer(1, 3));
  const dilations = draw.list(rank, () => dilation ?? draw.integer(1, 2));
  const pads = [...kernel_shape, ...kernel_shape].map(padding);
  const extents = kernel_shape.map((kernel, axis) => dilations[axis]! * (kernel - 1) + 1);
  const spatial = extents.map((extent, axis) =>
    Math.max(2, extent - pads[axis]! - pads[axis + rank]! + draw.integer(0, 4)),
  );
  const outputs = extents.map(
    (extent, axis) => Math.floor((spatial[axis]! + pads[axis]! + pads[axis + rank]! - extent) / strides[axis]!) + 1,
  );
  return { windows: { kernel_shape, strides, pads, dilations }, spatial, outputs };
}

/** One of the three bilinear maps of a convolution; lowering tells strides of 1 and dense kernels from others. */
const convolution =
  (
    operator: 'Conv' | 'ConvTranspose' | 'ConvWeightGradient',
    rank: number,
    fixed: { readonly stride?: number; readonly dilation?: number } = {},
  ): Family =>
  draw => {
    const { windows, spatial, outputs } = drawWindows(draw, rank, () => draw.integer(0, 2), fixed);
    const group = draw.integer(1, 3);
    const [examples, inGroup, outGroup] = draw.list(3, () => draw.integer(1, 2)) as [number, number, number];
    const x = [examples, group * inGroup, ...spatial];
    const w = [group * outGroup, inGroup, ...windows.kernel_shape];
    const y = [examples, group * outGroup, ...outputs];
    const attributes = { ...windows, group };
    switch (operator) {
      case 'Conv':
        return {
          operator,
          inputs: draw.pick([
            [x, w],
            [x, w, [w[0]!]],
          ]),
          attributes,
        };
      case 'ConvWeightGradient':
        return { operator, inputs: [x, y], attributes };
      case 'ConvTranspose': {
        const reached = outputs.map((size, axis) => {
          const { strides, kernel_shape, dilations, pads } = windows;
          const extent = strides[axis]! * (size - 1) + dilations[axis]! * (kernel_shape[axis]! - 1) + 1;
          return extent - pads[axis]! - pads[axis + rank]!;
        });
        const output_padding = spatial.map((size, axis) => size - reached[axis]!);
        const inputs = draw.pick([
          [y, w],
          [y, w, [x[1]!]],
        ]);
        return { operator, inputs, attributes: { ...attributes, output_padding } };
      }
    }
  };

/** Pooling; a padding must be smaller than the kernel, and every second one has its windows side by side. */
const pool =
  (operator: 'MaxPool' | 'AveragePool', rank: number): Family =>
  draw => {
    const { windows, spatial } = drawWindows(draw, rank, kernel => draw.integer(0, kernel - 1));
    const tiled = { ...windows, strides: windows.kernel_shape, dilations: windows.dilations.map(() => 1) };
    const average = operator === 'AveragePool' ? { count_include_pad: draw.integer(0, 1) } : {};
    const chosen = draw.pick([windows, tiled]);
    // ONNX Runtime plans for a window too many where windows lie apart and only some axes end with a cut one.
    const isApart = chosen.strides.some((stride, axis) => stride > chosen.kernel_shape[axis]!);
    return {
      operator,
      inputs: [[draw.integer(1, 2), draw.integer(1, 3), ...spatial]],
      attributes: { ...chosen, ceil_mode: isApart ? 0 : draw.integer(0, 1), ...average },
    };
  };

const pools = ([0, 1] as const).flatMap((ceil_mode): Family[] => [
  { operator: 'MaxPool', inputs: [[2, 3, 8, 7]], attributes: { ...window, ceil_mode } },
  {
    operator: 'MaxPool',
    inputs: [[1, 1, 5]],
    attributes: { kernel_shape: [2], strides: [2], pads: [0, 0], dilations: [1], ceil_mode },
  },
  { operator: 'MaxPoolIndices', inputs: [[2, 3, 8, 7]], attributes: { ...window, ceil_mode } },
  { operator: 'AveragePool', inputs: [[2, 3, 8, 7]], attributes: { ...window, ceil_mode, count_include_pad: 1 } },
  // The last window would begin in the padding at the end, and so is none.
  {
    operator: 'AveragePool',
    inputs: [[1, 1, 4, 4]],
    attributes: {
      kernel_shape: [2, 2],
      strides: [3, 3],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      ceil_mode,
      count_include_pad: 0,
    },
  },
]);

const epsilon = 0.125;

export const networkCases: readonly Family[] = [
  ...pools,
  ...[1, 2, 3].flatMap(rank => [
    convolution('Conv', rank),
    convolution('ConvTranspose', rank),
    convolution('ConvWeightGradient', rank),
    convolution('ConvTranspose', rank, { stride: 1 }),
    convolution('ConvWeightGradient', rank, { stride: 1 }),
    convolution('ConvWeightGradient', rank, { dilation: 1 }),
    pool('MaxPool', rank),
    pool('AveragePool', rank),
  ]),
  {
    operator: 'AveragePoolGradient',
    inputs: [[2, 3, 2, 3]],
    attributes: {
      kernel_shape: [2, 3],
      strides: [2, 1],
      pads: [0, 1, 0, 1],
      dilations: [1, 1],
      ceil_mode: 0,
      count_include_pad: 0,
      sizes: [5, 3],
    },
  },
  {
    operator: 'MatMul',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  // One matrix for every example of a batch.
  {
    operator: 'MatMul',
    inputs: [
      [2, 2, 3],
      [3, 4],
    ],
  },
  {
    operator: 'MatMul',
    inputs: [
      [2, 3],
      [2, 3, 4],
    ],
  },
  {
    operator: 'MatMul',
    inputs: [
      [5, 1, 2, 3],
      [4, 3, 2],
    ],
  },
  { operator: 'Conv', inputs: [[2, 4, 8, 7], [6, 2, 3, 2], [6]], attributes: { ...window, group: 2 } },
  {
    operator: 'ConvTranspose',
    inputs: [[1, 4, 5, 4], [4, 3, 3, 2], [6]],
    attributes: { ...window, group: 2, output_padding: [1, 0] },
  },
  { operator: 'Standardize', inputs: [[2, 3, 4]], attributes: { epsilon, axis: 1 } },
  { operator: 'InverseDeviation', inputs: [[2, 3, 4]], attributes: { epsilon, axis: 2 } },
  { operator: 'BatchNormalization', inputs: [[2, 3, 4], [3], [3], [3], positive([3])], attributes: { epsilon } },
  { operator: 'BatchNormalization', inputs: [[4, 3], [3], [3], [3], positive([3])], attributes: { epsilon } },
  { operator: 'InstanceNormalization', inputs: [[2, 3, 4], [3], [3]], attributes: { epsilon } },
  { operator: 'InstanceNormalization', inputs: [[2, 2, 3, 2], [2], [2]], attributes: { epsilon } },
  { operator: 'GroupNormalization', inputs: [[2, 4, 3], [4], [4]], attributes: { epsilon, num_groups: 2 } },
  { operator: 'LayerNormalization', inputs: [[2, 3, 4], [4], [4]], attributes: { epsilon, axis: 2 } },
  {
    operator: 'LayerNormalization',
    inputs: [
      [2, 3, 4],
      [3, 4],
    ],
    attributes: { epsilon, axis: -2 },
  },
];
