import assert from 'node:assert/strict';
import { interpolationCsv } from '../../../extension/interpolationCsv.ts';
import type { InterpolateResult } from '../../../worker/results.ts';
import {
  brokenInterpolation,
  partialInterpolation,
  plainInterpolation,
  wholeInterpolation,
} from '../../fixtures/interpolations.ts';

const rowsOf = (result: InterpolateResult): string[][] =>
  interpolationCsv(result)
    .trimEnd()
    .split('\n')
    .map(row => row.split(','));

describe('a line between checkpoints as CSV', () => {
  it('has a row a point of each curve, with full precision', () => {
    const [heading, ...rows] = rowsOf(wholeInterpolation);
    assert.equal(
      heading!.join(),
      't,split,statistics,loss,loss_standard_error,accuracy,accuracy_standard_error,rise,rise_standard_error',
    );
    assert.equal(rows.length, 100);
    const [first] = wholeInterpolation.curves;
    assert.deepEqual(rows[4]!.slice(0, 4), ['0', 'train', 'interpolated', String(first!.loss[4])]);
    assert.deepEqual(rows[10]!.slice(7), [String(first!.rise[10]), String(first!.riseStandardError![10])]);
  });

  const cases: readonly [what: string, result: InterpolateResult, rows: number, row: string][] = [
    ['leaves out what is not computed', partialInterpolation, 28, '-0.25,train,interpolated,'],
    ['leaves empty what there is not', plainInterpolation, 25, '-0.25,train,none,0.016623620711189564,,,,'],
    ['spells out what is not finite', brokenInterpolation, 25, '-0.25,train,interpolated,NaN,,'],
  ];
  for (const [what, result, count, row] of cases) {
    it(what, () => {
      const [, ...rows] = rowsOf(result);
      assert.equal(rows.length, count);
      assert.ok(rows[0]!.join().startsWith(row), rows[0]!.join());
    });
  }
});
