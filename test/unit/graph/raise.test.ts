import assert from 'node:assert/strict';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { type Graph, valuesOf } from '../../../worker/graph/graph.ts';
import { buildGraph } from '../../../worker/graph/onnx/build.ts';
import { type ModelFile, readModel } from '../../../worker/graph/onnx/read.ts';
import {
  ATTRIBUTE,
  type AttributeProto,
  DATA_TYPE,
  encodeModel,
  type NodeProto,
  type TensorProto,
} from '../../../worker/graph/onnx/schema.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import { elementCount, tensorFromNumbers } from '../../../worker/tensor.ts';
import { runModel } from './run.ts';

type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly tensor: TensorProto };

/** The largest int64, which exporters write for an open end. */
const TO_THE_END = 2 ** 63;

/** A node as ONNX files write it; `x` is the model's input, `y` its output. */
interface Node {
  readonly op: string;
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

interface Model {
  readonly opset: number;
  /** Shape of the input as data come; what the file declares, where that differs. */
  readonly x: readonly number[];
  readonly declared?: readonly (number | string)[];
  readonly nodes: readonly Node[];
  readonly initializers?: Readonly<Record<string, TensorProto>>;
}

const floats = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.float32,
  dims: [...shape],
  float_data: [...values],
});
const ints = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.int64,
  dims: [...shape],
  int64_data: [...values],
});
const bools = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.bool,
  dims: [...shape],
  int32_data: [...values],
});
const random = (...shape: number[]): TensorProto => floats([...gaussians(shape, elementCount(shape))], shape);

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  if ('tensor' in value) return { name, type: ATTRIBUTE.tensor, t: value.tensor };
  return { name, type: ATTRIBUTE.ints, ints: [...value] };
}

