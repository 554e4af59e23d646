import assert from 'node:assert/strict';
import { newestOf, withKnownObjects, withMeasures } from '../../../../extension/runs/arrivals.ts';
import type { RunCheckpoint } from '../../../../worker/results.ts';
import { checkpointOf, measureOf, runOf } from '../../../fixtures/runListings.ts';

describe('the newest checkpoint', () => {
  const gone = { present: false } as const;
  const cases: readonly [what: string, runs: Readonly<Record<string, readonly RunCheckpoint[]>>, expected: string][] = [
    ['none', { a: [] }, ''],
    ['the last in order', { a: [checkpointOf(1), checkpointOf(2)] }, 'a/epoch_002.pt'],
    [
      'the last in order, though another was written again',
      { a: [checkpointOf(1, 'measured', { written: 9e9 }), checkpointOf(2)] },
      'a/epoch_002.pt',
    ],
    [
      'of the run written last',
      { a: [checkpointOf(9)], b: [checkpointOf(1, 'measured', { written: 9e9 })] },
      'b/epoch_001.pt',
    ],
    [
      'that is there and whole',
      { a: [checkpointOf(1), checkpointOf(2, 'measured', gone), checkpointOf(3, 'incomplete')] },
      'a/epoch_001.pt',
    ],
  ];
  for (const [what, runs, expected] of cases) {
    it(what, () => {
      const states = Object.entries(runs).map(([label, checkpoints]) => ({
        folder: `/w/${label}`,
        label,
        result: runOf(label, checkpoints),
      }));
      const newest = newestOf(states);
      assert.equal(newest === undefined ? '' : `${newest.run.label}/${newest.checkpoint.file}`, expected);
    });
  }
});

describe('a listing with measures', () => {
  const measures = [measureOf('train-loss', 1)];
  it('takes them for the files it knows, and leaves the others as they are', () => {
    const listed = runOf('a', [
      checkpointOf(1, 'measured', { present: false }),
      checkpointOf(2),
      checkpointOf(3, 'unmeasured', { written: 4000 }),
      checkpointOf(4),
    ]);
    const measured = runOf('a', [
      checkpointOf(1, 'partial', { measures }),
      checkpointOf(2, 'partial', { measures }),
      checkpointOf(3, 'partial', { measures }),
      checkpointOf(5, 'partial', { measures }),
    ]);
    const { checkpoints, complete } = withMeasures(listed, measured);
    assert.deepEqual(
      checkpoints.map(({ epoch, state }) => `${epoch} ${state}`),
      ['1 measured', '2 partial', '3 unmeasured', '4 unmeasured'],
    );
    assert.deepEqual(checkpoints[1]?.measures, measures);
    assert.equal(complete, false);
  });

  it('is complete once every file that is there is measured', () => {
    const gone = checkpointOf(1, 'partial', { present: false });
    const whole = withMeasures(runOf('a', [gone, checkpointOf(2)]), runOf('a', [checkpointOf(2, 'measured')]));
    assert.ok(whole.complete);
  });
});

describe('a listing after another', () => {
  it('has the same objects for what has not changed, and new ones for what has', () => {
    const before = runOf('a', [checkpointOf(1), checkpointOf(2), checkpointOf(3)]);
    const after = runOf('a', [
      checkpointOf(1, 'unmeasured', { present: false }),
      checkpointOf(2),
      checkpointOf(3, 'partial', { measures: [measureOf('trace', 1)] }),
      checkpointOf(4),
    ]);
    const { checkpoints, ...rest } = withKnownObjects(before, after);
    assert.deepEqual({ ...rest, checkpoints }, after);
    assert.deepEqual(
      checkpoints.map(checkpoint => before.checkpoints.includes(checkpoint)),
      [false, true, false, false],
    );
  });
});
