import assert from 'node:assert/strict';
import { formatResult } from '../../../worker/cli/format.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { throughThree, trajectory } from '../../fixtures/trajectories.ts';

describe('a plane made of checkpoints, as text', () => {
  const partly = (surface: SurfaceResult): SurfaceResult => ({
    ...surface,
    path: surface.path!.map(point => ({ ...point, loss: null, accuracy: null, projectedLoss: null })),
  });
  const withMode = (batchNorm: 'held' | 'recomputed' | 'none'): SurfaceResult => ({
    ...trajectory,
    provenance: { ...trajectory.provenance, mode: { batchNorm, dropout: 'off' } },
  });
  const nameless: SurfaceResult = { ...trajectory, path: trajectory.path!.map(point => ({ ...point, step: null })) };
  const explained =
    'The plane explains 68.1 % + 17.4 % of the variance of 13 checkpoints; of a pure random walk it would explain 61.3 % + 15.5 %.';

  const cases: readonly (readonly [what: string, surface: SurfaceResult, expected: RegExp])[] = [
    ['names the plane', trajectory, /^plane +principal components of 13 checkpoints, of length 1$/m],
    [
      'names the columns',
      trajectory,
      /^checkpoint +step +x +y +distance from the plane +loss +accuracy +loss at the projection$/m,
    ],
    [
      'has a line a checkpoint',
      trajectory,
      /^runs\/batch-32\/epoch_000\.pt +0 +6\.4 +5\.2 +0\.3 +2\.\d+ +\d+\.\d+ % +\S+$/m,
    ],
    [
      'says what is explained beside a random walk',
      trajectory,
      new RegExp(`^${explained.replace(/[.+]/g, '\\$&')}$`, 'm'),
    ],
    ['leaves open what is not computed', partly(trajectory), /^runs\/batch-32\/epoch_000\.pt +0 +6\.4 +5\.2 +0\.3$/m],
    ['has no steps where there are none', nameless, /^checkpoint +x +y /m],
    [
      'names the two others',
      throughThree,
      /^plane +through runs\/batch-1024\/epoch_024\.pt and runs\/decay\/epoch_024\.pt, /m,
    ],
    [
      'says when the two losses differ',
      withMode('held'),
      /with those of the origin, so that\nthe two differ in the plane too/,
    ],
  ];
  for (const [what, surface, expected] of cases) {
    it(what, () => assert.match(formatResult(surface, { color: false }), expected));
  }

  for (const mode of ['recomputed', 'none'] as const) {
    it(`says nothing of statistics that are ${mode}`, () =>
      assert.doesNotMatch(formatResult(withMode(mode), { color: false }), /own BatchNorm statistics/));
  }
});
