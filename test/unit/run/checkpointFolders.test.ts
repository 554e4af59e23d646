import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedArray } from '../../../worker/io/npzWriter.ts';
import { contentsDigest } from '../../../worker/run/contents.ts';
import { findRuns } from '../../../worker/run/find.ts';
import { arraysOf, safetensors, writeShards } from '../checkpoint/forms.ts';
import { never } from '../objective/problems.ts';
import { begun, checkpointOf, measured, states, Workspace } from './workspace.ts';

const KERAS = join(import.meta.dirname, '../../fixtures/keras');

describe('a run of folders', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  let arrays: readonly NamedArray[];

  /** Lets all files of a folder have been written long ago. */
  const settle = async (folder: string): Promise<void> => {
    for (const file of await readdir(workspace.path(folder))) await workspace.settle(`${folder}/${file}`);
  };

  beforeEach(async () => {
    workspace = await Workspace.create();
    arrays = await arraysOf(workspace.path('runs/batch-32/epoch_024.pt'));
    for (const step of [20, 100]) {
      const folder = workspace.path(`out/checkpoint-${step}`);
      await writeShards(folder, arrays);
      for (const file of ['optimizer.pt', 'rng_state.pth', 'training_args.bin', 'config.json']) {
        await writeFile(join(folder, file), 'of the trainer');
      }
      await settle(`out/checkpoint-${step}`);
    }
  });

  afterEach(() => workspace.remove());

  it('has an entry for each, and one for the weights of its end', async () => {
    await mkdir(workspace.path('out/logs-1'));
    await mkdir(workspace.path('out/tmp-checkpoint-120'));
    await writeFile(workspace.path('out/tmp-checkpoint-120/model.safetensors'), safetensors(arrays));
    await writeFile(workspace.path('out/model.safetensors'), safetensors(arrays));
    await writeFile(workspace.path('out/training_args.bin'), 'of the trainer');
    await settle('out/checkpoint-100');
    await workspace.settle('out/model.safetensors');
    const { checkpoints, order } = await workspace.list('out');
    assert.deepEqual(checkpoints.map(({ file, step, state }) => `${file} ${step} ${state}`).sort(), [
      'checkpoint-100 100 unmeasured',
      'checkpoint-20 20 unmeasured',
      'model.safetensors null unmeasured',
    ]);
    assert.equal(order, 'time');
  });

  it('takes the step that the trainer noted, also when the note comes last', async () => {
    assert.equal(checkpointOf(await workspace.list('out'), 'checkpoint-20').step, 20);
    await writeFile(workspace.path('out/checkpoint-20/trainer_state.json'), '{"global_step": 24, "epoch": 2}');
    const { step, epoch } = checkpointOf(await workspace.list('out'), 'checkpoint-20');
    assert.deepEqual([step, epoch], [24, 2]);
  });

  it('calls one without a shard incomplete, until it is there', async () => {
    const [shard] = await readdir(workspace.path('out/checkpoint-20')).then(names =>
      names.filter(name => /-of-/.test(name)),
    );
    const path = workspace.path(`out/checkpoint-20/${shard}`);
    await rename(path, `${path}.tmp`);
    const lacking = await workspace.list('out');
    assert.deepEqual(states(lacking), ['checkpoint-20 incomplete', 'checkpoint-100 unmeasured']);
    assert.match(
      checkpointOf(lacking, 'checkpoint-20').reason!,
      /names model-00001-of-\d+\.safetensors as a part of it/,
    );
    await rename(`${path}.tmp`, path);
    assert.deepEqual(states(await workspace.list('out')), ['checkpoint-20 unmeasured', 'checkpoint-100 unmeasured']);
  });

  it('measures each once, also when its folder is renamed', async () => {
    const request = { measures: ['train-loss'] as const };
    const first = await workspace.measure('out', request);
    assert.deepEqual(states(first.result), ['checkpoint-20 measured', 'checkpoint-100 measured']);
    const single = await workspace.measure('runs/batch-32', request);
    const expected = measured(checkpointOf(single.result, 'epoch_024.pt'), 'train-loss');
    for (const file of ['checkpoint-20', 'checkpoint-100']) {
      assert.equal(measured(checkpointOf(first.result, file), 'train-loss'), expected);
    }
    await rename(workspace.path('out/checkpoint-100'), workspace.path('out/checkpoint-200'));
    const again = await workspace.measure('out', request);
    assert.deepEqual(states(again.result), ['checkpoint-20 measured', 'checkpoint-200 measured']);
    assert.deepEqual(begun(again.updates), []);
  });

  it('has a digest over all shards of each', async () => {
    const path = workspace.path('out/checkpoint-20');
    const before = await contentsDigest(path);
    assert.equal(await contentsDigest(workspace.path('out/checkpoint-100')), before);
    const changed = arrays.map((array, index) =>
      index === arrays.length - 1 ? { ...array, data: array.data.map(value => value + 1) } : array,
    );
    await writeShards(path, changed);
    assert.notEqual(await contentsDigest(path), before);
  });

  it('is found by its folders, and by what basin.json says of them', async () => {
    const roots = [workspace.folder];
    const folders = async (runs: readonly string[] | undefined): Promise<string[]> => {
      await writeFile(workspace.path('basin.json'), JSON.stringify({ model: 'model.onnx', ...(runs && { runs }) }));
      return (await findRuns(roots, never)).map(({ folder }) => folder.slice(workspace.folder.length + 1));
    };
    const all = ['out', 'runs/batch-1024', 'runs/batch-32'];
    assert.deepEqual(await folders(undefined), all);
    assert.deepEqual(await folders(['out']), ['out']);
    assert.deepEqual(await folders(['out/checkpoint-*']), ['out']);
  });
});

