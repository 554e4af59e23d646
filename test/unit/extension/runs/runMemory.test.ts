import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunMemory } from '../../../../extension/runs/runMemory.ts';

describe('what runs need from one window to the next', () => {
  let storage: string;
  const reports: string[] = [];
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'basin-run-memory-'));
    reports.length = 0;
  });
  afterEach(() => rm(storage, { recursive: true, force: true }));

  const open = () => new RunMemory(storage, message => reports.push(message));

  it('is each run that is measured, what is left of its time, and which measures', async () => {
    const memory = open();
    memory.keep('/w/a', { secondsLeft: 90 });
    memory.keep('/w/b', { secondsLeft: null, measures: ['log-volume'] });
    memory.keep('/w/c', { secondsLeft: 90 });
    memory.keep('/w/c', null);
    await memory.settled();
    const next = open();
    assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map(name => next.read(`/w/${name}`))), [
      { secondsLeft: 90 },
      { secondsLeft: null, measures: ['log-volume'] },
      null,
      null,
    ]);
  });

  it('is whether the question was asked, also while that is still being written', async () => {
    const memory = open();
    assert.equal(await memory.wasAsked(), false);
    memory.rememberAsked();
    assert.equal(await memory.wasAsked(), true);
    await memory.settled();
    assert.deepEqual([await open().wasAsked(), reports], [true, []]);
  });
});
