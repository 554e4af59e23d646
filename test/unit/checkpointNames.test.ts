import assert from 'node:assert/strict';
import { listed, shortNames } from '../../worker/checkpointNames.ts';

describe('names of several checkpoints', () => {
  const cases: readonly (readonly [paths: readonly string[], names: readonly string[]])[] = [
    [
      ['runs/a/1.pt', 'runs/a/2.pt'],
      ['1.pt', '2.pt'],
    ],
    [
      ['runs/a/1.pt', 'runs/b/1.pt'],
      ['a/1.pt', 'b/1.pt'],
    ],
    [
      ['1.pt', 'runs/b/1.pt'],
      ['1.pt', 'runs/b/1.pt'],
    ],
    [
      ['C:\\runs\\a\\1.pt', 'C:\\runs\\b\\1.pt'],
      ['a/1.pt', 'b/1.pt'],
    ],
    [
      ['runs/1.pt', 'runs/2.pt', 'runs/1.pt'],
      ['1.pt (1)', '2.pt', '1.pt (2)'],
    ],
    [['runs/1.pt'], ['1.pt']],
  ];
  for (const [paths, names] of cases) it(paths.join(', '), () => assert.deepEqual(shortNames(paths), names));

  it('stand in a sentence', () => {
    assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed), ['', 'a', 'a and b', 'a, b and c']);
  });
});
