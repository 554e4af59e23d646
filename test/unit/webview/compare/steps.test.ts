import assert from 'node:assert/strict';
import { stepCharts } from '../../../../webview/compare/view/steps.ts';
import type { CompareResult } from '../../../../worker/results.ts';
import { compareStates, comparisonOf, twoCompared } from '../../../fixtures/comparePanels.ts';

const sixCompared = compareStates.six.measures.result!;
const [first, second] = twoCompared.checkpoints as [CompareResult['checkpoints'][0], CompareResult['checkpoints'][0]];

describe('the measures of compared checkpoints against the step', () => {
  it('join the checkpoints of a folder, in the order of their steps', () => {
    const shuffled = comparisonOf(sixCompared.checkpoints.toReversed());
    const { axis, runs, charts } = stepCharts(shuffled)!;
    assert.equal(axis.title, 'step');
    assert.deepEqual(
      runs.map(({ label, placed }) => [label, placed.map(({ x }) => x)]),
      [['runs/batch-32', sixCompared.checkpoints.map(({ step }) => step)]],
    );
    const loss = charts.find(({ group }) => group.title === 'Loss')!;
    assert.deepEqual(
      loss.series.find(({ measure }) => measure === 'train-loss')!.points.map(({ value }) => value),
      sixCompared.checkpoints.map(({ measures }) => measures.find(({ name }) => name === 'train-loss')!.value),
    );
  });

  it('are a line for each folder', () => {
    const { runs } = stepCharts(twoCompared)!;
    assert.deepEqual(
      runs.map(({ label, style }) => [label, style]),
      [
        ['runs/batch-32', 0],
        ['runs/batch-1024', 1],
      ],
    );
  });

  it('are placed by the epoch where more epochs are known', () => {
    const byEpoch = [first, second].map((own, i) => ({ ...own, step: null, epoch: 10 * i }));
    assert.equal(stepCharts(comparisonOf(byEpoch))!.axis.title, 'epoch');
  });

  it('say of one that could not be measured that it is a gap', () => {
    const failed = { ...second, measures: [], problem: 'b.pt: is broken.' };
    const { series } = stepCharts(comparisonOf([first, failed]))!.charts[0]!;
    assert.ok(series.some(({ points }) => points.some(({ gap }) => gap === 'failed')));
  });

  for (const [what, checkpoints] of [
    ['no step is known', [first, second].map(own => ({ ...own, step: null }))],
    ['all are of one step', [first, second].map(own => ({ ...own, step: 10 }))],
  ] as const) {
    it(`are not drawn where ${what}`, () => assert.equal(stepCharts(comparisonOf(checkpoints)), null));
  }
});
