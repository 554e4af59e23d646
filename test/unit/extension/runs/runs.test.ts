import assert from 'node:assert/strict';
import type { Wish } from '../../../../extension/runs/measurer.ts';
import { Runs } from '../../../../extension/runs/runs.ts';
import { WorkerExitedError } from '../../../../extension/workerErrors.ts';
import { inputError } from '../../../../worker/errors.ts';
import type { RunResult } from '../../../../worker/results.ts';
import { checkpointOf, runOf } from '../../../fixtures/runListings.ts';
import { FakeClock, settled } from './fakeClock.ts';

/** A workspace in memory: what the engine says of each run's folder, and what is asked of it. */
function setUp(listings: Record<string, RunResult | Error>, wishes: Record<string, Wish | null> = {}) {
  const clock = new FakeClock();
  const looks: Record<string, string> = {};
  const asked: string[] = [];
  const watching = new Map<string, () => void>();
  const log: string[] = [];
  const arrived: string[] = [];
  let changes = 0;
  const runs = new Runs({
    engine: {
      runFolders: async ({ roots }) => {
        asked.push(`find ${roots}`);
        return Object.keys(listings).map(folder => ({ folder }));
      },
      runList: async ({ folder }) => {
        asked.push(folder);
        const listing = listings[folder];
        if (listing === undefined || listing instanceof Error) throw listing ?? inputError(`${folder}: is gone.`);
        return structuredClone(listing);
      },
      run: ({ folder, budgetSeconds }) => {
        asked.push(`measure ${folder} ${budgetSeconds}`);
        return new Promise(() => {});
      },
    },
    roots: () => ['/w'],
    labelOf: folder => folder.slice('/w/'.length),
    watch: (folder, onEvent) => {
      watching.set(folder, onEvent);
      return { dispose: () => watching.delete(folder) };
    },
    look: async folder => looks[folder] ?? '',
    budgetSeconds: () => 600,
    obstacle: async () => undefined,
    wishes: {
      read: async folder => wishes[folder] ?? null,
      keep: (folder, wish) => {
        wishes[folder] = wish;
      },
    },
    clock,
    log: (level, message) => log.push(`${level} ${message}`),
  });
  runs.onDidChange(() => changes++);
  runs.onDidArrive(checkpoints => arrived.push(...checkpoints.map(({ checkpoint }) => checkpoint.file)));
  /** What the engine was asked since this was called last. */
  const taken = (): string[] => asked.splice(0);
  const changed = (): boolean => {
    const had = changes > 0;
    changes = 0;
    return had;
  };
  return { runs, clock, listings, wishes, looks, watching, log, arrived, taken, changed };
}

const two = { '/w/runs/b10': runOf('b10', [checkpointOf(1)]), '/w/runs/b2': runOf('b2', [checkpointOf(1)]) };

