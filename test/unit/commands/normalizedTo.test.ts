import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatResult } from '../../../worker/cli/format.ts';
import { directions } from '../../../worker/commands/directions.ts';
import { surface } from '../../../worker/commands/surface.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceUpdate } from '../../../worker/results.ts';
import { DIGITS_CNN, engines, never } from '../objective/problems.ts';

const A = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');
const B = join(DIGITS_CNN, 'runs/batch-1024/epoch_480.pt');
const settings = { seed: 3, threads: 2, samples: 60, grid: { columns: 3, rows: 3 } };

after(() => engines.dispose());

async function compute(request: SurfaceRequest): Promise<SurfaceUpdate> {
  let last: SurfaceUpdate | null = null;
  for await (const update of surface({ ...settings, ...request }, { engines, signal: never })) last = update;
  return last!;
}

describe('random directions normalised to another checkpoint', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-normalized-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const perturb of ['weights', 'all'] as const) {
    it(`are the tensors that it has itself: ${perturb}`, async () => {
      const file = join(folder, `${perturb}.npz`);
      await directions({ ...settings, checkpoint: B, perturb, file }, { engines, signal: never });
      const [{ result: normalized }, { result: given }] = [
        await compute({ checkpoint: A, perturb, normalizedTo: B }),
        await compute({ checkpoint: A, plane: file }),
      ];
      assert.deepEqual(
        [normalized.loss, normalized.plane.norms, normalized.plane.cosine],
        [given.loss, given.plane.norms, given.plane.cosine],
      );
      assert.equal(normalized.plane.normalizedTo?.file, 'runs/batch-1024/epoch_480.pt');
      const own = (await compute({ checkpoint: A, perturb })).result;
      assert.notDeepEqual(own.plane.norms, normalized.plane.norms);
    });
  }

  it('are kept apart from its own, and to itself are its own', async () => {
    const store = join(folder, 'store');
    const keys = [];
    for (const normalizedTo of [undefined, A, B]) {
      const named = normalizedTo === undefined ? {} : { normalizedTo };
      const { key, result } = await compute({ checkpoint: A, store, ...named });
      keys.push(key);
      assert.equal(result.plane.normalizedTo === undefined, normalizedTo !== B);
    }
    assert.equal(keys[0], keys[1]);
    assert.notEqual(keys[0], keys[2]);
  });

  it('say so in text', async () => {
    const { result } = await compute({ checkpoint: A, normalizedTo: B });
    assert.match(
      formatResult(result, { color: false }),
      /random, normalised to the filters of runs\/batch-1024\/epoch_480\.pt, seed 3, weights only/,
    );
  });

  for (const plane of ['eigen', 'pca']) {
    it(`are refused for the plane ${plane}`, () =>
      assert.rejects(compute({ checkpoint: A, plane, normalizedTo: B }), {
        kind: 'usage',
        message: `--normalized-to scales random directions; leave it or --plane ${plane} out.`,
      }));
  }
});
