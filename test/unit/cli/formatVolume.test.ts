import assert from 'node:assert/strict';
import { formatResult } from '../../../worker/cli/format.ts';
import type { FunctionVolume, LocalVolume, VolumeResult } from '../../../worker/results.ts';
import { estimate, volumes } from '../../fixtures/volumes.ts';

const { local, function: ofFunction } = volumes;
const withLocal = (own: Partial<LocalVolume>): VolumeResult => ({ ...volumes, local: { ...local!, ...own } });
const withFunction = (own: Partial<FunctionVolume>): VolumeResult => ({
  ...volumes,
  function: { ...ofFunction!, ...own },
});
const { positive: _, ...ungrouped } = ofFunction!;

const cases: readonly (readonly [what: string, result: VolumeResult, expected: RegExp])[] = [
  ['a lower bound as one', volumes, /^ln volume +at least about -18337; -18254 from these directions$/m],
  [
    'what a lower bound means',
    volumes,
    /^verdict +lower bound only: 1\.01 effective directions of 2, which cannot tell what is missing$/m,
  ],
  ['an interval of an estimate', withLocal({ logVolume: estimate }), /^ln volume +\S+ \(95 %: \S+ … -18250\)$/m],
  [
    'where the prior comes from',
    volumes,
    /^prior +normal about 0, σ = 0\.09\S*, as .* before training, in step_00000\.pt$/m,
  ],
  [
    'a prior of the parameters themselves',
    withLocal({ prior: { sigma: 1, from: 'parameters' } }),
    /^prior +normal about 0, σ = 1, as the parameters are here; no checkpoint from before training lies beside$/m,
  ],
  ['rays without an end', volumes, /^without an end +1 leave the prior first$/m],
  [
    'how many directions are followed',
    volumes,
    /^directions +2 of 100, stretched by leading eigenvectors of the curvature$/m,
  ],
  ['passes a direction', volumes, /^evaluations +510, 255\.0 a direction$/m],
  [
    'the slope over cutoffs',
    volumes,
    /^Slope d ln volume\/d ln cutoff: 1205; of a quadratic basin .* half the number of parameters, 2\.$/m,
  ],
  ['the probability of the function', volumes, /^ln P\(function\) +-120\.5\S* ± 0\.7\S* by the draws of the kernel$/m],
  ['the points', volumes, /^function +the predicted classes of 200 points, 100 of them of the test split$/m],
  ['points of one split', withFunction({ testPoints: 0 }), /200 points, all of the training split$/m],
  ['the groups of classes', volumes, /^classes +5, 6, 7, 8, 9 against all others$/m],
  [
    'each class against the rest',
    { ...volumes, function: { ...ungrouped, reduction: 'one against rest', parts: [-20, -30] } },
    /^by class +-20, -30$/m,
  ],
  [
    'how networks were drawn',
    volumes,
    /^networks drawn +1000, each tensor with mean and deviation as in step_00000\.pt$/m,
  ],
  [
    'PyTorch’s initialisation',
    withFunction({ scheme: 'PyTorch default' }),
    /^networks drawn +1000, as PyTorch initialises such layers by default$/m,
  ],
  ['what did not come to rest', withFunction({ converged: false }), /^evidence +.* did not come to rest/m],
  ['a problem', volumes, /^A sentence\.$/m],
];

describe('volumes as text', () => {
  for (const [what, result, expected] of cases) {
    it(`tell ${what}`, () => assert.match(formatResult(result, { color: false }), expected));
  }

  it('say nothing of a volume that was not asked for', () => {
    const text = formatResult({ ...volumes, local: null }, { color: false });
    assert.ok(!/ln volume|verdict/.test(text), text);
  });
});