function encode({ opset, x, declared, nodes, initializers = {} }: Model): Uint8Array {
  const dim = (declared ?? x).map(size => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return encodeModel({
    ir_version: 7,
    opset_import: [{ domain: '', version: opset }],
    graph: {
      name: 'test',
      node: nodes.map(
        ({ op, in: input, out: output, attributes = {} }, index): NodeProto => ({
          op_type: op,
          name: `/${op}_${index}`,
          input: [...input],
          output: [...output],
          attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
        }),
      ),
      initializer: Object.entries(initializers).map(([name, tensor]) => ({ ...tensor, name })),
      input: [{ name: 'x', type: { tensor_type: { elem_type: DATA_TYPE.float32, shape: { dim } } } }],
      output: [{ name: 'y', type: { tensor_type: { elem_type: DATA_TYPE.float32 } } }],
    },
  });
}

const build = (model: ModelFile, x: readonly number[], note?: (sentence: string) => void): Graph =>
  buildGraph(model, {
    inputs: new Map([['x', { type: 'float32', shape: x }]]),
    leaf: () => null,
    ...(note && { note }),
  });

/** What Basin makes of a model, written out and run, is what ONNX Runtime makes of the file itself. */
async function check(model: Model): Promise<void> {
  const bytes = encode(model);
  const graph = build(readModel(bytes, 'test.onnx'), model.x);
  const feeds = { x: tensorFromNumbers(gaussians(['x'], elementCount(model.x)), 'float32', model.x) };
  const [[own], [theirs]] = await Promise.all([runModel(writeModel(graph), feeds), runModel(bytes, feeds)]);
  assert.deepEqual(own!.shape, theirs!.shape);
  Float64Array.from(own!.data, Number).forEach((value, index) => {
    const other = Number(theirs!.data[index]);
    assert.ok(
      Math.abs(value - other) <= 1e-6 * Math.max(1, Math.abs(other)),
      `element ${index}: ${value}, not ${other}`,
    );
  });
}

const one = (
  op: string,
  opset: number,
  x: readonly number[],
  more: Partial<Model> & Pick<Node, 'attributes'> = {},
): Model => {
  const { attributes, ...rest } = more;
  const inputs = ['x', ...Object.keys(rest.initializers ?? {})];
  return { opset, x, nodes: [{ op, in: inputs, out: ['y'], ...(attributes && { attributes }) }], ...rest };
};

const models: Readonly<Record<string, Model>> = {
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

describe('ONNX operators, raised', () => {
  for (const [name, model] of Object.entries(models)) it(name, () => check(model));

  it('fold what only depends on shapes', () => {
    const model = models['a chain of Shape, Gather and Concat']!;
    const graph = build(readModel(encode(model), 'test.onnx'), model.x);
    const applied = valuesOf(graph).flatMap(value => (value.kind === 'applied' ? [value.operator] : []));
    assert.deepEqual(applied, ['Reshape']);
  });

  it('follow another batch size through a Reshape that has the exporter’s written into it', () => {
    const model: Model = {
      ...one('Reshape', 13, [5, 2, 3], { initializers: { shape: ints([8, 6]) } }),
      declared: [8, 2, 3],
    };
    assert.deepEqual(build(readModel(encode(model), 'test.onnx'), [5, 2, 3]).outputs[0]!.value.shape, [5, 6]);
  });

  it('read training mode in evaluation mode, and say so', () => {
    const model = one('BatchNormalization', 14, [2, 3, 4], {
      initializers: { scale: random(3), bias: random(3), mean: random(3), variance: floats([1, 2, 3]) },
      attributes: { training_mode: 1 },
    });
    const notes: string[] = [];
    build(readModel(encode(model), 'test.onnx'), model.x, sentence => notes.push(sentence));
    assert.deepEqual(notes, [
      '/BatchNormalization_0: BatchNormalization in training mode was read in evaluation mode.',
    ]);
  });
});

describe('ONNX models that Basin does not read', () => {
  const refusals: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'an operator without a rule': [encode(one('NonZero', 13, [2])), /node \/NonZero_0 \(NonZero\): Basin has no rule/],
    'a shape that depends on the data': [
      encode({
        opset: 13,
        x: [4],
        nodes: [
          { op: 'Cast', in: ['x'], out: ['i'], attributes: { to: DATA_TYPE.int64 } },
          { op: 'Reshape', in: ['x', 'i'], out: ['y'] },
        ],
      }),
      /node \/Reshape_1 \(Reshape\): the shape of a Reshape must be known in advance/,
    ],
    'a batch size that cannot change': [
      encode({ ...one('Reshape', 13, [5, 6], { initializers: { shape: ints([4, 12]) } }), declared: [8, 6] }),
      /node \/Reshape_0: Reshape cannot take inputs of shapes \[5, 6\]/,
    ],
    'an input that nothing computes': [
      encode({ opset: 13, x: [2], nodes: [{ op: 'Relu', in: ['z'], out: ['y'] }] }),
      /nothing computes the value z/,
    ],
    'indices of a pooling layer': [
      encode({
        opset: 12,
        x: [1, 1, 4],
        nodes: [{ op: 'MaxPool', in: ['x'], out: ['y', 'i'], attributes: { kernel_shape: [2] } }],
      }),
      /does not read the indices/,
    ],
    'an operator set from before the rules': [
      encode(one('Relu', 6, [2])),
      /uses operator set 6; export it with one from 7/,
    ],
    'bytes that are no model': [Buffer.from('no model at all, only words'), /not a(?: readable)? ?n? ?ONNX model/],
    'an empty file': [new Uint8Array(), /ends after 0 bytes/],
    'a padding that wraps': [
      encode(one('Pad', 19, [4], { initializers: { p: ints([1, 1]) }, attributes: { mode: 'wrap' } })),
      /padding mode wrap is not supported/,
    ],
    'masks given as a cast to a type of text': [
      encode(one('Cast', 13, [2], { attributes: { to: 8 } })),
      /a cast to ONNX element type 8/,
    ],
    'a Dropout whose mode is no constant': [
      encode({
        opset: 12,
        x: [2],
        nodes: [
          { op: 'Cast', in: ['x'], out: ['mode'], attributes: { to: DATA_TYPE.bool } },
          { op: 'Dropout', in: ['x', 'ratio', 'mode'], out: ['y'] },
        ],
        initializers: { ratio: floats([0.5], []), unused: bools([1], []) },
      }),
      /training_mode must be known in advance/,
    ],
  };
  for (const [name, [bytes, message]] of Object.entries(refusals)) {
    it(name, () => {
      assert.throws(
        () => {
          const model = readModel(bytes, 'test.onnx');
          const shape = model.inputs[0]!.shape.map(size => (size === 8 ? 5 : Number(size)));
          build(model, shape);
        },
        error => {
          assert.match((error as Error).message, /^test\.onnx: /);
          assert.match((error as Error).message, message);
          return true;
        },
      );
    });
  }
});
