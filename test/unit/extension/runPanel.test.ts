import assert from 'node:assert/strict';
import { runCommand, runFileName } from '../../../extension/runCommand.ts';
import { runPanelState } from '../../../extension/runPanelState.ts';
import type { Measuring, RunSource, RunState } from '../../../extension/runs/runSource.ts';
import { parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { RUN_MEASURE_NAMES } from '../../../worker/results.ts';
import { runCsv } from '../../../worker/run/csv.ts';
import { measuredRun, otherRun, runProvenance, runStates, troubledRun, volumesRun } from '../../fixtures/runPanels.ts';

const sourceOf = (...runs: readonly RunState[]): RunSource => ({
  runs,
  run: folder => runs.find(own => own.folder === folder),
  onDidChange: () => ({ dispose: () => {} }),
  measure: () => {},
  pause: () => {},
});

const own: RunState = { folder: '/w/runs/batch-32', label: 'runs/batch-32', result: measuredRun };
const other: RunState = { folder: '/w/runs/batch-1024', label: 'runs/batch-1024', result: otherRun };

describe('what the panel of a run shows', () => {
  const shown = { folder: own.folder, label: own.label, compared: [] };

  it('is its own run, and the names of the others', () => {
    const { runs, others } = runPanelState(shown, sourceOf(other, own), true);
    assert.deepEqual(others, ['runs/batch-1024']);
    assert.deepEqual(
      runs.map(({ label, result }) => [label, result?.checkpoints.map(({ file, measures }) => [file, measures])]),
      [['runs/batch-32', measuredRun.checkpoints.map(({ file, measures }) => [file, measures])]],
    );
  });

  it('says once how all was computed', () => {
    const [{ result }] = runPanelState(shown, sourceOf({ ...own, result: troubledRun }), true).runs;
    const provenances = result!.checkpoints.map(({ provenance }) => provenance);
    assert.deepEqual(
      provenances.filter(provenance => provenance !== undefined),
      [runProvenance],
    );
    assert.equal(provenances.indexOf(runProvenance), 10);
  });

  it('is another one too, where that is asked for and is still there', () => {
    const compared = ['runs/batch-1024', 'runs/gone'];
    const { runs } = runPanelState({ ...shown, compared }, sourceOf(other, own), true);
    assert.deepEqual(
      runs.map(({ label }) => label),
      ['runs/batch-32', 'runs/batch-1024'],
    );
  });

  it('is awaited while the workspace is searched, and missed afterwards', () => {
    assert.deepEqual(runPanelState(shown, sourceOf(), false).runs, [{ label: 'runs/batch-32', result: null }]);
    assert.match(runPanelState(shown, sourceOf(), true).runs[0].problem!, /^runs\/batch-32: /);
  });

  it('tells how the measuring goes', () => {
    const measuring: Measuring = { phase: 'failed', message: 'a' };
    assert.deepEqual(runPanelState(shown, sourceOf({ ...own, measuring }), true).measuring, measuring);
  });

  it('estimates what is left by what the others took', () => {
    const estimate = (result: RunState['result']): number | undefined =>
      runPanelState(shown, sourceOf({ ...own, result: result! }), true).remainingSeconds;
    // One is unmeasured, and one was measured with other settings.
    assert.equal(estimate(troubledRun), 2 * runProvenance.seconds);
    assert.equal(estimate(measuredRun), undefined);
    assert.equal(estimate(runStates.unmeasured.runs[0].result), undefined);
  });
});

describe('the files and the command of a run', () => {
  it('has a line a measure in its table, and one for what was not measured', () => {
    const lines = runCsv([{ label: 'runs/a, b', result: troubledRun }])
      .trimEnd()
      .split('\n');
    assert.equal(
      lines[0],
      'run,file,present,step,epoch,written,state,measure,value,lower,upper,converged,bound,prior_sigma',
    );
    assert.equal(lines.length, 1 + 10 * 10 + 3);
    assert.match(
      lines[1]!,
      /^"runs\/a, b",epoch_000\.pt,false,0,0,2026-03-03T14:00:00\.000Z,measured,train-loss,[\d.]+,/,
    );
    const failed = lines.filter(line => line.includes('failed'));
    assert.deepEqual(
      failed.map(line => line.split(',').length),
      [8],
    );
    const open = lines.find(line => line.includes(',keskar,'))!;
    assert.match(open, /,[\d.]+,[\d.]+,,true,lower bound,$/);
    assert.ok(lines.some(line => line.endsWith(',trace,NaN,,,true,,')));
    const volumes = runCsv([{ label: 'a', result: volumesRun }]).split('\n');
    assert.equal(volumes.filter(line => /,log-volume,-[\d.]+,-[\d.]+,,true,lower bound,0\.1$/.test(line)).length, 12);
    assert.equal(volumes.filter(line => /,log-volume,-[\d.]+,-[\d.]+,-[\d.]+,true,,0\.1$/.test(line)).length, 1);
  });

  it('is the line that measures the same', () => {
    const { verb } = parseCommandLine([...runCommand(measuredRun, '/w/runs/batch-32').slice(1)]) as { verb: string };
    assert.equal(verb, 'run');
    assert.deepEqual(runCommand(measuredRun, '/w/runs/batch-32'), [
      'basin',
      'run',
      '/w/runs/batch-32',
      '--samples',
      '1000',
      '--seed',
      String(runProvenance.seed),
      '--device',
      'cpu',
      '--out',
      'batch-32-run.json',
    ]);
    const volumes = runCommand(volumesRun, '/w/runs/batch-32');
    assert.deepEqual(volumes.slice(9, 11), ['--measures', RUN_MEASURE_NAMES.join()]);
    assert.deepEqual(runCommand(runStates.unmeasured.runs[0].result, '-a'), [
      'basin',
      'run',
      './-a',
      '--out=-a-run.json',
    ]);
  });

  it('is named by the folder, dots and all', () =>
    assert.equal(runFileName('C:\\runs\\lr-0.1', 'csv'), 'lr-0.1-run.csv'));
});
