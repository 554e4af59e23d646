import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loss } from '../../../worker/commands/loss.ts';
import type { LossRequest } from '../../../worker/protocol.ts';
import type { LossResult } from '../../../worker/results.ts';
import { DIGITS_CNN, engines, never } from '../objective/problems.ts';

/** A checkpoint early in training, whose running statistics lag behind its parameters. */
const checkpoint = join(DIGITS_CNN, 'runs/batch-1024/epoch_040.pt');

const compute = (request: Omit<LossRequest, 'checkpoint'>): Promise<LossResult> =>
  loss({ checkpoint, threads: 2, ...request }, { engines, signal: never });

after(() => engines.dispose());

describe('the loss of a checkpoint', () => {
  for (const [statistics, expected] of [
    [undefined, 0.22956],
    ['held', 0.22956],
    ['recomputed', 0.10271],
  ] as const) {
    it(`with statistics ${statistics ?? 'not named'}`, async () => {
      const result = await compute(statistics ? { statistics } : {});
      assert.ok(Math.abs(Number(result.loss) - expected) < 1e-5, `${result.loss} is not ${expected}`);
      assert.equal(result.provenance.mode.batchNorm, statistics ?? 'held');
    });
  }

  it('has no gradient with statistics that would move', () =>
    assert.rejects(compute({ statistics: 'recomputed', gradient: true }), {
      kind: 'usage',
      message: /^--gradient is of the loss with statistics held, .* leave one of --gradient and --statistics out\.$/,
    }));
});
