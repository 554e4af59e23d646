import assert from 'node:assert/strict';
import fc from 'fast-check';
import { preferredScale, type Scale, scaleTicks, toUnit } from '../../../webview/view/scale.ts';

const scale = (kind: Scale['kind'], low: number, high: number, unit: Scale['unit'] = 'number'): Scale => ({
  kind,
  low,
  high,
  unit,
});

describe('preferredScale', () => {
  const check = (name: string, low: number, high: number, expected: string): void => {
    it(name, () => assert.equal(preferredScale(low, high), expected));
  };
  check('is logarithmic over a factor of more than 30', 0.006, 65, 'log');
  check('is logarithmic from 1e-3 to 1e30', 1e-3, 1e30, 'log');
  check('is linear over a factor of 30', 1, 30, 'linear');
  check('is linear where all are equal', 2.3, 2.3, 'linear');
  check('is linear with zero among the values', 0, 100, 'linear');
  check('is linear with negative values', -1, 100, 'linear');
});

describe('toUnit', () => {
  const check = (name: string, of: Scale, value: number, expected: number): void => {
    it(name, () => assert.ok(Math.abs(toUnit(of, value) - expected) < 1e-12, String(toUnit(of, value))));
  };
  check('is 0 at the low end', scale('log', 0.01, 100), 0.01, 0);
  check('is ½ in the middle of the decades', scale('log', 0.01, 100), 1, 0.5);
  check('is ½ in the middle of a linear scale', scale('linear', -2, 4), 1, 0.5);
  check('is ½ where both ends are one', scale('linear', 3, 3), 3, 0.5);
  check('survives the whole range of numbers', scale('linear', -1.7e308, 1.7e308), 0, 0.5);
  it('rises with the value', () => {
    const positive = fc.double({ min: 1e-3, max: 1e30, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom('linear', 'log'), positive, positive, (kind: Scale['kind'], a, b) => {
        const of = scale(kind, 1e-3, 1e30);
        const [lower, upper] = [toUnit(of, Math.min(a, b)), toUnit(of, Math.max(a, b))];
        assert.ok(0 <= lower && lower <= upper && upper <= 1);
      }),
      { seed: 20260803 },
    );
  });
});

describe('scaleTicks', () => {
  const check = (name: string, of: Scale, count: number, expected: readonly string[]): void => {
    it(name, () =>
      assert.deepEqual(
        scaleTicks(of, count).map(({ label }) => label),
        expected,
      ),
    );
  };
  check('are powers of ten', scale('log', 0.006, 65), 6, ['0.01', '0.1', '1', '10']);
  check('are finer over few decades', scale('log', 0.4, 20), 6, ['0.5', '1', '2', '5', '10', '20']);
  check('are linear on a log scale of less than a decade', scale('log', 2, 4), 4, ['2.0', '2.5', '3.0', '3.5', '4.0']);
  check('leave out decades where there are many', scale('log', 1e-3, 1e30), 6, [
    '1',
    '10⁶',
    '10¹²',
    '10¹⁸',
    '10²⁴',
    '10³⁰',
  ]);
  check('are round on a linear scale', scale('linear', -0.13, 0.52), 4, ['0', '0.2', '0.4']);
  check('are the value itself where all are equal', scale('linear', 2.3, 2.3), 6, ['2.30']);
  check('are percentages of an accuracy', scale('linear', 0, 1, 'percent'), 5, [
    '0%',
    '20%',
    '40%',
    '60%',
    '80%',
    '100%',
  ]);
  it('lie within the scale, ascend and are not many', () => {
    const end = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom('linear', 'log'), end, end, (kind: Scale['kind'], a, b) => {
        const of = scale(kind, Math.min(a, b), Math.max(a, b));
        const values = scaleTicks(of, 6).map(({ value }) => value);
        assert.ok(values.length <= 12);
        for (const [i, value] of values.entries()) {
          assert.ok(value >= of.low && value <= of.high && (i === 0 || value > values[i - 1]!));
        }
      }),
      { seed: 20260804 },
    );
  });
});
