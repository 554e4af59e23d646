import assert from 'node:assert/strict';
import { isNamedCheckpoint, mayBeCheckpoint, mayBeCheckpointFolder } from '../../../worker/run/names.ts';
import { inOrder, orderOf, type Placed } from '../../../worker/run/order.ts';
import { SETTLED, Steadiness } from '../../../worker/run/steadiness.ts';

describe("names of a run's files", () => {
  const cases: [string, boolean][] = [
    ['epoch_1.pt', true],
    ['model', true],
    ['checkpoint-500', true],
    ['model.500', true],
    ['weights.pt2', true],
    ['temp_0.5.pt', true],
    ['.epoch_1.pt.Xy1Z', false],
    ['#epoch_1.pt#', false],
    ['epoch_1.pt~', false],
    ['epoch_1.pt.tmp', false],
    ['epoch_1.pt.tmp-4711', false],
    ['epoch_1.pt.tmp4711', false],
    ['epoch_1.tmp.pt', false],
    ['epoch_1_tmp.pt', false],
    ['tmp_epoch_1.pt', false],
    ['epoch_1.pt.PART', false],
    ['epoch_1.pt.crdownload', false],
    ['metrics.json', false],
    ['sample.PNG', false],
    ['model.safetensors.index.json', true],
    ['pytorch_model.bin.index.json', true],
    ['model-00001-of-00002.safetensors', false],
    ['model-00001-of-00001.safetensors', true],
    ['optimizer.pt', false],
    ['rng_state_0.pth', false],
    ['training_args.bin', false],
    ['my_optimizer.pt', true],
    ['epoch_3.keras', true],
    ['epoch_3.weights.h5', true],
    ['group1-shard1of1.bin', false],
    ['model-2of3.bin', false],
    ['model.json', false],
  ];
  for (const [name, expected] of cases) it(`${name}: ${expected}`, () => assert.equal(mayBeCheckpoint(name), expected));
});

describe('names that say that a file is a checkpoint', () => {
  const cases: [string, boolean][] = [
    ['epoch_3.keras', true],
    ['epoch_3.weights.h5', true],
    ['images.h5', false],
    ['step_3.SAFETENSORS', true],
    ['model.safetensors.index.json', true],
    ['notes', false],
  ];
  for (const [name, expected] of cases) {
    it(`${name}: ${expected}`, () => assert.equal(isNamedCheckpoint(name), expected));
  }
});

describe("names of a run's folders", () => {
  const cases: [string, boolean][] = [
    ['checkpoint-500', true],
    ['epoch_3', true],
    ['best_model', true],
    ['final', true],
    ['tmp-checkpoint-500', false],
    ['.checkpoint-500', false],
    ['logs', false],
    ['n01440764', false],
  ];
  for (const [name, expected] of cases) {
    it(`${name}: ${expected}`, () => assert.equal(mayBeCheckpointFolder(name), expected));
  }
});

describe('the order of a run', () => {
  const at = (file: string, step: number | null, epoch: number | null, written: number): Placed => ({
    file,
    step,
    epoch,
    written,
  });
  const cases: [string, Placed[], 'step' | 'epoch' | 'time', string[]][] = [
    ['nothing', [], 'time', []],
    ['by step', [at('b', 2, 1, 0), at('a', 10, 0, 1)], 'step', ['b', 'a']],
    ['by epoch where a step is missing', [at('a', null, 3, 0), at('b', 9, 1, 1)], 'epoch', ['b', 'a']],
    ['by time where both are', [at('a', null, 3, 5), at('b', 9, null, 1)], 'time', ['b', 'a']],
    [
      'equal steps by time, then by name',
      [at('c', 1, 1, 2), at('b', 1, 1, 1), at('a', 1, 1, 2)],
      'step',
      ['b', 'a', 'c'],
    ],
  ];
  for (const [what, checkpoints, order, files] of cases) {
    it(what, () => {
      assert.equal(orderOf(checkpoints), order);
      assert.deepEqual(
        inOrder(checkpoints, order).map(({ file }) => file),
        files,
      );
    });
  }
});

describe('whether a file is settled', () => {
  const now = { day: 1e12, clock: 0 };
  const file = (written: number, bytes = 1) => ({ file: 'a.pt', bytes, written, changed: 0, inode: '1 0' });

  it('by its time, or by not changing for as long by our own clock', () => {
    const steadiness = new Steadiness(() => now);
    const look = (written: number, bytes?: number): boolean => steadiness.isSettled('run', file(written, bytes));
    assert.equal(look(now.day - SETTLED), true);
    // A clock that is ahead of ours says that it was written tomorrow.
    const tomorrow = now.day + 1e8;
    assert.equal(look(tomorrow), false);
    now.clock += SETTLED - 1;
    assert.equal(look(tomorrow), false);
    now.clock += 1;
    assert.equal(look(tomorrow), true);
    assert.equal(look(tomorrow, 2), false);
    now.clock += SETTLED;
    assert.equal(look(tomorrow, 2), true);
    steadiness.keep('run', new Set());
    assert.equal(look(tomorrow, 2), false);
  });
});
