/** How version 3 of Keras joins layers: shared ones, models inside, several inputs and outputs. */
import assert from 'node:assert/strict';
import { readLayers } from '../../../../worker/model/layers/read.ts';
import { tensorFromNumbers } from '../../../../worker/tensor.ts';
import { checkOutputs, checkpointWith, type Expected, lazy, randomNumbers } from './agree.ts';
import { at, type Numbers, tabulate, total } from './numbers.ts';

const B = 2;

const tensor = (name: string, node = 0, index = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 3], dtype: 'float32', keras_history: [name, node, index] },
});

/** A layer and its calls, each with the arguments that it has. */
const layer = (
  class_name: string,
  name: string,
  config: object,
  ...calls: { args?: unknown[]; kwargs?: object }[]
) => ({
  module: 'keras.layers',
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: calls.map(({ args = [], kwargs = {} }) => ({ args, kwargs })),
});

const input = (name: string) => layer('InputLayer', name, { batch_shape: [null, 3], dtype: 'float32' });
const dense = (name: string, ...calls: { args?: unknown[]; kwargs?: object }[]) =>
  layer('Dense', name, { units: 3, activation: 'tanh', use_bias: false }, ...calls);

const functional = (layers: unknown[], inputs: unknown, outputs: unknown) => ({
  layers,
  input_layers: inputs,
  output_layers: outputs,
});

interface Case {
  readonly config: object;
  /** Paths of square kernels below `layers/`. */
  readonly kernels: readonly string[];
  readonly inputs: number;
  readonly expected: (inputs: readonly Numbers[], apply: ((x: Numbers) => Numbers)[]) => readonly Numbers[];
}

const sum = (...all: readonly Numbers[]): Numbers =>
  tabulate([B, 3], (...index) => all.reduce((whole, own) => whole + at(own, ...index), 0));

const inner = functional(
  [input('a'), dense('first', { args: [tensor('a')] }), dense('second', { args: [tensor('first')] })],
  ['a', 0, 0],
  [
    ['first', 0, 0],
    ['second', 0, 0],
  ],
);

const cases: Readonly<Record<string, Case>> = {
  'a layer that is called on its own output': {
    config: functional(
      [
        input('x'),
        dense('shared', { args: [tensor('x')] }, { args: [tensor('shared', 0)] }),
        layer('Add', 'sum', {}, { args: [[tensor('shared', 1), tensor('shared', 0), tensor('x')]] }),
      ],
      ['x', 0, 0],
      ['sum', 0, 0],
    ),
    kernels: ['dense'],
    inputs: 1,
    expected: ([x], [shared]) => [sum(shared!(shared!(x!)), shared!(x!), x!)],
  },
  'a layer that is listed before what it is called on': {
    config: functional(
      [
        input('x'),
        dense('early', { args: [tensor('x')] }, { args: [tensor('late')] }),
        dense('late', { args: [tensor('early', 0)] }),
      ],
      [['x', 0, 0]],
      [['early', 1, 0]],
    ),
    kernels: ['dense', 'dense_1'],
    inputs: 1,
    expected: ([x], [early, late]) => [early!(late!(early!(x!)))],
  },
  // Calls of functional models inside are counted from 1.
  'a model of two outputs that is called twice': {
    config: functional(
      [
        input('x'),
        input('y'),
        layer('Functional', 'inner', inner, { args: [tensor('x')] }, { args: [tensor('y')] }),
        layer('Add', 'sum', {}, { args: [[tensor('inner', 1, 1), tensor('inner', 2, 0)]] }),
      ],
      [
        ['x', 0, 0],
        ['y', 0, 0],
      ],
      [
        ['sum', 0, 0],
        ['inner', 2, 1],
      ],
    ),
    kernels: ['functional/layers/dense', 'functional/layers/dense_1'],
    inputs: 2,
    expected: ([x, y], [first, second]) => [sum(second!(first!(x!)), first!(y!)), second!(first!(y!))],
  },
  'inputs by their names': {
    config: functional(
      [
        input('x'),
        input('y'),
        dense('named', { kwargs: { inputs: tensor('y') } }),
        layer('Subtract', 'difference', {}, { args: [[tensor('x'), tensor('named')]] }),
      ],
      { first: ['x', 0, 0], second: ['y', 0, 0] },
      { only: ['difference', 0, 0] },
    ),
    kernels: ['dense'],
    inputs: 2,
    expected: ([x, y], [named]) => {
      const product = named!(y!);
      return [tabulate([B, 3], (...index) => at(x!, ...index) - at(product, ...index))];
    },
  },
  'states of one recurrent layer for another': {
    config: functional(
      [
        input('x'),
        layer('Reshape', 'steps', { target_shape: [3, 1] }, { args: [tensor('x')] }),
        layer('SimpleRNN', 'first', { units: 1, return_state: true, use_bias: false }, { args: [tensor('steps')] }),
        layer(
          'SimpleRNN',
          'second',
          { units: 1, use_bias: false },
          { args: [tensor('steps')], kwargs: { initial_state: [tensor('first', 0, 1)] } },
        ),
      ],
      ['x', 0, 0],
      ['second', 0, 0],
    ),
    kernels: [],
    inputs: 1,
    expected: ([x]) => {
      const pass = (h: number, b: number, w: number, r: number) => {
        let state = h;
        for (let t = 0; t < 3; t++) state = Math.tanh(w * at(x!, b, t) + r * state);
        return state;
      };
      return [tabulate([B, 1], b => pass(pass(0, b!, 0.5, -1), b!, 2, 0.25))];
    },
  },
};

