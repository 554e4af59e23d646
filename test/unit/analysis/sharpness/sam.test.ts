import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DEFAULT_SHARPNESS } from '../../../../worker/analysis/sharpness/measure.ts';
import { SharpnessPoint } from '../../../../worker/analysis/sharpness/point.ts';
import { samAscent } from '../../../../worker/analysis/sharpness/sam.ts';
import { standardErrorOfMean } from '../../../../worker/objective/evaluation.ts';
import { norm } from '../../../../worker/vector.ts';
import { DIGITS_MLP, engines, never, withProblem } from '../../objective/problems.ts';
import { measuresOf } from './measures.ts';

describe("SAM's ascent step", () => {
  after(() => engines.dispose());

  it('is the rise of the loss along the gradient, ρ away, with the error of the mean of its rises over the examples', async () => {
    await withProblem({ checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00300.pt') }, async ({ objective }) => {
      const { origin } = objective;
      const [sam] = await measuresOf(samAscent, new SharpnessPoint(objective, origin, 0), DEFAULT_SHARPNESS);
      const derivatives = objective.differentiate(origin);
      const { gradient } = await derivatives.gradient(never);
      await derivatives.close();
      const length = norm(gradient);
      const here = await objective.evaluate(origin, never);
      const there = await objective.evaluate(
        origin.map((value, index) => value + (0.05 / length) * gradient[index]!),
        never,
      );
      assert.ok(Math.abs((sam!.value as number) - (there.loss - here.loss)) < 1e-9);
      // To first order it is the slope times the way.
      assert.ok((sam!.value as number) > 0.05 * length && (sam!.value as number) < 0.1 * length);
      const rises = there.perExample!.map((loss, index) => loss - here.perExample![index]!);
      const error = standardErrorOfMean(rises, here.weights!)!;
      assert.ok(Math.abs((sam!.upper as number) - (sam!.value as number) - error) < 1e-9);
      assert.deepEqual(sam!.evaluations, { losses: 2, gradients: 1, products: 0 });
    });
  });
});
