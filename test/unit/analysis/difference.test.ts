import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differencesOf, type ExampleValues, type MeasuredCheckpoint } from '../../../worker/analysis/difference.ts';
import type { Difference, JsonNumber, Measure, Provenance, RunMeasureName } from '../../../worker/results.ts';

import { volumeOf } from '../../fixtures/runListings.ts';

const provenance = (sample: string): Provenance => ({
  model: { file: 'model.onnx', digest: 'm' },
  checkpoint: { file: 'a.pt', digest: 'c' },
  data: { file: 'train.npz#x', digest: sample, order: 'first' },
  split: 'train',
  rows: [0, 4],
  samples: 4,
  seed: 0,
  parameters: { count: 4, include: [], exclude: [] },
  loss: 'cross-entropy',
  mode: { batchNorm: 'none', dropout: 'off' },
  dtype: 'float32',
  engine: 'onnxruntime 1.30.0',
  device: 'cpu',
  threads: 2,
  versions: { basin: '0.1.0' },
  time: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  notes: [],
});

/** A measure with its error to both sides: `null` leaves an end open. */
function measure(
  name: RunMeasureName,
  value: JsonNumber,
  below: number | null,
  above: number | null = below,
  converged = true,
): Measure<RunMeasureName> {
  const lower = below === null ? null : Number(value) - below;
  return { name, value, lower, upper: above === null ? null : Number(value) + above, converged };
}

/** A volume by a prior of deviation σ. */
const volume = (value: number, below: number, above: number | null, sigma = 0.1): Measure<RunMeasureName> =>
  volumeOf(value, { lower: value - below, upper: above === null ? null : value + above }, sigma);

/** Losses and predictions of one target an example. */
const examples = (losses: readonly number[], correct?: readonly number[]): ExampleValues => ({
  perExample: Float64Array.from(losses),
  weights: new Float64Array(losses.length).fill(1),
  ...(correct && {
    predictions: { counted: new Float64Array(correct.length).fill(1), correct: Float64Array.from(correct) },
  }),
});

interface Side {
  readonly key: string;
  readonly measure: Measure<RunMeasureName>;
  /** The digest of the rows. */
  readonly sample?: string;
  readonly examples?: ExampleValues | null;
  readonly isWithoutData?: boolean;
}

const known = examples([1, 1, 1, 1]);

function checkpointOf({ key, measure: own, sample = 's', examples: each = known, isWithoutData }: Side) {
  const split = own.name.startsWith('test-') ? 'test' : 'train';
  const { data, ...rest } = provenance(sample);
  const from = isWithoutData ? rest : { ...rest, data: data! };
  const checkpoint: MeasuredCheckpoint = { [split]: { key, provenance: from, measures: [own], examples: each } };
  return checkpoint;
}

function differenceOf(own: Side, baseline: Side): Difference {
  const [difference, ...others] = differencesOf(checkpointOf(own), checkpointOf(baseline));
  assert.equal(others.length, 0);
  return difference!;
}

function check(own: Side, baseline: Side, expected: Partial<Difference>): void {
  const { standardError, value, ...rest } = differenceOf(own, baseline);
  const { standardError: error, value: expectedValue, ...others } = expected;
  assert.deepEqual({ ...rest, ...others }, rest);
  for (const [found, wanted] of [
    [standardError, error],
    [value, expectedValue],
  ]) {
    if (typeof wanted !== 'number') assert.equal(found, wanted);
    else assert.ok(Math.abs(Number(found) - wanted) <= 1e-12, `${found}, not ${wanted}`);
  }
}

