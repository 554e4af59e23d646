import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunPanelState } from '../../../../webview/run/messages.ts';
import { failureTexts, runCaption, volumesApart, volumesCaption } from '../../../../webview/run/view/caption.ts';
import { marksText } from '../../../../webview/run/view/legend.ts';
import { nearestPlace, readingsAt, spokenText, valueText } from '../../../../webview/run/view/reading.ts';
import { chosenIndex, keyOf, shortNames, styledRuns } from '../../../../webview/run/view/runs.ts';
import { type RunCharts, runCharts } from '../../../../webview/run/view/series.ts';
import {
  budgetSeconds,
  defaultRunView,
  fromRunViewState,
  type RunView,
  SMOOTHING_MAX,
  toRunViewState,
} from '../../../../webview/run/view/settings.ts';
import { runStatus } from '../../../../webview/run/view/status.ts';
import { runTable } from '../../../../webview/run/view/table.ts';
import { offersVolumes } from '../../../../webview/run/view/volumes.ts';
import { RUN_MEASURE_NAMES, type RunResult } from '../../../../worker/results.ts';
import { volumeOf } from '../../../fixtures/runListings.ts';
import { measuredRun, type RunStateName, runStates, volumesRun } from '../../../fixtures/runPanels.ts';

const chartsOf = (name: RunStateName): RunCharts => runCharts(styledRuns(runStates[name]), defaultRunView)!;

describe('where a run stands', () => {
  const check = (name: RunStateName, headline: string, detail: string, ...actions: readonly string[]): void => {
    it(`${name}: ${headline}`, () => {
      const status = runStatus(runStates[name]);
      assert.deepEqual([status.headline, status.detail], [headline, detail]);
      assert.deepEqual(
        status.actions.map(({ label }) => label),
        actions,
      );
      assert.equal(
        status.takesBudget,
        status.actions.some(({ action }) => action === 'measure'),
      );
    });
  };
  check('listing', 'Looking at the checkpoints…', '');
  check('unreadable', 'Not Readable', '', 'Show Log');
  check('empty', 'No checkpoint is here yet.', '');
  check('unmeasured', 'Not Measured', '13 checkpoints', 'Measure This Run');
  check('measuring', 'Measuring…', '6 of 13 checkpoints, λmax of epoch_012.pt, about 33 s left', 'Pause');
  check('paused', 'Paused', '6 of 13 checkpoints measured; what is left takes about 31 s', 'Resume');
  check('failed', 'Failed', '0 of 13 checkpoints measured', 'Retry', 'Show Log');
  check('waiting', 'Waiting for the Next Checkpoint', 'all 13 checkpoints measured', 'Pause');
  check('measured', 'Measured', 'all 13 checkpoints');
  check('volumes', 'Measured', 'all 13 checkpoints');
  check('apart', 'Measured', 'all 13 checkpoints');
  check('single', 'Measured', '1 of 1 checkpoint');
  check(
    'troubled',
    'Measured in Part',
    '9 of 13 checkpoints, 1 failed, 1 incomplete, 1 with other settings; what is left takes about 14 s',
    'Measure This Run',
  );

  it('offers to measure volumes where they are not, and are not being measured already', () => {
    const withVolumes = { measures: RUN_MEASURE_NAMES } as const;
    const offers: readonly (readonly [what: string, state: RunPanelState, expected: boolean])[] = [
      ['all measured', runStates.measured, true],
      ['being measured without', runStates.measuring, true],
      ['being measured with', { ...runStates.measuring, measuring: { phase: 'running', ...withVolumes } }, false],
      ['paused with', { ...runStates.paused, measuring: { phase: 'paused', ...withVolumes } }, true],
      ['all known', runStates.volumes, false],
      ['one by another prior', runStates.apart, true],
      ['without checkpoints', runStates.empty, false],
      ['not set up', { ...runStates.failed, measuring: { phase: 'failed', remedy: 'setUp' } }, false],
      ['not looked at', runStates.listing, false],
    ];
    for (const [what, state, expected] of offers) assert.equal(offersVolumes(state), expected, what);
  });

  it('says where runs side by side have volumes by different priors', () => {
    const runs = (...results: readonly RunResult[]) =>
      results.map((result, style) => ({ label: `run ${style}`, result, style }));
    const wide: RunResult = {
      ...volumesRun,
      checkpoints: volumesRun.checkpoints.map(own => ({ ...own, measures: [volumeOf(-900, undefined, 0.3)] })),
    };
    assert.match(volumesApart(runs(volumesRun, wide)), /by different priors/);
    assert.deepEqual([volumesApart(runs(volumesRun, volumesRun)), volumesApart(runs(measuredRun, wide))], ['', '']);
  });

  it('says with what volumes were measured, which by another, and that they are lower bounds', () => {
    const [run] = styledRuns(runStates.apart);
    assert.match(
      volumesCaption(run!),
      /^runs\/batch-32: ln volume of epoch_000\.pt, epoch_002\.pt, epoch_004\.pt and 9 more: prior σ = 0\.1 as before training \(epoch_000\.pt\), mean KL up to 0\.01 nats, 100 directions stretched by leading eigenvectors\. ln volume of epoch_008\.pt: prior σ = 0\.3 .* different quantities, .* lower bound only: /,
    );
    assert.equal(volumesCaption(styledRuns(runStates.measured)[0]!), '');
  });

  for (const [remedy, ...expected] of [
    ['setUp', 'Not Set Up Yet', 'Set Up This Project', 'Retry'],
    ['reopen', 'Stopped'],
  ] as const) {
    it(`offers what mends what failed: ${remedy}`, () => {
      const { measuring } = runStates.failed;
      const status = runStatus({ ...runStates.failed, measuring: { ...measuring!, remedy } });
      assert.deepEqual([status.headline, ...status.actions.map(({ label }) => label)], expected);
      assert.match(status.message ?? '', /no basin\.json/);
    });
  }

  it('is a message where something went wrong, and a budget that is used up can be renewed', () => {
    assert.match(runStatus(runStates.unreadable).message!, /permission denied/);
    assert.match(runStatus(runStates.failed).message!, /no basin\.json/);
    const spent: RunPanelState = { ...runStates.paused, measuring: { phase: 'spent' } };
    assert.deepEqual(
      runStatus(spent).actions.map(({ label }) => label),
      ['Go On'],
    );
  });
});

