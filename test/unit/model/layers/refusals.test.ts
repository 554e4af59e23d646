import assert from 'node:assert/strict';
import { readLayers } from '../../../../worker/model/layers/read.ts';

const first = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4, 4, 3] } };

const read = (model: unknown, training: unknown = { loss: 'mse' }) =>
  readLayers({ name: 'model.json', model, training, tensors: [] }, null);

const sequence = (class_name: string, config: object) => ({
  class_name: 'Sequential',
  config: { layers: [first, { class_name, config: { name: 'own', ...config } }] },
});

describe('architectures that Basin does not read', () => {
  const cases: readonly (readonly [what: string, model: unknown, message: RegExp])[] = [
    [
      'an unknown layer',
      sequence('Capsule', {}),
      /model\.json: layer own \(Capsule\): Basin has no rule for this layer/,
    ],
    [
      'an unknown option',
      sequence('Activation', { activation: 'wavy' }),
      /layer own \(Activation\): activation "wavy"/,
    ],
    ['a mask', sequence('Embedding', { mask_zero: true }), /layer own \(Embedding\): mask_zero true is not supported/],
    ['a missing weight', sequence('Dense', { units: 2 }), /no tensor is the kernel of layer own; save the whole model/],
    ['no model', { class_name: 'Capsule', config: {} }, /it describes Capsule, not a Sequential or Functional model/],
    ['no layers', { class_name: 'Sequential', config: {} }, /lists no layers; the architecture is damaged/],
  ];
  for (const [what, model, message] of cases) it(`refuses ${what}`, () => assert.throws(() => read(model), message));

  it('refuses a loss that it does not have', () =>
    assert.throws(
      () => read(sequence('ReLU', {}), { loss: 'hinge' }),
      /compiled with the loss "hinge".*name one as "loss"/,
    ));
  it('refuses a model without a loss', () =>
    assert.throws(() => read(sequence('ReLU', {}), null), /saved without its loss; name one as "loss"/));
});
