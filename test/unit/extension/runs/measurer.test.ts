import assert from 'node:assert/strict';
import { Measurer, type Wish } from '../../../../extension/runs/measurer.ts';
import { RestartBudgetError, type WorkerExit, WorkerExitedError } from '../../../../extension/workerErrors.ts';
import { inputError, interruptedError } from '../../../../worker/errors.ts';
import type { RunRequest } from '../../../../worker/protocol.ts';
import { RUN_MEASURE_NAMES, type RunResult, type RunUpdate } from '../../../../worker/results.ts';
import { checkpointOf, runOf } from '../../../fixtures/runListings.ts';
import { FakeClock, settled } from './fakeClock.ts';

interface Call {
  readonly request: RunRequest;
  readonly partial: (update: RunUpdate) => void;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal;
}

const half = runOf('a', [checkpointOf(1), checkpointOf(2, 'measured')]);
const measured = runOf('a', [checkpointOf(1, 'measured'), checkpointOf(2, 'measured')]);
const grown = runOf('a', [...measured.checkpoints, checkpointOf(3)]);
const update: RunUpdate = {
  result: half,
  progress: { done: 1, total: 2, elapsedSeconds: 3, remainingSeconds: 3 },
  current: { file: 'epoch_001.pt', measure: 'trace' },
  memoryBytes: 1e6,
};

const killed: WorkerExit = { reason: 'crashed', code: null, signal: 'SIGKILL', stderr: [] };

const lacking = { message: 'No basin.json is here.', remedy: 'setUp' } as const;

function setUp(budget = 600) {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const results: RunResult[] = [];
  const wishes: [string, Wish | null][] = [];
  const measurer = new Measurer({
    run: (request, partial, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ request, partial, resolve, reject, signal });
        signal.addEventListener('abort', () => reject(interruptedError()));
      }),
    budgetSeconds: () => budget,
    clock,
    onChange: () => {},
    onResult: (_, result) => results.push(result),
    obstacle: async folder => (folder === 'bare' ? lacking : undefined),
    onWish: (folder, wish) => wishes.push([folder, wish]),
  });
  const phase = (folder = 'a') => measurer.state(folder)?.phase;
  return { clock, calls, results, wishes, measurer, phase };
}