describe('the runs of a workspace', () => {
  it('are found, listed and watched, in the order of their labels', async () => {
    const { runs, taken, watching } = setUp({ ...two });
    assert.equal(runs.isFound, false);
    await runs.refresh();
    assert.equal(runs.isFound, true);
    assert.deepEqual(
      runs.runs.map(({ label, result }) => [label, result?.checkpoints.length]),
      [
        ['runs/b2', 1],
        ['runs/b10', 1],
      ],
    );
    assert.deepEqual(taken(), ['find /w', ...Object.keys(two).toReversed()]);
    assert.deepEqual([...watching.keys()].toSorted(), Object.keys(two).toSorted());
  });

  it('are measured on where another window had begun, and were not paused', async () => {
    const begun = setUp({ ...two }, { '/w/runs/b2': { secondsLeft: 90 }, '/w/runs/b10': null });
    await begun.runs.refresh();
    await settled();
    assert.deepEqual(
      begun.taken().filter(asked => asked.startsWith('measure')),
      ['measure /w/runs/b2 90'],
    );
    begun.runs.pause('/w/runs/b2');
    const next = setUp({ ...two }, begun.wishes);
    await next.runs.refresh();
    await settled();
    assert.deepEqual([next.runs.run('/w/runs/b2')?.measuring, begun.wishes['/w/runs/b2']], [undefined, null]);
  });

  it('are listed again when they have changed and been quiet, and tell what has landed', async () => {
    const { runs, clock, listings, watching, taken, changed, arrived } = setUp({ ...two });
    await runs.refresh();
    await clock.pass(10_000);
    taken();
    changed();
    listings['/w/runs/b2'] = runOf('b2', [checkpointOf(1), checkpointOf(2)]);
    for (let event = 0; event < 5; event++) watching.get('/w/runs/b2')?.();
    await clock.pass(900);
    assert.deepEqual(taken(), []);
    await clock.pass(200);
    assert.deepEqual(taken(), ['/w/runs/b2']);
    assert.deepEqual([changed(), arrived], [true, ['epoch_002.pt']]);
    watching.get('/w/runs/b2')?.();
    await clock.pass(2000);
    assert.deepEqual([taken(), changed(), arrived.length], [['/w/runs/b2'], false, 1]);
  });

  it('are listed again where somebody else has measured, and nowhere else', async () => {
    const { runs, listings, taken, changed, arrived } = setUp({ ...two });
    await runs.refresh();
    taken();
    changed();
    listings['/w/runs/b2'] = runOf('b2', [checkpointOf(1, 'partial')]);
    runs.listAgain(['/w/runs/b2', '/w/runs/b2', '/w/elsewhere']);
    await settled();
    assert.deepEqual([taken(), changed(), arrived], [['/w/runs/b2'], true, []]);
  });

  it('are listed once more when what was written just now has settled', async () => {
    const { runs, clock, listings, watching, arrived } = setUp({ '/w/a': runOf('a', [checkpointOf(1)]) });
    await runs.refresh();
    watching.get('/w/a')?.();
    await clock.pass(3000);
    listings['/w/a'] = runOf('a', [checkpointOf(1), checkpointOf(2, 'unmeasured', { file: 'other.weights' })]);
    await clock.pass(3000);
    assert.deepEqual(arrived, ['other.weights']);
  });

  it('do not count as landed what was there at first, is unfinished, or was rotated away', async () => {
    const { runs, clock, listings, watching, arrived } = setUp({ '/w/a': runOf('a', [checkpointOf(1)]) });
    await runs.refresh();
    assert.deepEqual(arrived, []);
    const next = async (...checkpoints: RunResult['checkpoints']): Promise<void> => {
      listings['/w/a'] = runOf('a', checkpoints);
      watching.get('/w/a')?.();
      await clock.pass(6000);
    };
    await next(checkpointOf(1), checkpointOf(2, 'incomplete'));
    await next(checkpointOf(1, 'measured', { present: false }), checkpointOf(2));
    await next(checkpointOf(2), checkpointOf(3, 'unmeasured', { file: 'last.pt' }));
    await next(checkpointOf(2), checkpointOf(3, 'unmeasured', { file: 'last.pt', written: 9e9 }));
    assert.deepEqual(arrived, ['epoch_002.pt', 'last.pt', 'last.pt']);
  });

  it('are looked at again while a file is being written, ever less often', async () => {
    const { runs, clock, listings, taken } = setUp({ '/w/a': runOf('a', [checkpointOf(1, 'incomplete')]) });
    await runs.refresh();
    taken();
    await clock.pass(60_000);
    const asked = taken().length;
    assert.ok(asked >= 3 && asked <= 6, `${asked} times in a minute`);
    listings['/w/a'] = runOf('a', [checkpointOf(1)]);
    await clock.pass(62_000);
    taken();
    await clock.pass(600_000);
    assert.deepEqual(taken(), []);
  });

  it('are found by a look where no event tells of a change', async () => {
    const { runs, clock, looks, taken } = setUp({ '/w/runs/a': runOf('a', [checkpointOf(1)]) });
    await runs.refresh();
    await clock.pass(5000);
    taken();
    const rescanned = async (): Promise<string[]> => {
      await runs.rescan();
      await clock.pass(6000);
      return taken();
    };
    assert.deepEqual(await rescanned(), []);
    looks['/w/runs/a'] = 'another';
    assert.deepEqual(await rescanned(), ['/w/runs/a', '/w/runs/a']);
    assert.deepEqual(await rescanned(), []);
    looks['/w/runs'] = 'a new folder';
    assert.deepEqual(await rescanned(), ['find /w']);
    assert.deepEqual(await rescanned(), []);
  });

  it('come and go', async () => {
    const { runs, clock, listings, watching } = setUp({ ...two });
    await runs.refresh();
    delete listings['/w/runs/b10'];
    listings['/w/runs/c'] = runOf('c', [checkpointOf(1)]);
    runs.reportElsewhere();
    await clock.pass(2000);
    assert.deepEqual(
      runs.runs.map(({ label }) => label),
      ['runs/b2', 'runs/c'],
    );
    assert.deepEqual([...watching.keys()].toSorted(), ['/w/runs/b2', '/w/runs/c']);
  });

  it('say why they cannot be listed, log it once, and are tried again', async () => {
    const { runs, clock, listings, log } = setUp({ '/w/a': inputError('a: cannot be read.') });
    await runs.refresh();
    assert.equal(runs.run('/w/a')?.problem, 'a: cannot be read.');
    await clock.pass(20_000);
    assert.deepEqual(log, ['warn a: the run could not be listed: a: cannot be read.']);
    listings['/w/a'] = runOf('a', [checkpointOf(1)]);
    await clock.pass(60_000);
    assert.equal(runs.run('/w/a')?.problem, undefined);
    assert.equal(runs.run('/w/a')?.result?.checkpoints.length, 1);
  });

  it('are not listed again and again where that ends the engine, but when they change', async () => {
    const ended = new WorkerExitedError({ reason: 'crashed', code: null, signal: 'SIGKILL', stderr: [] });
    const { runs, clock, watching, taken } = setUp({ '/w/a': ended });
    await runs.refresh();
    taken();
    await clock.pass(600_000);
    assert.deepEqual(taken(), []);
    watching.get('/w/a')?.();
    await clock.pass(600_000);
    assert.deepEqual(taken(), ['/w/a', '/w/a']);
  });

  it('know a checkpoint by its path while it is there', async () => {
    const gone = checkpointOf(1, 'measured', { present: false });
    const { runs } = setUp({ '/w/a': runOf('a', [gone, checkpointOf(2)]) });
    await runs.refresh();
    assert.equal(runs.checkpoint('/w/a/epoch_002.pt')?.checkpoint.epoch, 2);
    for (const path of ['/w/a/epoch_001.pt', '/w/a/epoch_003.pt', '/w/epoch_002.pt']) {
      assert.equal(runs.checkpoint(path), undefined);
    }
  });

  it('are left alone once they are disposed of', async () => {
    const { runs, clock, watching, taken } = setUp({ '/w/a': runOf('a', [checkpointOf(1, 'incomplete')]) });
    await runs.refresh();
    taken();
    runs.dispose();
    runs.reportElsewhere();
    await clock.pass(100_000);
    await settled();
    assert.deepEqual([taken(), watching.size, clock.waiting], [[], 0, 0]);
  });
});
