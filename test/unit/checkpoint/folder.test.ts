import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { readFixture, refuses } from '../io/fixtures.ts';

/** Runs with a folder `checkpoint` of empty files, some in folders of their own. */
async function withFolder<T>(files: readonly string[], use: (folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'basin-'));
  try {
    const folder = join(parent, 'checkpoint');
    await mkdir(folder);
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), '');
    }
    return await use(folder);
  } finally {
    await rm(parent, { recursive: true });
  }
}

const shards = ['mp_rank_00_model_states.pt', 'zero_pp_rank_0_mp_rank_00_optim_states.pt'];

describe('folders of checkpoints', () => {
  const folders: [string, string[], RegExp][] = [
    [
      'of DeepSpeed',
      ['latest', 'zero_to_fp32.py', ...shards.map(name => `global_step100/${name}`)],
      /^checkpoint: a DeepSpeed .*in this folder, run `python zero_to_fp32\.py \. pytorch_model\.bin`/,
    ],
    [
      'of a step of DeepSpeed',
      shards,
      /^checkpoint: one step of a DeepSpeed .*in the folder above.*zero_to_fp32\.py \./,
    ],
    [
      'of a distributed checkpoint',
      ['.metadata', '__0_0.distcp', '__1_0.distcp'],
      /^checkpoint: a PyTorch distributed .*python -m torch\.distributed\.checkpoint\.format_utils dcp_to_torch FOLDER model\.pt/,
    ],
    [
      'of an adapter',
      ['adapter_config.json', 'adapter_model.safetensors'],
      /^checkpoint: an adapter without the model it belongs to; merge the two with merge_and_unload/,
    ],
    ['of TensorFlow', ['saved_model.pb', 'variables/variables.index'], /^checkpoint: a TensorFlow checkpoint/],
    [
      'of two sharded checkpoints',
      ['a.safetensors.index.json', 'b.safetensors.index.json', 'b-00001-of-00002.safetensors'],
      /holds 2 checkpoints in several files each; name the index of one of them, such as b\.safetensors\.index\.json/,
    ],
    ['of a run', ['epoch_1.pt', 'epoch_2.pt', 'log.txt'], /name a file in it, such as epoch_2\.pt \(2 files look like/],
    ['of one file', ['model.ckpt'], /name a file in it, such as model\.ckpt\.$/],
    ['of nothing', [], /^checkpoint: a folder without checkpoints/],
  ];
  for (const [what, files, message] of folders) {
    it(`${what} are refused with a remedy`, () =>
      withFolder(files, folder => refuses(() => openCheckpoint(folder), 'input', message)));
  }

  const parts: [string, RegExp][] = [
    [shards[0]!, /^mp_rank_00_model_states\.pt: one part of a DeepSpeed .*zero_to_fp32\.py/],
    [shards[1]!, /optim_states\.pt: one part of a DeepSpeed/],
    ['bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt', /one part of a DeepSpeed/],
    ['__0_0.distcp', /^__0_0\.distcp: one part of a PyTorch distributed .*dcp_to_torch FOLDER model\.pt/],
    ['.metadata', /one part of a PyTorch distributed/],
    [
      'pytorch_model-00001-of-00002.bin',
      /: part 1 of 2 of a checkpoint; take its folder, or the \.index\.json in it, instead/,
    ],
    ['model-00002-of-00003.safetensors', /: part 2 of 3 of/],
    ['group1-shard1of1.bin', /: part 1 of 1 of a checkpoint; take its folder, or the model\.json in it, instead/],
    ['model-2of3.bin', /: part 2 of 3 of a checkpoint; .* model\.json/],
  ];
  for (const [file, message] of parts) {
    it(`${file} is refused with a remedy`, () =>
      withFolder([file], folder => refuses(() => openCheckpoint(join(folder, file)), 'input', message)));
  }

  it('weights of TensorFlow.js without their model.json are incomplete', () =>
    withFolder(['group1-shard1of2.bin', 'group1-shard2of2.bin'], folder =>
      refuses(() => openCheckpoint(folder), 'incomplete', /^checkpoint: holds 2 shards .* without its model\.json/),
    ));

  it('weights that are called like any other file are refused with what to take instead', () =>
    withFolder([], async folder => {
      await writeFile(join(folder, 'weights.bin'), Buffer.from(Float32Array.of(0.25, -1, 3).buffer));
      await refuses(
        () => openCheckpoint(join(folder, 'weights.bin')),
        'input',
        /^weights\.bin: .*weights of a model\.json beside it, take that instead/,
      );
    }));

  it('a model in one numbered file is read', () =>
    withFolder([], async folder => {
      const file = join(folder, 'pytorch_model-00001-of-00001.bin');
      await writeFile(file, readFixture('strided.pt'));
      const checkpoint = await openCheckpoint(file);
      assert.equal(checkpoint.format, 'PyTorch zip');
      await checkpoint.close();
    }));
});
