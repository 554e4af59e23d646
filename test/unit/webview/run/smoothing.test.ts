import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smoothed } from '../../../../webview/run/view/smoothing.ts';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const values = fc.array(fc.option(value, { freq: 4 }), { maxLength: 60 });
const weight = fc.double({ min: 0, max: 0.99, noNaN: true });

describe('smoothing', () => {
  it('leaves gaps where they are, and only there', () => {
    fc.assert(
      fc.property(values, weight, (of, by) => {
        assert.deepEqual(
          smoothed(of, by).map(own => own === null),
          of.map(own => own === null),
        );
      }),
    );
  });

  it('stays between the least and the largest value so far', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), weight, (of, by) => {
        for (const [i, own] of smoothed(of, by).entries()) {
          const before = of.slice(0, i + 1);
          const slack = 1e-9 * Math.max(1, ...before.map(Math.abs));
          assert.ok(own! >= Math.min(...before) - slack && own! <= Math.max(...before) + slack);
        }
      }),
    );
  });

  it('changes nothing without a weight', () => {
    // Zeros of either sign are the same to the eye.
    const isSame = (one: number | null, other: number | null): boolean => one === other;
    fc.assert(fc.property(values, of => smoothed(of, 0).every((own, i) => isSame(own, of[i]!))));
  });

  it('starts at the first value, and weighs each as often as the next', () => {
    // Weights 1/4, 1/2, 1 of 1, 2, 4, over their sum.
    assert.deepEqual(smoothed([1, 2, null, 4], 0.5), [1, 5 / 3, null, 21 / 7]);
  });
});
