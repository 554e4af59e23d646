import { DATA_TYPE } from '../../../../worker/graph/onnx/schema.ts';
import { bools, floats, ints, type Model, one, random, TO_THE_END } from './model.ts';

/** What all versions of the format and their exporters write. */
export const commonModels: Readonly<Record<string, Model>> = {
  'Softmax before opset 13 flattens at its axis': one('Softmax', 11, [2, 3, 4], { attributes: { axis: 1 } }),
  'Softmax before opset 13 has the default axis 1': one('Softmax', 11, [2, 3, 4]),
  'Softmax from opset 13 on has the default axis −1': one('Softmax', 13, [2, 3, 4]),
  'LogSoftmax before opset 13': one('LogSoftmax', 9, [2, 3, 4], { attributes: { axis: 2 } }),
  'Clip with attributes': one('Clip', 7, [2, 5], { attributes: { min: { float: -0.5 }, max: { float: 0.25 } } }),
  'Clip with inputs': one('Clip', 13, [2, 5], { initializers: { low: floats([-0.5], []), high: floats([0.1], []) } }),
  'Clip with one bound': {
    opset: 13,
    x: [6],
    nodes: [{ op: 'Clip', in: ['x', '', 'high'], out: ['y'] }],
    initializers: { high: floats([0.1], []) },
  },
  'Dropout is nothing': one('Dropout', 7, [2, 5], { attributes: { ratio: { float: 0.5 } } }),
  'Squeeze with an attribute': one('Squeeze', 11, [2, 1, 3, 1], { attributes: { axes: [1] } }),
  'Squeeze with an input': one('Squeeze', 13, [2, 1, 3, 1], { initializers: { axes: ints([-1]) } }),
  'Squeeze of all': one('Squeeze', 13, [2, 1, 3, 1]),
  'Unsqueeze with an attribute': one('Unsqueeze', 11, [2, 3], { attributes: { axes: [0, 3] } }),
  'Unsqueeze with an input': one('Unsqueeze', 13, [2, 3], { initializers: { axes: ints([-1]) } }),
  'Slice with attributes': one('Slice', 9, [4, 5], { attributes: { starts: [1], ends: [-1], axes: [1] } }),
  'Slice to the end, backwards': one('Slice', 13, [4, 5], {
    initializers: { s: ints([-1]), e: ints([-TO_THE_END]), a: ints([0]), t: ints([-2]) },
  }),
  'Slice that holds nothing past the end': one('Slice', 13, [4, 5], {
    initializers: { s: ints([1]), e: ints([TO_THE_END]), a: ints([1]), t: ints([3]) },
  }),
  'ReduceMean with an attribute': one('ReduceMean', 13, [2, 3, 4], { attributes: { axes: [-1], keepdims: 0 } }),
  'ReduceMean with an input': one('ReduceMean', 18, [2, 3, 4], { initializers: { axes: ints([1]) } }),
  'ReduceSum of all': one('ReduceSum', 13, [2, 3], { attributes: { keepdims: 0 } }),
  'ReduceSum of nothing': one('ReduceSum', 13, [2, 3], { attributes: { noop_with_empty_axes: 1 } }),
  'Pad with attributes': one('Pad', 10, [2, 3], { attributes: { pads: [0, 1, 1, 0], value: { float: 2 } } }),
  'Pad with inputs': one('Pad', 13, [2, 3], { initializers: { p: ints([0, 1, 1, 0]), v: floats([2], []) } }),
  'Pad with axes': one('Pad', 18, [2, 3], {
    initializers: { p: ints([2, 1]), v: floats([0], []), a: ints([-1]) },
  }),
  'Flatten of a middle axis': one('Flatten', 13, [2, 3, 4, 5], { attributes: { axis: 2 } }),
  'Flatten of axis 0': one('Flatten', 13, [2, 3], { attributes: { axis: 0 } }),
  'Reshape with 0 and −1': one('Reshape', 13, [2, 3, 4], { initializers: { shape: ints([0, -1]) } }),
  'Gemm with all its factors': one('Gemm', 13, [3, 4], {
    initializers: { b: random(5, 4), c: random(5) },
    attributes: { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
  }),
  'Gemm transposed': one('Gemm', 13, [3, 4], { initializers: { b: random(3, 5) }, attributes: { transA: 1 } }),
  'MatMul with a vector': one('MatMul', 13, [2, 3, 4], { initializers: { v: random(4) } }),
  'Conv with auto_pad SAME_UPPER': one('Conv', 11, [1, 2, 7, 8], {
    initializers: { w: random(3, 2, 3, 4) },
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  }),
  'Conv with auto_pad SAME_LOWER': one('Conv', 11, [1, 2, 7, 8], {
    initializers: { w: random(3, 2, 3, 4) },
    attributes: { auto_pad: 'SAME_LOWER' },
  }),
  'Conv with auto_pad VALID': one('Conv', 11, [1, 2, 7], {
    initializers: { w: random(3, 2, 3) },
    attributes: { auto_pad: 'VALID' },
  }),
  'ConvTranspose with output_padding': one('ConvTranspose', 11, [1, 2, 5], {
    initializers: { w: random(2, 3, 3), b: random(3) },
    attributes: { strides: [2], pads: [1, 1], output_padding: [1] },
  }),
  'AveragePool that counts its padding': one('AveragePool', 11, [1, 2, 6, 6], {
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
  }),
  GlobalAveragePool: one('GlobalAveragePool', 11, [2, 3, 4, 5]),
  GlobalMaxPool: one('GlobalMaxPool', 11, [2, 3, 4]),
  'PRelu with a slope for each channel': one('PRelu', 9, [2, 3, 4, 5], { initializers: { slope: random(3, 1, 1) } }),
  'GroupNormalization of opset 18 has a scale for each group': one('GroupNormalization', 18, [2, 4, 3], {
    initializers: { scale: random(2), bias: random(2) },
    attributes: { num_groups: 2 },
  }),
  'Sum, Mean, Min and Max of several': {
    opset: 13,
    x: [2, 3],
    nodes: [
      { op: 'Sum', in: ['x', 'a', 'x'], out: ['s'] },
      { op: 'Mean', in: ['s', 'a', 'x'], out: ['m'] },
      { op: 'Max', in: ['m', 'a', 'x'], out: ['u'] },
      { op: 'Min', in: ['u', 's'], out: ['y'] },
    ],
    initializers: { a: random(3) },
  },
  'Split into equal parts and given ones': {
    opset: 13,
    x: [2, 6],
    nodes: [
      { op: 'Split', in: ['x'], out: ['a', 'b'], attributes: { axis: 1 } },
      { op: 'Split', in: ['x', 'sizes'], out: ['c', 'd'], attributes: { axis: 1 } },
      { op: 'Concat', in: ['b', 'd', 'a', 'c'], out: ['y'], attributes: { axis: 1 } },
    ],
    initializers: { sizes: ints([2, 4]) },
  },
  'Transpose with its default': one('Transpose', 13, [2, 3, 4]),
  'Transpose with an order': one('Transpose', 13, [2, 3, 4], { attributes: { perm: [1, 2, 0] } }),
  Concat: one('Concat', 13, [2, 3], { initializers: { b: random(2, 2) }, attributes: { axis: -1 } }),
  Expand: one('Expand', 13, [3, 1], { initializers: { shape: ints([2, 1, 4]) } }),
  Tile: one('Tile', 13, [2, 3], { initializers: { repeats: ints([2, 3]) } }),
  Trilu: one('Trilu', 14, [2, 3, 4], { initializers: { k: ints([-1], []) } }),
  Where: {
    opset: 16,
    x: [2, 3],
    nodes: [{ op: 'Where', in: ['mask', 'x', 'other'], out: ['y'] }],
    initializers: { mask: bools([1, 0, 1]), other: random(1) },
  },
  'Constants and sizes': {
    opset: 13,
    x: [2, 3],
    nodes: [
      { op: 'Constant', in: [], out: ['c'], attributes: { value: { tensor: floats([2.5], [1]) } } },
      { op: 'Constant', in: [], out: ['f'], attributes: { value_float: { float: 0.5 } } },
      { op: 'Size', in: ['x'], out: ['size'] },
      { op: 'Cast', in: ['size'], out: ['count'], attributes: { to: DATA_TYPE.float32 } },
      { op: 'Sum', in: ['x', 'c', 'f'], out: ['s'] },
      { op: 'Div', in: ['s', 'count'], out: ['y'] },
    ],
  },
  MaxPool: one('MaxPool', 12, [1, 2, 6, 7], {
    attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 },
  }),
  BatchNormalization: one('BatchNormalization', 15, [2, 3, 4], {
    initializers: { scale: random(3), bias: random(3), mean: random(3), variance: floats([1, 2, 3]) },
  }),
  InstanceNormalization: one('InstanceNormalization', 13, [2, 3, 4], {
    initializers: { scale: random(3), bias: random(3) },
  }),
  LayerNormalization: one('LayerNormalization', 17, [2, 3, 4], {
    initializers: { scale: random(4), bias: random(4) },
  }),
  'LayerNormalization over two axes': one('LayerNormalization', 17, [2, 3, 4], {
    initializers: { scale: random(3, 4) },
    attributes: { axis: 1 },
  }),
  'EyeLike above the diagonal': {
    opset: 13,
    x: [3, 4],
    nodes: [
      { op: 'EyeLike', in: ['x'], out: ['eye'], attributes: { k: 1 } },
      { op: 'Mul', in: ['x', 'eye'], out: ['y'] },
    ],
  },
  'If one axis has a single element, as exporters ask before they squeeze it': {
    opset: 13,
    x: [2, 1, 3],
    nodes: [
      { op: 'Shape', in: ['x'], out: ['shape'] },
      { op: 'Gather', in: ['shape', 'one'], out: ['size'], attributes: { axis: 0 } },
      { op: 'Equal', in: ['size', 'one'], out: ['single'] },
      {
        op: 'If',
        in: ['single'],
        out: ['y'],
        attributes: {
          then_branch: {
            graph: {
              name: 'then',
              node: [
                { op_type: 'Squeeze', name: '/squeeze', input: ['x', 'axes'], output: ['squeezed'] },
                { op_type: 'Add', name: '/add', input: ['squeezed', 'bias'], output: ['then_y'] },
              ],
              initializer: [
                { ...ints([1]), name: 'axes' },
                { ...floats([1, 2, 3]), name: 'bias' },
              ],
              output: [{ name: 'then_y' }],
            },
          },
          else_branch: {
            graph: {
              name: 'else',
              node: [{ op_type: 'Identity', name: '/identity', input: ['x'], output: ['else_y'] }],
              output: [{ name: 'else_y' }],
            },
          },
        },
      },
    ],
    initializers: { one: ints([1], []) },
  },
  'a chain of Shape, Gather and Concat': {
    opset: 13,
    x: [2, 3, 4],
    nodes: [
      { op: 'Shape', in: ['x'], out: ['shape'] },
      { op: 'Gather', in: ['shape', 'zero'], out: ['rows'], attributes: { axis: 0 } },
      { op: 'Unsqueeze', in: ['rows', 'axis'], out: ['first'] },
      { op: 'Concat', in: ['first', 'rest'], out: ['target'], attributes: { axis: 0 } },
      { op: 'Reshape', in: ['x', 'target'], out: ['y'] },
    ],
    initializers: { zero: ints([0], []), axis: ints([0]), rest: ints([-1]) },
  },
  'a causal mask made of Range, ConstantOfShape, Less and Where': {
    opset: 13,
    x: [3, 3],
    nodes: [
      { op: 'Shape', in: ['x'], out: ['shape'] },
      { op: 'Gather', in: ['shape', 'one'], out: ['n'], attributes: { axis: 0 } },
      { op: 'Range', in: ['zero', 'n', 'one'], out: ['columns'] },
      { op: 'Unsqueeze', in: ['columns', 'axis'], out: ['rows'] },
      { op: 'Less', in: ['rows', 'columns'], out: ['future'] },
      { op: 'ConstantOfShape', in: ['shape'], out: ['low'], attributes: { value: { tensor: floats([-1e9]) } } },
      { op: 'Where', in: ['future', 'low', 'x'], out: ['y'] },
    ],
    initializers: { zero: ints([0], []), one: ints([1], []), axis: ints([1]) },
  },
  'Cast, Not and CastLike': {
    opset: 15,
    x: [4],
    nodes: [
      { op: 'Cast', in: ['x'], out: ['i'], attributes: { to: DATA_TYPE.int32 } },
      { op: 'Cast', in: ['i'], out: ['b'], attributes: { to: DATA_TYPE.bool } },
      { op: 'Not', in: ['b'], out: ['n'] },
      { op: 'CastLike', in: ['n', 'x'], out: ['y'] },
    ],
  },
  'Expand, Tile and Trilu': {
    opset: 14,
    x: [3, 1],
    nodes: [
      { op: 'Expand', in: ['x', 'shape'], out: ['e'] },
      { op: 'Tile', in: ['e', 'repeats'], out: ['t'] },
      { op: 'Trilu', in: ['t', 'k'], out: ['y'], attributes: { upper: 0 } },
    ],
    initializers: { shape: ints([2, 1, 4]), repeats: ints([1, 2, 1]), k: ints([1], []) },
  },
};
