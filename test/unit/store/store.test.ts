import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SurfaceResult } from '../../../worker/results.ts';
import { surfaceKey } from '../../../worker/store/key.ts';
import { Store, type StoredSurface } from '../../../worker/store/store.ts';
import { surface } from '../../fixtures/panelStates.ts';

const key = 'a'.repeat(64);
const cost = { secondsPerCell: 0.004, memoryBytes: 2 ** 27 };
const whole: StoredSurface = { result: surface('coarse'), cost };
const half: StoredSurface = { result: surface('coarse', (_, column) => column < 5), cost };

describe('store', () => {
  let folder: string;
  let reports: string[];
  const open = (): Store => new Store(folder, message => reports.push(message));

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'basin-store-')), 'results');
    reports = [];
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('gives back what was kept, to another process too, to the last bit', async () => {
    await open().write(key, whole);
    assert.deepEqual(await open().read(key), whole);
    assert.deepEqual(JSON.stringify((await open().read(key))?.result), JSON.stringify(whole.result));
    assert.deepEqual(reports, []);
  });

  it('knows nothing of another key, and says nothing about it', async () => {
    await open().write(key, whole);
    assert.equal(await open().read('b'.repeat(64)), null);
    assert.deepEqual(reports, []);
  });

  it('never replaces a result by one with fewer cells, whoever writes', async () => {
    await open().write(key, half);
    await open().write(key, whole);
    await open().write(key, half);
    assert.deepEqual(await open().read(key), whole);
    assert.deepEqual(await readdir(folder), [`${key}.json`]);
  });

  it('survives any number of writers at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => open().write(key, index === 7 ? whole : half)));
    const read = await open().read(key);
    assert.ok(
      read !== null && [whole, half].some(one => one.result.evaluations.cells === read.result.evaluations.cells),
    );
    assert.deepEqual(await readdir(folder), [`${key}.json`]);
  });

  const spoilt: Readonly<Record<string, (content: string) => string>> = {
    'an empty file': () => '',
    'a file that was cut short': content => content.slice(0, content.length / 2),
    'a file of another program': () => '{"some": "thing"}',
    'another version': content => content.replace('"version":1', '"version":2'),
    'a renamed file': content => content.replace(key, 'c'.repeat(64)),
    'a wrong number of rows': content => content.replace('"loss":[[', '"loss":[[0],['),
  };
  for (const [what, spoil] of Object.entries(spoilt)) {
    it(`ignores ${what} with a line for the log, and replaces it`, async () => {
      const file = join(folder, `${key}.json`);
      await open().write(key, whole);
      await writeFile(file, spoil(await readFile(file, 'utf8')));
      const store = open();
      assert.equal(await store.read(key), null);
      assert.equal(reports.length, 1);
      assert.match(reports[0]!, /\.json: is ignored/);
      await store.write(key, half);
      assert.deepEqual(await open().read(key), half);
    });
  }

  it('removes what a killed writer left, once it is old', async () => {
    await open().write(key, half);
    const [old, fresh] = ['old', 'fresh'].map(name => join(folder, `${key}.json.${name}.tmp`));
    for (const path of [old!, fresh!]) await writeFile(path, '{');
    await utimes(old!, 0, 0);
    await open().write(key, whole);
    assert.deepEqual([existsSync(old!), existsSync(fresh!)], [false, true]);
  });

  it('says once that nothing can be kept, and keeps results again when that is mended', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    await open().write('d'.repeat(64), half);
    await chmod(folder, 0o500);
    const store = open();
    await store.write(key, half);
    await store.write(key, whole);
    assert.equal(reports.length, 1);
    assert.match(reports[0]!, /cannot be kept there/);
    await chmod(folder, 0o700);
    await store.write(key, whole);
    assert.deepEqual(await store.read(key), whole);
  });

  it('says once that nothing can be kept where a file is in the way of the folder', async () => {
    await writeFile(folder, '');
    const store = open();
    await store.write(key, half);
    await store.write(key, whole);
    assert.equal(reports.length, 1);
    assert.match(reports[0]!, /cannot be kept there/);
  });
});

describe('key of a surface', () => {
  const { provenance } = whole.result;
  const settings = {
    plane: { kind: 'random', seed: 0, planes: 1, perturb: 'weights' },
    grid: { columns: 5, rows: 5 },
    range: 1,
  } as const;
  const base = surfaceKey(provenance, settings);
  const cases: readonly [
    what: string,
    same: boolean,
    provenance: Partial<SurfaceResult['provenance']>,
    settings: object,
  ][] = [
    ['a renamed checkpoint', true, { checkpoint: { ...provenance.checkpoint, file: 'other.pt' } }, {}],
    ['a moved data file', true, { data: { ...provenance.data!, file: '/elsewhere/x.npz' } }, {}],
    [
      'other threads and times',
      true,
      { threads: 9, seconds: 1, time: '2020-01-01T00:00:00Z', versions: { basin: '9' } },
      {},
    ],
    ['another checkpoint', false, { checkpoint: { ...provenance.checkpoint, digest: 'ff' } }, {}],
    ['another model', false, { model: { ...provenance.model, digest: 'ff' } }, {}],
    ['other data', false, { data: { ...provenance.data!, digest: 'ff' } }, {}],
    ['data of another scale', false, { data: { ...provenance.data!, scale: 255 } }, {}],
    ['the other split', false, { split: 'test' }, {}],
    ['fewer rows', false, { samples: 10 }, {}],
    ['another loss', false, { loss: 'mse' }, {}],
    ['another device', false, { device: 'webgpu' }, {}],
    ['other parameters', false, { parameters: { ...provenance.parameters, include: ['a.*'] } }, {}],
    ['another seed of the plane', false, {}, { plane: { ...settings.plane, seed: 1 } }],
    ['another number of planes', false, {}, { plane: { ...settings.plane, planes: 2 } }],
    ['another grid', false, {}, { grid: { columns: 5, rows: 7 } }],
    ['another range', false, {}, { range: 0.5 }],
  ];
  for (const [what, same, changes, other] of cases) {
    it(`is ${same ? 'the same' : 'another'} for ${what}`, () => {
      assert.equal(surfaceKey({ ...provenance, ...changes }, { ...settings, ...other }) === base, same);
    });
  }
});
