import assert from 'node:assert/strict';
import { BasinError } from '../../../../worker/errors.ts';
import { type CompiledLoss, compiledLoss } from '../../../../worker/model/layers/loss.ts';

/** How Keras 3 writes a loss that is an object. */
const object = (class_name: string, config: object = {}) => ({
  module: 'keras.losses',
  class_name,
  config: { name: 'own', reduction: 'sum_over_batch_size', ...config },
  registered_name: null,
});

describe('the loss that a model was compiled with', () => {
  const sparse = { settings: { kind: 'cross-entropy' }, fromLogits: false } as const;
  const cases: readonly (readonly [what: string, loss: unknown, expected: CompiledLoss | null])[] = [
    ['by its name', 'sparse_categorical_crossentropy', sparse],
    ['by its name in TensorFlow.js', 'sparseCategoricalCrossentropy', sparse],
    ['as a class', 'SparseCategoricalCrossentropy', sparse],
    ['as an object', object('SparseCategoricalCrossentropy', { from_logits: false, ignore_class: null }), sparse],
    ['of logits', object('CategoricalCrossentropy', { from_logits: true, axis: -1 }), { ...sparse, fromLogits: true }],
    [
      'smoothed',
      object('CategoricalCrossentropy', { label_smoothing: 0.1 }),
      { settings: { kind: 'cross-entropy', labelSmoothing: 0.1 }, fromLogits: false },
    ],
    [
      'that ignores a class',
      object('SparseCategoricalCrossentropy', { ignore_class: 255 }),
      { settings: { kind: 'cross-entropy', ignoreIndex: 255 }, fromLogits: false },
    ],
    [
      'as a function of Keras 3',
      { module: 'builtins', class_name: 'function', config: 'mean_squared_error', registered_name: 'function' },
      { settings: { kind: 'mse' }, fromLogits: false },
    ],
    ['of two classes', 'bce', { settings: { kind: 'bce-with-logits' }, fromLogits: false }],
    ['in a list of one', ['MSE'], { settings: { kind: 'mse' }, fromLogits: false }],
    ['by the output', { out: 'mse', other: null }, { settings: { kind: 'mse' }, fromLogits: false }],
    ['is not there', null, null],
  ];
  for (const [what, loss, expected] of cases) {
    it(what, () =>
      assert.deepEqual(compiledLoss({ optimizer: 'adam', loss, loss_weights: null }, 'm.keras'), expected),
    );
  }

  const refused: readonly (readonly [what: string, training: object, message: RegExp])[] = [
    ['another loss', { loss: 'hinge' }, /compiled with the loss "hinge", which Basin does not have/],
    ['a lambda', { loss: { class_name: 'function', config: '<lambda>' } }, /compiled with the loss "<lambda>"/],
    ['several losses', { loss: { a: 'mse', b: 'mse' } }, /compiled with a loss for each of 2 outputs/],
    ['a weight', { loss: 'mse', loss_weights: [0.5] }, /compiled with the loss weight 0\.5/],
    ['a sum', { loss: object('MeanSquaredError', { reduction: 'sum' }) }, /mean_squared_error with reduction "sum"/],
    ['another axis', { loss: object('CategoricalCrossentropy', { axis: 1 }) }, /crossentropy with axis 1 is not/],
    [
      'smoothing of two classes',
      { loss: object('BinaryCrossentropy', { label_smoothing: 0.1 }) },
      /label smoothing of b/,
    ],
  ];
  for (const [what, training, message] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => compiledLoss(training, 'm.keras'),
        (error: unknown) => {
          assert.ok(error instanceof BasinError);
          assert.match(error.message, message);
          assert.match(error.message, /^m\.keras: .*; name .* as "loss" in basin\.json\.$/);
          return true;
        },
      ));
  }
});
