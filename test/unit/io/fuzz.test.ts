import assert from 'node:assert/strict';
import type { Checkpoint } from '../../../worker/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { readArray } from '../../../worker/data/array.ts';
import { cifarTensor } from '../../../worker/data/cifar.ts';
import { csvTensor } from '../../../worker/data/csv.ts';
import { idxTensor } from '../../../worker/data/idx.ts';
import { BasinError, messageOf } from '../../../worker/errors.ts';
import { DATA_TYPE, encodeModel } from '../../../worker/graph/onnx/schema.ts';
import { type Beside, nothingBeside } from '../../../worker/io/beside.ts';
import { gunzip } from '../../../worker/io/gzip.ts';
import { npyTensor } from '../../../worker/io/npy.ts';
import { type ByteSource, fromBytes } from '../../../worker/io/source.ts';
import { readLayers } from '../../../worker/model/layers/read.ts';
import { elementCount, type LazyTensor } from '../../../worker/tensor.ts';
import { damage, withOddValues } from './damage.ts';
import { readFixture, zip } from './fixtures.ts';

/** Damaged copies of each file; BASIN_FUZZ=10000 looks longer. */
const ITERATIONS = Number(process.env.BASIN_FUZZ ?? 150);

/** More elements than any file here can honestly hold, inflated or expanded: 1032 times a few kilobytes. */
const MAX_ELEMENTS = 2 ** 24;

type Reader = (source: ByteSource) => Promise<readonly LazyTensor[]>;

/** Of Keras and TensorFlow.js. */
const fixture = (name: string): Buffer => readFixture(`../keras/${name}`);

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
      if (shards.includes(part)) return fromBytes(`x#${part}`, fixture(part));
      return nothingBeside('x')(part);
    };
    return withLayers(await readCheckpoint(source, beside));
  };

/** A file of TensorFlow.js's weights, beside whose description its others lie. */
const weightsOf =
  (model: string, own: string, ...others: readonly string[]): Reader =>
  async source => {
    const beside: Beside = async part =>
      part === own ? source : others.includes(part) ? fromBytes(`x#${part}`, fixture(part)) : nothingBeside('x')(part);
    return (await readCheckpoint(fromBytes('x', fixture(model)), beside)).tensors;
  };

/** Makes a model of the layers too that a checkpoint describes. */
async function withLayers(checkpoint: Checkpoint): Promise<readonly LazyTensor[]> {
  const { architecture, tensors } = checkpoint;
  if (architecture) {
    const { model, training } = await architecture.read();
    readLayers({ name: architecture.name, model, training, tensors }, null);
  }
  return tensors;
}

/** The description of layers in an archive of Keras's, whose checksums are right whatever it says. */
const kerasConfig: Reader = async source => {
  const parts = { 'config.json': await source.read(0, source.size), 'model.weights.h5': fixture('digits.weights.h5') };
  const archive = zip(Object.entries(parts).map(([name, data]) => ({ name, data })));
  return withLayers(await readCheckpoint(fromBytes('x', archive)));
};

const topologyOf = async (file: string): Promise<Buffer> => {
  const { architecture } = await readCheckpoint(fromBytes(file, fixture(file)));
  return Buffer.from(JSON.stringify((await architecture!.read()).model));
};

/** A model whose weights lie in a second file. */
const EXTERNAL = encodeModel({
  ir_version: 8,
  opset_import: [{ version: 17 }],
  graph: {
    name: 'g',
    node: [{ op_type: 'MatMul', input: ['x', 'w'], output: ['y'] }],
    initializer: [
      {
        name: 'w',
        data_type: DATA_TYPE.float32,
        dims: [2, 3],
        data_location: 1,
        external_data: [
          { key: 'location', value: 'weights.bin' },
          { key: 'offset', value: '4' },
          { key: 'length', value: '24' },
        ],
      },
    ],
    input: [{ name: 'x' }],
    output: [{ name: 'y' }],
  },
});

const besideWeights: Reader = async source =>
  (await readCheckpoint(source, async () => fromBytes('x#weights.bin', Buffer.alloc(28)))).tensors;

const externalWeights: Reader = async source =>
  (await readCheckpoint(fromBytes('x', EXTERNAL), async () => source)).tensors;

/** A tree of JAX's arrays with the step of its training. */
const PYTREE = zip(
  ["['step']", "['params']['fc']['kernel']", "['opt_state'][0]['fc']['kernel']"].map(name => ({
    name: `${name}.npy`,
    data: readFixture('version1.npy'),
  })),
);

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
  ['../keras/digits_weights.h5', checkpoint],
  ['../keras/odd.h5', checkpoint],
  ['config.json', kerasConfig, await topologyOf('digits.keras')],
  ['../keras/model.json', tensorFlowJs('model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin')],
  ['../keras/quantized.json', tensorFlowJs('quantized-1of1.bin')],
  ['../keras/model-2of3.bin', weightsOf('model.json', 'model-2of3.bin', 'model-1of3.bin', 'model-3of3.bin')],
  ['../keras/quantized-1of1.bin', weightsOf('quantized.json', 'quantized-1of1.bin')],
  ['model.onnx with weights beside it', besideWeights, Buffer.from(EXTERNAL)],
  ['the weights beside model.onnx', externalWeights, Buffer.alloc(28, 1)],
  ['a tree of arrays', checkpoint, PYTREE],
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

describe(`descriptions of layers with odd values, ${ITERATIONS} of each`, function () {
  this.timeout(240_000 + ITERATIONS * 100);
  for (const file of ['digits.keras', 'digits.h5']) {
    it(file, async () => {
      const { architecture, tensors, close } = await readCheckpoint(fromBytes('x', fixture(file)));
      const description = await architecture!.read();
      await close();
      for (let seed = 0; seed < ITERATIONS; seed++) {
        const { model, training } = withOddValues(description, seed) as typeof description;
        try {
          readLayers({ name: 'x', model, training, tensors }, null);
        } catch (error) {
          if (error instanceof BasinError && error.kind === 'input' && /^x[:#-]/.test(error.message)) continue;
          throw new Error(`${file} with odd values of seed ${seed}: ${messageOf(error)}`, { cause: error });
        }
      }
    });
  }
});
