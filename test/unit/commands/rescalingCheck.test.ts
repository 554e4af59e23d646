import assert from 'node:assert/strict';
import { ALPHAS, withRescaled } from '../../../worker/commands/rescalingCheck.ts';
import type { JsonNumber, SharpnessMeasure } from '../../../worker/results.ts';

/** A measure with an interval, and perhaps what its computation leaves open. */
function measure(value: JsonNumber, error: number | null = null, noise?: number): SharpnessMeasure {
  const end = (sign: number) => (error === null ? null : Number(value) + sign * error);
  const evaluations = { losses: 1, gradients: 0 };
  const own = { name: 'sam', value, lower: end(-1), upper: end(1), converged: true, evaluations } as const;
  return noise === undefined ? own : { ...own, noise };
}

describe('a measure under a rescaling', () => {
  const nowhere = () => null;
  const everywhere = (own: SharpnessMeasure) => () => own;
  const onlyAt10 = (own: SharpnessMeasure, other: SharpnessMeasure) => (alpha: number) => (alpha === 10 ? own : other);

  const cases: Readonly<
    Record<string, readonly [SharpnessMeasure, (alpha: number) => SharpnessMeasure | null, boolean | undefined, number]>
  > = {
    'is open until every α is there': [measure(1), nowhere, undefined, 1],
    'is open while it has not moved': [measure(1), alpha => (alpha < 5 ? measure(1) : null), undefined, 5],
    'is not invariant as soon as it has moved': [measure(1), alpha => (alpha < 1 ? measure(2) : null), false, 4],
    'is invariant where it does not move at all': [measure(1), everywhere(measure(1)), true, 7],
    'is invariant within a hundredth': [measure(1), everywhere(measure(1.009)), true, 7],
    'is not invariant beyond it': [measure(1), everywhere(measure(1.02)), false, 7],
    'is not invariant where it moves at one α alone': [measure(1), onlyAt10(measure(2), measure(1)), false, 7],
    'is invariant within its interval': [measure(1, 0.1), everywhere(measure(1.05, 0.1)), true, 7],
    'is invariant within the interval at α': [measure(1, 0.01), everywhere(measure(1.05, 0.1)), true, 7],
    'is not held to an interval that the sample makes': [
      measure(1, 0.1, 0.001),
      everywhere(measure(1.05, 0.1, 0.001)),
      false,
      7,
    ],
    'is not invariant where it ceases to be finite': [measure(1), everywhere(measure('Infinity')), false, 7],
    'is not invariant where it ceases to be a number': [measure(1), everywhere(measure('NaN')), false, 7],
    'is invariant where it is infinite throughout': [measure('Infinity'), everywhere(measure('Infinity')), true, 7],
    'is invariant at zero': [measure(0), everywhere(measure(0)), true, 7],
  };
  for (const [name, [own, at, invariant, count]] of Object.entries(cases)) {
    it(name, () => {
      const result = withRescaled(own, at);
      assert.equal(result.invariant, invariant);
      assert.equal(result.rescaled!.length, count);
      assert.deepEqual(
        result.rescaled!.map(({ alpha }) => alpha),
        ALPHAS.filter(alpha => result.rescaled!.some(one => one.alpha === alpha)),
      );
    });
  }

  it('is left alone where it has no value', () => {
    const own = { ...measure('NaN'), problem: 'The loss is not finite here.' };
    assert.deepEqual(withRescaled(own, everywhere(measure(1))), own);
  });
});
