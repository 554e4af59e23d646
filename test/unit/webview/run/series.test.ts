import assert from 'node:assert/strict';
import { type ChartView, type GapCause, runCharts, type StyledRun } from '../../../../webview/run/view/series.ts';
import { defaultRunView, type RunView } from '../../../../webview/run/view/settings.ts';
import type { RunCheckpoint, RunResult } from '../../../../worker/results.ts';
import { volumeOf } from '../../../fixtures/runListings.ts';
import { apartRun, measuredRun, otherRun, runStates, troubledRun, volumesRun } from '../../../fixtures/runPanels.ts';

const styled = (result: RunResult, style = 0): StyledRun => ({ label: result.folder, result, style });

const chartsOf = (runs: readonly RunResult[], view: Partial<RunView> = {}): readonly ChartView[] =>
  runCharts(
    runs.map((run, i) => styled(run, i)),
    { ...defaultRunView, ...view },
  )!.charts;

const chart = (title: string, runs: readonly RunResult[], view: Partial<RunView> = {}): ChartView =>
  chartsOf(runs, view).find(({ group }) => group.title.startsWith(title))!;

describe('the charts of a run', () => {
  it('are one a group of measures, train and test in one', () => {
    assert.deepEqual(
      chartsOf([measuredRun]).map(({ series }) =>
        series.map(({ label, isSecond }) => `${label}${isSecond ? '*' : ''}`),
      ),
      [['train', 'test*'], ['train', 'test*'], ['‖∇L‖'], ['λmax', 'λmin*'], ['trace'], ['φ'], ['rise']],
    );
  });

  it('leave out what nothing is known of', () => {
    const bare: RunResult = {
      ...measuredRun,
      checkpoints: measuredRun.checkpoints.map(own => ({
        ...own,
        measures: own.measures.filter(({ name }) => name === 'train-loss'),
      })),
    };
    assert.deepEqual(
      chartsOf([bare]).map(({ group, series }) => [group.title, series.length]),
      [['Loss', 1]],
    );
    assert.deepEqual(chartsOf([runStates.unmeasured.runs[0].result]), []);
  });

  it('draw every run with its own style', () => {
    assert.deepEqual(
      chart('Trace', [measuredRun, otherRun]).series.map(({ run, points }) => [run.label, run.style, points.length]),
      [
        ['runs/batch-32', 0, 13],
        ['runs/batch-1024', 1, 11],
      ],
    );
  });

  it('have a gap with its cause for every checkpoint without a value, and a value for every other', () => {
    const gaps = chart('Trace', [troubledRun]).series[0]!.points.map(({ gap, value }): GapCause | number => {
      assert.equal(gap === null, value !== null);
      return gap ?? 0;
    });
    assert.deepEqual(gaps, [0, 0, 0, 0, 0, 'failed', 0, 'stale', 'not finite', 0, 0, 'unmeasured', 'incomplete']);
    assert.deepEqual(
      chart('Trace', [troubledRun])
        .series[0]!.points.slice(0, 4)
        .map(({ present }) => present),
      [false, false, false, true],
    );
  });

  it('have a gap for every checkpoint of a run that nothing is known of, beside one of which there is', () => {
    const unmeasured = { ...runStates.unmeasured.runs[0].result, folder: 'runs/new' };
    const { series, description } = chart('Trace', [measuredRun, unmeasured]);
    assert.deepEqual(
      series[1]!.points.map(({ gap }) => gap),
      Array(13).fill('unmeasured'),
    );
    assert.match(description, /runs\/new, trace: no checkpoint has a value\.$/);
  });

  it('go along the axis, whatever the order of the checkpoints', () => {
    const turned = { ...measuredRun, checkpoints: measuredRun.checkpoints.toReversed() };
    assert.deepEqual(chart('Trace', [turned]).series[0]!.points, chart('Trace', [measuredRun]).series[0]!.points);
  });

  it('leave out a checkpoint that has no place on the axis', () => {
    const checkpoints = measuredRun.checkpoints.map(
      (own, i): RunCheckpoint => (i === 4 ? { ...own, step: null } : own),
    );
    const run = { ...measuredRun, checkpoints };
    assert.equal(chart('Trace', [run]).series[0]!.points.length, 12);
    assert.equal(chart('Trace', [run], { axis: 'epoch' }).series[0]!.points.length, 13);
  });

  it('are none of a run without checkpoints', () => {
    assert.equal(runCharts([styled({ ...measuredRun, checkpoints: [] })], defaultRunView), null);
    assert.equal(runCharts([], defaultRunView), null);
  });

  const scales: readonly [title: string, wanted: RunView['scale'], expected: ChartView['scale']][] = [
    ['Loss', 'auto', 'log'],
    ['Loss', 'linear', 'linear'],
    ['Accuracy', 'log', 'linear'],
    ['Extreme', 'auto', 'linear'],
    ['Extreme', 'log', 'log'],
    ['Trace', 'auto', 'linear'],
  ];
  for (const [title, scale, expected] of scales) {
    it(`draw ${title} on a ${expected} scale where ${scale} is wanted`, () =>
      assert.equal(chart(title, [measuredRun], { scale }).scale, expected));
  }

  it('draw volumes by one prior on a line, that of the newest checkpoint, with open ends where they are lower bounds', () => {
    const { series, scale } = chart('Local volume', [apartRun]);
    const { points } = series[0]!;
    assert.deepEqual(
      points.map(({ gap }) => gap),
      points.map((_, index) => (index === 4 ? 'stale' : null)),
    );
    assert.deepEqual(
      points.flatMap(({ upper, gap }, index) => (gap === null && upper !== null ? [index] : [])),
      [9],
    );
    assert.equal(scale, 'linear');
    // What the newest was measured with before its settings changed is no measure of the others.
    const checkpoints = volumesRun.checkpoints.map(
      (own, index): RunCheckpoint =>
        index === 12 ? { ...own, state: 'stale', measures: [volumeOf(-900, undefined, 0.3)] } : own,
    );
    const gaps = chart('Local volume', [{ ...volumesRun, checkpoints }]).series[0]!.points.map(({ gap }) => gap);
    assert.deepEqual(gaps, [...Array(12).fill(null), 'stale']);
  });

  it('smooth beside the values, never in their place', () => {
    const [plain, smooth] = [chart('Trace', [troubledRun]), chart('Trace', [troubledRun], { smoothing: 0.9 })];
    assert.equal(plain.series[0]!.smoothed, null);
    assert.deepEqual(smooth.series[0]!.points, plain.series[0]!.points);
    assert.deepEqual(
      smooth.series[0]!.smoothed!.map(value => value === null),
      plain.series[0]!.points.map(({ value }) => value === null),
    );
  });

  it('say in words where a line begins and ends, and how many have no value', () => {
    assert.match(
      chart('Trace', [troubledRun]).description,
      /^trace: from [\d.]+ ± [\d.]+ at step 0 to [\d.]+ ± [\d.]+ at step 1,120, over 8 checkpoints; 5 checkpoints have no value\.$/,
    );
    assert.match(
      chart('Trace', [measuredRun, otherRun]).description,
      /runs\/batch-32, trace: .* runs\/batch-1024, trace: /,
    );
  });
});
