import assert from 'node:assert/strict';
import { countWithin, finerCount, firstCells, gridCounts } from '../../../worker/analysis/budget.ts';
import { boxAround, coordinates } from '../../../worker/analysis/grid.ts';
import { surface } from '../../../worker/analysis/surface.ts';
import { formula } from './formula.ts';

const directions = { x: Float32Array.of(1, 0), y: Float32Array.of(0, 1) };
const range = 0.7;
const plan = (quick: number, own = range) => ({ directions, box: boxAround(own), quick });
const signal = (): AbortSignal => new AbortController().signal;

describe('a budget', () => {
  const choices: readonly [secondsPerCell: number, seconds: number, count: number][] = [
    [0.001, 60, 51],
    [60 / 51 ** 2, 60, 51],
    [60 / 51 ** 2 + 1e-6, 60, 41],
    [0.1, 60, 21],
    [1, 60, 7],
    // Nothing fits: the coarsest is better than no picture.
    [10, 60, 7],
    [0.001, -1, 7],
  ];
  for (const [secondsPerCell, seconds, count] of choices) {
    it(`of ${seconds} s at ${secondsPerCell} s a cell gives ${count} × ${count}`, () => {
      assert.equal(countWithin(secondsPerCell, seconds), count);
    });
  }

  const offers: readonly [count: number, secondsPerCell: number, finer: number | null][] = [
    [51, 0.001, null],
    [21, 0.1, 51],
    // 51 × 51 would take 2601 s; 21 × 21 takes 441 s, within ten times the budget.
    [7, 1, 21],
    // Even the next finer one takes longer than that, and is offered with its cost.
    [7, 100, 11],
  ];
  for (const [count, secondsPerCell, finer] of offers) {
    it(`offers ${finer ?? 'nothing'} after ${count} at ${secondsPerCell} s a cell`, () => {
      assert.equal(finerCount(count, secondsPerCell, 60), finer);
    });
  }

  it('computes no cell twice, whichever grid is chosen, and changes no value', async () => {
    for (const count of gridCounts) {
      const objective = formula((a, b) => Math.sin(3 * a) + b * b);
      const whole = { planes: [directions], x: coordinates(count, range), y: coordinates(count, range) };
      const first = await firstCells(objective, plan(1), signal());
      objective.calls.count = 1 + first.cells.length;
      let last = null;
      for await (const partial of surface(objective, whole, signal(), first)) last = partial;
      assert.equal(objective.calls.count, count * count);
      let plain = null;
      for await (const partial of surface(objective, whole, signal())) plain = partial;
      assert.deepEqual(last?.planes, plain?.planes);
      assert.equal(last?.progress.done, count * count);
    }
  });

  it('measures what a cell takes once every lane is open', async () => {
    let now = 0;
    const objective = { ...formula(() => 1), concurrency: 1 };
    const opening = 400;
    const cell = 20;
    const evaluate: typeof objective.evaluate = async (theta, stop) => {
      const end = performance.now() + (now++ < 2 ? opening : cell);
      while (performance.now() < end);
      return objective.evaluate(theta, stop);
    };
    const { secondsPerCell } = await firstCells({ ...objective, evaluate }, plan(0), signal());
    // The opening would make it 0.0675 s and more.
    assert.ok(secondsPerCell >= 0.02 && secondsPerCell < 0.06, String(secondsPerCell));
  });

  it('measures no longer than the eight cells take where the finest grid fits in any case', async () => {
    const counts: number[] = [];
    for (const quick of [1000, 0]) {
      const objective = formula(() => 1);
      await firstCells(objective, plan(quick), signal());
      counts.push(objective.calls.count);
    }
    const [quick, measured] = counts;
    assert.equal(quick, 9);
    assert.ok(measured! > 9, `${measured} cells`);
  });

  it('takes quick cells for quick where the last of them were held up', async () => {
    const quick = 0.05;
    let count = 0;
    const objective = { ...formula(() => 1), concurrency: 1 };
    const evaluate: typeof objective.evaluate = async (theta, stop) => {
      const end = performance.now() + (count++ >= 7 ? 100 : 1);
      while (performance.now() < end);
      return objective.evaluate(theta, stop);
    };
    const { secondsPerCell } = await firstCells({ ...objective, evaluate }, plan(quick), signal());
    assert.ok(secondsPerCell <= quick, String(secondsPerCell));
  });

  it('stops the other lanes when one fails, and says why', async () => {
    const objective = formula((a, b) => {
      if (a > 1.5 && b > 2.5) throw new Error('boom');
      return 1;
    });
    await assert.rejects(firstCells(objective, plan(0, 1), signal()), /boom/);
    assert.equal(objective.calls.running, 0);
  });

  it('is interrupted like any other computation', async () => {
    await assert.rejects(
      firstCells(
        formula(() => 1),
        plan(0, 1),
        AbortSignal.abort(),
      ),
      { kind: 'interrupted' },
    );
  });
});
