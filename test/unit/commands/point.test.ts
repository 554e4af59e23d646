import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openPoint } from '../../../worker/commands/point.ts';
import { CASES, DIGITS_CNN, DIGITS_MLP, engines, never, withProblem } from '../objective/problems.ts';

const A = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');
const B = join(DIGITS_CNN, 'runs/batch-1024/epoch_480.pt');

after(() => engines.dispose());

describe('another checkpoint as a point', () => {
  it('has the loss there that it has as a checkpoint of its own', async () => {
    const own = await withProblem({ checkpoint: B }, ({ objective }) => objective.evaluate(objective.origin, never));
    await withProblem({ checkpoint: A }, async problem => {
      const point = await openPoint(problem, B);
      const there = await problem.objective.evaluate(point.theta, never, point.statistics);
      assert.ok(Math.abs(there.loss - own.loss) <= 1e-6 * own.loss, `${there.loss} is not ${own.loss}`);
      assert.equal(there.accuracy, own.accuracy);
      assert.deepEqual([point.name, point.position.epoch, point.notes], ['runs/batch-1024/epoch_480.pt', 480, []]);
    });
  });

  it('is the origin where it is the same checkpoint', () =>
    withProblem({ checkpoint: A }, async problem => {
      const { objective, binding } = problem;
      const { theta, statistics, digest } = await openPoint(problem, A);
      assert.deepEqual([theta, statistics, digest], [objective.origin, objective.statistics, binding.digest]);
      assert.deepEqual(
        objective.statisticSlots.map(({ name, kind, size }) => [name, kind, size]),
        [
          ['bn1.running_mean', 'mean', 8],
          ['bn1.running_var', 'variance', 8],
          ['bn2.running_mean', 'mean', 16],
          ['bn2.running_var', 'variance', 16],
        ],
      );
    }));

  it('says what is held at the first one’s values', () =>
    withProblem({ checkpoint: A, parameters: ['fc*'] }, async problem => {
      const { theta, notes } = await openPoint(problem, B);
      assert.equal(theta.length, problem.objective.origin.length);
      assert.deepEqual(notes, [
        'conv1.weight, bn1.weight, bn1.bias and 3 more stayed as in runs/batch-32/epoch_024.pt, and runs/batch-1024/epoch_480.pt has other values there.',
      ]);
    }));

  it('is refused where it is of another architecture, by both names', () =>
    withProblem({ checkpoint: A }, async problem => {
      const path = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');
      await assert.rejects(openPoint(problem, path), {
        kind: 'input',
        message:
          /step_00300\.pt is not of the architecture of runs\/batch-32\/epoch_024\.pt: step_00300\.pt: tensor fc1\.weight is 24×64 .* and 32×64/,
      });
    }));

  it('is the same through the wrapper of DataParallel', async function () {
    if (!CASES) return this.skip();
    const file = join(CASES, 'cifar10-resnet20/resnet20-12fca82f.th');
    await withProblem({ checkpoint: file, samples: 8 }, async problem => {
      const { theta, statistics } = await openPoint(problem, file);
      assert.deepEqual([theta, statistics], [problem.objective.origin, problem.objective.statistics]);
      const sizes = problem.objective.statisticSlots.map(({ size }) => size);
      assert.deepEqual([sizes.length, sizes.reduce((sum, size) => sum + size, 0)], [38, 1376]);
    });
  });
});
