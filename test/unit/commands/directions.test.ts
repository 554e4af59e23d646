import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directions } from '../../../worker/commands/directions.ts';
import { surface } from '../../../worker/commands/surface.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { DIGITS_CNN, engines, never } from '../objective/problems.ts';

const target = { checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), seed: 3, threads: 2, samples: 60 };

after(() => engines.dispose());

async function compute(request: SurfaceRequest): Promise<SurfaceResult> {
  let last: SurfaceResult | null = null;
  for await (const { result } of surface(request, { engines, signal: never })) last = result;
  return last!;
}

describe('directions that are written', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-directions-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const perturb of ['weights', 'all'] as const) {
    it(`span the same plane again: ${perturb}`, async () => {
      const file = join(folder, `${perturb}.npz`);
      await directions({ ...target, perturb, file }, { engines, signal: never });
      const grid = { columns: 5, rows: 3 };
      const random = await compute({ ...target, perturb, grid });
      const given = await compute({ ...target, plane: file, grid });
      assert.deepEqual(
        [given.loss, given.accuracy, given.plane.norms, given.plane.cosine],
        [random.loss, random.accuracy, random.plane.norms, random.plane.cosine],
      );
    });
  }

  const runs = join(DIGITS_CNN, 'runs');
  const made: readonly Pick<SurfaceRequest, 'plane' | 'through'>[] = [
    { plane: 'pca' },
    {
      plane: 'three',
      through: [join(runs, 'batch-32/epoch_000.pt'), join(runs, 'batch-1024/epoch_480.pt')],
    },
  ];
  for (const plane of made) {
    it(`span the plane of checkpoints again: ${plane.plane}`, async () => {
      const file = join(folder, `${plane.plane}.npz`);
      await directions({ ...target, ...plane, perturb: 'all', file }, { engines, signal: never });
      const grid = { columns: 3, rows: 1 };
      const own = await compute({ ...target, ...plane, grid });
      const given = await compute({ ...target, plane: file, grid, range: own.x.at(-1)! });
      assert.deepEqual([given.plane.norms, given.plane.cosine], [own.plane.norms, own.plane.cosine]);
      assert.deepEqual(given.origin, own.origin);
    });
  }
});
