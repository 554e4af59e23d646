import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commands } from '../../../../extension/commands.ts';
import type { RunState } from '../../../../extension/runs/runSource.ts';
import { sharpnessText, trendOf } from '../../../../extension/runs/sharpnessText.ts';
import type { Measure, RunCheckpoint, RunMeasureName } from '../../../../worker/results.ts';
import { checkpointOf, measureOf, runOf } from '../../../fixtures/runListings.ts';

const sharp = (epoch: number, value: number, error = 0.1): RunCheckpoint =>
  checkpointOf(epoch, 'measured', { measures: [measureOf('lambda-max', value, error)] });

/** What is said of the last of some checkpoints. */
function said(checkpoints: readonly RunCheckpoint[], more: Partial<RunState> = {}) {
  const run: RunState = { folder: '/w/runs/(a)', label: 'runs/(a)', result: runOf('runs/(a)', checkpoints), ...more };
  return sharpnessText({ run, checkpoint: checkpoints.at(-1)! }, 'lambda-max');
}

describe('the sharpness in the status bar', () => {
  const cases: readonly [
    what: string,
    checkpoints: readonly RunCheckpoint[],
    text: string | undefined,
    accessible: string,
  ][] = [
    ['nothing known', [checkpointOf(1)], undefined, 'no measure of epoch 1 yet'],
    ['the first value', [checkpointOf(1), sharp(2, 12.34)], 'λmax 12.3', 'λmax 12.3 of epoch 2'],
    [
      'a rise',
      [sharp(1, 10), sharp(2, 12)],
      'λmax 12.0 $(arrow-up)',
      'λmax 12.0 of epoch 2, higher than λmax 10.0 of epoch 1',
    ],
    [
      'a fall, over a checkpoint without a value',
      [sharp(1, 10), checkpointOf(2), sharp(3, 8)],
      'λmax 8.00 $(arrow-down)',
      'λmax 8.00 of epoch 3, lower than λmax 10.0 of epoch 1',
    ],
    [
      'no clear change',
      [sharp(1, 10, 1), sharp(2, 11, 1)],
      'λmax 11.0 $(arrow-right)',
      'λmax 11.0 of epoch 2, no clear change from λmax 10.0 of epoch 1',
    ],
    [
      'the last known value',
      [sharp(1, 8), sharp(2, 10), checkpointOf(3)],
      'λmax 10.0 (epoch 2)',
      'last known, λmax 10.0 of epoch 2',
    ],
    [
      'a checkpoint that is gone, to compare with',
      [{ ...sharp(1, 8), present: false }, sharp(2, 10)],
      'λmax 10.0 $(arrow-up)',
      'λmax 10.0 of epoch 2, higher than λmax 8.00 of epoch 1',
    ],
  ];
  for (const [what, checkpoints, text, accessible] of cases) {
    it(what, () => {
      const status = said(checkpoints);
      assert.equal(status.text, text);
      assert.equal(status.accessibleLabel, accessible);
    });
  }

  it('says nothing of checkpoints after the one in view', () => {
    const checkpoints = [sharp(1, 10), sharp(2, 12)];
    const run: RunState = { folder: '/w/a', label: 'a', result: runOf('a', checkpoints) };
    assert.equal(sharpnessText({ run, checkpoint: checkpoints[0]! }, 'lambda-max').text, 'λmax 10.0');
  });

  it('links to commands with the folder, whatever it is called', () => {
    const links = said([sharp(1, 10)]).paragraphs.at(-1)!;
    const found = [...links.matchAll(/\[([^\]]*)\]\(command:([\w.]+)\?([^)]*)\)/g)];
    assert.deepEqual(
      found.map(([, title, command, given]) => [title, command, JSON.parse(decodeURIComponent(given!))]),
      [
        ['Measure This Run', commands.measureRun, ['/w/runs/(a)']],
        ['Show Run', commands.showRun, ['/w/runs/(a)']],
        ['Choose the Measure', 'workbench.action.openSettings', ['basin.statusBar.measure']],
      ],
    );
  });

  it('offers to pause what is being measured', () => {
    const status = said([sharp(1, 10)], { measuring: { phase: 'running' } });
    assert.ok(status.isMeasuring);
    assert.match(status.paragraphs.at(-1)!, /^\[Pause Measuring\]\(command:basin\.pauseRun\?/);
    assert.match(status.paragraphs.at(-2)!, /^Run runs\/\\\(a\\\): measuring\\\.$/);
  });
});

describe('the trend of a measure', () => {
  const direction = (before: Measure<RunMeasureName>, now: Measure<RunMeasureName>) =>
    trendOf({ checkpoint: checkpointOf(1), measure: before }, { checkpoint: checkpointOf(2), measure: now }).direction;
  const value = (number: number, error = 0): Measure<RunMeasureName> => measureOf('lambda-max', number, error);

  const unclear: readonly [what: string, before: Measure<RunMeasureName>, now: Measure<RunMeasureName>][] = [
    ['equal numbers', value(1), value(1)],
    ['a number that is none', value(1), { ...value(0), value: 'NaN' }],
    ['an open end above the smaller one', { ...value(1), upper: null }, value(2)],
    ['an open end below the larger one', value(1), { ...value(2), lower: null }],
    ['one that has not converged', value(1), { ...value(2), converged: false }],
  ];
  for (const [what, before, now] of unclear)
    it(`is unclear: ${what}`, () => assert.equal(direction(before, now), 'unclear'));

  it('is clear where the end is open on the far side only', () => {
    assert.equal(direction(value(1), { ...value(2), upper: null }), 'up');
    assert.equal(direction({ ...value(2), upper: null }, value(1)), 'down');
  });

  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const error = fc.double({ min: 0, max: 1e6, noNaN: true });
  it('turns round when the two change places, and is clear beyond both errors only', () =>
    fc.assert(
      fc.property(number, error, number, error, (a, errorOfA, b, errorOfB) => {
        const there = direction(value(a, errorOfA), value(b, errorOfB));
        const back = direction(value(b, errorOfB), value(a, errorOfA));
        assert.equal(back, there === 'up' ? 'down' : there === 'down' ? 'up' : 'unclear');
        if (there !== 'unclear') assert.ok(Math.abs(a - b) > 0.999999 * Math.max(errorOfA, errorOfB));
        if (Math.abs(a - b) > 1.000001 * (errorOfA + errorOfB)) assert.notEqual(there, 'unclear');
      }),
    ));
});
