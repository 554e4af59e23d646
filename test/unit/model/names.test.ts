import assert from 'node:assert/strict';
import { dotted } from '../../../worker/checkpoint/pytree.ts';
import { treeName } from '../../../worker/model/names.ts';

describe('names in trees of arrays', () => {
  const cases: readonly (readonly [name: string, dotted: string, asPyTorch: string])[] = [
    ['params/Dense_0/kernel', 'params.Dense_0.kernel', 'Dense_0.weight'],
    ["['params']['Dense_0']['kernel']", 'params.Dense_0.kernel', 'Dense_0.weight'],
    [".params['fc']['bias']", 'params.fc.bias', 'fc.bias'],
    ['["layers"][0]["scale"]', 'layers.0.scale', 'layers.0.weight'],
    ['batch_stats/bn1/mean', 'batch_stats.bn1.mean', 'bn1.running_mean'],
    ['batch_stats/bn1/var', 'batch_stats.bn1.var', 'bn1.running_var'],
    ['params/embed/embedding', 'params.embed.embedding', 'embed.weight'],
    ['params/kernel/constructor', 'params.kernel.constructor', 'kernel.constructor'],
    ['fc.weight', 'fc.weight', 'fc.weight'],
  ];
  for (const [name, withDots, asPyTorch] of cases) {
    it(name, () => assert.deepEqual([dotted(name), treeName(name)], [withDots, asPyTorch]));
  }
});
