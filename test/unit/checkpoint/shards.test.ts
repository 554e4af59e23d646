import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import type { ErrorKind } from '../../../worker/errors.ts';
import { withinRoots } from '../../../worker/io/access.ts';
import { safetensorsBytes } from '../../../worker/io/safetensorsWriter.ts';
import { readFixture, refuses } from '../io/fixtures.ts';

type Files = Readonly<Record<string, Uint8Array | string>>;

/** A safetensors file of tensors with one element each, numbered from `first` on. */
const shard = (names: readonly string[], first = 0): Buffer =>
  Buffer.concat([
    ...safetensorsBytes(names.map((name, index) => ({ name, shape: [1], data: Float32Array.of(first + index) }))),
  ]);

const index = (places: Readonly<Record<string, string>>): string =>
  JSON.stringify({ metadata: { total_size: 12 }, weight_map: places }, null, 2);

const A = 'model-00001-of-00002.safetensors';
const B = 'model-00002-of-00002.safetensors';
const INDEX = 'model.safetensors.index.json';

const whole: Files = {
  'config.json': '{}',
  [INDEX]: index({ 'a.weight': A, 'a.bias': A, 'b.weight': B }),
  [A]: shard(['a.weight', 'a.bias']),
  [B]: shard(['b.weight'], 2),
};

/** Runs with a folder `runs/checkpoint-500` of these files. */
async function withFiles<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'basin-'));
  try {
    const folder = join(parent, 'runs', 'checkpoint-500');
    for (const [file, content] of Object.entries({ '.keep': '', ...files })) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content);
    }
    return await use(folder);
  } finally {
    await rm(parent, { recursive: true });
  }
}

