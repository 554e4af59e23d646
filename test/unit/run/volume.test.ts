import assert from 'node:assert/strict';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../worker/commands/run.ts';
import { volume } from '../../../worker/commands/volume.ts';
import type { LocalVolume, Measure, RunResult, RunUpdate } from '../../../worker/results.ts';
import { CountingEngines } from '../commands/countingEngines.ts';
import { engines, never } from '../objective/problems.ts';
import { begun, checkpointOf, states, Workspace } from './workspace.ts';

/** Few rows, since a volume takes hundreds of passes over them. */
const QUICK = { measures: ['log-volume'], samples: 20 } as const;
const FOLDER = 'runs/batch-32';
const [FIRST, EARLY, LATE] = ['epoch_000.pt', 'epoch_004.pt', 'epoch_024.pt'];

const volumeOf = (result: RunResult, file: string): Measure => {
  const found = checkpointOf(result, file).measures.find(({ name }) => name === 'log-volume');
  assert.ok(found, `${file} has no volume`);
  return found;
};

describe('the volumes of a run', function () {
  // A machine that does other things too takes its time.
  this.timeout(180_000);
  let workspace: Workspace;
  /** Where a test has taken the checkpoints that it brings back. */
  let elsewhere: string;

  beforeEach(async () => {
    workspace = await Workspace.create();
    elsewhere = workspace.path('elsewhere-');
    const kept: readonly string[] = [FIRST, EARLY, LATE];
    for (const file of await readdir(workspace.path(FOLDER))) {
      if (!kept.includes(file)) await rm(workspace.path(join(FOLDER, file)));
    }
  });
  afterEach(() => workspace.remove());

  const takeAway = (file: string) => rename(workspace.path(join(FOLDER, file)), `${elsewhere}${file}`);
  const bringBack = (file: string) => rename(`${elsewhere}${file}`, workspace.path(join(FOLDER, file)));

  /** What `basin volume` says of a checkpoint on the same rows. */
  async function alone(file: string, sigma?: number): Promise<LocalVolume> {
    const request = { checkpoint: workspace.path(join(FOLDER, file)), samples: QUICK.samples, store: workspace.store };
    let found: LocalVolume | null = null;
    const asked = { ...request, threads: 2, ...(sigma !== undefined && { sigma }) };
    for await (const { result } of volume(asked, { engines, signal: never })) found = result.local;
    return found!;
  }

  it('are measured where they are asked for, by the prior of the checkpoint from before training, once', async () => {
    const usual = await workspace.measure(FOLDER, { samples: 20, measures: ['train-loss'] });
    assert.deepEqual(states(usual.result), [`${FIRST} measured`, `${EARLY} measured`, `${LATE} measured`]);
    const { result, updates } = await workspace.measure(FOLDER, QUICK);
    assert.equal(result.complete, true);
    for (const file of [FIRST, EARLY, LATE]) {
      const own = volumeOf(result, file);
      assert.deepEqual(own.volume, volumeOf(result, LATE).volume);
      assert.deepEqual([own.upper, own.converged], [null, true]);
      assert.ok(Number(own.lower) <= Number(own.value));
    }
    const { prior, directions, cutoff, basin } = volumeOf(result, LATE).volume!;
    assert.deepEqual([prior.from, prior.source!.file], ['initialization', `${FOLDER}/${FIRST}`]);
    assert.deepEqual([directions, cutoff, basin], [100, 0.01, 'kl']);
    assert.ok(updates.some(({ progress }) => progress.done === 0 && Number(progress.remainingSeconds) > 0));
    const again = await workspace.measure(FOLDER, QUICK);
    assert.deepEqual([begun(again.updates), again.result], [[], result]);
    assert.equal(volumeOf(await workspace.list(FOLDER), LATE).value, volumeOf(result, LATE).value);
  });

  it('are those of a volume by itself, and share what is kept', async () => {
    await takeAway(EARLY);
    const counting = new CountingEngines();
    const own = await alone(LATE);
    const asked = { ...QUICK, folder: workspace.path(FOLDER), store: workspace.store, threads: 2, only: LATE };
    let last: RunUpdate | undefined;
    for await (last of run(asked, workspace.newProcess(), { engines: counting, signal: never }));
    await counting.dispose();
    const found = volumeOf(last!.result, LATE);
    assert.deepEqual(
      [found.value, found.lower, found.volume!.prior],
      [own.logVolume.value, own.logVolume.lower, own.prior],
    );
    // The checkpoint's own predictions, from which the divergence would be.
    assert.equal(counting.sessions, 1);
  });

  it('have the prior of the first checkpoint there is, and keep it when that is gone', async () => {
    await takeAway(FIRST);
    const { result } = await workspace.measure(FOLDER, { ...QUICK, only: LATE });
    const { prior } = volumeOf(result, LATE).volume!;
    assert.deepEqual([prior.from, prior.source!.file], ['first', `${FOLDER}/${EARLY}`]);
    await takeAway(EARLY);
    const alone = await workspace.measure(FOLDER, QUICK);
    assert.deepEqual(begun(alone.updates), []);
    assert.deepEqual(volumeOf(alone.result, LATE).volume!.prior, prior);
  });

  it('are measured again once the checkpoint from before training is there, or another prior is asked for', async () => {
    await takeAway(FIRST);
    await takeAway(EARLY);
    await workspace.measure(FOLDER, QUICK);
    await bringBack(FIRST);
    const { result, updates } = await workspace.measure(FOLDER, QUICK);
    assert.deepEqual(new Set(begun(updates)), new Set([`${LATE} log-volume`, `${FIRST} log-volume`]));
    const before = volumeOf(result, LATE);
    assert.equal(before.volume!.prior.from, 'initialization');
    const wide = await workspace.measure(FOLDER, { ...QUICK, sigma: 0.5, only: LATE });
    const { value, volume: by } = volumeOf(wide.result, LATE);
    assert.deepEqual([by!.prior, value], [{ sigma: 0.5, from: 'request' }, (await alone(LATE, 0.5)).logVolume.value]);
    // The first prior's is kept under its own key.
    const back = await workspace.measure(FOLDER, QUICK);
    assert.deepEqual(volumeOf(back.result, LATE), before);
  });

  it('have no prior of a deviation below 0', () =>
    assert.rejects(workspace.measure(FOLDER, { ...QUICK, sigma: -1 }), {
      kind: 'usage',
      message: /^A prior of the deviation -1/,
    }));
});
