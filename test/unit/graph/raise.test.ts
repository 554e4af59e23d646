import assert from 'node:assert/strict';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { type Graph, valuesOf } from '../../../worker/graph/graph.ts';
import { buildGraph } from '../../../worker/graph/onnx/build.ts';
import { rules } from '../../../worker/graph/onnx/raise.ts';
import { type ModelFile, readModel } from '../../../worker/graph/onnx/read.ts';
import { DATA_TYPE } from '../../../worker/graph/onnx/schema.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import { elementCount, tensorFromNumbers } from '../../../worker/tensor.ts';
import { bools, encode, floats, ints, type Model, one, random } from './raising/model.ts';
import { models } from './raising/models.ts';
import { runModel } from './run.ts';

const build = (model: ModelFile, x: readonly number[], note?: (sentence: string) => void): Graph =>
  buildGraph(model, {
    inputs: new Map([['x', { type: 'float32', shape: x }]]),
    leaf: () => null,
    ...(note && { note }),
  });

/** What Basin makes of a model, written out and run, and its reference, are what ONNX Runtime makes of the file itself. */
async function check(model: Model): Promise<void> {
  const bytes = encode(model);
  const graph = build(readModel(bytes, 'test.onnx'), model.x);
  const feeds = { x: tensorFromNumbers(gaussians(['x'], elementCount(model.x)), 'float32', model.x) };
  const [[own], [theirs]] = await Promise.all([runModel(writeModel(graph), feeds), runModel(bytes, feeds)]);
  assert.deepEqual(own!.shape, theirs!.shape);
  const fed = new Map([[graph.inputs[0]!, toDense(feeds.x)]]);
  const [reference] = evaluateReference([graph.outputs[0]!.value], fed);
  Float64Array.from(theirs!.data, Number).forEach((other, index) => {
    for (const value of [Number(own!.data[index]), reference!.data[index]!]) {
      const isNear = Object.is(value, other) || Math.abs(value - other) <= 1e-6 * Math.max(1, Math.abs(other));
      assert.ok(isNear, `element ${index}: ${value}, not ${other}`);
    }
  });
}

describe('ONNX operators, raised', () => {
  for (const [name, model] of Object.entries(models)) it(name, () => check(model));

  it('are all read in some model here', () => {
    const covered = new Set(Object.values(models).flatMap(({ nodes }) => nodes.map(({ op }) => op)));
    assert.deepEqual(
      Object.keys(rules).filter(name => !covered.has(name)),
      [],
    );
  });

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
    'a condition that depends on the data': [
      encode({
        opset: 13,
        x: [1],
        nodes: [
          { op: 'Cast', in: ['x'], out: ['c'], attributes: { to: DATA_TYPE.bool } },
          { op: 'If', in: ['c'], out: ['y'] },
        ],
      }),
      /node \/If_1 \(If\): the condition of an If must be known in advance/,
    ],
    'a resizing that crops': [
      encode({
        opset: 13,
        x: [1, 1, 4, 4],
        nodes: [
          {
            op: 'Resize',
            in: ['x', 'roi', 'scales'],
            out: ['y'],
            attributes: { coordinate_transformation_mode: 'tf_crop_and_resize' },
          },
        ],
        initializers: { roi: floats([0, 0, 0, 0, 1, 1, 1, 1]), scales: floats([1, 1, 2, 2]) },
      }),
      /node \/Resize_0 \(Resize\): coordinate_transformation_mode tf_crop_and_resize is not supported/,
    ],
    'a recurrent layer with an activation of its own': [
      encode(
        one('RNN', 14, [2, 1, 3], {
          initializers: { w: random(1, 2, 3), r: random(1, 2, 2) },
          attributes: { hidden_size: 2, activations: { texts: ['Softsign'] } },
        }),
      ),
      /node \/RNN_0 \(RNN\): activation Softsign is not supported; Sigmoid, HardSigmoid, Tanh and Relu are/,
    ],
    'a recurrent layer over sequences of several lengths': [
      encode({
        opset: 14,
        x: [2, 2, 3],
        nodes: [{ op: 'RNN', in: ['x', 'w', 'r', '', 'lengths'], out: ['y'], attributes: { hidden_size: 2 } }],
        initializers: { w: random(1, 2, 3), r: random(1, 2, 2), lengths: ints([2, 1]) },
      }),
      /node \/RNN_0 \(RNN\): sequences of different lengths are not supported/,
    ],
    'a recurrent layer over a sequence too long to unroll': [
      encode(one('RNN', 14, [2049, 1, 3], { initializers: { w: random(1, 2, 3), r: random(1, 2, 2) } })),
      /node \/RNN_0 \(RNN\): sequences of 2049 steps are longer than the 2048 that are unrolled/,
    ],
    'a recurrent layer with the weights of another kind': [
      encode(one('GRU', 14, [2, 1, 3], { initializers: { w: random(1, 8, 3), r: random(1, 8, 2) } })),
      /node \/GRU_0 \(GRU\): its weights have 8 rows, not 3 gates of 2 units/,
    ],
    'a recurrent layer that clips': [
      encode(
        one('GRU', 14, [2, 1, 3], {
          initializers: { w: random(1, 6, 3), r: random(1, 6, 2) },
          attributes: { hidden_size: 2, clip: { float: 1 } },
        }),
      ),
      /node \/GRU_0 \(GRU\): attribute clip is not supported/,
    ],
    'a scattering that multiplies': [
      encode(
        one('ScatterND', 16, [4], {
          initializers: { i: ints([1], [1, 1]), u: floats([2]) },
          attributes: { reduction: 'mul' },
        }),
      ),
      /node \/ScatterND_0 \(ScatterND\): reduction mul is not supported/,
    ],
    'an Einsum that does not fit its inputs': [
      encode(one('Einsum', 12, [2, 3], { attributes: { equation: 'ijk->i' } })),
      /node \/Einsum_0 \(Einsum\): its equation ijk->i does not fit an input of 2 axes/,
    ],
    'an operator that chooses by rank': [
      encode(one('TopK', 11, [4], { initializers: { k: ints([2]) } })),
      /node \/TopK_0 \(TopK\): Basin has no rule/,
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
