/** Cross-entropy against probabilities of the classes (PyTorch, CrossEntropyLoss with probabilities as targets). */
import assert from 'node:assert/strict';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { sumAll } from '../../../worker/graph/arithmetic.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { constant, parameter, type Value } from '../../../worker/graph/graph.ts';
import { differentiable, hessianVectorProduct, lossGradient } from '../../../worker/graph/products.ts';
import type { Dense } from '../../../worker/graph/types.ts';
import { summarizeHeads } from '../../../worker/objective/evaluation.ts';
import { crossEntropyHead } from '../../../worker/objective/heads/crossEntropy.ts';
import type { CrossEntropyOptions } from '../../../worker/objective/loss.ts';
import { type DType, elementCount, tensorFromNumbers } from '../../../worker/tensor.ts';
import { randomNumbers } from '../model/layers/agree.ts';

const close = (value: number, expected: number, what = ''): void =>
  assert.ok(Math.abs(value - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${what} ${value}, not ${expected}`);

const tensor = (shape: readonly number[], values: readonly number[], dtype: DType = 'float64') =>
  tensorFromNumbers(values, dtype, shape);

const evaluate = (
  options: CrossEntropyOptions,
  output: ReturnType<typeof tensor>,
  targets: ReturnType<typeof tensor>,
) => summarizeHeads([crossEntropyHead(options).evaluate(output, targets, targets.shape[0]!)]);

/** Four classes: logits, probabilities that sum to 1, and options of every kind. */
const N = 5;
const C = 4;
const logits = [...randomNumbers(N * C, 1)].map(value => 3 * value);
const probabilities = (() => {
  const raw = [...randomNumbers(N * C, 2)].map(value => (value + 1) ** 2);
  return raw.map(
    (value, at) => value / raw.slice(C * Math.floor(at / C), C * Math.floor(at / C) + C).reduce((a, b) => a + b),
  );
})();
const options: Readonly<Record<string, CrossEntropyOptions>> = {
  plain: {},
  smoothed: { labelSmoothing: 0.2 },
  weighted: { classWeights: [1, 0.5, 0, 3] },
  'smoothed and weighted': { labelSmoothing: 0.1, classWeights: [2, 1, 0.25, 1] },
};

/** The weights of the logarithms of a row: (t·(1 − ε) + ε/C)·w, as PyTorch has them. */
const sharesOf = (row: readonly number[], { labelSmoothing = 0, classWeights }: CrossEntropyOptions): number[] =>
  row.map((value, c) => (value * (1 - labelSmoothing) + labelSmoothing / C) * (classWeights?.[c] ?? 1));

const rowOf = (values: readonly number[], row: number): readonly number[] => values.slice(row * C, row * C + C);

const softmax = (row: readonly number[]): number[] => {
  const sum = row.reduce((total, value) => total + Math.exp(value), 0);
  return row.map(value => Math.exp(value) / sum);
};

describe('cross-entropy of probabilities', () => {
  for (const [name, own] of Object.entries(options)) {
    it(`is the sum of −t·log p over the targets' number, ${name}`, () => {
      const losses = Array.from({ length: N }, (_, row) => {
        const p = softmax(rowOf(logits, row));
        return sharesOf(rowOf(probabilities, row), own).reduce((sum, t, c) => sum - t * Math.log(p[c]!), 0);
      });
      const { loss, perExample, weights } = evaluate(own, tensor([N, C], logits), tensor([N, C], probabilities));
      close(loss, losses.reduce((a, b) => a + b) / N);
      perExample!.forEach((value, row) => {
        close(value, losses[row]!);
      });
      assert.deepEqual([...weights!], new Array(N).fill(1));
    });

    it(`has the gradient Σt·p − t and the Hessian Σt·(diag p − ppᵀ) of each row, ${name}`, () => {
      const head = crossEntropyHead(own);
      const x = parameter('x', [N, C]);
      // The last row is padding.
      const count = N - 1;
      const targets = tensor([count, C], probabilities.slice(0, count * C));
      const { losses, inputs } = head.graph(x, targets.shape, 'float64');
      const { feeds, weights } = head.feeds([N, C], targets, count, 'float64');
      assert.deepEqual([...weights], new Array(count).fill(1));
      const leaves = new Map<Value, Dense>(
        inputs.map(leaf => [leaf, toDense(feeds[leaf.name] as Parameters<typeof toDense>[0])]),
      );
      leaves.set(x, { shape: [N, C], data: Float64Array.from(logits) });
      const v = [...randomNumbers(N * C, 3)];
      const loss = differentiable({ loss: sumAll(losses), losses, output: x, parameters: [x] });
      const vector = constant(tensorFromNumbers(v, 'float32', [N, C]), 'v');
      const [gradient] = lossGradient(loss);
      const [product] = hessianVectorProduct(loss, [vector]);
      const [slope, curved] = evaluateReference([gradient!, product!], leaves);
      for (let row = 0; row < N; row++) {
        const p = softmax(rowOf(logits, row));
        const t = row < count ? sharesOf(rowOf(probabilities, row), own) : new Array<number>(C).fill(0);
        const sum = t.reduce((a, b) => a + b);
        const mean = p.reduce((total, share, c) => total + share * v[row * C + c]!, 0);
        for (let c = 0; c < C; c++) {
          close(slope!.data[row * C + c]!, sum * p[c]! - t[c]!, 'gradient');
          close(curved!.data[row * C + c]!, sum * p[c]! * (v[row * C + c]! - mean), 'Hessian');
        }
      }
    });
  }

  it('of one class each is that of its index', () => {
    const labels = [3, 0, 1, 1, 2];
    const oneHot = labels.flatMap(label => [0, 1, 2, 3].map(c => Number(c === label)));
    for (const own of [{}, { labelSmoothing: 0.3 }]) {
      const byIndex = evaluate(own, tensor([N, C], logits), tensor([N], labels, 'int64'));
      for (const dtype of ['float32', 'uint8', 'bool', 'int64'] as const) {
        const byShare = evaluate(own, tensor([N, C], logits), tensor([N, C], oneHot, dtype));
        close(byShare.loss, byIndex.loss);
        assert.equal(byShare.accuracy, byIndex.accuracy);
        close(byShare.standardError!, byIndex.standardError!);
      }
    }
  });

  it('is their entropy where they are predicted, and not less elsewhere', () => {
    const row = rowOf(probabilities, 0);
    const entropy = -row.reduce((sum, t) => sum + t * Math.log(t), 0);
    close(
      evaluate(
        {},
        tensor(
          [1, C],
          row.map(t => Math.log(t) + 7),
        ),
        tensor([1, C], row),
      ).loss,
      entropy,
    );
    assert.ok(evaluate({}, tensor([1, C], rowOf(logits, 0)), tensor([1, C], row)).loss > entropy);
  });

  it('neither overflows nor takes anything from impossible classes of probability 0', () => {
    const output = tensor([1, 3], [1e4, Number.NEGATIVE_INFINITY, -1e4]);
    close(evaluate({}, output, tensor([1, 3], [0.5, 0, 0.5])).loss, 1e4);
    assert.equal(evaluate({}, output, tensor([1, 3], [0.5, 0.5, 0])).loss, Number.POSITIVE_INFINITY);
  });

  it('takes no value for one to ignore', () => {
    const targets = tensor([1, 2], [1, 0]);
    close(evaluate({ ignoreIndex: 1 }, tensor([1, 2], [0, 0]), targets).loss, Math.LN2);
  });

  it('compares the likeliest classes', () => {
    const targets = tensor([3, 2], [0.6, 0.4, 0.1, 0.9, 0.7, 0.3]);
    assert.equal(evaluate({}, tensor([3, 2], [1, 0, 1, 0, 2, 1]), targets).accuracy, 2 / 3);
  });

  it('finds the classes behind the examples, or last where the network has them there', () => {
    // Two classes and two positions; position 0 has the logits 0 and log 3, position 1 equal ones.
    const first = tensor([1, 2, 2], [0, 0, Math.log(3), 0]);
    const last = tensor([1, 2, 2], [0, Math.log(3), 0, 0]);
    const expected = (-Math.log(3 / 4) + Math.LN2) / 2;
    close(evaluate({}, first, tensor([1, 2, 2], [0, 1, 1, 0])).loss, expected);
    close(evaluate({ classAxis: 'last' }, last, tensor([1, 2, 2], [0, 1, 1, 0])).loss, expected);
    // As many positions as classes fit indices both ways.
    close(evaluate({}, first, tensor([1, 2], [1, 0], 'int64')).loss, expected);
    close(evaluate({ classAxis: 'last' }, last, tensor([1, 2], [1, 0], 'int64')).loss, expected);
  });

  it('reads a column of class indices as class indices', () => {
    const output = tensor([2, 3], [0, 0, 0, 0, 0, 0]);
    close(evaluate({}, output, tensor([2, 1], [2, 0], 'int64')).loss, Math.log(3));
  });

  it('has the divergence of all targets', () => {
    const head = crossEntropyHead({});
    const [x, y] = [tensor([1, C], rowOf(logits, 0)), tensor([1, C], rowOf(logits, 1))];
    const { sums, weights } = head.divergence!(x, y, tensor([1, C], rowOf(probabilities, 0)), 1);
    const [p, q] = [softmax(rowOf(logits, 0)), softmax(rowOf(logits, 1))];
    close(
      sums[0]!,
      p.reduce((sum, share, c) => sum + share * Math.log(share / q[c]!), 0),
    );
    assert.deepEqual([...weights], [1]);
  });

  const refused: readonly (readonly [what: string, shape: number[], targets: number[], message: RegExp])[] = [
    ['numbers below 0', [1, 2], [-0.5, 1.5], /target -0\.5 for class 0 of example 0 .* is no probability/],
    ['numbers above 1', [1, 2], [0, 3], /target 3 for class 1 of example 0 .* is no probability/],
    ['what is no number', [1, 2], [0, Number.NaN], /target NaN for class 1/],
    ['a single class', [2, 1], [1, 0], /2×1 and targets of 2×1 do not fit a cross-entropy/],
  ];
  for (const [what, shape, targets, message] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => evaluate({}, tensor(shape, new Array(elementCount(shape)).fill(0)), tensor(shape, targets)),
        message,
      ));
  }
});
