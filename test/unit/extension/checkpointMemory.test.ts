import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CheckpointMemory } from '../../../extension/checkpointMemory.ts';
import { keptAnalyses } from '../../../extension/keptAnalyses.ts';
import type { Remembered } from '../../../extension/landscape.ts';
import { LandscapeMemory } from '../../../extension/landscapeMemory.ts';
import { defaultOptions } from '../../../extension/surfaceOptions.ts';
import { count, object } from '../../../worker/decode.ts';
import { partialSpectrum, spectrumOptions, wholeSpectrum } from '../../fixtures/spectra.ts';

describe("a checkpoint's document on disk", () => {
  let folder: string;
  const reports: string[] = [];
  const report = (message: string): number => reports.push(message);
  const kept = (): string => join(folder, 'kept');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-memory-'));
    reports.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () =>
    new CheckpointMemory({ folder: kept(), what: 'a number', version: 2, decode: object({ number: count }), report });

  it('is found by another window, the last one of each checkpoint', async () => {
    const memory = open();
    for (const number of [1, 2, 3]) memory.keep('/w/a.pt', { number });
    memory.keep('/w/b.pt', { number: 4 });
    await memory.settled();
    assert.deepEqual(await open().read('/w/a.pt'), { number: 3 });
    assert.deepEqual(await open().read('/w/b.pt'), { number: 4 });
    assert.equal(await open().read('/w/c.pt'), null);
    assert.deepEqual([(await readdir(kept())).length, reports.length], [2, 0]);
  });

  it('is found while it is still being written, and whatever came while it was', async () => {
    const memory = open();
    memory.keep('/w/a.pt', { number: 1 });
    memory.keep('/w/a.pt', { number: 2 });
    assert.deepEqual(await memory.read('/w/a.pt'), { number: 2 });
    memory.keep('/w/a.pt', { number: 3 });
    await memory.settled();
    assert.deepEqual(await open().read('/w/a.pt'), { number: 3 });
  });

  const damages: readonly [what: string, content: string, report: RegExp][] = [
    ['is no JSON', '{"version":2', /JSON/],
    ['is of another version', '{"version":1,"number":1}', /"version" is not 2/],
    ['holds something else', '{"version":2,"number":"1"}', /"number" is not a whole number/],
  ];
  for (const [what, content, said] of damages) {
    it(`is left aside with a word where a file ${what}`, async () => {
      const memory = open();
      memory.keep('/w/a.pt', { number: 1 });
      await memory.settled();
      const [name] = await readdir(kept());
      await writeFile(join(kept(), name!), content);
      assert.equal(await memory.read('/w/a.pt'), null);
      assert.match(reports.join('\n'), said);
    });
  }

  it('lasts with the tab where it cannot be written', async () => {
    await writeFile(kept(), 'a file where the folder should be');
    const memory = open();
    memory.keep('/w/a.pt', { number: 1 });
    await memory.settled();
    assert.match(reports.join('\n'), /a number cannot be kept there/);
  });

  it('tells a spectrum from what is broken', async () => {
    const store = keptAnalyses(folder, report).spectrum;
    for (const result of [partialSpectrum, wholeSpectrum]) store.keep('/w/a.pt', { options: spectrumOptions, result });
    await store.settled();
    assert.deepEqual(await store.read('/w/a.pt'), { options: spectrumOptions, result: wholeSpectrum });
    const [name] = await readdir(join(folder, 'spectra'));
    const broken = { version: 1, options: spectrumOptions, result: { ...wholeSpectrum, largest: [{ value: '1' }] } };
    await writeFile(join(folder, 'spectra', name!), JSON.stringify(broken));
    assert.equal(await store.read('/w/a.pt'), null);
    assert.match(reports.join('\n'), /"result\.largest\[0\]\.value" is not a number/);
  });

  const landscapes: readonly [what: string, remembered: Remembered][] = [
    ['random directions before anything is kept', { options: defaultOptions(3) }],
    [
      "a file's directions, and where the surface is kept",
      {
        options: {
          plane: { kind: 'file', file: 'd.npz' },
          split: 'test',
          grid: { kind: 'size', columns: 3, rows: 4 },
          range: 0.5,
        },
        key: 'abc',
      },
    ],
    ['eigenvectors', { options: { ...defaultOptions(0), plane: { kind: 'eigen' } }, key: 'def' }],
    [
      'principal components',
      { options: { ...defaultOptions(0), plane: { kind: 'pca' }, statistics: 'recomputed' }, key: 'ghi' },
    ],
    [
      'three checkpoints',
      { options: { ...defaultOptions(0), plane: { kind: 'three', through: ['/w/b.pt', '/w/c.pt'] } } },
    ],
  ];
  for (const [what, remembered] of landscapes) {
    it(`tells with what a landscape was computed: ${what}`, async () => {
      const memory = new LandscapeMemory(kept(), report);
      memory.keep('/w/a.pt', remembered);
      assert.deepEqual(await memory.read('/w/a.pt'), remembered);
      assert.deepEqual(reports, []);
    });
  }

  it('is no landscape where anything else stands in its place', async () => {
    const memory = new LandscapeMemory(kept(), report);
    memory.keep('/w/a.pt', { options: defaultOptions(3) });
    await memory.settled();
    const [name] = await readdir(kept());
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async options => {
        await writeFile(join(kept(), name!), JSON.stringify({ version: 1, options }));
        assert.equal(await memory.read('/w/a.pt'), null);
      }),
      { numRuns: 50 },
    );
  });
});
