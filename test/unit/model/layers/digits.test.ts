import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from '../../../../worker/commands/inspect.ts';
import type { InspectResult } from '../../../../worker/results.ts';
import { DIGITS_MLP, engines, never, withProblem } from '../../objective/problems.ts';

const FILES = join(import.meta.dirname, '../../../fixtures/keras');
const DATA = { train: { inputs: 'train.npz#x', targets: 'train.npz#y' } };

/** What PyTorch computed in float64 for the same parameters: see digits-mlp/reference.json. */
const expected = { loss: 0.01973186212094415, gradient: 0.05896170896229026, curvature: 1.3488756096473096 };

/** A folder with a network's files, the digits and a basin.json. */
async function withWorkspace<T>(project: object, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'basin-layers-'));
  try {
    const files = (await readdir(FILES)).filter(name => !name.endsWith('.py'));
    for (const file of files) await copyFile(join(FILES, file), join(folder, file));
    await copyFile(join(DIGITS_MLP, 'train.npz'), join(folder, 'train.npz'));
    await writeFile(join(folder, 'basin.json'), JSON.stringify({ data: DATA, ...project }));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const norm = (vector: Float64Array): number => Math.hypot(...vector);

function near(what: string, actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) <= 1e-5 * wanted, `${what} is ${actual}, not ${wanted}`);
}

/** The loss, the length of its gradient, and the Hessian's largest eigenvalue by power iteration. */
async function check(file: string, project: object): Promise<void> {
  await withWorkspace(project, folder =>
    withProblem({ checkpoint: join(folder, file) }, async ({ objective }) => {
      const { origin } = objective;
      near('loss', (await objective.evaluate(origin, never)).loss, expected.loss);
      const derivatives = objective.differentiate(origin);
      try {
        const { gradient } = await derivatives.gradient(never);
        near('gradient norm', norm(gradient), expected.gradient);
        let vector = gradient.map(value => value / norm(gradient));
        let largest = 0;
        for (let step = 0; step < 60; step++) {
          const [product] = (await derivatives.hessianVectorProducts([vector], never)) as [Float64Array];
          largest = norm(product);
          vector = product.map(value => value / largest);
        }
        near('largest eigenvalue', largest, expected.curvature);
      } finally {
        await derivatives.close();
      }
    }),
  );
}

describe('checkpoints that bring their architecture along', () => {
  after(() => engines.dispose());

  // A compiled loss of logits is used; TensorFlow.js's takes probabilities, which this network does not give.
  it('measures .keras without a model', () => check('digits.keras', {}));
  it('measures .h5 without a model', () => check('digits.h5', {}));
  it('measures model.json with a loss that is named', () => check('model.json', { loss: 'cross-entropy' }));

  const own: readonly (readonly [file: string, ownModel: InspectResult['ownModel']])[] = [
    ['digits.keras', { format: 'layers', loss: 'cross-entropy' }],
    ['digits.h5', { format: 'layers', loss: 'cross-entropy' }],
    // Its compiled loss is one of probabilities, so that another must be named.
    ['model.json', { format: 'layers' }],
    ['digits.weights.h5', undefined],
  ];
  for (const [file, ownModel] of own) {
    it(`tells of ${file} whether it holds its network, before there is a basin.json`, async () => {
      assert.deepEqual((await inspect({ checkpoint: join(FILES, file) })).ownModel, ownModel);
    });
  }

  it('refuses a loss of probabilities of a network without any', () =>
    assert.rejects(check('model.json', {}), /output logits does not end with a softmax; name the loss as "loss"/));
  it('refuses a checkpoint that brings none', () =>
    assert.rejects(
      check('digits.weights.h5', {}),
      /lacks "model", and digits\.weights\.h5 .* says nothing of its network; save the whole model with model\.save, or export it to ONNX/,
    ));
});
