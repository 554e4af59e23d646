import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ListedArray } from '../../../worker/data/list.ts';
import { listArrays } from '../../../worker/data/list.ts';

const files = 'test/fixtures/files';

describe('the arrays of a data file', () => {
  const cases: readonly [file: string, expected: readonly ListedArray[]][] = [
    [
      'demo/train.npz',
      [
        { suffix: '#x', dtype: 'float32', shape: [1024, 1, 8, 8] },
        { suffix: '#y', dtype: 'int64', shape: [1024] },
      ],
    ],
    [join(files, 'idx-u1-ubyte.gz'), [{ suffix: '', dtype: 'uint8', shape: [3, 4] }]],
    [join(files, 'version2.npy'), [{ suffix: '', dtype: 'float32', shape: [6, 4] }]],
    [
      'test/fixtures/data/cifar100.bin',
      [
        { suffix: '#images', dtype: 'uint8', shape: [5, 3, 32, 32] },
        { suffix: '#coarse', dtype: 'uint8', shape: [5] },
        { suffix: '#fine', dtype: 'uint8', shape: [5] },
      ],
    ],
    // Python objects are left out.
    [join(files, 'refused-object.npz'), []],
  ];
  for (const [file, expected] of cases) it(file, async () => assert.deepEqual(await listArrays(file), expected));

  it('refuses a file that is no data', async () => {
    await assert.rejects(listArrays('package.json'), { kind: 'input', message: /^package\.json: / });
  });
});
