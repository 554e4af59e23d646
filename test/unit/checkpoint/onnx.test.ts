import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { inspect } from '../../../worker/commands/inspect.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { DATA_TYPE, encodeModel } from '../../../worker/graph/onnx/schema.ts';
import { writeNpz } from '../../../worker/io/npzWriter.ts';
import { refuses } from '../io/fixtures.ts';
import { DIGITS_CNN, DIGITS_MLP, engines, never } from '../objective/problems.ts';

const BINDING = join(import.meta.dirname, '../../fixtures/binding');

after(() => engines.dispose());

describe('an ONNX model as a checkpoint', () => {
  const lossOf = async (checkpoint: string): Promise<number> =>
    Number((await loss({ checkpoint, threads: 2 }, { engines, signal: never })).loss);

  const cases: readonly (readonly [folder: string, exportedFrom: string])[] = [
    [DIGITS_MLP, 'runs/sgd/step_00960.pt'],
    [DIGITS_CNN, 'runs/batch-32/epoch_024.pt'],
    [join(BINDING, 'renamed'), 'run/step_0.pt'],
    [join(BINDING, 'tied'), 'run/step_0.pt'],
    [join(BINDING, 'wrapped'), 'run/step_0.pt'],
  ];
  for (const [folder, exportedFrom] of cases) {
    it(`has the loss of ${exportedFrom}, which it was exported from`, async () => {
      const [own, expected] = [await lossOf(join(folder, 'model.onnx')), await lossOf(join(folder, exportedFrom))];
      assert.ok(Math.abs(own / expected - 1) < 1e-6, `${own}, not ${expected}`);
    });
  }

  it('is its own model where basin.json names none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-onnx-'));
    const { model: _, ...project } = JSON.parse(await readFile(join(DIGITS_MLP, 'basin.json'), 'utf8'));
    await writeFile(join(folder, 'basin.json'), JSON.stringify(project));
    for (const file of ['train.npz', 'model.onnx']) await copyFile(join(DIGITS_MLP, file), join(folder, file));
    assert.equal(await lossOf(join(folder, 'model.onnx')), await lossOf(join(DIGITS_MLP, 'model.onnx')));
    await rm(folder, { recursive: true });
  });

  /** A model that multiplies its input by weights in a second file; `length` is that of the file. */
  async function withExternal<T>(length: number, location: string, use: (path: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'basin-onnx-'));
    try {
      const external_data = Object.entries({ location, offset: '4', length: '24' }).map(([key, value]) => ({
        key,
        value,
      }));
      const model = encodeModel({
        ir_version: 8,
        opset_import: [{ version: 17 }],
        graph: {
          name: 'g',
          node: [{ op_type: 'MatMul', input: ['x', 'w'], output: ['y'] }],
          initializer: [{ name: 'w', data_type: DATA_TYPE.float32, dims: [2, 3], data_location: 1, external_data }],
          input: [{ name: 'x' }],
          output: [{ name: 'y' }],
        },
      });
      await writeFile(join(folder, 'model.onnx'), model);
      await writeFile(
        join(folder, 'weights.bin'),
        Buffer.from(Float32Array.of(9, 1, 2, 3, 4, 5, 6).buffer).subarray(0, length),
      );
      return await use(join(folder, 'model.onnx'));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('may have its weights in a second file', () =>
    withExternal(28, 'weights.bin', async path => {
      const checkpoint = await openCheckpoint(path);
      const [weight] = checkpoint.tensors;
      assert.equal(checkpoint.format, 'ONNX');
      assert.deepEqual([...(await weight!.read()).data], [1, 2, 3, 4, 5, 6]);
      assert.deepEqual([...(await weight!.read({ from: 1, to: 2 })).data], [4, 5, 6]);
      await checkpoint.close();
    }));

  it('is incomplete while the second file is', () =>
    withExternal(20, 'weights.bin', path =>
      refuses(() => openCheckpoint(path), 'incomplete', /^weights\.bin: ends after 20 bytes where 28 are needed/),
    ));

  it('is incomplete without the second file', () =>
    withExternal(28, 'other.bin', path =>
      refuses(
        () => openCheckpoint(path),
        'incomplete',
        /^model\.onnx: names other\.bin as a part of it, which is not there/,
      ),
    ));

  it('has its weights beside it and nowhere else', () =>
    withExternal(28, '../weights.bin', path =>
      refuses(
        () => openCheckpoint(path),
        'input',
        /^model\.onnx: names "\.\.\/weights\.bin" as a part of it; Basin reads/,
      ),
    ));

  it('is told from what is cut short', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-onnx-'));
    const path = join(folder, 'model.onnx');
    await writeFile(path, (await readFile(join(DIGITS_MLP, 'model.onnx'))).subarray(0, 5000));
    await refuses(
      () => openCheckpoint(path),
      'incomplete',
      /^model\.onnx: ends after 5000 bytes, before the model does/,
    );
    await rm(folder, { recursive: true });
  });

  it('says nothing of how a square weight of another checkpoint lies in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-onnx-'));
    const initializer = { name: 'fc.weight', data_type: DATA_TYPE.float32, dims: [2, 2], float_data: [1, 2, 3, 4] };
    const node = [{ op_type: 'MatMul', input: ['x', 'fc.weight'], output: ['y'] }];
    const graph = { name: 'g', node, initializer: [initializer], input: [{ name: 'x' }], output: [{ name: 'y' }] };
    await writeFile(join(folder, 'model.onnx'), encodeModel({ ir_version: 8, opset_import: [{ version: 17 }], graph }));
    await writeFile(join(folder, 'basin.json'), '{"model": "model.onnx"}');
    await writeNpz(join(folder, 'a.npz'), [{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(5, 6, 7, 8) }]);
    const { notes } = await inspect({ checkpoint: join(folder, 'a.npz') });
    assert.match(notes!.join(), /fc\.weight is square, and no checkpoint holds the model's own values/);
    await rm(folder, { recursive: true });
  });
});
