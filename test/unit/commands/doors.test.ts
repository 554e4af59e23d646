import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from '../../../worker/commands/inspect.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import type { NamedArray } from '../../../worker/io/npzWriter.ts';
import { arraysOf, safetensors, writePytree, writeShards } from '../checkpoint/forms.ts';
import { DIGITS_CNN, DIGITS_MLP, engines, never } from '../objective/problems.ts';

/** Writes a network into a folder of checkpoints and returns the path to open. */
type Door = (folder: string, arrays: readonly NamedArray[]) => Promise<string>;

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
  'a tree of arrays': async (folder, arrays) => {
    await writePytree(join(folder, 'state.npz'), arrays, 7);
    return join(folder, 'state.npz');
  },
};

after(() => engines.dispose());

describe('the same network through each door', function () {
  this.timeout(120_000);
  const networks: readonly (readonly [name: string, workspace: string, checkpoint: string])[] = [
    ['a fully connected one', DIGITS_MLP, 'runs/sgd/step_00300.pt'],
    ['a convolutional one with normalisations', DIGITS_CNN, 'runs/batch-32/epoch_024.pt'],
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

  for (const [what, workspace, checkpoint] of networks) {
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

      for (const [door, write] of Object.entries(DOORS)) {
        it(`has the same loss, gradient and curvature as ${door}`, async () => {
          await mkdir(join(folder, door));
          const path = await write(join(folder, door), arrays);
          assert.equal((await inspect({ checkpoint: path })).step, 7);
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
