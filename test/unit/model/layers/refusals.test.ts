import assert from 'node:assert/strict';
import { BasinError } from '../../../../worker/errors.ts';
import { readLayers } from '../../../../worker/model/layers/read.ts';
import { elementCount, type LazyTensor } from '../../../../worker/tensor.ts';
import { lazy } from './agree.ts';

const first = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4, 4, 3] } };

const weight = (name: string, ...shape: number[]): LazyTensor =>
  lazy(`own/${name}`, shape, new Float32Array(elementCount(shape)));

const read = (model: unknown, tensors: readonly LazyTensor[] = [], training: unknown = { loss: 'mse' }) =>
  readLayers({ name: 'model.json', model, training, tensors }, null);

const sequence = (class_name: string, config: object, shape: readonly number[] = [4, 4, 3]) => ({
  class_name: 'Sequential',
  config: {
    layers: [
      { ...first, config: { ...first.config, batch_input_shape: [null, ...shape] } },
      { class_name, config: { name: 'own', ...config } },
    ],
  },
});

/** Weights of an attention. */
const heads = ['query', 'key', 'value', 'attention_output'].flatMap(name => [
  weight(`${name}/kernel`, 3, 1, 3),
  weight(`${name}/bias`, 1, 3),
]);

/** One sentence that names the file, the layer and the remedy, and says `message`. */
function refuses(work: () => unknown, message: RegExp): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof BasinError, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /^model\.json: .*[;:] .*\.$/);
    return true;
  });
}

describe('architectures that Basin does not read', () => {
  const cases: readonly (readonly [what: string, model: unknown, message: RegExp])[] = [
    [
      'an unknown layer',
      sequence('Capsule', {}),
      /model\.json: layer own \(Capsule\): Basin has no rule for this layer/,
    ],
    ['code of a lambda', sequence('Lambda', { function: 'x' }), /layer own \(Lambda\): Basin has no rule for this/],
    ['masks', sequence('Masking', { mask_value: 0 }), /layer own \(Masking\): Basin has no rule for this layer/],
    ['a missing weight', sequence('Dense', { units: 2 }), /no tensor is the kernel of layer own; save the whole model/],
    ['no model', { class_name: 'Capsule', config: {} }, /it describes Capsule, not a Sequential or Functional model/],
    ['no layers', { class_name: 'Sequential', config: {} }, /lists no layers; the architecture is damaged/],
  ];
  for (const [what, model, message] of cases) it(`refuses ${what}`, () => refuses(() => read(model), message));

  it('refuses a loss that it does not have', () =>
    assert.throws(
      () => read(sequence('ReLU', {}), [], { loss: 'hinge' }),
      /compiled with the loss "hinge".*name one as "loss"/,
    ));
  it('refuses a model without a loss', () =>
    assert.throws(() => read(sequence('ReLU', {}), [], null), /saved without its loss; name one as "loss"/));
});

