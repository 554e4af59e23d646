import assert from 'node:assert/strict';
import { formatResult } from '../../../worker/cli/format.ts';
import { textCurves } from '../../../worker/cli/textCurves.ts';
import type { InterpolateResult } from '../../../worker/results.ts';
import {
  brokenInterpolation,
  partialInterpolation,
  plainInterpolation,
  wholeInterpolation,
} from '../../fixtures/interpolations.ts';

const linesOf = (result: InterpolateResult): string[] => formatResult(result, { color: false }).split('\n');

describe('curves of characters', () => {
  const draw = (values: readonly (number | null)[], scale: 'linear' | 'log' = 'linear'): string[] =>
    textCurves(
      [0, 0.5, 1],
      [{ mark: '●', values }],
      scale,
      value => value.toFixed(1),
      at => (at === 0 ? 'A' : at === 1 ? 'B' : null),
    );

  it('have the highest value on top and the lowest at the bottom', () => {
    const lines = draw([0, 1, 0]);
    assert.equal(lines.length, 14);
    assert.equal(lines[0], '1.0 │  ●');
    assert.equal(lines[11], '0.0 │●   ●');
    assert.deepEqual(lines.slice(12), ['    └──────', '     A   B']);
  });

  it('are straight on a log scale where they are powers', () => {
    const lines = draw([1, 10, 100], 'log');
    const rowOf = (column: number) => lines.findIndex(line => line.split('│')[1]?.[column] === '●');
    assert.deepEqual([rowOf(4), rowOf(0)], [0, 11]);
    assert.ok([5, 6].includes(rowOf(2)));
  });

  it('leave out what has no value, and are none where nothing has', () => {
    assert.ok(!draw([1, null, 2]).some(line => /│ {2}●/.test(line)));
    assert.deepEqual(draw([null, null, null]), []);
  });

  it('of one value lie on one line', () => assert.equal(draw([2, 2, 2])[0], '2.0 │● ● ●'));

  it('show of many points as many as a line has room for, the ends among them', () => {
    const t = Array.from({ length: 201 }, (_, place) => place / 200);
    const lines = textCurves(t, [{ mark: '●', values: t }], 'linear', String, at => (at === 1 ? 'B' : null));
    assert.ok(Math.max(...lines.map(({ length }) => length)) < 110);
    assert.match(lines.at(-1)!, /B$/);
  });
});

describe('an interpolation in a terminal', () => {
  it('shows the curves, the barriers, the numbers, and from what they were computed', () => {
    const lines = linesOf(wholeInterpolation);
    assert.match(
      lines[0]!,
      /^Loss, log scale: ● train, statistics interpolated, ■ train, statistics recomputed, ○ test/,
    );
    assert.ok(lines.includes('Train, statistics interpolated: a barrier of 0.0193 ± 0.0041 at t = 0.375.'));
    const head = lines.findIndex(line => line.startsWith('t   '));
    assert.match(lines[head]!, /^t +● train +accuracy +■ train +accuracy +○ test +accuracy +□ test +accuracy$/);
    assert.match(lines[head + 5]!, /^0 +0\.0061635 +100 % +0\.0059815 +100 % /);
    for (const line of [
      'A, at t = 0         runs/batch-32/epoch_024.pt',
      'B, at t = 1         runs/batch-1024/epoch_480.pt',
      '‖B − A‖             8.014',
      'BatchNorm           statistics interpolated as the parameters are, and recomputed',
      'data                test.npz#x, test, 773 examples of rows 0 to 773',
      'data                train.npz#x, train, 1024 examples of rows 0 to 1024',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it('says that a barrier is not known while points are missing', () => {
    const lines = linesOf(partialInterpolation);
    assert.ok(lines.includes('No barrier is known yet: points between the checkpoints are missing.'));
    assert.ok(lines.includes('-0.1875'), 'a point that is missing has an empty row');
  });

  it('has no accuracies where the loss has no classes, and nothing of BatchNorm without it', () => {
    const lines = linesOf(plainInterpolation);
    assert.ok(lines.includes('Train: a barrier of 0.019342 at t = 0.375.'));
    assert.ok(!lines.some(line => /accuracy|BatchNorm/.test(line)));
  });

  it('writes what is not finite as what it is', () => {
    const lines = linesOf(brokenInterpolation);
    assert.ok(lines.some(line => /^-0\.25 +NaN/.test(line)));
    assert.ok(lines.some(line => /^0\.5 +Infinity/.test(line)));
    assert.ok(lines.some(line => line.includes('the loss is infinite at t = 0.5')));
  });
});
