import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPoint } from '../../../worker/commands/point.ts';
import type { Problem } from '../../../worker/commands/problem.ts';
import type { NormalizationStatistics } from '../../../worker/objective/statistics.ts';
import type { Split } from '../../../worker/results.ts';
import { numberAt } from '../../../worker/tensor.ts';
import { CASES, CNN_REFERENCE, DIGITS_CNN, DIGITS_MLP, engines, never, withProblem } from './problems.ts';

interface Reference {
  readonly split: Split;
  readonly statistics: 'held' | 'interpolated' | 'recomputed';
  readonly loss: number;
  readonly accuracy: number;
}

/** What PyTorch computed in float64: see statistics.py beside it. */
const reference = JSON.parse(readFileSync(join(CNN_REFERENCE, 'statistics.json'), 'utf8')) as {
  readonly from: string;
  readonly to: string;
  readonly checkpoints: readonly (Reference & { readonly checkpoint: string })[];
  readonly line: readonly (Reference & { readonly t: number })[];
};

/**
 * The published ResNet-20 on the first 64 images, as bench/torch_resnet.py reads them, by PyTorch in float64 with every
 * BatchNorm2d's running statistics removed.
 */
const RESNET = { loss: 0.8758544592804376, accuracy: 0.78125 };

const onDemo = <T>(checkpoint: string, split: Split, use: (problem: Problem) => Promise<T>): Promise<T> =>
  withProblem({ checkpoint: join(DIGITS_CNN, checkpoint), split }, use);

const mix = (from: Float32Array, to: Float32Array, t: number): Float32Array =>
  from.map((value, index) => value + t * (to[index]! - value));

async function check(
  { objective }: Problem,
  theta: Float32Array,
  statistics: NormalizationStatistics | undefined,
  { loss, accuracy }: Reference,
): Promise<void> {
  const found = await objective.evaluate(theta, never, statistics);
  assert.ok(Math.abs(found.loss - loss) <= 1e-5 * loss + 1e-8, `${found.loss} where PyTorch has ${loss}`);
  assert.equal(found.accuracy, accuracy);
}

after(() => engines.dispose());

describe('statistics of normalisations', () => {
  for (const own of reference.checkpoints) {
    it(`of ${own.checkpoint} on ${own.split}, ${own.statistics}, are PyTorch's`, () =>
      onDemo(own.checkpoint, own.split, problem => {
        const { origin } = problem.objective;
        return check(problem, origin, own.statistics === 'recomputed' ? 'recomputed' : undefined, own);
      }));
  }

  it('of a ResNet-20 over 64 images are PyTorch’s, at once and level by level', async function () {
    if (!CASES) return this.skip();
    const target = { checkpoint: join(CASES, 'cifar10-resnet20/resnet20-12fca82f.th'), samples: 64, threads: 1 };
    const evaluate = ({ objective, memoryBytes }: Problem) =>
      objective
        .evaluate(objective.origin, never, 'recomputed')
        .then(found => ({ ...found, memoryBytes, besides: objective.recomputingBytes }));
    const atOnce = await withProblem(target, evaluate);
    // Memory for nothing besides leaves the minibatches.
    const byLevels = await withProblem({ ...target, memoryBytes: atOnce.memoryBytes + 1 }, evaluate);
    assert.deepEqual([atOnce.besides > 0, byLevels.besides], [true, 0]);
    for (const { loss, accuracy } of [atOnce, byLevels]) {
      assert.ok(Math.abs(loss - RESNET.loss) <= 2e-6 * RESNET.loss, `${loss} where PyTorch has ${RESNET.loss}`);
      assert.equal(accuracy, RESNET.accuracy);
    }
  });

  it('change nothing of a network that has none', () =>
    withProblem({ checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00300.pt'), samples: 60 }, async problem => {
      const { origin, statistics } = problem.objective;
      const held = await problem.objective.evaluate(origin, never);
      for (const own of [statistics, 'recomputed'] as const) {
        assert.deepEqual(await problem.objective.evaluate(origin, never, own), held);
      }
      assert.deepEqual([statistics.length, problem.provenance('recomputed').mode.batchNorm], [0, 'none']);
    }));

  it('are the same for what the network puts out as for the loss, at once and level by level', async () => {
    const target = { checkpoint: join(DIGITS_CNN, reference.from), samples: 100, threads: 1 };
    const memoryBytes = await withProblem(target, async problem => problem.memoryBytes + 1);
    for (const more of [{}, { memoryBytes }]) {
      await withProblem({ ...target, ...more }, async ({ objective }) => {
        const { origin } = objective;
        assert.equal(objective.recomputingBytes > 0, !('memoryBytes' in more));
        const held = await objective.evaluate(origin, never);
        for (const statistics of ['recomputed', objective.statistics] as const) {
          let loss = 0;
          for await (const { output, targets, rows } of objective.outputs(origin, never, statistics)) {
            const classes = output.shape[1]!;
            for (let row = 0; row < rows; row++) {
              const logits = Array.from({ length: classes }, (_, own) => numberAt(output.data, row * classes + own));
              const most = Math.max(...logits);
              const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
              loss += (most + Math.log(sum) - logits[numberAt(targets!.data, row)]!) / 100;
            }
          }
          const expected = await objective.evaluate(origin, never, statistics);
          assert.ok(Math.abs(loss - expected.loss) <= 1e-6 * expected.loss, `${loss}, not ${expected.loss}`);
          assert.equal(expected.loss === held.loss, statistics !== 'recomputed');
        }
      });
    }
  });

  for (const split of ['train', 'test'] as const) {
    it(`on the line between two checkpoints are PyTorch's on ${split}`, () =>
      onDemo(reference.from, split, async problem => {
        const { origin, statistics } = problem.objective;
        const other = await openPoint(problem, join(DIGITS_CNN, reference.to));
        for (const own of reference.line.filter(one => one.split === split)) {
          const mixed = own.statistics === 'recomputed' ? 'recomputed' : mix(statistics, other.statistics, own.t);
          await check(problem, mix(origin, other.theta, own.t), mixed, own);
        }
      }));
  }
});
