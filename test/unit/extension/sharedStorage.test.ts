import assert from 'node:assert/strict';
import { sharedStorage } from '../../../extension/sharedStorage.ts';

describe("a workspace's storage", () => {
  const cases: readonly [given: string, shared: string][] = [
    ['/s/workspaceStorage/ebc722c-1/basin.basin', '/s/workspaceStorage/ebc722c/basin.basin'],
    ['/s/workspaceStorage/-ebc722c-9/basin.basin', '/s/workspaceStorage/-ebc722c/basin.basin'],
    ['C:\\s\\workspaceStorage\\ebc722c-2\\basin.basin', 'C:\\s\\workspaceStorage\\ebc722c\\basin.basin'],
    ['/s/workspaceStorage/ebc722c/basin.basin', '/s/workspaceStorage/ebc722c/basin.basin'],
    ['/s/workspaceStorage/-1/basin.basin', '/s/workspaceStorage/-1/basin.basin'],
    ['/s-1/ab-1/ebc722c/basin.basin', '/s-1/ab-1/ebc722c/basin.basin'],
    ['/s/globalStorage/basin.basin', '/s/globalStorage/basin.basin'],
  ];
  for (const [given, shared] of cases)
    it(`is ${shared} for the window of ${given}`, () => assert.equal(sharedStorage(given), shared));
});