/** Weights of the two recurrent layers. */
const recurrent = [
  lazy('layers/simple_rnn/cell/vars/0', [1, 1], Float32Array.of(0.5)),
  lazy('layers/simple_rnn/cell/vars/1', [1, 1], Float32Array.of(-1)),
  lazy('layers/simple_rnn_1/cell/vars/0', [1, 1], Float32Array.of(2)),
  lazy('layers/simple_rnn_1/cell/vars/1', [1, 1], Float32Array.of(0.25)),
];

describe('models of Keras 3', () => {
  for (const [name, { config, kernels, inputs, expected }] of Object.entries(cases)) {
    it(`joins ${name}`, async () => {
      const held = kernels.map((path, index) => ({ path, data: randomNumbers(9, 70 + index) }));
      const given = Array.from({ length: inputs }, (_, index) => randomNumbers(B * 3, 90 + index));
      const apply = held.map(
        ({ data }) =>
          (x: Numbers) =>
            tabulate([B, 3], (b, o) => Math.tanh(total(3, c => at(x, b!, c) * data[3 * c + o!]!))),
      );
      const numbers = given.map(data => ({ shape: [B, 3], data: Float64Array.from(data) }));
      const results: readonly Expected[] = expected(numbers, apply);
      const tensors = held.map(({ path, data }) => lazy(`layers/${path}/vars/0`, [3, 3], data));
      await checkOutputs(
        { class_name: 'Functional', config },
        checkpointWith('Keras 3', 'model.keras', tensors.length > 0 ? tensors : recurrent),
        given.map(data => tensorFromNumbers(data, 'float32', [B, 3])),
        results,
      );
    });
  }

  const damaged: readonly (readonly [what: string, config: object, message: RegExp])[] = [
    [
      'a call of a layer that is not there',
      functional([input('x'), layer('ReLU', 'r', {}, { args: [tensor('y')] })], ['x', 0, 0], ['r', 0, 0]),
      /^BasinError: m: nothing computes its output r; the architecture is damaged/,
    ],
    [
      'a circle',
      functional(
        [input('x'), layer('ReLU', 'a', {}, { args: [tensor('b')] }), layer('ReLU', 'b', {}, { args: [tensor('a')] })],
        ['x', 0, 0],
        ['a', 0, 0],
      ),
      /^BasinError: m: nothing computes its output a/,
    ],
    [
      'an operator on a number of Keras 2',
      functional(
        [
          input('x'),
          {
            ...layer('TFOpLambda', 'times', { function: 'math.multiply' }),
            inbound_nodes: [['_CONSTANT_VALUE', -1, 2, {}]],
          },
        ],
        ['x', 0, 0],
        ['times', 0, 0],
      ),
      /^BasinError: m: layer times \(TFOpLambda\): Basin has no rule for this layer/,
    ],
    ['a model without inputs', functional([], [['x', 0, 0]], []), /^BasinError: m: its input x is no layer of it/],
    [
      'a sequence after a layer of two values',
      {
        layers: [
          { class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, 3, 1] } },
          { class_name: 'SimpleRNN', config: { name: 'r', units: 1, return_state: true, use_bias: false } },
        ],
      },
      /^BasinError: m: r gives 2 values, and the sequence takes one/,
    ],
  ];
  for (const [what, config, message] of damaged) {
    it(`refuses ${what}`, () => {
      const className = 'input_layers' in config ? 'Functional' : 'Sequential';
      const source = { name: 'm', model: { class_name: className, config }, training: null, tensors: recurrent };
      assert.throws(() => readLayers(source, { kind: 'mse' }), message);
    });
  }
});
