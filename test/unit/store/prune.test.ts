import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prune } from '../../../worker/commands/prune.ts';
import type { Provenance, SurfaceResult } from '../../../worker/results.ts';
import { Documents } from '../../../worker/store/documents.ts';
import { Store } from '../../../worker/store/store.ts';
import { surface } from '../../fixtures/panelStates.ts';

const DAY = 24 * 60 * 60;

/** Keys by what lies under them. */
const key = (letter: string): string => letter.repeat(64);

describe('pruning', () => {
  let root: string;
  let folder: string;
  const now = Date.now() / 1000;

  /** What was computed of a checkpoint. */
  const of = (file: string): { readonly provenance: Provenance } => {
    const { provenance } = surface('coarse');
    return { provenance: { ...provenance, checkpoint: { file, digest: 'ff' } } };
  };
  const aged = (name: string, days: number): Promise<void> =>
    utimes(join(folder, name), now - days * DAY, now - days * DAY);
  const run = (request: { readonly olderDays?: number; readonly remove?: boolean } = {}) =>
    prune({ projects: [root], store: folder, ...request });
  const document = (name: string, content: object): Promise<void> =>
    new Documents(folder, assert.fail).write(name, content);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'basin-prune-'));
    folder = join(root, 'results');
    await mkdir(folder);
    await writeFile(join(root, 'basin.json'), '{ "model": "model.onnx" }');
    for (const name of ['there.pt', 'rewritten.pt']) await writeFile(join(root, name), '');
    await utimes(join(root, 'there.pt'), now - 200 * DAY, now - 200 * DAY);
  });
  afterEach(() => rm(root, { recursive: true }));

  const cases: readonly [what: string, write: () => Promise<string>, days: number, isRemovable: boolean][] = [
    ['an old result of a checkpoint that is gone', () => kept('gone.pt'), 31, true],
    ['a young one', () => kept('gone.pt'), 29, false],
    ['one of a checkpoint that is there', () => kept('there.pt'), 100, false],
    ['one of a checkpoint that was written again', () => kept('rewritten.pt'), 31, true],
    ['the history of a run', () => kept('gone.pt', { kind: 'measures' }), 100, false],
    ['what names no checkpoint', () => named({ loss: 1 }), 100, false],
    ['a surface of a checkpoint that is gone', () => keptSurface('gone.pt'), 31, true],
    ['a surface of one that is there', () => keptSurface('there.pt'), 31, false],
    ['a file that is damaged', () => damaged(`${key('a')}.json`), 31, true],
    ['a file of another name', () => damaged('notes.json'), 100, false],
    ['vectors that nothing names', () => damaged(`${key('b')}.safetensors`), 1, true],
    ['vectors that were just written', () => damaged(`${key('b')}.safetensors`), 0, false],
  ];
  async function kept(file: string, more: object = {}): Promise<string> {
    return named({ kind: 'spectrum', ...more, ...of(file) });
  }
  async function named(content: object): Promise<string> {
    await document(key('a'), content);
    return `${key('a')}.json`;
  }
  async function keptSurface(file: string): Promise<string> {
    const result: SurfaceResult = { ...surface('coarse'), ...of(file) };
    await new Store(folder, assert.fail).write(key('c'), {
      result,
      cost: { secondsPerCell: null, memoryBytes: 1 },
    });
    return `${key('c')}.json`;
  }
  async function damaged(name: string): Promise<string> {
    await writeFile(join(folder, name), '{');
    return name;
  }

  for (const [what, write, days, isRemovable] of cases) {
    it(`${isRemovable ? 'removes' : 'keeps'} ${what}`, async () => {
      const name = await write();
      await aged(name, days);
      const [counted] = (await run()).folders;
      assert.equal(counted?.removed.files, isRemovable ? 1 : 0);
      assert.deepEqual(await readdir(folder), [name], 'counting removes nothing');
      await run({ remove: true });
      assert.deepEqual(await readdir(folder), isRemovable ? [] : [name]);
    });
  }

  it('keeps vectors as long as a result that stays names them', async () => {
    const vectors = `${key('b')}.safetensors`;
    const names = ['gone.pt', 'there.pt'].map((file, index) => ({ file, key: `${key('d')}-${`${index}`.repeat(16)}` }));
    for (const { file, key: own } of names) {
      await document(own, { vectors: key('b'), ...of(file) });
      await aged(`${own}.json`, 31);
    }
    await damaged(vectors);
    await aged(vectors, 31);
    const { folders, isRemoved } = await run({ remove: true });
    assert.deepEqual([folders[0]!.removed.files, folders[0]!.kept.files, isRemoved], [1, 2, true]);
    assert.deepEqual((await readdir(folder)).sort(), [vectors, `${names[1]!.key}.json`].sort());
    await rm(join(root, 'there.pt'));
    await run({ remove: true });
    assert.deepEqual(await readdir(folder), []);
  });

  it('finds nothing in a folder that is not there', async () => {
    await rm(folder, { recursive: true });
    const none = { files: 0, bytes: 0 };
    assert.deepEqual((await run({ remove: true })).folders, [{ folder, removed: none, kept: none }]);
  });
});