describe('measuring runs in the background', () => {
  it('measures volumes where they are asked for, in the place of what is measured without, and goes on so', () => {
    const { calls, wishes, measurer, phase } = setUp();
    measurer.measure('a');
    measurer.measure('a', undefined, RUN_MEASURE_NAMES);
    assert.equal(calls.length, 2);
    assert.ok(calls[0]!.signal.aborted);
    assert.deepEqual(calls[1]!.request.measures, RUN_MEASURE_NAMES);
    assert.deepEqual(measurer.state('a')!.measures, RUN_MEASURE_NAMES);
    // What asks for less lets it go on.
    measurer.measure('a');
    assert.deepEqual([calls.length, phase()], [2, 'running']);
    assert.deepEqual(wishes.at(-1), ['a', { secondsLeft: 600, measures: RUN_MEASURE_NAMES }]);
  });

  it('asks for all of a run on the processor, within the budget, and tells how it goes', async () => {
    const { calls, results, measurer, phase } = setUp();
    measurer.measure('a');
    assert.deepEqual(calls[0]?.request, { folder: 'a', device: 'cpu', budgetSeconds: 600 });
    assert.equal(phase(), 'running');
    calls[0].partial(update);
    assert.deepEqual(measurer.state('a'), { phase: 'running', progress: update.progress, current: update.current });
    calls[0].resolve(measured);
    await settled();
    assert.equal(phase(), 'waiting');
    assert.deepEqual(results, [half, measured]);
  });

  it('goes on with a checkpoint that lands, and with nothing else', async () => {
    const { calls, measurer } = setUp();
    measurer.measure('a');
    calls[0]!.resolve(measured);
    await settled();
    measurer.listed('a', measured);
    assert.equal(calls.length, 1);
    measurer.listed('a', grown);
    assert.equal(calls.length, 2);
  });

  it('does not begin again what it could not finish', async () => {
    const { calls, measurer, phase } = setUp();
    measurer.measure('a');
    calls[0]!.resolve(half);
    await settled();
    measurer.listed('a', half);
    assert.deepEqual([calls.length, phase()], [1, 'waiting']);
  });

  it('stops when it is paused, ignores what still comes, and goes on when asked', async () => {
    const { calls, results, measurer, phase } = setUp();
    measurer.measure('a');
    calls[0]!.partial(update);
    measurer.pause('a');
    assert.ok(calls[0]!.signal.aborted);
    assert.equal(phase(), 'paused');
    calls[0]!.partial({ ...update, result: measured });
    measurer.listed('a', grown);
    await settled();
    assert.deepEqual([calls.length, phase(), results], [1, 'paused', [half]]);
    measurer.measure('a');
    assert.deepEqual([calls.length, phase()], [2, 'running']);
  });

  it('measures one run after the other', async () => {
    const { calls, measurer, phase } = setUp();
    measurer.measure('a');
    measurer.measure('b');
    assert.deepEqual([calls.length, phase('b')], [1, 'waiting']);
    calls[0]!.resolve(measured);
    await settled();
    assert.deepEqual([calls[1]?.request.folder, phase('b')], ['b', 'running']);
  });

  it('steps aside for what someone waits for, and goes on afterwards with what is left of its time', async () => {
    const { clock, calls, measurer, phase } = setUp();
    measurer.measure('a');
    await clock.pass(100_000);
    measurer.stepAside(true);
    assert.ok(calls[0]!.signal.aborted);
    assert.equal(phase(), 'waiting');
    await clock.pass(100_000);
    assert.equal(calls.length, 1);
    measurer.stepAside(false);
    assert.equal(calls[1]?.request.budgetSeconds, 500);
  });

  it('says when its time is spent, and starts afresh when asked again', async () => {
    const { clock, calls, measurer, phase } = setUp();
    measurer.measure('a');
    await clock.pass(601_000);
    calls[0]!.resolve(half);
    await settled();
    assert.equal(phase(), 'spent');
    measurer.measure('a');
    assert.equal(calls[1]?.request.budgetSeconds, 600);
  });

  it('sets no limit where there is none', () => {
    const { calls, measurer } = setUp(Number.POSITIVE_INFINITY);
    measurer.measure('a');
    assert.deepEqual(calls[0]?.request, { folder: 'a', device: 'cpu' });
  });

  const failures: readonly [what: string, error: Error, message: RegExp][] = [
    ['a refusal', inputError('basin.json: lacks "data".'), /^basin\.json: lacks "data"\.$/],
    ['an engine that ended too often', new RestartBudgetError(3, 5, killed), /Restart Engine/],
    ['an interruption from elsewhere', interruptedError(), /measure again\.$/],
  ];
  for (const [what, error, message] of failures) {
    it(`shows ${what}, and tries again when asked`, async () => {
      const { calls, measurer, phase } = setUp();
      measurer.measure('a');
      measurer.measure('b');
      calls[0]!.reject(error);
      await settled();
      assert.match(measurer.state('a')?.message ?? '', message);
      assert.equal(phase('b'), 'running');
      measurer.measure('a');
      assert.equal(phase(), 'waiting');
    });
  }

  it('offers to set the project up where that is what lacks', async () => {
    const { calls, measurer } = setUp();
    measurer.measure('bare');
    calls[0]!.reject(inputError('bare: has no project.'));
    await settled();
    assert.deepEqual(measurer.state('bare'), { phase: 'failed', ...lacking });
  });

  it('goes on by itself when the engine has ended, once for each checkpoint that was measured', async () => {
    const { clock, calls, measurer, phase } = setUp();
    const die = async (): Promise<void> => {
      calls.at(-1)!.reject(new WorkerExitedError(killed));
      await settled();
    };
    measurer.measure('a');
    await die();
    assert.deepEqual([calls.length, phase()], [1, 'waiting']);
    await clock.pass(6000);
    assert.deepEqual([calls.length, phase()], [2, 'running']);
    calls[1]!.partial(update);
    await die();
    await clock.pass(6000);
    assert.deepEqual([calls.length, phase()], [3, 'running']);
    await die();
    await clock.pass(100_000);
    assert.deepEqual([calls.length, phase()], [3, 'failed']);
    assert.match(measurer.state('a')?.message ?? '', /SIGKILL/);
  });

  describe('tells what another window has to go on with', () => {
    const told: readonly [
      what: string,
      act: (tested: ReturnType<typeof setUp>) => void | Promise<void>,
      wish: Wish | null,
      budget?: number,
    ][] = [
      ['while it measures', () => {}, { secondsLeft: 600 }],
      ['without a limit', () => {}, { secondsLeft: null }, Number.POSITIVE_INFINITY],
      [
        'less the minutes that it took',
        ({ clock, calls }) => clock.pass(90_000).then(() => calls[0]!.partial(update)),
        { secondsLeft: 510 },
      ],
      [
        'and not for every second',
        ({ clock, calls }) => clock.pass(20_000).then(() => calls[0]!.partial(update)),
        { secondsLeft: 600 },
      ],
      ['while it waits for the next checkpoint', ({ calls }) => calls[0]!.resolve(measured), { secondsLeft: 600 }],
      ['while it steps aside', ({ measurer }) => measurer.stepAside(true), { secondsLeft: 600 }],
      [
        'when the engine was stopped',
        ({ calls }) => calls[0]!.reject(new WorkerExitedError({ ...killed, reason: 'stopped' })),
        { secondsLeft: 600 },
      ],
      ['when the run is gone', ({ measurer }) => measurer.forget('a'), { secondsLeft: 600 }],
      ['when it is paused', ({ measurer }) => measurer.pause('a'), null],
      ['when its time is spent', ({ clock, calls }) => clock.pass(601_000).then(() => calls[0]!.resolve(half)), null],
      ['when it failed', ({ calls }) => calls[0]!.reject(inputError('basin.json: lacks "data".')), null],
    ];
    for (const [what, act, wish, budget = 600] of told) {
      it(what, async () => {
        const tested = setUp(budget);
        tested.measurer.measure('a');
        await act(tested);
        await settled();
        assert.deepEqual(tested.wishes.at(-1), ['a', wish]);
      });
    }

    it('and nothing of a single checkpoint', async () => {
      const { calls, wishes, measurer } = setUp();
      measurer.measureOnly('a', 'epoch_002.pt', ['lambda-max']);
      calls[0]!.resolve(half);
      await settled();
      assert.deepEqual(wishes, []);
    });
  });

  describe('of a single checkpoint', () => {
    const names = ['lambda-max'] as const;
    it('asks for that one, and is forgotten when it is done', async () => {
      const { calls, measurer, phase } = setUp();
      measurer.measureOnly('a', 'epoch_002.pt', names);
      const { only, measures, device } = calls[0]!.request;
      assert.deepEqual([only, measures, device], ['epoch_002.pt', names, 'cpu']);
      calls[0]!.resolve(half);
      await settled();
      assert.equal(phase(), undefined);
    });

    it('finishes one before it takes the last that was asked for, and drops those in between', async () => {
      const { calls, measurer, phase } = setUp();
      for (const epoch of [1, 2, 3]) measurer.measureOnly('a', `epoch_00${epoch}.pt`, names);
      assert.equal(calls.length, 1);
      calls[0]!.resolve(half);
      await settled();
      assert.deepEqual(
        calls.map(({ request }) => request.only),
        ['epoch_001.pt', 'epoch_003.pt'],
      );
      calls[1]!.resolve(half);
      await settled();
      assert.deepEqual([calls.length, phase()], [2, undefined]);
    });

    it('is left to a measuring of the whole run, and not done where that was paused', async () => {
      const { calls, measurer } = setUp();
      measurer.measure('a');
      measurer.measureOnly('a', 'epoch_002.pt', names);
      measurer.pause('a');
      measurer.measureOnly('a', 'epoch_002.pt', names);
      await settled();
      assert.equal(calls.length, 1);
    });

    it('gives way to a measuring of the whole run', () => {
      const { calls, measurer } = setUp();
      measurer.measureOnly('a', 'epoch_002.pt', names);
      measurer.measure('a');
      assert.ok(calls[0]!.signal.aborted);
      assert.deepEqual([calls.length, calls[1]?.request.only], [2, undefined]);
    });
  });

  it('forgets a run that is gone', async () => {
    const { calls, measurer, phase } = setUp();
    measurer.measure('a');
    measurer.forget('a');
    await settled();
    assert.ok(calls[0]!.signal.aborted);
    assert.equal(phase(), undefined);
  });
});
