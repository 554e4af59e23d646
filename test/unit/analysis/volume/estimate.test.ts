import assert from 'node:assert/strict';
import fc from 'fast-check';
import { logMean } from '../../../../worker/analysis/volume/estimate.ts';

describe('the logarithm of a mean', () => {
  it('has a finite interval however far apart the numbers lie', () => {
    // Half of the resamples of two numbers leave one of them out, and e^−2000 is no number.
    const { value, lower, upper, verdict } = logMean([0, -2000], 0);
    assert.ok(Math.abs(value + Math.LN2) < 1e-12);
    assert.equal(lower, -2000);
    assert.deepEqual([upper, verdict], [null, 'lower bound']);
  });

  it('moves with the numbers, and has the value of equal ones', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 20 }),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        (logs, shift) => {
          const one = logMean(logs, 1);
          const other = logMean(
            logs.map(log => log + shift),
            1,
          );
          for (const name of ['value', 'lower'] as const) {
            assert.ok(Math.abs(other[name] - one[name] - shift) < 1e-7, name);
          }
          assert.ok(one.lower <= one.value + 1e-9 && one.value <= Math.max(...logs) + 1e-9);
          assert.ok(one.effectiveSamples >= 1 - 1e-9 && one.effectiveSamples <= logs.length + 1e-9);
        },
      ),
    ));

  it('of enough equal numbers is an estimate', () => {
    const { value, lower, upper, verdict, effectiveSamples } = logMean(new Array<number>(150).fill(-7), 0);
    for (const own of [value, lower, upper!]) assert.ok(Math.abs(own + 7) < 1e-12);
    assert.equal(verdict, 'estimate');
    assert.ok(Math.abs(effectiveSamples - 150) < 1e-9);
  });
});
