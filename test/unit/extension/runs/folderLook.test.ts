import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookAt } from '../../../../extension/runs/folderLook.ts';

describe('a look at a folder', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basin-look-'));
    // More than are asked for size and time.
    for (let step = 1; step <= 400; step++) writeFileSync(file(`step_${step}.pt`), 'x');
    writeFileSync(file('last.pt'), 'x');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const changes: readonly [what: string, change: () => void][] = [
    ['a new file', () => writeFileSync(file('step_401.pt'), 'x')],
    ['a deleted file', () => rmSync(file('step_1.pt'))],
    ['a renamed file', () => renameSync(file('step_1.pt'), file('first.pt'))],
    ['a file without a number written over', () => writeFileSync(file('last.pt'), 'xy')],
    ['the last file growing', () => writeFileSync(file('step_400.pt'), 'xy')],
    ['the last file written over with as many bytes', () => utimesSync(file('step_400.pt'), 1, 1)],
  ];
  for (const [what, change] of changes) {
    it(`tells ${what}`, async () => {
      const before = await lookAt(folder);
      assert.equal(await lookAt(folder), before);
      change();
      assert.notEqual(await lookAt(folder), before);
    });
  }

  it('tells a file that was added to a folder that may be a checkpoint', async () => {
    const inner = file('checkpoint-500');
    mkdirSync(inner);
    utimesSync(inner, 1, 1);
    const before = await lookAt(folder);
    writeFileSync(join(inner, 'trainer_state.json'), '{}');
    assert.notEqual(await lookAt(folder), before);
  });

  it('minds no change inside of a folder in it', async () => {
    const inner = file('inner');
    mkdirSync(inner);
    const before = await lookAt(folder);
    writeFileSync(join(inner, 'step_1.pt'), 'x');
    utimesSync(inner, 1, 1);
    assert.equal(await lookAt(folder), before);
  });

  it('tells that there is no such folder', async () => {
    rmSync(folder, { recursive: true });
    assert.equal(await lookAt(folder), null);
  });
});
