import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BasinError, messageOf } from '../../worker/errors.ts';
import { type Project, readProject } from '../../worker/project.ts';
import { damage } from './io/damage.ts';
import { refuses } from './io/fixtures.ts';

/** Reads basin.json with this content. */
async function read(content: string | Uint8Array): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'basin-'));
  try {
    const file = join(folder, 'basin.json');
    await writeFile(file, content);
    return await readProject(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All there is in basin.json. */
const FULL = {
  model: 'model.onnx',
  runs: ['runs/*'],
  data: {
    train: { inputs: { ids: 'x.npz#ids', mask: 'x.npz#mask' }, targets: 'x.npz#y', rows: [0, 9] },
    test: { inputs: 'x.csv#1:785', targets: 'x.csv#label' },
    layout: 'NHWC',
    scale: 255,
    mean: [0.5],
    std: [0.1, 0.2, 0.3],
  },
  loss: {
    kind: 'cross-entropy',
    output: 'logits',
    ignoreIndex: 0,
    labelSmoothing: 0.1,
    classWeights: [1, 2],
    weightDecay: 5e-4,
  },
  samples: 100,
  order: 'seeded',
  seed: 3,
};

describe('basin.json', () => {
  it('with everything in it', async () => {
    const { model, runs, data, inputFormat, loss, samples, order, seed } = await read(JSON.stringify(FULL));
    const { train, test } = data;
    assert.deepEqual({ model, runs, data: { train, test, ...inputFormat }, loss, samples, order, seed }, FULL);
  });

  it('with next to nothing, and comments', async () => {
    const { loss, samples, order, seed } = await read('{ "model": "m.onnx", // exported once\n }');
    assert.deepEqual(
      { loss, samples, order, seed },
      {
        loss: { kind: 'cross-entropy' },
        samples: 2000,
        order: 'first',
        seed: 0,
      },
    );
  });

  const model = 'm.onnx';
  const refused: readonly (readonly [object | string, RegExp])[] = [
    ['{ "model": ', /basin\.json: line 1 is not JSON \(ValueExpected\)/],
    [[], /basin\.json: the file must be object/],
    [{ model, modell: 1 }, /the file has no property "modell"/],
    [{ model, loss: 'hinge' }, /"loss" must be one of cross-entropy, mse, bce-with-logits, output/],
    [{ model, loss: { output: 'y' } }, /"loss" lacks "kind"/],
    [{ model, loss: { kind: 'mse', smoothing: 1 } }, /"loss" has no property "smoothing"/],
    [{ model, loss: { kind: 'hinge' } }, /"loss\.kind" must be one of cross-entropy/],
    [{ model, loss: { kind: 'mse', ignoreIndex: 1 } }, /"loss\.ignoreIndex" belongs to the loss cross-entropy only/],
    [{ model, loss: { kind: 'output', classWeights: [1] } }, /"loss\.classWeights" belongs to the loss cross-entropy/],
    [{ model, loss: { kind: 'mse', weightDecay: -1 } }, /"loss\.weightDecay" must be >= 0/],
    [{ model, loss: { kind: 'cross-entropy', labelSmoothing: 1.1 } }, /"loss\.labelSmoothing" must be <= 1/],
    [{ model, loss: { kind: 'cross-entropy', classWeights: [1, -1] } }, /"loss\.classWeights\.1" must be >= 0/],
    [{ model, data: { layout: 'NHWC' } }, /"data" lacks "train"/],
    [{ model, data: { train: { inputs: 'x.npy' }, layout: 'HWC' } }, /"data\.layout" must be one of NCHW, NHWC/],
    [{ model, data: { train: { inputs: { x: 3 } } } }, /"data\.train\.inputs\.x" must be string/],
    [
      { model, data: { train: { inputs: 'x.npy', rows: [0] } } },
      /"data\.train\.rows" must NOT have fewer than 2 items/,
    ],
    [{ model, samples: 0 }, /"samples" must be >= 1/],
  ];
  for (const [content, message] of refused) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    it(`refuses ${text}`, () => refuses(() => read(text), 'input', message));
  }

  it('nested deeply is refused', () => refuses(() => read('['.repeat(200_000)), 'input', /is nested too deeply/));

  it('damaged in any way is a project or a sentence', async () => {
    const iterations = Number(process.env.BASIN_FUZZ ?? 150);
    for (let seed = 0; seed < iterations; seed++) {
      try {
        await read(damage(Buffer.from(JSON.stringify(FULL)), seed));
      } catch (error) {
        assert.ok(error instanceof BasinError && error.kind === 'input', `seed ${seed}: ${messageOf(error)}`);
      }
    }
  });
});
