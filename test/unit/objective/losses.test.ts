import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { summarizeHeads } from '../../../worker/objective/evaluation.ts';
import { HEADS } from '../../../worker/objective/heads/table.ts';
import { describeLoss, type LossSpec, readLoss, weightPenalty } from '../../../worker/objective/loss.ts';
import { elementCount, type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { FILES, refuses } from '../io/fixtures.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Written by make_losses.py. */
interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly kind: keyof typeof HEADS;
    readonly options: Partial<LossSpec>;
    readonly output: Numbers;
    readonly targets: Numbers;
    readonly loss: number;
    readonly accuracy: number | null;
  }[];
  readonly sgd: { readonly theta: number[]; readonly weightDecay: number; loss_gradient: number[]; step: number[] };
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/losses/losses.json'), 'utf8'));

const close = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${value}, not ${expected}`);

/** Rows [from, to), and `padding` copies of the last of them as a short minibatch has. */
function rows({ shape, data }: Numbers, dtype: 'float64' | 'int64', from: number, to: number, padding = 0): Tensor {
  const size = elementCount(shape.slice(1));
  const part = data.slice(from * size, to * size);
  const last = part.slice(-size);
  const padded = [...part, ...Array.from({ length: padding }, () => last).flat()];
  return tensorFromNumbers(padded, dtype, [to - from + padding, ...shape.slice(1)]);
}

describe("losses against PyTorch's, in float64", () => {
  for (const { name, kind, options, output, targets, loss, accuracy } of golden.cases) {
    const count = targets.shape[0]!;
    const dtype = kind === 'cross-entropy' ? 'int64' : 'float64';
    for (const size of [1, 2, count]) {
      it(`${kind} of ${name}, in batches of ${size}`, () => {
        const head = HEADS[kind](options);
        const results = Array.from({ length: Math.ceil(count / size) }, (_, batch) => {
          const from = batch * size;
          const to = Math.min(count, from + size);
          return head.evaluate(
            rows(output, 'float64', from, to, from + size - to),
            rows(targets, dtype, from, to),
            to - from,
          );
        });
        const evaluation = summarizeHeads(results);
        close(evaluation.loss, loss);
        if (accuracy === null) assert.equal(evaluation.accuracy, null);
        else close(evaluation.accuracy!, accuracy);
        assert.ok(evaluation.perExample!.every(Number.isFinite), 'an example without targets has a loss of 0');
        assert.ok(Number.isFinite(evaluation.standardError));
      });
    }
  }

  it('weight decay has the gradient that SGD adds', () => {
    const { theta, weightDecay, loss_gradient, step } = golden.sgd;
    const penalty = (at: number[]) => weightPenalty(weightDecay, Float32Array.from(at));
    close(penalty(theta), (weightDecay / 2) * theta.reduce((sum, value) => sum + value ** 2, 0));
    theta.forEach((value, index) => {
      // Central differences of a quadratic are exact; these steps are exact in float32.
      const moved = (by: number) => theta.with(index, value + by);
      close(penalty(moved(0.5)) - penalty(moved(-0.5)), step[index]! - loss_gradient[index]!);
    });
  });
});

describe('examples that do not count', () => {
  const head = HEADS['cross-entropy']({ ignoreIndex: 9 });
  const logits = tensorFromNumbers([0, 0, 0, 3, 5, 5, 1, 0], 'float64', [4, 2]);
  const evaluate = (targets: number[]) => {
    const count = targets.length;
    const output = { ...logits, shape: [count, 2], data: logits.data.slice(0, 2 * count) } as Tensor;
    return summarizeHeads([head.evaluate(output, tensorFromNumbers(targets, 'int64', [count]), count)]);
  };

  it('change neither mean nor standard error', () => {
    const losses = [Math.LN2, Math.log1p(Math.exp(3)), Math.log1p(Math.exp(-1))];
    const mean = losses.reduce((sum, value) => sum + value) / 3;
    const deviation = Math.sqrt(losses.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    const { loss, standardError, accuracy, perExample, weights } = evaluate([0, 0, 9, 0]);
    close(loss, mean);
    close(standardError!, deviation / Math.sqrt(3));
    close(accuracy!, 2 / 3);
    assert.equal(perExample![2], 0);
    assert.deepEqual([...weights!], [1, 1, 0, 1]);
  });

  it('leave no standard error where one example counts', () => {
    assert.equal(evaluate([9, 1]).standardError, null);
  });

  it('are refused where there are no others', () =>
    refuses(async () => evaluate([9, 9]), 'input', /No target .* counts/));
});

describe('the loss of basin.json', () => {
  const descriptions: readonly (readonly [LossSpec, string])[] = [
    [{ kind: 'mse' }, 'mse'],
    [{ kind: 'cross-entropy', ignoreIndex: -100, labelSmoothing: 0, weightDecay: 0 }, 'cross-entropy'],
    [{ kind: 'cross-entropy', labelSmoothing: 0.1 }, 'cross-entropy, label smoothing 0.1'],
    [
      { kind: 'cross-entropy', output: 'logits', ignoreIndex: 0, classWeights: [1, 2.5], weightDecay: 5e-4 },
      'cross-entropy, output logits, ignore index 0, class weights [1, 2.5], weight decay 0.0005',
    ],
  ];
  for (const [spec, words] of descriptions) it(words, () => assert.equal(describeLoss(spec), words));

  it('tells many class weights apart', () => {
    const many = (last: number) =>
      describeLoss({ kind: 'cross-entropy', classWeights: [...new Array<number>(99).fill(1), last] });
    assert.match(many(1), /^cross-entropy, class weights of 100 classes \(SHA-256 [0-9a-f]{12}\)$/);
    assert.notEqual(many(1), many(2));
  });

  it('reads class weights from a file', async () => {
    const spec = await readLoss({ kind: 'cross-entropy', classWeights: 'data.npz#labels' }, FILES);
    assert.deepEqual(spec, { kind: 'cross-entropy', classWeights: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0] });
  });

  it('refuses class weights that are none', async () => {
    const read = (classWeights: string | number[]) => readLoss({ kind: 'cross-entropy', classWeights }, FILES);
    await refuses(() => read('data.npz#features'), 'input', /^data\.npz: class weights of shape 10×3/);
    await refuses(() => read('idx-i1-ubyte'), 'input', /^idx-i1-ubyte: class weights of shape 3×4/);
    await refuses(() => read([1, -1]), 'input', /^basin\.json: the weight -1 of class 1/);
    assert.throws(
      () =>
        HEADS['cross-entropy']({ classWeights: [1, 2] }).evaluate(
          tensorFromNumbers([0, 0, 0], 'float32', [1, 3]),
          tensorFromNumbers([0], 'int64', [1]),
          1,
        ),
      /"classWeights" has 2 numbers and the model 3 classes/,
    );
  });
});
