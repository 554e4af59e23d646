import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  barrierOf,
  interpolation,
  type LineObjective,
  leastPoints,
  linePositions,
  type PartialInterpolation,
} from '../../../worker/analysis/interpolation.ts';
import { interruptedError } from '../../../worker/errors.ts';
import { standardErrorOfMean } from '../../../worker/objective/evaluation.ts';
import type { Cell } from '../../../worker/results.ts';

const never = new AbortController().signal;

/** A loss that is the mean of what each example says, all of one weight. */
function examples(losses: readonly ((t: number) => number)[]): LineObjective & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    async evaluate(t, signal) {
      if (signal.aborted) throw interruptedError();
      asked.push(t);
      const perExample = Float64Array.from(losses, loss => loss(t));
      const weights = new Float64Array(losses.length).fill(1);
      const loss = perExample.reduce((sum, own) => sum + own, 0) / losses.length;
      const predictions = { counted: weights, correct: weights.map((_, index) => (index === 0 ? 0 : 1)) };
      const accuracy = 1 - 1 / losses.length;
      return {
        loss,
        standardError: standardErrorOfMean(perExample, weights),
        accuracy,
        perExample,
        weights,
        predictions,
      };
    },
  };
}

const parabola = (a: number, b: number, c: number) => (t: number) => a * t * t + b * t + c;

async function collect(results: AsyncIterable<PartialInterpolation>): Promise<PartialInterpolation[]> {
  const all: PartialInterpolation[] = [];
  for await (const partial of results) all.push(partial);
  return all;
}

const whole = async (objective: LineObjective, t: readonly number[]) =>
  (await collect(interpolation([objective], t, 2, never))).at(-1)!.curves[0]!.map(cell => cell!);

describe('positions on a line', () => {
  it('are the quarters and sixteenths that the default asks for, all exact', () => {
    const t = linePositions(25, 0.25);
    assert.deepEqual(
      t,
      Array.from({ length: 25 }, (_, index) => (index - 4) / 16),
    );
  });

  it('rise from −beyond to 1 + beyond, with 0 and 1 among them to the last bit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 200 }),
        fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 20, noNaN: true })),
        (n, beyond) => {
          const points = Math.max(n, leastPoints(beyond));
          const t = linePositions(points, beyond);
          assert.equal(t.length, points);
          assert.deepEqual([t[0], t.at(-1)], [beyond === 0 ? 0 : -beyond, 1 + beyond]);
          assert.ok(t.includes(0) && t.includes(1));
          assert.ok(t.every((at, index) => index === 0 || at > t[index - 1]!));
          assert.ok(
            t.some(at => at > 0 && at < 1),
            'a barrier needs a point between',
          );
        },
      ),
    );
  });
});

