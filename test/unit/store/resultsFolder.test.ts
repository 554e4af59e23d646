import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OutsideError } from '../../../worker/errors.ts';
import { withinRoots } from '../../../worker/io/access.ts';
import { resultsFolder } from '../../../worker/store/resultsFolder.ts';

const directory = resolve('/w/project');
const silent = { directory, results: null };
const shared = { directory, results: '../shared/results' };

describe('the folder of results', () => {
  const cases: readonly [what: string, ...Parameters<typeof resultsFolder>, expected: string | undefined][] = [
    ['none at all', {}, silent, undefined],
    ['without a project', { defaultStore: 'd' }, null, 'd'],
    ['the default', { defaultStore: 'd' }, silent, 'd'],
    ["basin.json's", { defaultStore: 'd' }, shared, resolve('/w/shared/results')],
    ['the one that was asked for', { store: 's', defaultStore: 'd' }, shared, 's'],
  ];
  for (const [what, keeping, project, expected] of cases) {
    it(`is ${what}`, () => assert.equal(resultsFolder(keeping, project), expected));
  }

  it("of basin.json lies where a request may reach; the host's own lies anywhere", async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'basin-reach-')));
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'basin-elsewhere-')));
    symlinkSync(elsewhere, join(root, 'link'));
    const named = (results: string): Promise<string | undefined> =>
      withinRoots([root], async () => resultsFolder({ defaultStore: '/d' }, { directory: root, results }));
    const refused = (folder: string) => (error: unknown) => error instanceof OutsideError && error.folder === folder;
    try {
      assert.equal(await named('not/there/yet'), join(root, 'not/there/yet'));
      await assert.rejects(named('link/new'), refused(elsewhere));
      await assert.rejects(named(join(elsewhere, 'new')), refused(elsewhere));
      assert.equal(await withinRoots([root], async () => resultsFolder({ defaultStore: '/d' }, silent)), '/d');
    } finally {
      for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true });
    }
  });
});