describe('a run of folders that TensorFlow.js wrote', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  const shards = ['model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin'];

  /** Writes the digits' network into a folder of its own, as it was long ago. */
  async function write(folder: string): Promise<void> {
    await mkdir(workspace.path(folder), { recursive: true });
    const model = JSON.parse(await readFile(join(KERAS, 'model.json'), 'utf8'));
    // Without the optimiser's step, the folder's name is all that tells of it.
    for (const weight of model.weightsManifest[0].weights) if (weight.name === 'iter') weight.name = 'other';
    await writeFile(workspace.path(`${folder}/model.json`), JSON.stringify(model));
    for (const shard of shards) await copyFile(join(KERAS, shard), workspace.path(`${folder}/${shard}`));
    for (const file of ['model.json', ...shards]) await workspace.settle(`${folder}/${file}`);
  }

  beforeEach(async () => {
    workspace = await Workspace.create();
    for (const epoch of [10, 2, 1]) await write(`js/epoch_${epoch}`);
  });
  afterEach(() => workspace.remove());

  it('is found, and has one entry for each in order', async () => {
    await writeFile(workspace.path('basin.json'), '{}');
    assert.ok((await findRuns([workspace.folder], never)).some(({ folder }) => folder === workspace.path('js')));
    const { checkpoints, order } = await workspace.list('js');
    assert.equal(order, 'epoch');
    assert.deepEqual(
      checkpoints.map(({ file, epoch, state }) => [file, epoch, state]),
      [
        ['epoch_1', 1, 'unmeasured'],
        ['epoch_2', 2, 'unmeasured'],
        ['epoch_10', 10, 'unmeasured'],
      ],
    );
  });

  it('calls one without a file of weights incomplete, until it is there', async () => {
    const path = workspace.path('js/epoch_2/model-3of3.bin');
    await rename(path, `${path}.tmp`);
    const lacking = checkpointOf(await workspace.list('js'), 'epoch_2');
    assert.equal(lacking.state, 'incomplete');
    assert.match(lacking.reason!, /^epoch_2\/model\.json: names model-3of3\.bin as a part of it, which is not there/);
    await rename(`${path}.tmp`, path);
    assert.equal(checkpointOf(await workspace.list('js'), 'epoch_2').state, 'unmeasured');
  });

  it('tells weights that were written over from those before, under the same description', async () => {
    const digests = (): Promise<string[]> =>
      Promise.all(['js/epoch_1', 'js/epoch_1/model.json'].map(path => contentsDigest(workspace.path(path))));
    const before = await digests();
    await writeFile(workspace.path('js/epoch_1/model-3of3.bin'), Buffer.alloc(3215, 1));
    const after = await digests();
    for (const [index, digest] of after.entries()) assert.notEqual(digest, before[index]);
  });
});