describe('the difference of a measure', () => {
  const cases: readonly [what: string, own: Side, baseline: Side, expected: Partial<Difference>][] = [
    [
      'of a loss on the same rows is paired: what the examples share cancels',
      { key: 'a', measure: measure('train-loss', 6, 2), examples: examples([1.1, 4.3, 7.1, 11.5]) },
      { key: 'b', measure: measure('train-loss', 5.75, 2), examples: examples([1, 4, 7, 11]) },
      // Differences 0.1, 0.3, 0.1 and 0.5: their deviation over √4.
      { value: 0.25, standardError: Math.sqrt(0.11 / 3 / 4), isPaired: true, verdict: 'higher' },
    ],
    [
      'of a loss on other rows combines both errors',
      { key: 'a', measure: measure('train-loss', 6, 0.3), sample: 's' },
      { key: 'b', measure: measure('train-loss', 5, 0.4), sample: 't' },
      { value: 1, standardError: 0.5, isPaired: false, verdict: 'none' },
    ],
    [
      'of a loss on other rows, more than two errors',
      { key: 'a', measure: measure('train-loss', 4, 0.3), sample: 's' },
      { key: 'b', measure: measure('train-loss', 5.5, 0.4), sample: 't' },
      { value: -1.5, standardError: 0.5, isPaired: false, verdict: 'lower' },
    ],
    [
      'of an accuracy counts the examples that only one of both has right (McNemar)',
      {
        key: 'a',
        measure: measure('test-accuracy', 0.75, 0.2),
        examples: examples([0, 0, 0, 0], [1, 1, 1, 0]),
      },
      {
        key: 'b',
        measure: measure('test-accuracy', 0.5, 0.2),
        examples: examples([0, 0, 0, 0], [1, 0, 0, 1]),
      },
      { value: 0.25, standardError: Math.sqrt(3) / 4, isPaired: true, verdict: 'none' },
    ],
    [
      'of eigenvalues takes the error of the side that faces the other',
      { key: 'a', measure: measure('lambda-max', 10, 0.3, 5) },
      { key: 'b', measure: measure('lambda-max', 8, 5, 0.4) },
      { value: 2, standardError: 0.5, isPaired: false, verdict: 'higher' },
    ],
    [
      'of equal values takes the larger way',
      { key: 'a', measure: measure('lambda-max', 8, 3, 1) },
      { key: 'b', measure: measure('lambda-max', 8, 1, 4) },
      { value: 0, standardError: 5, isPaired: false, verdict: 'none' },
    ],
    [
      'of the best values that searches found is not known',
      { key: 'a', measure: measure('keskar', 2, 0.1, null) },
      { key: 'b', measure: measure('keskar', 1, 0.1, null) },
      { value: 1, standardError: null, verdict: 'unknown' },
    ],
    [
      'of two lower bounds of a volume is not known, however far apart they are',
      { key: 'a', measure: volume(-30_000, 10, null) },
      { key: 'b', measure: volume(-10_000, 10, null) },
      { value: -20_000, standardError: null, verdict: 'unknown' },
    ],
    [
      'of a lower bound above a volume that is known is told, as it faces the other with the end that is known',
      { key: 'a', measure: volume(-10_000, 3, null) },
      { key: 'b', measure: volume(-30_000, 5, 4) },
      { value: 20_000, standardError: 5, verdict: 'higher' },
    ],
    [
      'of a lower bound below a volume that is known is not',
      { key: 'a', measure: volume(-30_000, 3, null) },
      { key: 'b', measure: volume(-10_000, 5, 4) },
      { value: -20_000, standardError: null, verdict: 'unknown' },
    ],
    [
      'of volumes by one prior is told',
      { key: 'a', measure: volume(-10_000, 3, 3) },
      { key: 'b', measure: volume(-10_020, 4, 4) },
      { value: 20, standardError: 5, verdict: 'higher' },
    ],
    [
      'of volumes by different priors is not known',
      { key: 'a', measure: volume(-10_000, 3, 3, 0.1) },
      { key: 'b', measure: volume(-10_020, 4, 4, 0.2) },
      { value: 20, standardError: 5, verdict: 'unknown' },
    ],
    [
      'of volumes on other rows is not known, as their errors are their directions',
      { key: 'a', measure: volume(-10_000, 3, 3), sample: 's' },
      { key: 'b', measure: volume(-10_020, 4, 4), sample: 't' },
      { value: 20, standardError: null, verdict: 'unknown' },
    ],
    [
      'of one that has not converged is not known',
      { key: 'a', measure: measure('lambda-max', 10, 0.3) },
      { key: 'b', measure: measure('lambda-max', 8, 0.4, 0.4, false) },
      { value: 2, standardError: 0.5, verdict: 'unknown' },
    ],
    [
      'of one that is no number is none',
      { key: 'a', measure: { name: 'train-loss', value: 'NaN', lower: null, upper: null, converged: false } },
      { key: 'a', measure: { name: 'train-loss', value: 'NaN', lower: null, upper: null, converged: false } },
      { value: 'NaN', standardError: null, verdict: 'unknown' },
    ],
    [
      'of traces says nothing of other rows',
      { key: 'a', measure: measure('trace', 10, 0.1), sample: 's' },
      { key: 'b', measure: measure('trace', 8, 0.1), sample: 't' },
      { value: 2, standardError: null, verdict: 'unknown' },
    ],
    [
      "of SAM's rises, each of a step of its own, says nothing of other rows",
      { key: 'a', measure: measure('sam', 10, 0.1), sample: 's' },
      { key: 'b', measure: measure('sam', 8, 0.1), sample: 't' },
      { value: 2, standardError: null, verdict: 'unknown' },
    ],
    [
      'of traces on the same rows is told',
      { key: 'a', measure: measure('trace', 10, 0.3) },
      { key: 'b', measure: measure('trace', 8, 0.4) },
      { value: 2, standardError: 0.5, isPaired: false, verdict: 'higher' },
    ],
    [
      'of eigenvalues on other rows is not known where examples have no loss of their own',
      { key: 'a', measure: measure('lambda-max', 10, 0.3), sample: 's', examples: { perExample: null, weights: null } },
      { key: 'b', measure: measure('lambda-max', 8, 0.4), sample: 't' },
      { value: 2, standardError: null, verdict: 'unknown' },
    ],
    [
      'of a loss without examples is not known',
      { key: 'a', measure: measure('train-loss', 2, null), examples: { perExample: null, weights: null } },
      { key: 'b', measure: measure('train-loss', 1, null), examples: { perExample: null, weights: null } },
      { value: 1, standardError: null, isPaired: false, verdict: 'unknown' },
    ],
    [
      'of a loss that takes no data is left open by rounding alone',
      {
        key: 'a',
        measure: measure('train-loss', 2, null),
        examples: { perExample: null, weights: null },
        isWithoutData: true,
      },
      {
        key: 'b',
        measure: measure('train-loss', 1.999, null),
        examples: { perExample: null, weights: null },
        isWithoutData: true,
      },
      { value: 2 - 1.999, standardError: 0, isPaired: false, verdict: 'higher' },
    ],
    [
      'of losses that rounding alone parts is none',
      { key: 'a', measure: measure('train-loss', 1 + 2e-7, 0.1), examples: examples([1, 1, 1, 1].map(x => x + 2e-7)) },
      { key: 'b', measure: measure('train-loss', 1, 0.1), examples: known },
      { value: 2e-7, standardError: 0, isPaired: true, verdict: 'none' },
    ],
    [
      'of a measurement from itself is nothing, whatever its error',
      { key: 'a', measure: measure('keskar', 2, null, null, false) },
      { key: 'a', measure: measure('keskar', 2, null, null, false) },
      { value: 0, standardError: 0, isPaired: true, verdict: 'none' },
    ],
  ];
  for (const [what, own, baseline, expected] of cases) it(what, () => check(own, baseline, expected));

  it('is told of the measures that both have', () => {
    const own = checkpointOf({ key: 'a', measure: measure('train-loss', 1, 0.1) });
    assert.deepEqual(differencesOf(own, {}), []);
    assert.deepEqual(differencesOf(own, checkpointOf({ key: 'b', measure: measure('trace', 1, 0.1) })), []);
    assert.deepEqual(differencesOf(own, checkpointOf({ key: 'b', measure: measure('test-loss', 1, 0.1) })), []);
  });

  /** Accuracies of n examples of which only one of both has b right, and only the other c. */
  function accuracies(b: number, c: number, n: number): Difference {
    const hits = (only: number, from: number) =>
      Array.from({ length: n }, (_, index) => (index >= from && index < from + only ? 1 : index >= b + c ? 1 : 0));
    const [one, other] = [hits(b, 0), hits(c, b)];
    const side = (key: string, own: number[]): Side => ({
      key,
      measure: measure('test-accuracy', own.reduce((sum, hit) => sum + hit) / n, 0.1),
      examples: examples(own, own),
    });
    return differenceOf(side('a', one), side('b', other));
  }

  it('of accuracies is told only where the exact test of McNemar tells it at one in twenty', () => {
    for (let b = 0; b <= 30; b++) {
      for (let c = 0; c <= 30; c++) {
        if (b + c === 0) continue;
        const { verdict } = accuracies(b, c, 100);
        if (verdict === 'none') continue;
        assert.equal(verdict, b > c ? 'higher' : 'lower');
        const p = exactP(b, c);
        assert.ok(p < 0.05, `${b} and ${c}: p = ${p}`);
      }
    }
    assert.equal(accuracies(6, 0, 100).verdict, 'higher');
    assert.equal(accuracies(0, 25, 100).verdict, 'lower');
  });

  /** Two-sided: twice the chance of so few of b + c tosses of a coin. */
  function exactP(b: number, c: number): number {
    let term = 0.5 ** (b + c);
    let sum = term;
    for (let k = 1; k <= Math.min(b, c); k++) {
      term *= (b + c - k + 1) / k;
      sum += term;
    }
    return Math.min(1, 2 * sum);
  }

  const numbers = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  const error = fc.option(fc.double({ min: 0, max: 1e3, noNaN: true }), { nil: null });
  const side = (key: string): fc.Arbitrary<Side> =>
    fc
      .record({
        name: fc.constantFrom<RunMeasureName[]>('train-loss', 'train-accuracy', 'lambda-max', 'trace', 'keskar'),
        value: numbers,
        below: error,
        above: error,
        converged: fc.boolean(),
        sample: fc.constantFrom('s', 't'),
        losses: fc.option(fc.array(numbers, { minLength: 4, maxLength: 4 }), { nil: null }),
        correct: fc.array(fc.constantFrom(0, 1), { minLength: 4, maxLength: 4 }),
      })
      .map(({ name, value, below, above, converged, sample, losses, correct }) => ({
        key,
        measure: measure(name, value, below, above, converged),
        sample,
        examples: losses && examples(losses, correct),
      }));
  const mirrored = { higher: 'lower', lower: 'higher', none: 'none', unknown: 'unknown' } as const;

  it('has no sign where it is 0', () => {
    const { value } = differenceOf(
      { key: 'a', measure: measure('trace', -0, 0.3) },
      { key: 'b', measure: measure('trace', 0, 0.4) },
    );
    assert.ok(Object.is(value, 0), String(value));
  });

  it('turns its sign with the baseline, and nothing else', () => {
    fc.assert(
      fc.property(side('a'), side('b'), (one, other) => {
        const named = { ...other, measure: { ...other.measure, name: one.measure.name } };
        const [there, back] = [differenceOf(one, named), differenceOf(named, one)];
        assert.equal(Number(back.value), -Number(there.value) || 0);
        assert.deepEqual([back.isPaired, back.verdict], [there.isPaired, mirrored[there.verdict]]);
        const gap = Math.abs((back.standardError ?? -1) - (there.standardError ?? -1));
        assert.ok(gap <= 1e-9 * (1 + (there.standardError ?? 0)), `${there.standardError} and ${back.standardError}`);
      }),
    );
  });

  it('of a checkpoint from itself is exactly nothing', () => {
    fc.assert(
      fc.property(side('a'), own => {
        const { value, standardError, verdict } = differenceOf(own, own);
        assert.deepEqual([value, standardError, verdict], [0, 0, 'none']);
      }),
    );
  });

  it('is never told where it is not more than two errors', () => {
    fc.assert(
      fc.property(side('a'), side('b'), (one, other) => {
        const named = { ...other, measure: { ...other.measure, name: one.measure.name } };
        const { value, standardError, verdict } = differenceOf(one, named);
        if (verdict === 'unknown') return;
        assert.notEqual(standardError, null);
        if (verdict !== 'none') assert.ok(Math.abs(Number(value)) > 2 * standardError!);
      }),
    );
  });

  it('of two samples of the same kind is told in at most about one of twenty', () => {
    // Normal losses of mean 1 and deviation 1, fresh examples on both sides, whatever their number.
    const random = generator(7);
    const trials = 2000;
    let told = 0;
    for (let trial = 0; trial < trials; trial++) {
      const side = (key: string): Side => {
        const losses = Array.from({ length: 50 }, () => 1 + normal(random));
        const mean = losses.reduce((sum, loss) => sum + loss) / 50;
        const deviation = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 49);
        const own = measure('train-loss', mean, deviation / Math.sqrt(50));
        return { key, measure: own, sample: key, examples: examples(losses) };
      };
      const { verdict } = differenceOf(side('a'), side('b'));
      if (verdict === 'higher' || verdict === 'lower') told++;
    }
    // 4.7 % of Student's t with 98 degrees of freedom, give or take three standard errors of 2000 trials.
    assert.ok(Math.abs(told / trials - 0.047) < 0.015, `${told} of ${trials}`);
  });
});

/** Uniform numbers of a seed (Vigna's splitmix32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