describe('the loss on a line', () => {
  it('rises above the line of its ends as a parabola does, with the error of a paired difference', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            ...([0, 1, 2].map(() => fc.double({ min: -5, max: 5, noNaN: true })) as [
              fc.Arbitrary<number>,
              fc.Arbitrary<number>,
              fc.Arbitrary<number>,
            ]),
          ),
          { minLength: 2, maxLength: 8 },
        ),
        async coefficients => {
          const t = linePositions(13, 0.25);
          const cells = await whole(examples(coefficients.map(own => parabola(...own))), t);
          const n = coefficients.length;
          const mean = coefficients.reduce((sum, [a]) => sum + a, 0) / n;
          const deviation = Math.sqrt(coefficients.reduce((sum, [a]) => sum + (a - mean) ** 2, 0) / (n - 1));
          for (const [index, cell] of cells.entries()) {
            const bow = t[index]! * (t[index]! - 1);
            assert.ok(Math.abs(cell.rise - mean * bow) < 1e-12);
            // What examples differ in along the straight line cancels.
            const wrong = 1 / n;
            const ofAccuracy = Math.sqrt((wrong * (1 - wrong)) / (n - 1));
            assert.ok(Math.abs(cell.accuracyStandardError! - ofAccuracy) < 1e-12);
            assert.ok(Math.abs(cell.riseStandardError! - (deviation * Math.abs(bow)) / Math.sqrt(n)) < 1e-12);
          }
        },
      ),
    );
  });

  it('is known at both ends first, and grows coarse to fine without forgetting', async () => {
    const [one, other] = [examples([t => t, t => 2 * t]), examples([t => t * t, t => 1 - t])];
    const t = linePositions(25, 0.25);
    const all = await collect(interpolation([one, other], t, 1, never));
    const [first, last] = [all[0]!, all.at(-1)!];
    assert.deepEqual([first.progress.done, first.progress.total, last.progress.done], [0, 50, 50]);
    assert.equal(last.progress.remainingSeconds, 0);
    assert.deepEqual(one.asked.slice(0, 2), [0, 1]);
    assert.deepEqual(other.asked.slice(0, 2), [0, 1]);
    assert.equal(new Set(one.asked).size, 25, 'no point is computed twice');
    assert.deepEqual(
      last.curves[1]!.map(cell => cell!.loss),
      t.map(at => (at * at + 1 - at) / 2),
    );
  });

  it('goes on where it was interrupted, and computes again only the ends of curves that lack points', async () => {
    const t = linePositions(9, 0.5);
    const [wholly, partly] = [examples([t => t, t => t * t]), examples([t => 1 - t, t => t])];
    const complete = (await collect(interpolation([wholly, partly], t, 2, never))).at(-1)!.curves;
    const known = [complete[0]!, complete[1]!.map((cell, index) => (index % 2 === 0 ? cell : null))];
    wholly.asked.length = partly.asked.length = 0;
    const all = await collect(interpolation([wholly, partly], t, 2, never, known));
    assert.deepEqual(all.at(-1)!.curves, complete);
    assert.equal(all[0]!.progress.done, 14);
    assert.deepEqual(wholly.asked, []);
    const missing = t.filter((_, index) => index % 2 === 1);
    assert.deepEqual(
      [...partly.asked].sort((a, b) => a - b),
      [...missing, 0, 1].sort((a, b) => a - b),
    );
  });

  it('of which nothing is left to compute asks for nothing', async () => {
    const objective = examples([t => t, t => t]);
    const t = linePositions(5, 0);
    const known = (await collect(interpolation([objective], t, 2, never))).at(-1)!.curves;
    objective.asked.length = 0;
    const all = await collect(interpolation([objective], t, 2, never, known));
    assert.deepEqual([all.length, all[0]!.curves, objective.asked], [1, known, []]);
  });

  it('that is interrupted yields what was finished, and then throws', async () => {
    const controller = new AbortController();
    const objective = examples([t => t, t => t]);
    const stopping: LineObjective = {
      async evaluate(t, signal) {
        if (objective.asked.length === 6) controller.abort();
        return objective.evaluate(t, signal);
      },
    };
    let last: PartialInterpolation | null = null;
    await assert.rejects(
      async () => {
        for await (last of interpolation([stopping], linePositions(25, 0.25), 1, controller.signal));
      },
      { kind: 'interrupted' },
    );
    assert.equal(last!.progress.done, 6);
  });

  it('keeps what is not finite as what it is', async () => {
    const t = linePositions(5, 0);
    const cells = await whole(
      examples([at => (at === 0.5 ? Number.POSITIVE_INFINITY : at === 0.75 ? Number.NaN : 1)]),
      t,
    );
    assert.deepEqual(
      cells.map(({ loss }) => loss),
      [1, 1, Number.POSITIVE_INFINITY, Number.NaN, 1],
    );
    assert.deepEqual(
      cells.map(({ rise }) => rise),
      [0, 0, Number.POSITIVE_INFINITY, Number.NaN, 0],
    );
    assert.equal(cells[0]!.riseStandardError, null, 'a single example has no error');
  });
});

describe('a barrier', () => {
  const t = [-0.5, 0, 0.25, 0.5, 0.75, 1, 1.5];
  const cases: readonly [what: string, rise: readonly Cell[], barrier: ReturnType<typeof barrierOf>][] = [
    ['the highest point between the ends', [9, 0, 1, 3, 2, 0, 9], { value: 3, standardError: 0.3, t: 0.5 }],
    [
      '0 where all lies below the line, with the error of the highest',
      [9, 0, -3, -2, -1, 0, 9],
      { value: 0, standardError: 0.4, t: 0.75 },
    ],
    ['not known while a point between is missing', [9, 0, 1, null, 2, 0, 9], null],
    ['known while one beyond is missing', [null, 0, 1, 3, 2, 0, null], { value: 3, standardError: 0.3, t: 0.5 }],
    ['infinite where the loss is', [9, 0, 1, 'Infinity', 2, 0, 9], { value: 'Infinity', standardError: 0.3, t: 0.5 }],
    ['no number where a point has none', [9, 0, 1, 5, 'NaN', 0, 9], { value: 'NaN', standardError: 0.4, t: 0.75 }],
    [
      'no number where an end has none',
      [9, 'NaN', '-Infinity', 1, 1, 0, 9],
      { value: 'NaN', standardError: 0.1, t: 0 },
    ],
    [
      'not held down by a point without a bottom',
      [9, 0, '-Infinity', -1, -2, 0, 9],
      { value: 0, standardError: 0.3, t: 0.5 },
    ],
  ];
  for (const [what, rise, barrier] of cases) {
    it(`is ${what}`, () => {
      assert.deepEqual(barrierOf(t, { rise, riseStandardError: [0, 0.1, 0.2, 0.3, 0.4, 0, 0] }), barrier);
      assert.deepEqual(barrierOf(t, { rise, riseStandardError: null }), barrier && { ...barrier, standardError: null });
    });
  }

  it('is not known where nothing lies between the ends', () => {
    assert.equal(barrierOf([0, 1], { rise: [0, 0], riseStandardError: null }), null);
  });
});
