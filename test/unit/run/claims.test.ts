import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Claims } from '../../../worker/run/claims.ts';

/** The id of a process that has just ended. */
const ended = spawnSync(process.execPath, ['--version']).pid;

describe('claims on work', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'basin-claims-')), 'claims');
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  const open = () => new Claims(folder);
  const files = () => readdir(folder);

  it('are one process’s each, until it lets go', async () => {
    const [one, other] = [open(), open()];
    const claim = await one.take('a');
    assert.ok(claim);
    assert.equal(await other.take('a'), null);
    const another = await other.take('b');
    assert.ok(another);
    await claim.release();
    assert.ok(await other.take('a'));
    await another.release();
    assert.equal((await files()).length, 1);
  });

  it('are one’s, however many ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => open().take('a')));
    assert.equal(taken.filter(claim => claim !== null).length, 1);
  });

  const others: readonly [what: string, content: string, secondsAgo: number, isHeld: boolean][] = [
    ['a process that runs', JSON.stringify({ host: hostname(), pid: process.pid }), 0, true],
    ['a process that was killed', JSON.stringify({ host: hostname(), pid: ended }), 0, false],
    ['another machine', JSON.stringify({ host: `not-${hostname()}`, pid: ended }), 0, true],
    ['another machine that is heard no more', JSON.stringify({ host: `not-${hostname()}`, pid: ended }), 120, false],
    ['a process that is writing it', '', 0, true],
    ['a process that was killed in writing it', '', 120, false],
  ];
  for (const [what, content, secondsAgo, isHeld] of others) {
    it(`of ${what} are ${isHeld ? 'respected' : 'taken over'}`, async () => {
      const claim = await open().take('a');
      const [name] = await files();
      await claim?.release();
      const path = join(folder, name!);
      await writeFile(path, content);
      const time = Date.now() / 1000 - secondsAgo;
      await utimes(path, time, time);
      assert.equal((await open().take('a')) === null, isHeld);
    });
  }

  it('that killed processes left are removed in time', async () => {
    const claim = await open().take('a');
    const [name] = await files();
    await claim?.release();
    await writeFile(join(folder, name!), '');
    await utimes(join(folder, name!), 1, 1);
    await (await open().take('b'))?.release();
    assert.deepEqual(await files(), []);
  });

  it('are everybody’s where none can be written', async () => {
    await writeFile(folder, 'no folder');
    for (const claims of [open(), open(), new Claims(null)]) {
      const claim = await claims.take('a');
      assert.ok(claim);
      await claim.release();
    }
  });
});
