import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkpointChoices, lastCheckpoint } from '../../../../extension/runs/checkpointChoices.ts';
import type { RunState } from '../../../../extension/runs/runSource.ts';
import { checkpointOf } from '../../../fixtures/runListings.ts';

const runOf = (label: string, checkpoints: NonNullable<RunState['result']>['checkpoints']): RunState => ({
  folder: `/w/${label}`,
  label,
  result: { kind: 'run', folder: label, order: 'step', checkpoints, complete: false },
});

const one = runOf('one', [
  checkpointOf(1),
  checkpointOf(2, 'measured', { present: false }),
  checkpointOf(3),
  checkpointOf(4, 'incomplete'),
]);
const two = runOf('two', [checkpointOf(1), checkpointOf(2)]);
const path = (run: RunState, index: number): string => join(run.folder, run.result!.checkpoints[index]!.file);

describe('checkpoints to choose from', () => {
  const check = (name: string, own: string, taken: readonly string[], expected: readonly string[]): void => {
    it(name, () =>
      assert.deepEqual(
        checkpointChoices([one, two], own, taken).map(choice => choice.path),
        expected,
      ),
    );
  };
  check(
    'are those that are there, the latest of each run first',
    '/w/x',
    [],
    [path(one, 2), path(one, 0), path(two, 1), path(two, 0)],
  );
  check(
    'begin with those of the same run, without those that are taken',
    path(two, 1),
    [path(two, 1), path(one, 0)],
    [path(two, 0), path(one, 2)],
  );
  it('are none of a run that was not listed yet', () =>
    assert.deepEqual(checkpointChoices([{ folder: '/w/a', label: 'a' }], '', []), []));
});

describe('the last checkpoint of a run', () => {
  it('is one that is there and whole', () => assert.equal(lastCheckpoint(one), one.result!.checkpoints[2]));
  it('is none where nothing is known', () => assert.equal(lastCheckpoint({ folder: '/w/a', label: 'a' }), undefined));
});
