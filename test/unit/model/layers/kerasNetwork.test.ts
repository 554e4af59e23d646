import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArray } from '../../../../worker/data/array.ts';
import { writeNpz } from '../../../../worker/io/npzWriter.ts';
import { numberAt } from '../../../../worker/tensor.ts';
import { DIGITS_MLP, engines, never, withProblem } from '../../objective/problems.ts';
import { type Compiled, keras2File, kerasArchive, writeModelJson } from './kerasNetwork.ts';

const SAMPLES = 40;

/** How Keras 3 writes a loss that is an object. */
const lossObject = (className: string, config: object = {}) => ({
  module: 'keras.losses',
  class_name: className,
  config: { name: 'loss', reduction: 'sum_over_batch_size', ...config },
  registered_name: null,
});

interface Measured {
  readonly loss: number;
  readonly accuracy: number | null;
  readonly gradient: Float64Array;
  readonly notes: readonly string[];
}

let folder = '';

async function measure(file: string, targets: string): Promise<Measured> {
  const data = { train: { inputs: 'train.npz#x', targets } };
  await writeFile(join(folder, 'basin.json'), JSON.stringify({ data, samples: SAMPLES }));
  return withProblem({ checkpoint: join(folder, file) }, async ({ objective }) => {
    const { loss, accuracy } = await objective.evaluate(objective.origin, never);
    const derivatives = objective.differentiate(objective.origin);
    try {
      const { gradient } = await derivatives.gradient(never);
      return { loss, accuracy, gradient, notes: objective.notes };
    } finally {
      await derivatives.close();
    }
  });
}

const norm = (vector: Float64Array): number => Math.hypot(...vector);

function same(actual: Measured, expected: Measured): void {
  assert.ok(Math.abs(actual.loss - expected.loss) <= 1e-6 * expected.loss, `${actual.loss}, not ${expected.loss}`);
  assert.equal(actual.accuracy, expected.accuracy);
  // States of random numbers are no tensors that somebody misses.
  assert.deepEqual(actual.notes, []);
  assert.equal(actual.gradient.length, expected.gradient.length);
  const [length, wanted] = [norm(actual.gradient), norm(expected.gradient)];
  assert.ok(Math.abs(length - wanted) <= 1e-5 * wanted, `a gradient of length ${length}, not ${wanted}`);
}

describe('a network with attention and recurrent layers in the files of Keras and TensorFlow.js', () => {
  let byModelJson: Measured;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-keras-'));
    await copyFile(join(DIGITS_MLP, 'train.npz'), join(folder, 'train.npz'));
    const array = await openArray('train.npz#y', folder);
    const { data } = await array.read();
    await array.close();
    const count = data.length;
    const oneHot = new Float32Array(count * 10);
    for (let row = 0; row < count; row++) oneHot[10 * row + numberAt(data, row)] = 1;
    const column = Float32Array.from({ length: count }, (_, row) => numberAt(data, row));
    await writeNpz(join(folder, 'onehot.npz'), [{ name: 'y', shape: [count, 10], data: oneHot }]);
    await writeNpz(join(folder, 'column.npz'), [{ name: 'y', shape: [count, 1], data: column }]);
    await writeModelJson(folder, 'sparse_categorical_crossentropy');
    byModelJson = await measure('model.json', 'train.npz#y');
  });
  after(async () => {
    await engines.dispose();
    await rm(folder, { recursive: true });
  });

  it('has a loss that depends on its weights', () => {
    assert.ok(byModelJson.loss > 2 && byModelJson.loss < 10, `${byModelJson.loss}`);
    assert.ok(norm(byModelJson.gradient) > 0.01);
  });

  const cases: readonly (readonly [
    what: string,
    write: (loss: Compiled) => Promise<Buffer>,
    Compiled,
    targets: string,
  ])[] = [
    ['.keras with a loss by its name', kerasArchive, 'sparse_categorical_crossentropy', 'train.npz#y'],
    [
      '.keras with a loss in an object',
      kerasArchive,
      lossObject('SparseCategoricalCrossentropy', { from_logits: false, ignore_class: null }),
      'train.npz#y',
    ],
    [
      '.keras with one-hot targets',
      kerasArchive,
      lossObject('CategoricalCrossentropy', { label_smoothing: 0 }),
      'onehot.npz#y',
    ],
    ['.keras with a column of targets', kerasArchive, ['sparse_categorical_crossentropy'], 'column.npz#y'],
    ['.keras with a loss for each output', kerasArchive, { head: 'sparse_categorical_crossentropy' }, 'train.npz#y'],
    [
      '.keras with a function as loss',
      kerasArchive,
      {
        module: 'builtins',
        class_name: 'function',
        config: 'sparse_categorical_crossentropy',
        registered_name: 'function',
      },
      'train.npz#y',
    ],
    ['.h5 of Keras 2', keras2File, 'sparse_categorical_crossentropy', 'train.npz#y'],
    [
      '.h5 of Keras 2 with one-hot targets',
      keras2File,
      { class_name: 'CategoricalCrossentropy', config: { from_logits: false } },
      'onehot.npz#y',
    ],
  ];
  for (const [what, write, loss, targets] of cases) {
    it(`${what} measures as model.json does`, async () => {
      const file = what.startsWith('.h5') ? 'network.h5' : 'network.keras';
      await writeFile(join(folder, file), await write(loss));
      same(await measure(file, targets), byModelJson);
    });
  }
});
