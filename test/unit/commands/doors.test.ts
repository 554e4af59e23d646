import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from '../../../worker/commands/inspect.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import { type NamedArray, writeNpz } from '../../../worker/io/npzWriter.ts';
import { arraysOf, safetensors, writePytree, writeShards } from '../checkpoint/forms.ts';
import { DIGITS_CNN, DIGITS_MLP, engines, never } from '../objective/problems.ts';

const KERAS = join(import.meta.dirname, '../../fixtures/keras');

/** Writes a network into a folder of checkpoints and returns the path to open. */
type Door = (folder: string, arrays: readonly NamedArray[], trained: string) => Promise<string>;

const DOORS: Readonly<Record<string, Door>> = {
  safetensors: async (folder, arrays) => {
    await writeFile(join(folder, 'step_7.safetensors'), safetensors(arrays));
    return join(folder, 'step_7.safetensors');
  },
  'a folder of shards': async (folder, arrays) => {
    await writeShards(join(folder, 'checkpoint-7'), arrays);
    return join(folder, 'checkpoint-7');
  },
  'the index of shards': async (folder, arrays) => {
    await writeShards(join(folder, 'checkpoint-7'), arrays);
    return join(folder, 'checkpoint-7/model.safetensors.index.json');
  },
  'a folder of PyTorch’s shards': async (folder, _, trained) => {
    const shard = 'pytorch_model-00001-of-00001.bin';
    await mkdir(join(folder, 'checkpoint-7'));
    await copyFile(trained, join(folder, 'checkpoint-7', shard));
    const { tensors } = await inspect({ checkpoint: trained });
    const places = Object.fromEntries(tensors.map(({ name }) => [name, shard]));
    const index = join(folder, 'checkpoint-7/pytorch_model.bin.index.json');
    await writeFile(index, JSON.stringify({ weight_map: places }));
    return join(folder, 'checkpoint-7');
  },
  'arrays under the same names': async (folder, arrays) => {
    await writeNpz(join(folder, 'step_7.npz'), arrays);
    return join(folder, 'step_7.npz');
  },
  'a tree of arrays': async (folder, arrays) => {
    await writePytree(join(folder, 'state.npz'), arrays, 7);
    return join(folder, 'state.npz');
  },
};

/** Copies what Keras and TensorFlow.js made of a trained network, with a basin.json that names data and no model. */
const own =
  (name: string, ...shards: readonly string[]): Door =>
  async (folder, _, trained) => {
    await mkdir(join(folder, 'epoch_7'));
    for (const file of [name, ...shards]) await copyFile(join(KERAS, file), join(folder, 'epoch_7', file));
    const data = {
      train: { inputs: `${dirname(trained)}/../../train.npz#x`, targets: `${dirname(trained)}/../../train.npz#y` },
    };
    await writeFile(join(folder, 'basin.json'), JSON.stringify({ data, loss: 'cross-entropy' }));
    return join(folder, 'epoch_7', shards.length > 0 ? '' : name);
  };

/** Doors to the fully connected network after 300 steps, which test/fixtures/keras/make_keras.py wrote from its .pt. */
const OWN_DOORS: Readonly<Record<string, Door>> = {
  '.keras': own('digits.keras'),
  '.h5': own('digits.h5'),
  'a folder with model.json': own('model.json', 'model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin'),
};

after(() => engines.dispose());

describe('the same network through each door', function () {
  this.timeout(120_000);
  type Network = readonly [name: string, workspace: string, checkpoint: string, own: Readonly<Record<string, Door>>];
  const networks: readonly Network[] = [
    ['a fully connected one', DIGITS_MLP, 'runs/sgd/step_00300.pt', OWN_DOORS],
    ['a convolutional one with normalisations', DIGITS_CNN, 'runs/batch-32/epoch_024.pt', {}],
  ];

  interface Numbers {
    readonly loss: number;
    readonly gradientNorm: number;
    readonly largest: number;
  }

  async function numbersOf(checkpoint: string): Promise<Numbers> {
    const context = { engines, signal: never };
    const target = { checkpoint, threads: 2, samples: 400 };
    const point = await loss({ ...target, gradient: true }, context);
    let largest = Number.NaN;
    for await (const { result } of spectrum({ ...target, largest: 1, smallest: 0, tolerance: 1e-5 }, context)) {
      largest = Number(result.largest[0]?.value);
    }
    return { loss: Number(point.loss), gradientNorm: Number(point.gradientNorm), largest };
  }

  for (const [what, workspace, checkpoint, ownDoors] of networks) {
    describe(what, () => {
      let folder: string;
      let arrays: readonly NamedArray[];
      let expected: Numbers;

      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'basin-doors-'));
        await cp(workspace, folder, { recursive: true });
        arrays = await arraysOf(join(folder, checkpoint));
        expected = await numbersOf(join(folder, checkpoint));
      });

      after(() => rm(folder, { recursive: true }));

      for (const [door, write] of Object.entries({ ...DOORS, ...ownDoors })) {
        it(`has the same loss, gradient and curvature as ${door}`, async () => {
          await mkdir(join(folder, door));
          const path = await write(join(folder, door), arrays, join(folder, checkpoint));
          assert.equal((await inspect({ checkpoint: path })).step, door in ownDoors ? 300 : 7);
          const numbers = await numbersOf(path);
          for (const name of ['loss', 'gradientNorm', 'largest'] as const) {
            const error = Math.abs(numbers[name] / expected[name] - 1);
            assert.ok(error < 1e-5, `${name}: ${numbers[name]}, not ${expected[name]}`);
          }
        });
      }

      it('is shown as what it is where it holds no numbers', async () => {
        const path = join(folder, 'broken.safetensors');
        await writeFile(path, safetensors(arrays.map(own => ({ ...own, data: own.data.map(() => Number.NaN) }))));
        assert.equal((await loss({ checkpoint: path, threads: 2 }, { engines, signal: never })).loss, 'NaN');
      });
    });
  }
});
