import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  defaultInitialization,
  drawInitialization,
  initializationLike,
} from '../../../worker/direction/initialization.ts';
import { DIGITS_CNN, engines, withProblem } from '../objective/problems.ts';

const run = join(DIGITS_CNN, 'runs/batch-32');
const first = join(run, readdirSync(run).sort()[0]!);

describe('a network before training', () => {
  after(() => engines.dispose());

  it('is drawn as PyTorch draws by default, of which the first checkpoint is one', () =>
    withProblem({ checkpoint: first }, async ({ objective: { graph, slots, origin } }) => {
      const scheme = defaultInitialization(graph, slots);
      const found = initializationLike(origin, slots);
      for (const [index, { name, size }] of slots.entries()) {
        const [own, like] = [scheme[index]!, found[index]!];
        // A few standard errors of so many uniform numbers: of their mean, and of their standard deviation.
        assert.ok(Math.abs(own.mean - like.mean) <= (5 * own.deviation) / Math.sqrt(size) + 1e-6, `${name}: mean`);
        assert.ok(
          Math.abs(own.deviation - like.deviation) <= (3 * own.deviation) / Math.sqrt(size) + 1e-6,
          `${name}: ${own.deviation}, not ${like.deviation}`,
        );
      }
    }));

  it('is drawn anew by index and seed, and by nothing else', () =>
    withProblem({ checkpoint: first }, async ({ objective: { graph, slots } }) => {
      const scheme = defaultInitialization(graph, slots);
      const draw = (seed: number, index: number) => drawInitialization(scheme, slots, seed, index);
      assert.deepEqual(draw(0, 1), draw(0, 1));
      assert.notDeepEqual(draw(0, 1), draw(0, 2));
      assert.notDeepEqual(draw(0, 1), draw(1, 1));
      const { deviation } = initializationLike(draw(0, 1), slots)[0]!;
      assert.ok(Math.abs(deviation / scheme[0]!.deviation - 1) < 0.5);
    }));
});