describe('options that Basin has no rule for', () => {
  const kernel = weight('kernel', 3, 3, 3, 2);
  const affine = [weight('gamma', 3), weight('beta', 3)];
  const recurrent = [weight('kernel', 3, 8), weight('recurrent_kernel', 2, 8), weight('bias', 8)];
  const steps = [5, 3];
  const lstm = { class_name: 'LSTM', config: { units: 2 } };
  const cases: readonly (readonly [
    layer: string,
    option: string,
    value: unknown,
    weights: readonly LazyTensor[],
    shape?: readonly number[],
    others?: object,
  ])[] = [
    ['Activation', 'activation', 'wavy', []],
    ['Activation', 'activation', 'glu', []],
    ['Activation', 'activation', { class_name: 'PReLU', config: { name: 'relu' } }, []],
    ['LSTM', 'activation', { class_name: 'ReLU', config: { name: 'relu' } }, recurrent, steps],
    [
      'Conv2D',
      'activation',
      { class_name: 'function', config: 'softmax' },
      [kernel, weight('bias', 2)],
      [3, 4, 4],
      { data_format: 'channels_first' },
    ],
    ['Dense', 'activation', 'sparsemax', [weight('kernel', 3, 2), weight('bias', 2)]],
    ['Dense', 'dtype', { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8' } }, []],
    ['Embedding', 'mask_zero', true, [weight('embeddings', 5, 2)], [4]],
    ['Softmax', 'axis', [1, 2], []],
    ['ReLU', 'threshold', 0.5, [], steps, { negative_slope: 0.1 }],
    ['Reshape', 'target_shape', ['a'], []],
    ['Flatten', 'data_format', 'channels_middle', []],
    ['Conv2D', 'padding', 'causal', [kernel, weight('bias', 2)]],
    ['Conv2D', 'padding', 'reflect', [kernel, weight('bias', 2)]],
    ['Conv2D', 'activation', 'softmax', [kernel, weight('bias', 2)], [3, 4, 4], { data_format: 'channels_first' }],
    ['Conv2DTranspose', 'output_padding', [1, 1], [kernel, weight('bias', 3)]],
    ['Conv2DTranspose', 'dilation_rate', [2, 2], [kernel, weight('bias', 3)]],
    ['MaxPooling2D', 'padding', 'causal', []],
    ['ZeroPadding2D', 'padding', [1, 2, 3], []],
    ['Cropping2D', 'cropping', 'all', []],
    ['UpSampling2D', 'interpolation', 'bicubic', []],
    ['BatchNormalization', 'axis', [1, 3], [...affine, weight('moving_mean', 3), weight('moving_variance', 3)]],
    ['LayerNormalization', 'rms_scaling', true, affine],
    ['LayerNormalization', 'axis', [1, 3], affine],
    ['GroupNormalization', 'axis', 0, affine, [4, 4, 3], { groups: 1 }],
    ['RMSNormalization', 'axis', 1, [weight('scale', 4)]],
    ['Normalization', 'axis', 'last', []],
    ['Concatenate', 'axis', 0, []],
    ['Normalization', 'variance', null, [], steps, { mean: 1 }],
    ['Rescaling', 'scale', 'twice', []],
    ['LSTM', 'stateful', true, recurrent, steps],
    ['LSTM', 'time_major', true, recurrent, steps],
    ['LSTM', 'activation', 'gelu', recurrent, steps],
    ['LSTM', 'recurrent_activation', 'softmax', recurrent, steps],
    ['Bidirectional', 'merge_mode', 'max', recurrent, steps, { layer: lstm }],
    ['MultiHeadAttention', 'attention_axes', [1, 2], heads, steps],
    ['MultiHeadAttention', 'sliding_window', 3, heads, steps],
    ['MultiHeadAttention', 'use_gate', true, heads, steps],
  ];
  for (const [layer, option, value, weights, shape, others] of cases) {
    it(`${option} ${JSON.stringify(value)} of ${layer}`, () => {
      const spelled = JSON.stringify(value).replace(/[[\]{}.]/g, '\\$&');
      const message = new RegExp(
        `layer own(/\\w+)? \\(\\w+\\): ${option} ${spelled} is not supported; replace the layer, or name an ONNX file`,
      );
      const named = layer === 'Bidirectional' ? weights.flatMap(bothWays) : weights;
      refuses(() => read(sequence(layer, { ...others, [option]: value }, shape), named), message);
    });
  }
});

/** A weight of each layer of a bidirectional one. */
const bothWays = ({ name, shape }: LazyTensor): LazyTensor[] =>
  ['forward_', 'backward_'].map(direction =>
    lazy(name.replace('own/', `own/${direction}/`), shape, new Float32Array(elementCount(shape))),
  );

describe('calls that Basin has no rule for', () => {
  const tensor = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
  const model = (className: string, args: unknown[], kwargs: object, config: object = {}) => ({
    class_name: 'Functional',
    config: {
      layers: [
        ...['x', 'y'].map(name => ({
          class_name: 'InputLayer',
          name,
          config: { name, batch_shape: [null, 5, 3] },
          inbound_nodes: [],
        })),
        { class_name: className, name: 'own', config: { name: 'own', ...config }, inbound_nodes: [{ args, kwargs }] },
      ],
      input_layers: [
        ['x', 0, 0],
        ['y', 0, 0],
      ],
      output_layers: [['own', 0, 0]],
    },
  });
  const [x, y] = [tensor('x'), tensor('y')];
  const cases: readonly (readonly [what: string, model: unknown, message: RegExp])[] = [
    ['a mask', model('ReLU', [x], { mask: y }), /layer own \(ReLU\): it is called with mask, which is not supported/],
    ['a number', model('Add', [[x, y], 2], {}), /layer own \(Add\): it is called with argument 2, which/],
    [
      'an option',
      model('ReLU', [x], { scale: 3 }),
      /it is called with scale, which is not supported; replace the layer/,
    ],
    ['one value of two', model('Subtract', [x], {}), /layer own \(Subtract\): it has fewer than two inputs/],
    [
      'a mask of attention',
      model('MultiHeadAttention', [x, y], { attention_mask: y }, { key_dim: 3 }),
      /attention_mask/,
    ],
    ['four values', model('MultiHeadAttention', [x, y, y, y], {}), /called with more than query, value and key/],
    ['a gap', model('MultiHeadAttention', [x, y, null, y], {}), /\(MultiHeadAttention\): it is called with argument 3/],
    ['no value', model('MultiHeadAttention', [x], {}, { key_dim: 3 }), /it is called without a value/],
    [
      'a damaged call',
      model('ReLU', [{ ...x, config: { keras_history: 7 } }], {}),
      /a call of a layer cannot be understood/,
    ],
  ];
  for (const [what, described, message] of cases) it(what, () => refuses(() => read(described, heads), message));

  it('nothing that changes nothing', () => {
    const { model: made } = read(model('ReLU', [x], { training: false, mask: null }));
    assert.deepEqual(made.outputs, ['own']);
    assert.deepEqual(made.notes, []);
  });

  it('tells of a call in training mode', () => {
    const { model: made } = read(model('Dropout', [x], { training: true }, { rate: 0.5 }));
    assert.deepEqual(made.notes, ['own: a call in training mode was read in evaluation mode.']);
  });
});