describe('what is read of a run', () => {
  const { runs, charts } = chartsOf('two');

  it('is the nearest checkpoint of each run', () => {
    const readings = readingsAt({ runs, charts, axis: chartsOf('two').axis }, 500);
    assert.deepEqual(
      readings.map(({ heading }) => heading),
      ['epoch_008.pt, step 448', 'epoch_240.pt, step 480'],
    );
  });

  it('snaps to a checkpoint of any run', () => {
    const all = chartsOf('two');
    assert.equal(nearestPlace(all, 470), 480);
    assert.equal(nearestPlace(all, -1e9), 0);
    assert.equal(nearestPlace({ ...all, runs: [] }, 3), null);
  });

  it('is the value with its error, or why there is none', () => {
    const troubled = chartsOf('troubled');
    const trace = troubled.charts.find(({ group }) => group.title.startsWith('Trace'))!;
    const texts = troubled.runs[0]!.placed.map((_, index) => {
      const [reading] = readingsAt(troubled, 0, index);
      return valueText(trace.series[0]!, trace.group, reading!);
    });
    assert.deepEqual(texts.slice(5), [
      'failed',
      texts[6],
      'other settings',
      'not finite',
      texts[9],
      texts[10],
      'not measured',
      'incomplete',
    ]);
    for (const i of [0, 6, 9, 10]) assert.match(texts[i]!, /^[\d.]+ ± [\d.]+$/);
  });

  it('says the reason of what went wrong, and what is gone', () => {
    const troubled = chartsOf('troubled');
    const note = (index: number): string => readingsAt(troubled, 0, index)[0]!.note;
    assert.match(note(0), /· measured, its file is gone$/);
    assert.match(note(5), /could not be measured: epoch_010\.pt: is no checkpoint/);
    assert.match(note(12), /still being written: .*ends after/);
  });

  it('is spoken with every value that is drawn', () => {
    const single = chartsOf('single');
    const text = spokenText(single, readingsAt(single, 0));
    assert.match(text, /^epoch_024\.pt, step 1,344; Loss train: .*; Loss test: .*; SAM sharpness rise: /);
  });
});

describe('the chosen checkpoint', () => {
  const all = chartsOf('troubled');
  it('is the last that was measured, unless another one was chosen', () => {
    assert.equal(chosenIndex(all, null), 10);
    assert.equal(chosenIndex(all, 'epoch_006.pt'), 3);
    assert.equal(chosenIndex(all, 'gone.pt'), 10);
    assert.equal(chosenIndex(chartsOf('unmeasured'), null), 12);
    assert.equal(chosenIndex({ ...all, runs: [] }, null), -1);
  });

  it('is told from those that had its name before', () => {
    const { checkpoints } = runStates.measured.runs[0].result;
    const now = { ...checkpoints[3]!, file: 'last.pt' };
    const before = { ...checkpoints[2]!, file: 'last.pt', present: false };
    assert.notEqual(keyOf(now), keyOf(before));
  });
});

