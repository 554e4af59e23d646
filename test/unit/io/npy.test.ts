import assert from 'node:assert/strict';
import { npyTensor } from '../../../worker/io/npy.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { checkTensor, readFixture, refuses } from './fixtures.ts';

/** A `.npy` file with the given header and this many bytes of zeros. */
function npy(header: string, bytes: number, version = 1): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    length,
    Buffer.from(header),
    Buffer.alloc(bytes),
  ]);
}

const header = (shape: string, descr = "'<f4'", fortran = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

const open = (bytes: Uint8Array) => npyTensor('a', fromBytes('a.npy', bytes));

describe('NumPy arrays', () => {
  for (const version of [1, 2, 3]) {
    it(`version ${version}`, async () => {
      const data = Array.from({ length: 24 }, (_, index) => index);
      await checkTensor(await open(readFixture(`version${version}.npy`)), { dtype: 'float32', shape: [6, 4], data });
    });
  }

  it('has no rows beyond its own', async () => {
    const lazy = await open(npy(header('(3, 2)'), 24));
    assert.deepEqual((await lazy.read({ from: 1, to: 1 })).shape, [0, 2]);
    for (const [from, to] of [
      [0, 4],
      [-1, 1],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as [number, number][]) {
      await refuses(() => lazy.read({ from, to }), 'input', /^a\.npy: a has 3 rows; rows \[.*\) lie outside/);
    }
    const scalar = await open(npy(header('()'), 4));
    await refuses(() => scalar.read({ from: 0, to: 1 }), 'input', /a is a scalar/);
  });

  const cases: [string, Buffer, 'input' | 'incomplete', RegExp][] = [
    ['another beginning', Buffer.alloc(64, 1), 'input', /does not begin as a NumPy array/],
    ['a short beginning', Buffer.from('\x93NUM', 'latin1'), 'incomplete', /ends after 4/],
    ['version 9', npy(header('(1,)'), 4, 9), 'input', /version 9 is unknown/],
    ['a header longer than the file', npy(header('(1,)'), 0).subarray(0, 40), 'incomplete', /ends after 40/],
    [
      'a header of 60 000 bytes',
      Buffer.from('\x93NUMPY\x02\0\xff\xff\xff\x7f0123', 'latin1'),
      'input',
      /a header of 2147483647/,
    ],
    ['no header', npy('{}', 4), 'input', /cannot be understood/],
    ['a negative size', npy(header('(-1, 2)'), 8), 'input', /cannot be understood/],
    ['data that is not there', npy(header('(1000000000000,)'), 4), 'incomplete', /where 4000000000\d+ are needed/],
    ['a product that overflows', npy(header('(4294967296, 4294967296)'), 4), 'input', /shape .* is impossible/],
    ['a product that overflows to nothing', npy(header('(9007199254740993, 0)'), 4), 'input', /is impossible/],
    ['objects', npy(header('(1,)', "'|O'"), 8), 'input', /Python objects/],
    ['half a number', npy(header('(1,)', "'<f3'"), 8), 'input', /the type '<f3'|convert/],
    ['an inherited name', npy(header('(1,)', "'constructor'"), 8), 'input', /convert it to a plain number type/],
  ];
  for (const [what, bytes, kind, message] of cases)
    it(`refuses ${what}`, () => refuses(() => open(bytes), kind, message));
});
