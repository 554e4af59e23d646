import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseRows } from '../../../worker/data/rows.ts';
import type { Evaluation } from '../../../worker/objective/evaluation.ts';
import type { Target } from '../../../worker/protocol.ts';
import { refuses } from '../io/fixtures.ts';
import { engines, never, withProblem } from './problems.ts';

const DATA = join(import.meta.dirname, '../../fixtures/data');

/** What PyTorch computed in float64 for each row of a workspace; see make_data.py. */
interface Rows {
  readonly sums: readonly number[];
  readonly weights: readonly number[];
  /** PyTorch's own mean over all rows. */
  readonly mean: number;
}

const golden: Readonly<Record<string, Rows>> = JSON.parse(readFileSync(join(DATA, 'rows.json'), 'utf8'));

const total = (values: readonly number[], rows: readonly number[]) => rows.reduce((sum, row) => sum + values[row]!, 0);

const evaluate = (target: Target): Promise<{ evaluation: Evaluation; loss: string }> =>
  withProblem(target, async problem => ({
    evaluation: await problem.objective.evaluate(problem.objective.origin, never),
    loss: problem.provenance().loss,
  }));

/** The folder of a workspace with another basin.json. */
async function withProject<T>(folder: string, project: object, use: (basinJson: string) => Promise<T>): Promise<T> {
  const copy = await mkdtemp(join(tmpdir(), 'basin-'));
  try {
    for (const file of ['model.onnx', 'model.pt', 'data.npz', 'data.csv', 'weights.npy']) {
      await symlink(join(DATA, folder, file), join(copy, file));
    }
    const path = join(copy, 'basin.json');
    await writeFile(path, JSON.stringify({ model: 'model.onnx', ...project }));
    return await use(path);
  } finally {
    await rm(copy, { recursive: true });
  }
}

const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 2e-6 * Math.max(1, Math.abs(expected)), `${value}, not ${expected}`);

describe('workspaces with data of other kinds', () => {
  after(() => engines.dispose());

  const words: Readonly<Record<string, string>> = {
    images: 'cross-entropy, label smoothing 0.1, class weights [0.5, 1, 2, 0, 1.5]',
    tokens: 'cross-entropy',
    table: 'cross-entropy',
  };
  for (const [folder, { sums, weights, mean }] of Object.entries(golden)) {
    const checkpoint = join(DATA, folder, 'model.pt');

    it(`${folder}: the loss is PyTorch's`, async () => {
      const { evaluation, loss } = await evaluate({ checkpoint });
      near(evaluation.loss, mean);
      assert.equal(loss, words[folder]);
      evaluation.weights!.forEach((weight, row) => {
        near(weight, weights[row]!);
        near(evaluation.perExample![row]!, weight === 0 ? 0 : sums[row]! / weight);
      });
    });

    it(`${folder}: the loss on rows drawn by a seed is that of the same rows`, async () => {
      const project = JSON.parse(readFileSync(join(DATA, folder, 'basin.json'), 'utf8'));
      const range = [2, sums.length - 3] as const;
      project.data.train.rows = range;
      await withProject(folder, { ...project, order: 'seeded', samples: 11, seed: 5 }, async path => {
        const { evaluation } = await evaluate({ checkpoint, project: path });
        const rows = chooseRows(...range, 11, 5);
        assert.notEqual(rows.at(-1)! - rows[0]!, 10, 'the rows are no neighbours');
        near(evaluation.loss, total(sums, rows) / total(weights, rows));
      });
    });
  }

  const image = { inputs: 'data.npz#x', targets: 'data.npz#y' };
  const wrong: readonly (readonly [string, string, object, RegExp])[] = [
    ['channels last without saying so', 'images', { data: { train: image } }, /3×6×7 .* 6×7×3; set "layout": "NHWC"/],
    [
      'means for channels of another layout',
      'images',
      { data: { train: image, mean: [1, 2, 3] } },
      /"mean" has 3 values for 6 channels .*layout NCHW\); set "layout": "NHWC"/,
    ],
    [
      'an option of another loss',
      'images',
      { data: { train: image }, loss: { kind: 'mse', labelSmoothing: 0.1 } },
      /"loss\.labelSmoothing" belongs to the loss cross-entropy only/,
    ],
    [
      'an unknown layout',
      'images',
      { data: { train: image, layout: 'HWC' } },
      /"data\.layout" must be one of NCHW, NHWC/,
    ],
    [
      'a smoothing of more than all',
      'images',
      { data: { train: image }, loss: { kind: 'cross-entropy', labelSmoothing: 2 } },
      /"loss\.labelSmoothing" must be <= 1/,
    ],
    [
      'weights of other classes',
      'images',
      { data: { train: image, layout: 'NHWC' }, loss: { kind: 'cross-entropy', classWeights: [1, 2] } },
      /"classWeights" has 2 numbers and the model 5 classes/,
    ],
    [
      'labels that are no classes',
      'table',
      { data: { train: { inputs: 'data.csv#1:4', targets: 'data.csv#height' } } },
      /The target [-\d.]+ of example 0 of a batch is no class of the model's 2/,
    ],
  ];
  for (const [what, folder, project, message] of wrong) {
    it(`refuse ${what}`, () =>
      withProject(folder, project, path =>
        refuses(() => evaluate({ checkpoint: join(DATA, folder, 'model.pt'), project: path }), 'input', message),
      ));
  }
});
