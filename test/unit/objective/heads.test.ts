import assert from 'node:assert/strict';
import { summarizeHeads } from '../../../worker/objective/evaluation.ts';
import type { HeadResult } from '../../../worker/objective/heads/head.ts';
import { HEADS } from '../../../worker/objective/heads/table.ts';
import { type DType, type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';

const float = (shape: readonly number[], values: readonly number[]) => tensorFromNumbers(values, 'float32', shape);
const labels = (values: readonly number[], shape: readonly number[] = [values.length], dtype: DType = 'int64') =>
  tensorFromNumbers(values, dtype, shape);

interface Case {
  readonly head: keyof typeof HEADS;
  readonly output: Tensor;
  readonly targets: Tensor;
  /** Mean loss of each example's targets. */
  readonly losses: readonly number[];
  readonly accuracy: number | null;
}

const { log, exp, log1p, LN2 } = Math;

const cases: Readonly<Record<string, Case>> = {
  'cross-entropy of equal logits is log C': {
    head: 'cross-entropy',
    output: float([2, 4], [0, 0, 0, 0, 7, 7, 7, 7]),
    targets: labels([1, 0], [2], 'uint8'),
    losses: [log(4), log(4)],
    accuracy: 0.5,
  },
  'cross-entropy of huge logits neither overflows nor rounds to 0': {
    head: 'cross-entropy',
    output: float([2, 2], [2 ** 100, -(2 ** 100), 0, 40]),
    targets: labels([1, 1]),
    losses: [2 ** 101, log1p(exp(-40))],
    accuracy: 0.5,
  },
  'cross-entropy with an infinite logit is NaN or infinite, and wrong': {
    head: 'cross-entropy',
    output: float([2, 2], [Number.NaN, 0, Number.NEGATIVE_INFINITY, 0]),
    targets: labels([1, 0]),
    losses: [Number.NaN, Number.POSITIVE_INFINITY],
    accuracy: 0,
  },
  'cross-entropy of images has its classes on axis 1': {
    head: 'cross-entropy',
    // Two classes, three pixels: class 0 has [0, 0, 2], class 1 [0, 1, 0].
    output: float([1, 2, 3], [0, 0, 2, 0, 1, 0]),
    targets: labels([0, 1, 0], [1, 3]),
    losses: [(LN2 + log1p(exp(-1)) + log1p(exp(-2))) / 3],
    accuracy: 1,
  },
  'cross-entropy of tokens may have its classes on the last axis': {
    head: 'cross-entropy',
    output: float([1, 3, 2], [0, 0, 0, 1, 2, 0]),
    targets: labels([0, 1, 0], [1, 3]),
    losses: [(LN2 + log1p(exp(-1)) + log1p(exp(-2))) / 3],
    accuracy: 1,
  },
  'a padded batch counts its first examples only': {
    head: 'cross-entropy',
    output: float([3, 2], [0, 0, 0, 1, 99, 0]),
    targets: labels([0, 1]),
    losses: [LN2, log1p(exp(-1))],
    accuracy: 1,
  },
  'mean squared error': {
    head: 'mse',
    output: float([2, 2], [1, 2, 3, 4]),
    targets: float([2, 2], [1, 0, 0, 4]),
    losses: [2, 4.5],
    accuracy: null,
  },
  'binary cross-entropy of logits': {
    head: 'bce-with-logits',
    output: float([3, 1], [0, 50, -200]),
    targets: float([3], [1, 0, 0]),
    losses: [LN2, 50 + log1p(exp(-50)), exp(-200)],
    accuracy: 1 / 3,
  },
};

const close = (value: number, expected: number): boolean =>
  Object.is(value, expected) || Math.abs(value - expected) <= 1e-12 * Math.abs(expected);

describe('loss heads', () => {
  for (const [name, { head, output, targets, losses, accuracy }] of Object.entries(cases)) {
    it(name, () => {
      const result = HEADS[head]({}).evaluate(output, targets, targets.shape[0]!);
      const evaluation = summarizeHeads([result]);
      evaluation.perExample!.forEach((value, index) => {
        assert.ok(close(value, losses[index]!), `example ${index}: ${value}, not ${losses[index]}`);
      });
      assert.equal(evaluation.accuracy, accuracy);
    });
  }

  it('refuse a target that is no class, and targets of another shape', () => {
    assert.throws(
      () => HEADS['cross-entropy']({}).evaluate(float([1, 3], [0, 0, 0]), labels([3]), 1),
      /target 3 of example 0/,
    );
    assert.throws(() => HEADS['cross-entropy']({}).evaluate(float([1, 3], [0, 0, 0]), labels([-1]), 1), /target -1/);
    assert.throws(
      () => HEADS['cross-entropy']({}).evaluate(float([1, 3], [0, 0, 0]), labels([1, 1], [1, 2]), 1),
      /1×3 and .* 1×2/,
    );
    assert.throws(
      () => HEADS.mse().evaluate(float([1, 3], [0, 0, 0]), float([1, 2], [0, 0]), 1),
      /output is 3 an example and the targets are 2/,
    );
  });
});

describe('the mean over examples', () => {
  const head = (sums: number[], weights: number[], correct: number[]): HeadResult => ({
    sums: Float64Array.from(sums),
    weights: Float64Array.from(weights),
    counted: Float64Array.from(weights),
    correct: Float64Array.from(correct),
  });

  it('weighs targets, not batches, and has the standard error s/√n for equal weights', () => {
    const { loss, standardError, accuracy } = summarizeHeads([
      head([1, 2, 3], [1, 1, 1], [0, 1, 0]),
      head([10], [1], [1]),
    ]);
    const deviations = [1, 2, 3, 10].map(value => (value - 4) ** 2).reduce((a, b) => a + b);
    assert.equal(loss, 4);
    assert.equal(accuracy, 0.5);
    assert.ok(Math.abs(standardError! - Math.sqrt(deviations / 3 / 4)) < 1e-15);
  });

  it('is a ratio where examples have different numbers of targets', () => {
    const { loss, perExample, accuracy, predictions } = summarizeHeads([head([6, 1], [3, 1], [3, 0])]);
    assert.equal(loss, 7 / 4);
    assert.deepEqual([...perExample!], [2, 1]);
    assert.equal(accuracy, 3 / 4);
    assert.deepEqual([...predictions!.correct], [3, 0]);
  });

  it('has no standard error with one example', () => {
    assert.equal(summarizeHeads([head([6], [3], [3])]).standardError, null);
  });
});
