/** What is made of a model as a whole: which tensors are parameters, and where a loss begins. */
import assert from 'node:assert/strict';
import { constant, parameter } from '../../../../worker/graph/graph.ts';
import { buildGraph } from '../../../../worker/graph/onnx/build.ts';
import { bindCheckpoint } from '../../../../worker/model/bind.ts';
import { type LayersModel, readLayers } from '../../../../worker/model/layers/read.ts';
import type { LossSettings } from '../../../../worker/objective/loss.ts';
import { elementCount, tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, checkpointWith, lazy, randomNumbers } from './agree.ts';

const weight = (name: string, ...shape: number[]) => lazy(name, shape, randomNumbers(elementCount(shape), name.length));

type Entry = readonly [className: string, config: object];

const sequential = (shape: readonly number[], layers: readonly Entry[], version: 2 | 3 = 3) => ({
  class_name: 'Sequential',
  config: {
    layers: [
      [
        'InputLayer',
        { name: 'x', [version === 3 ? 'batch_shape' : 'batch_input_shape']: [null, ...shape], dtype: 'float32' },
      ] as const,
      ...layers,
    ].map(([class_name, config]) => ({ class_name, config })),
  },
});

describe('the parameters of a model of layers', () => {
  const tensors = [
    weight('scaled/mean', 4),
    weight('scaled/variance', 4),
    weight('base/kernel', 4, 3),
    weight('base/bias', 3),
    weight('norm/gamma', 3),
    weight('norm/beta', 3),
    weight('norm/moving_mean', 3),
    weight('norm/moving_variance', 3),
    weight('inside/kernel', 3, 2),
    weight('inside/bias', 2),
  ];
  const inner = sequential([3], [['Dense', { name: 'inside', units: 2 }]]);
  const model = sequential(
    [4],
    [
      ['Normalization', { name: 'scaled', axis: [-1], mean: null, variance: null }],
      ['Dense', { name: 'base', units: 3, trainable: false }],
      ['BatchNormalization', { name: 'norm', axis: -1 }],
      ['Sequential', { name: 'head', trainable: false, ...inner.config }],
    ],
  );
  const bind = async () => {
    const read = readLayers({ name: 'model.keras', model, training: null, tensors }, { kind: 'mse' });
    return bindCheckpoint(read.model, checkpointWith('Keras 3', 'model.keras', tensors));
  };

  it('are all that the checkpoint supplies but what was measured, trainable or not', async () => {
    const { slots } = await bind();
    assert.deepEqual(
      slots.map(({ name }) => name),
      ['base/kernel', 'base/bias', 'norm/gamma', 'norm/beta', 'inside/kernel', 'inside/bias'],
    );
  });

  it('are told where their layers were not trained', async () => {
    const { notes } = await bind();
    assert.deepEqual(notes, [
      'Parameters of layers with trainable false are varied like the others: base/kernel, base/bias, inside/kernel …; leave them out with "parameters" in basin.json.',
    ]);
  });
});

describe('names of weights in .h5 files', () => {
  const depthwise: Entry = ['DepthwiseConv2D', { name: 'own', kernel_size: [2, 2], use_bias: false }];
  const inside = { class_name: 'Dense', config: { name: 'inside', units: 2, use_bias: false } };
  const distributed: Entry = ['TimeDistributed', { name: 'own', layer: inside }];
  const cases: readonly (readonly [
    version: 2 | 3,
    layer: Entry,
    shape: readonly number[],
    name: string,
    kernel: readonly number[],
  ])[] = [
    [2, depthwise, [4, 4, 3], 'own/depthwise_kernel:0', [2, 2, 3, 1]],
    [3, depthwise, [4, 4, 3], 'sequential/own/kernel', [2, 2, 3, 1]],
    [2, distributed, [5, 3], 'own/kernel:0', [3, 2]],
    [3, distributed, [5, 3], 'sequential/own/inside/kernel', [3, 2]],
  ];
  for (const [version, layer, shape, name, kernel] of cases) {
    it(`${name} is that of a ${layer[0]} of version ${version}`, () => {
      const source = { name: 'model.h5', model: sequential(shape, [layer], version), training: null };
      const { model } = readLayers({ ...source, tensors: [weight(name, ...kernel)] }, { kind: 'mse' });
      assert.deepEqual([...model.initializers.keys()], [name]);
    });
  }
});