describe('checkpoints in several files', () => {
  interface Expected {
    readonly name: string;
    readonly format: string;
    readonly step: number | null;
    readonly epoch?: number | null;
    readonly values: Readonly<Record<string, number>>;
  }
  const values = { 'a.weight': 0, 'a.bias': 1, 'b.weight': 2 };

  async function check(path: string, { name, format, step, epoch = null, values }: Expected): Promise<void> {
    const checkpoint = await openCheckpoint(path);
    try {
      assert.equal(checkpoint.name, name);
      assert.equal(checkpoint.format, format);
      assert.deepEqual(checkpoint.position, { step, epoch });
      const read = checkpoint.tensors.map(
        async tensor => [tensor.name, Number((await tensor.read()).data[0])] as const,
      );
      assert.deepEqual(Object.fromEntries(await Promise.all(read)), values);
    } finally {
      await checkpoint.close();
    }
  }

  const opened: readonly (readonly [what: string, Files, path: string, Expected])[] = [
    [
      'a folder with an index',
      whole,
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values },
    ],
    [
      'a folder named with a slash',
      whole,
      '/',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values },
    ],
    ['the index', whole, INDEX, { name: INDEX, format: 'safetensors, 2 shards', step: 500, values }],
    [
      'a folder with a trainer’s note',
      { ...whole, 'trainer_state.json': JSON.stringify({ epoch: 3, global_step: 480, log_history: [] }) },
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 480, epoch: 3, values },
    ],
    [
      'a folder with a note in the midst of an epoch',
      { ...whole, 'trainer_state.json': JSON.stringify({ epoch: 2.5, global_step: 480 }) },
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 480, values },
    ],
    [
      'a folder whose note is cut short',
      { ...whole, 'trainer_state.json': '{"global_step": 4' },
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values },
    ],
    [
      'a folder with one file',
      { 'model.safetensors': shard(['w']), 'optimizer.pt': '', 'training_args.bin': '' },
      '',
      { name: 'checkpoint-500', format: 'safetensors', step: 500, values: { w: 0 } },
    ],
    [
      'a folder whose index is called otherwise',
      {
        'weights.fp32.safetensors.index.json': index({ 'a.weight': A, 'a.bias': A, 'b.weight': B }),
        [A]: shard(['a.weight', 'a.bias']),
        [B]: shard(['b.weight'], 2),
      },
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values },
    ],
    [
      'the one file of a folder',
      { 'model.safetensors': shard(['w']) },
      'model.safetensors',
      { name: 'model.safetensors', format: 'safetensors', step: 500, values: { w: 0 } },
    ],
    [
      'an index that does not name every tensor of a shard',
      { ...whole, [INDEX]: index({ 'a.weight': A, 'b.weight': B }) },
      '',
      { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values },
    ],
  ];
  for (const [what, files, path, expected] of opened) {
    it(`${what} is one checkpoint`, () =>
      withFiles(files, folder => check(path === '/' ? `${folder}/` : join(folder, path), expected)));
  }

  it('that torch.save wrote are one, and keep ties apart', () =>
    withFiles(
      {
        'pytorch_model.bin.index.json': index({ 'encoder.weight': 'pytorch_model-00001-of-00001.bin' }),
        'pytorch_model-00001-of-00001.bin': readFixture('strided.pt'),
      },
      async folder => {
        const single = await openCheckpoint(join(folder, 'pytorch_model-00001-of-00001.bin'));
        const names = single.tensors.map(({ name }) => name);
        await single.close();
        const places = Object.fromEntries(names.map(name => [name, 'pytorch_model-00001-of-00001.bin']));
        await writeFile(join(folder, 'pytorch_model.bin.index.json'), index(places));
        const checkpoint = await openCheckpoint(folder);
        assert.equal(checkpoint.format, 'PyTorch zip, 1 shard');
        assert.deepEqual(
          checkpoint.tensors.map(({ name }) => name),
          names,
        );
        for (const { storage } of checkpoint.tensors) assert.match(storage!, /^pytorch_model-00001-of-00001\.bin /);
        await checkpoint.close();
      },
    ));

  it('are read only as far as they are asked for', () =>
    withFiles(whole, async folder => {
      const checkpoint = await openCheckpoint(folder);
      await writeFile(join(folder, B), shard(['b.weight'], 7));
      assert.equal((await checkpoint.tensors[0]!.read()).data[0], 0);
      await refuses(
        () => checkpoint.tensors[2]!.read(),
        'incomplete',
        /model-00002-of-00002\.safetensors: changed while/,
      );
      await checkpoint.close();
    }));

  const without = (...names: string[]): Files =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)));
  const refused: readonly (readonly [what: string, Files, ErrorKind, RegExp])[] = [
    [
      'without a shard',
      without(B),
      'incomplete',
      /^checkpoint-500\/model\.safetensors\.index\.json: names model-00002-of-00002\.safetensors as a part of it, which is not there/,
    ],
    ['without an index', without(INDEX), 'incomplete', /^checkpoint-500: holds 2 shards of a checkpoint, and no index/],
    [
      'with a shard cut short',
      { ...whole, [B]: shard(['b.weight']).subarray(0, -1) },
      'incomplete',
      /^checkpoint-500\/model-00002-of-00002\.safetensors: ends after/,
    ],
    ['with an empty shard', { ...whole, [B]: '' }, 'incomplete', /00002-of-00002\.safetensors: an empty file/],
    [
      'with an index cut short',
      { ...whole, [INDEX]: index({ 'a.weight': A }).slice(0, -5) },
      'incomplete',
      /ends within the list of tensors/,
    ],
    [
      'with an index that is no JSON',
      { ...whole, [INDEX]: '{"weight_map": {a}}' },
      'input',
      /list of tensors cannot be understood/,
    ],
    [
      'with an index of numbers',
      { ...whole, [INDEX]: '{"weight_map": {"a": 1}}' },
      'input',
      /"weight_map\.a" is not a text/,
    ],
    ['with an index of nothing', { ...whole, [INDEX]: index({}) }, 'input', /names no tensors/],
    [
      'with a tensor twice in the index',
      { ...whole, [INDEX]: `{"weight_map": {"a": "${A}", "a": "${B}"}}` },
      'input',
      /"a" is there twice/,
    ],
    [
      'with a tensor in two shards',
      { ...whole, [B]: shard(['b.weight', 'a.bias']) },
      'input',
      /tensor a\.bias lies in model-00001-of-00002\.safetensors and in model-00002-of-00002\.safetensors/,
    ],
    [
      'with a tensor that is not where it should be',
      { ...whole, [INDEX]: index({ 'a.weight': B, 'b.weight': B }) },
      'input',
      /tensor a\.weight is not in model-00002-of-00002\.safetensors, where/,
    ],
    [
      'that names a shard above',
      { ...whole, [INDEX]: index({ a: '../model.safetensors' }) },
      'input',
      /names "\.\.\/model\.safetensors" as a part of it; Basin reads files beside it only/,
    ],
    [
      'that names a shard by its whole path',
      { ...whole, [INDEX]: index({ a: '/etc/passwd' }) },
      'input',
      /Basin reads files beside it only/,
    ],
    [
      'that names a shard with backslashes',
      { ...whole, [INDEX]: index({ a: '..\\x.safetensors' }) },
      'input',
      /Basin reads files beside it only/,
    ],
    ['that names its folder', { ...whole, [INDEX]: index({ a: '..' }) }, 'input', /Basin reads files beside it only/],
    ['that names itself', { ...whole, [INDEX]: index({ a: INDEX }) }, 'input', /names itself as a shard/],
    [
      'that names another index',
      { ...whole, [INDEX]: index({ a: 'other.json' }), 'other.json': index({ a: INDEX }) },
      'input',
      /other\.json: names model\.safetensors\.index\.json as a part of it, and is/,
    ],
    [
      'with a shard that is no checkpoint',
      { ...whole, [B]: 'hello' },
      'input',
      /00002-of-00002\.safetensors: a text file/,
    ],
  ];
  for (const [what, files, kind, message] of refused) {
    it(`${what} are refused`, () => withFiles(files, folder => refuses(() => openCheckpoint(folder), kind, message)));
  }

  it('are not read where a shard is a link out of the folders that may be read', () =>
    withFiles(without(B), async folder => {
      const elsewhere = await mkdtemp(join(tmpdir(), 'basin-elsewhere-'));
      try {
        await writeFile(join(elsewhere, 'b.safetensors'), shard(['b.weight'], 2));
        await symlink(join(elsewhere, 'b.safetensors'), join(folder, B));
        await check(folder, { name: 'checkpoint-500', format: 'safetensors, 2 shards', step: 500, values });
        await refuses(
          () => withinRoots([dirname(folder)], () => openCheckpoint(folder)),
          'outside',
          /^model-00002-of-00002\.safetensors: lies in .*, outside of this workspace/,
        );
      } finally {
        await rm(elsewhere, { recursive: true });
      }
    }));

  it('leave no file open when they are refused', async function () {
    if (process.platform !== 'linux') this.skip();
    const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    await withFiles(without(B), async folder => {
      const before = await open();
      for (let time = 0; time < 20; time++) await assert.rejects(openCheckpoint(folder));
      assert.ok((await open()) < before + 20);
    });
  });
});
