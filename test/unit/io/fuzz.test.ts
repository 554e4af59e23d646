import assert from 'node:assert/strict';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { readArray } from '../../../worker/data/array.ts';
import { cifarTensor } from '../../../worker/data/cifar.ts';
import { csvTensor } from '../../../worker/data/csv.ts';
import { idxTensor } from '../../../worker/data/idx.ts';
import { BasinError, messageOf } from '../../../worker/errors.ts';
import { type Beside, nothingBeside } from '../../../worker/io/beside.ts';
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

const SHARD = 'x-00001-of-00001.safetensors';
const INDEX = Buffer.from(
  JSON.stringify({ metadata: { total_size: 1 }, weight_map: { matrix: SHARD, scalar: SHARD } }),
);

/** An index beside whose own source lies the given shard. */
const indexOf =
  (shard: Buffer): Reader =>
  async source =>
    (await readCheckpoint(source, async () => fromBytes(SHARD, shard))).tensors;

/** A shard that an index names. */
const shardOf =
  (index: Buffer): Reader =>
  async source =>
    (await readCheckpoint(fromBytes('x', index), async () => source)).tensors;

/** Beside whose own source lie the weights of these names. */
const tensorFlowJs =
  (...shards: readonly string[]): Reader =>
  async source => {
    const beside: Beside = async part => {
      if (shards.includes(part)) return fromBytes(`x#${part}`, readFixture(`../keras/${part}`));
      return nothingBeside('x')(part);
    };
    return (await readCheckpoint(source, beside)).tensors;
  };

const READERS: [file: string, read: Reader, bytes?: Buffer][] = [
  ['strided.pt', checkpoint],
  ['lightning.ckpt', checkpoint],
  ['dtypes-protocol5.pt', checkpoint],
  ['deflated.pt', checkpoint],
  ['untyped.pt', checkpoint],
  ['legacy-strided.pth', checkpoint],
  ['legacy-dtypes-protocol4.pth', checkpoint],
  ['step-40.safetensors', checkpoint],
  ['step-40.safetensors', shardOf(INDEX)],
  ['model.safetensors.index.json', indexOf(readFixture('step-40.safetensors')), INDEX],
  ['../binding/tied/model.onnx', checkpoint],
  ['../keras/digits.keras', checkpoint],
  ['../keras/digits.weights.h5', checkpoint],
  ['../keras/digits.h5', checkpoint],
  ['../keras/odd.h5', checkpoint],
  ['../keras/model.json', tensorFlowJs('model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin')],
  ['../keras/quantized.json', tensorFlowJs('quantized-1of1.bin')],
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
    assert.match(error.message, /^x[:#-]/);
  }
}

describe(`damaged files, ${ITERATIONS} of each`, function () {
  this.timeout(240_000 + ITERATIONS * 100);
  for (const [file, read, original = readFixture(file)] of READERS) {
    it(file, async () => {
      for (let seed = 0; seed < ITERATIONS; seed++) {
        await readAll(read, damage(original, seed)).catch((error: unknown) => {
          throw new Error(`${file} damaged with seed ${seed}: ${messageOf(error)}`, { cause: error });
        });
      }
    });
  }
});
