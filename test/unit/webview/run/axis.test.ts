import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AxisKind,
  axesOf,
  axisKindOf,
  axisKinds,
  firstWritten,
  positionOf,
  positionText,
  runAxis,
} from '../../../../webview/run/view/axis.ts';
import type { RunCheckpoint, RunResult } from '../../../../worker/results.ts';
import { measuredRun, otherRun } from '../../../fixtures/runPanels.ts';

const without = (run: RunResult, key: 'step' | 'epoch'): RunResult => ({
  ...run,
  checkpoints: run.checkpoints.map((checkpoint): RunCheckpoint => ({ ...checkpoint, [key]: null })),
});

describe('the axis of runs', () => {
  const check = (
    name: string,
    runs: readonly RunResult[],
    wanted: AxisKind | null,
    there: readonly AxisKind[],
    expected: AxisKind,
  ): void => {
    it(name, () => {
      assert.deepEqual(axesOf(runs), there);
      assert.equal(axisKindOf(runs, wanted), expected);
    });
  };
  check('is what is wanted', [measuredRun], 'epoch', axisKinds, 'epoch');
  check('is what the run is ordered by', [{ ...measuredRun, order: 'epoch' }], null, axisKinds, 'epoch');
  check('is one that all have', [measuredRun, without(otherRun, 'step')], 'step', ['epoch', 'time'], 'epoch');
  check(
    'is the time where nothing else is known',
    [without(without(measuredRun, 'step'), 'epoch')],
    'step',
    ['time'],
    'time',
  );
  check('is of no run the time', [], null, axisKinds, 'step');

  it('measures the time from the first checkpoint of each run', () => {
    const first = firstWritten(measuredRun);
    assert.deepEqual(
      measuredRun.checkpoints.slice(0, 3).map(checkpoint => positionOf(checkpoint, 'time', first)),
      [0, 95, 190],
    );
  });

  const kind = fc.constantFrom(...axisKinds);
  const scale = fc.constantFrom('linear' as const, 'log' as const);
  const positions = fc.array(fc.nat({ max: 10 ** 7 }), { minLength: 1, maxLength: 50 });

  it('keeps the order of positions, and holds them all', () => {
    fc.assert(
      fc.property(kind, scale, positions, (of, on, at) => {
        const axis = runAxis(of, on, at);
        const sorted = at.toSorted((a, b) => a - b);
        const places = sorted.map(position => axis.place(position)!);
        for (const [i, place] of places.entries()) {
          assert.ok(place > axis.low && place < axis.high, `${place} lies beyond ${axis.low} … ${axis.high}`);
          if (i > 0 && sorted[i]! > sorted[i - 1]!) assert.ok(place > places[i - 1]!);
        }
        for (const { value } of axis.ticks(6)) assert.ok(value >= axis.low && value <= axis.high, `tick ${value}`);
      }),
    );
  });

  it('has a place for zero on a log scale, left of all others, with its own tick', () => {
    const axis = runAxis('step', 'log', [0, 10, 1000]);
    assert.ok(axis.place(0)! < axis.place(10)!);
    assert.deepEqual(axis.ticks(6)[0], { value: axis.place(0), label: '0' });
    assert.equal(axis.title, 'step, log');
    assert.equal(axis.place(-1), null);
    assert.equal(axis.place(null), null);
  });

  it('has no ticks between two steps', () => {
    for (const at of [
      [0, 1],
      [3, 4, 5],
      [0, 100],
    ]) {
      for (const { value } of runAxis('step', 'linear', at).ticks(6)) assert.ok(Number.isInteger(value), `${value}`);
    }
  });

  const titles: readonly [seconds: number, title: string][] = [
    [1, 'seconds since the first checkpoint'],
    [119, 'seconds since the first checkpoint'],
    [120, 'minutes since the first checkpoint'],
    [7200, 'hours since the first checkpoint'],
    [200_000, 'days since the first checkpoint'],
  ];
  for (const [seconds, title] of titles) {
    it(`counts ${seconds} s in ${title.split(' ')[0]}`, () =>
      assert.equal(runAxis('time', 'linear', [0, seconds]).title, title));
  }

  const texts: readonly [AxisKind, number | null, string][] = [
    ['step', 12_000, 'step 12,000'],
    ['epoch', 1.5, 'epoch 1.50'],
    ['epoch', null, 'no epoch known'],
    ['time', 200, '3 min 20 s after the first'],
  ];
  for (const [of, position, text] of texts) it(text, () => assert.equal(positionText(of, position), text));
});
