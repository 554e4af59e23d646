import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArray } from '../../../worker/data/array.ts';
import type { ErrorKind } from '../../../worker/errors.ts';
import { checkTensor, FILES, readFixture, refuses, zip } from '../io/fixtures.ts';

const counting = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('arrays of data files', () => {
  const cases: [string, string, number[], number[]][] = [
    ['data.npz#labels', 'int64', [10], counting(0, 10).map(label => label % 3)],
    ['data-compressed.npz#features', 'float64', [10, 3], counting(0, 30)],
    ['version2.npy', 'float32', [6, 4], counting(0, 24)],
    ['idx-u1-ubyte', 'uint8', [3, 4], counting(-4, 12).map(value => value & 255)],
    ['idx-u1-ubyte.gz', 'uint8', [3, 4], counting(-4, 12).map(value => value & 255)],
    ['idx-i1-ubyte', 'int8', [3, 4], counting(-4, 12)],
    ['idx-i2-ubyte', 'int16', [3, 4], counting(-4, 12)],
    ['idx-i4-ubyte', 'int32', [3, 4], counting(-4, 12)],
    ['idx-f4-ubyte', 'float32', [3, 4], counting(-4, 12)],
    ['idx-f8-ubyte', 'float64', [3, 4], counting(-4, 12)],
  ];
  for (const [reference, dtype, shape, data] of cases) {
    it(reference, async () => {
      const array = await openArray(reference, FILES);
      await checkTensor(array, { dtype, shape, data });
      assert.equal(array.file, reference.split('#')[0]);
      assert.equal(array.sequential, reference.startsWith('data-compressed'));
      await array.close();
    });
  }

  it('finds an array that is alone, beside others that cannot be read, and in a file named with a #', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    const array = { name: 'x.npy', data: readFixture('version1.npy') };
    const expected = { dtype: 'float32', shape: [6, 4], data: counting(0, 24) };
    try {
      await writeFile(join(folder, 'one.bin'), zip([array]));
      await writeFile(join(folder, 'two.bin'), zip([array, { name: 'y.npy', data: Buffer.from('no array') }]));
      await writeFile(join(folder, 'odd#name.npy'), array.data);
      for (const reference of ['one.bin', 'two.bin#x', 'odd#name.npy']) {
        const opened = await openArray(reference, folder);
        await checkTensor(opened, expected);
        await opened.close();
      }
      await refuses(() => openArray('two.bin#y', folder), 'input', /^two\.bin#y: does not begin as a NumPy array/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const refused: [string, ErrorKind, RegExp][] = [
    ['none.npz#x', 'input', /none\.npz: no such file/],
    ['data.npz#missing', 'input', /^data\.npz: no array missing; it holds images, grey, half, features/],
    ['data.npz', 'input', /^data\.npz: which of its arrays is meant \(images, .*Write data\.npz#name/],
    ['version1.npy#x', 'input', /^version1\.npy: neither \.npz nor .* so it has no part "x"/],
    ['make_fixtures.py', 'input', /^make_fixtures\.py: neither \.npz, \.npy, IDX/],
  ];
  for (const [reference, kind, message] of refused) {
    it(`refuses ${reference}`, () => refuses(() => openArray(reference, FILES), kind, message));
  }

  it('refuses files that are cut short as incomplete', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    try {
      for (const file of ['idx-i2-ubyte', 'idx-u1-ubyte.gz', 'version1.npy', 'data.npz']) {
        const whole = readFixture(file);
        for (const length of [13, whole.length - 1]) {
          await writeFile(join(folder, file), whole.subarray(0, length));
          await refuses(() => openArray(file, folder), 'incomplete', /copy or save it again/);
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
