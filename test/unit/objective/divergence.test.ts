import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HEADS } from '../../../worker/objective/heads/table.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';

const { log, exp, max } = Math;

const logSumExp = (values: readonly number[]): number => {
  const top = max(...values);
  return top + log(values.reduce((sum, value) => sum + exp(value - top), 0));
};

/** By its definition, in which nearly equal logits cancel. */
function byDefinition(x: readonly number[], y: readonly number[]): number {
  const [lx, ly] = [logSumExp(x), logSumExp(y)];
  return x.reduce((sum, value, index) => sum + exp(value - lx) * (value - lx - (y[index]! - ly)), 0);
}

/** Of one example with a target of any class. */
function crossEntropy(x: readonly number[], y: readonly number[]): number {
  const output = (values: readonly number[]) => tensorFromNumbers(values, 'float64', [1, values.length]);
  const targets = tensorFromNumbers([0], 'int64', [1]);
  return HEADS['cross-entropy']({}).divergence!(output(x), output(y), targets, 1).sums[0]!;
}

function binary(x: number, y: number): number {
  const output = (value: number) => tensorFromNumbers([value], 'float64', [1, 1]);
  return HEADS['bce-with-logits']().divergence!(output(x), output(y), output(1), 1).sums[0]!;
}

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found}, not ${expected}`);

describe('the divergence of predictions', () => {
  const logit = fc.double({ min: -40, max: 40, noNaN: true });

  it('is KL(p ‖ q)', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(logit, logit), { minLength: 1, maxLength: 6 }), pairs => {
        const [x, y] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const expected = byDefinition(x, y);
        close(crossEntropy(x, y), expected, 1e-11 * (1 + expected));
        assert.ok(crossEntropy(x, y) >= -1e-15);
      }),
    ));

  it('of two classes is that of one logit', () =>
    fc.assert(
      fc.property(logit, logit, (x, y) => {
        const expected = byDefinition([x, 0], [y, 0]);
        close(binary(x, y), expected, 1e-11 * (1 + expected));
      }),
    ));

  it('of nearly equal predictions keeps its digits', () => {
    // Half the variance of the difference, to the leading order.
    const [x, y] = [
      [30, 29, 28],
      [30 + 1e-6, 29, 28],
    ];
    const p = exp(30 - logSumExp(x));
    close(crossEntropy(x, y) / ((p * (1 - p) * 1e-12) / 2), 1, 1e-3);
    const q = 1 / (1 + exp(-3));
    close(binary(3, 3 + 1e-6) / ((q * (1 - q) * 1e-12) / 2), 1, 1e-3);
  });

  it('is finite and right where a class was next to impossible, and not a number where a logit is none', () => {
    close(crossEntropy([0, -46], [0, 4]), log(1 + exp(-46 + 50)) - 50 * exp(-46), 1e-9);
    close(crossEntropy([0, -2000], [0, 2000]), 2000, 1e-6);
    close(binary(2000, -2000), 2000, 1e-6);
    close(binary(-2000, 2000), 2000, 1e-6);
    assert.ok(Number.isNaN(crossEntropy([0, 1], [0, Number.NaN])));
    assert.ok(Number.isNaN(binary(0, Number.NaN)));
  });

  it('counts targets that count, each as one, whatever its class weighs', () => {
    const output = tensorFromNumbers([0, 0, 1, 0, 0, 1, 5, 5], 'float32', [4, 2]);
    const anchor = tensorFromNumbers([0, 1, 1, 0, 0, 0, 5, 5], 'float32', [4, 2]);
    const targets = tensorFromNumbers([0, 1, -100], 'int64', [3]);
    const { sums, weights } = HEADS['cross-entropy']({ classWeights: [2, 3] }).divergence!(anchor, output, targets, 3);
    assert.deepEqual([...weights], [1, 1, 0]);
    assert.ok(sums[0]! > 0.1 && sums[1] === 0 && sums[2] === 0, sums.join());
  });
});