/** The operators that compute an output, from the last on. */
function lastOperators({ model }: LayersModel, shape: readonly number[]): readonly string[] {
  const graph = buildGraph(model, {
    inputs: new Map([['x', { type: 'float32', shape }]]),
    leaf: ({ name, shape: own }) =>
      own.length > 0 ? parameter(name, own) : constant(tensorFromNumbers([0], 'float32', []), name),
  });
  const operators: string[] = [];
  let value = graph.outputs[0]!.value;
  while (value.kind === 'applied') {
    operators.push(value.operator);
    value = value.inputs[0]!;
  }
  return operators;
}

describe('where a loss of logits begins', () => {
  const tensors = [weight('out/kernel', 4, 3), weight('out/bias', 3)];
  const dense = (activation: string): Entry => ['Dense', { name: 'out', units: 3, activation }];
  const asked: LossSettings = { kind: 'cross-entropy' };
  const softmaxes: readonly (readonly [what: string, shape: readonly number[], layers: readonly Entry[]])[] = [
    ['a dense layer', [4], [dense('softmax')]],
    ['an Activation behind it', [4], [dense('linear'), ['Activation', { name: 'a', activation: 'softmax' }]]],
    ['a Softmax behind it', [4], [dense('linear'), ['Softmax', { name: 's', axis: -1 }]]],
    ['a dropout behind that', [4], [dense('softmax'), ['Dropout', { name: 'd', rate: 0.5 }]]],
    ['a model inside', [4], [['Sequential', { name: 'm', ...sequential([4], [dense('softmax')]).config }]]],
    [
      'every step',
      [5, 4],
      [['TimeDistributed', { name: 'out', layer: { class_name: 'Dense', config: dense('softmax')[1] } }]],
    ],
  ];
  for (const [what, shape, layers] of softmaxes) {
    for (const loss of [asked, null]) {
      it(`is before the softmax of ${what}, ${loss ? 'named' : 'compiled'}`, () => {
        const training = { loss: 'sparse_categorical_crossentropy' };
        const source = { name: 'model.keras', model: sequential(shape, layers), training, tensors };
        const read = readLayers(source, loss);
        assert.ok(!lastOperators(read, [2, ...shape]).includes('Softmax'));
        assert.deepEqual(read.loss, { kind: 'cross-entropy', classAxis: 'last' });
        // Another loss takes the probabilities.
        assert.ok(lastOperators(readLayers(source, { kind: 'mse' }), [2, ...shape]).includes('Softmax'));
      });
    }
  }

  it('is before a sigmoid where there are two classes', () => {
    const source = { name: 'm', model: sequential([4], [dense('sigmoid')]), training: { loss: 'binary_crossentropy' } };
    const read = readLayers({ ...source, tensors }, null);
    assert.ok(!lastOperators(read, [2, 4]).includes('Sigmoid'));
    assert.deepEqual(read.loss, { kind: 'bce-with-logits' });
  });

  it('is the output itself where it was compiled with logits', () => {
    const training = { loss: { class_name: 'CategoricalCrossentropy', config: { from_logits: true } } };
    const source = { name: 'm', model: sequential([4], [dense('softmax')]), training, tensors };
    assert.ok(lastOperators(readLayers(source, null), [2, 4]).includes('Softmax'));
  });

  it('is refused between a softmax along another axis and a compiled loss', () => {
    const layers: readonly Entry[] = [['Softmax', { name: 's', axis: 1 }]];
    const training = { loss: 'sparse_categorical_crossentropy' };
    assert.throws(
      () => readLayers({ name: 'm', model: sequential([5, 4], layers), training, tensors: [] }, null),
      /its output s does not end with a softmax; name the loss/,
    );
  });
});

describe('versions of Keras that mean other functions by one name', () => {
  const x = tensorFromNumbers([-3.5, -2.6, -2, 0.3, 1, 2.7, 4], 'float32', [1, 7]);
  const slopes: readonly (readonly [version: 2 | 3, slope: number])[] = [
    [2, 0.2],
    [3, 1 / 6],
  ];
  for (const [version, slope] of slopes) {
    it(`hard_sigmoid of version ${version} has the slope ${slope}`, () =>
      checkOutputs(
        sequential([7], [['Activation', { name: 'a', activation: 'hard_sigmoid' }]], version),
        checkpointWith('Keras', 'model', []),
        [x],
        [{ shape: [1, 7], data: Array.from(x.data, value => Math.min(Math.max(slope * Number(value) + 0.5, 0), 1)) }],
      ));
  }
});
