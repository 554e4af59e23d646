import assert from 'node:assert/strict';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { readArray } from '../../../worker/data/array.ts';
import { cifarTensor } from '../../../worker/data/cifar.ts';
import { csvTensor } from '../../../worker/data/csv.ts';
import { idxTensor } from '../../../worker/data/idx.ts';
import { BasinError, messageOf } from '../../../worker/errors.ts';
import { gunzip } from '../../../worker/io/gzip.ts';
import { npyTensor } from '../../../worker/io/npy.ts';
import { type ByteSource, fromBytes } from '../../../worker/io/source.ts';
import { elementCount, type LazyTensor } from '../../../worker/tensor.ts';
import { damage } from './damage.ts';
import { readFixture } from './fixtures.ts';

/** Damaged copies of each file; BASIN_FUZZ=10000 looks longer. */
const ITERATIONS = Number(process.env.BASIN_FUZZ ?? 150);

/** More elements than any file here can honestly hold, inflated or expanded: 1032 times a few kilobytes. */
const MAX_ELEMENTS = 2 ** 24;

type Reader = (source: ByteSource) => Promise<readonly LazyTensor[]>;

const checkpoint: Reader = async source => (await readCheckpoint(source)).tensors;

const READERS: [string, Reader][] = [
  ['strided.pt', checkpoint],
  ['lightning.ckpt', checkpoint],
  ['dtypes-protocol5.pt', checkpoint],
  ['deflated.pt', checkpoint],
  ['untyped.pt', checkpoint],
  ['legacy-strided.pth', checkpoint],
  ['legacy-dtypes-protocol4.pth', checkpoint],
  ['arrays.npz', checkpoint],
  ['arrays-compressed.npz', checkpoint],
  ['version1.npy', async source => [await npyTensor('a', source)]],
  ['data.npz', async source => [(await readArray(source, 'tokens')).tensor]],
  ['../data/table/data.csv', async source => [await csvTensor('a', source, '1:3')]],
  ['../data/table/data.csv', async source => [await csvTensor('a', source, null)]],
  ['../data/cifar10.bin', async source => [await cifarTensor(source, 'images')]],
  ['../data/cifar100.bin', async source => [await cifarTensor(source, 'fine')]],
  ['idx-i2-ubyte', async source => [await idxTensor('a', source)]],
  ['idx-u1-ubyte.gz', async source => [await idxTensor('a', await gunzip(source))]],
];

/** Reads everything there is to read; only a BasinError may stop it. */
async function readAll(read: Reader, bytes: Buffer): Promise<void> {
  try {
    for (const tensor of await read(fromBytes('x', bytes))) {
      assert.ok(elementCount(tensor.shape) <= MAX_ELEMENTS, `${tensor.name} declares ${tensor.shape}`);
      await tensor.read();
      const [rows] = tensor.shape;
      if (rows) await tensor.read({ from: rows - 1, to: rows });
    }
  } catch (error) {
    if (!(error instanceof BasinError)) throw error;
    assert.ok(error.kind === 'input' || error.kind === 'incomplete', error.message);
    assert.match(error.message, /^x[:#]/);
  }
}

describe(`damaged files, ${ITERATIONS} of each`, function () {
  this.timeout(60_000 + ITERATIONS * 100);
  for (const [file, read] of READERS) {
    it(file, async () => {
      const bytes = readFixture(file);
      for (let seed = 0; seed < ITERATIONS; seed++) {
        await readAll(read, damage(bytes, seed)).catch((error: unknown) => {
          throw new Error(`${file} damaged with seed ${seed}: ${messageOf(error)}`, { cause: error });
        });
      }
    });
  }
});
