import assert from 'node:assert/strict';
import { nothingToPrune, pruned, pruneQuestion } from '../../../extension/pruneTexts.ts';
import type { PruneResult } from '../../../worker/results.ts';

const none = { files: 0, bytes: 0 };

const result = (...folders: Omit<PruneResult['folders'][number], 'folder'>[]): PruneResult => ({
  kind: 'prune',
  folders: folders.map((amounts, index) => ({ folder: `/w/${index}`, ...amounts })),
  olderDays: 30,
  isRemoved: false,
});

describe('the question before results are removed', () => {
  it('says how many of all folders, how large, and what stays', () => {
    const found = result(
      { removed: { files: 2, bytes: 3e6 }, kept: { files: 1, bytes: 2e6 } },
      { removed: { files: 10, bytes: 9e6 }, kept: none },
    );
    const { message, detail } = pruneQuestion(found)!;
    assert.equal(message, 'Remove 12 kept results (12 MB) that nothing needs any more?');
    assert.match(detail, /not written for 30 days.* 1 kept result \(2 MB\) stays, the measurements/);
    assert.equal(pruned(found), '12 kept results (12 MB) removed.');
  });

  it('is not asked where there is nothing', () => {
    const found = result({ removed: none, kept: { files: 3, bytes: 1e6 } });
    assert.equal(pruneQuestion(found), null);
    assert.match(nothingToPrune(found), /^Nothing to remove: 3 kept results \(1 MB\) are kept/);
  });
});