describe('what runs are called', () => {
  const named = (...labels: string[]) => [
    ...shortNames(labels.map((label, style) => ({ label, style, result: runStates.measured.runs[0].result }))).values(),
  ];
  it('is nothing for a single one', () => assert.deepEqual(named('runs/a'), []));
  it('is the last part of the path', () => assert.deepEqual(named('runs/a', 'runs/b'), ['a', 'b']));
  it('is all of it where that is the same', () => assert.deepEqual(named('x/a', 'y/a'), ['x/a', 'y/a']));
  it('keeps a style whoever else is shown', () => {
    const others = ['a', 'b', 'c'];
    const result = runStates.measured.runs[0].result;
    const state: RunPanelState = {
      runs: [
        { label: 'own', result },
        { label: 'c', result },
      ],
      others,
    };
    assert.deepEqual(
      styledRuns(state).map(({ style }) => style),
      [0, 3],
    );
  });
});

describe('what the marks mean', () => {
  const check = (name: RunStateName, pattern: RegExp): void => {
    it(name, () => assert.match(marksText(chartsOf(name).charts, 0), pattern));
  };
  check('measured', /^bars and bands: uncertainty · arrow: that end is open · ✕ not converged$/);
  check('measuring', /at the foot: \| not measured$/);
  check(
    'troubled',
    /hollow: measured before the file went · at the foot: \| not measured, ◇ measured with other settings, ○ incomplete, × failed or not finite$/,
  );
});

describe('a run as text', () => {
  it('has a line a checkpoint with every measure, and the reason of what went wrong', () => {
    const [run] = styledRuns(runStates.troubled);
    const { columns, rows } = runTable(run!);
    assert.deepEqual(columns.slice(0, 4), ['step', 'epoch', 'train loss', 'test loss']);
    assert.deepEqual(columns.slice(-2), ['state', 'written']);
    assert.equal(rows.length, 13);
    for (const { cells } of rows) assert.equal(cells.length, columns.length);
    assert.match(rows[5]!.cells.at(-2)!, /could not be measured: epoch_010\.pt: is no/);
    assert.equal(rows[12]!.cells[2], '');
  });

  it('names what failed once, and what it was measured on', () => {
    const [run] = styledRuns(runStates.troubled);
    assert.deepEqual(failureTexts(run!, 3), ['epoch_010.pt: is no checkpoint: it begins with <!DOCTYPE html>.']);
    const failed = {
      ...run!,
      result: {
        ...run!.result,
        checkpoints: run!.result.checkpoints.map(own => ({ ...own, state: 'failed' as const, present: true })),
      },
    };
    assert.match(failureTexts(failed, 2).at(-1)!, /^11 more failed/);
    assert.match(
      runCaption(run!),
      /^runs\/batch-32: mean cross-entropy in model\.onnx \(3,682 parameters\), 1,000 training/,
    );
    assert.equal(runCaption(styledRuns(runStates.unmeasured)[0]!), '');
  });
});

describe('the display of a run that is kept', () => {
  const view: fc.Arbitrary<RunView> = fc.record({
    axis: fc.constantFrom(null, 'step' as const, 'epoch' as const, 'time' as const),
    axisScale: fc.constantFrom('linear' as const, 'log' as const),
    scale: fc.constantFrom('auto' as const, 'linear' as const, 'log' as const),
    smoothing: fc.double({ min: 0, max: SMOOTHING_MAX, noNaN: true }),
    compared: fc.array(fc.string()),
    chosen: fc.option(fc.string()),
    follows: fc.boolean(),
    budget: fc.string(),
  });
  it('comes back as it was', () => {
    fc.assert(fc.property(view, of => assert.deepEqual(fromRunViewState(toRunViewState(of)), structuredClone(of))));
  });
  it('is a valid one whatever was kept', () => {
    fc.assert(
      fc.property(fc.anything(), kept => {
        const { smoothing, compared } = fromRunViewState(kept);
        assert.ok(smoothing >= 0 && smoothing <= SMOOTHING_MAX && Array.isArray(compared));
      }),
    );
  });

  const budgets: readonly [typed: string, seconds: number | null | undefined][] = [
    ['', undefined],
    [' ', undefined],
    ['2', 120],
    ['0.5', 30],
    ['0', null],
    ['-1', null],
    ['ten', null],
    ['Infinity', null],
  ];
  for (const [typed, seconds] of budgets) {
    it(`a budget typed as "${typed}"`, () => assert.equal(budgetSeconds(typed), seconds));
  }
});
