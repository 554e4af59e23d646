import assert from 'node:assert/strict';
import {
  type Computation,
  endingOf,
  nextState,
  type PanelEvent,
  restoredComputation,
  resumableOf,
} from '../../../extension/panelState.ts';
import { RestartBudgetError, type WorkerExit, WorkerExitedError } from '../../../extension/workerErrors.ts';
import { computationError, incompleteError, inputError, interruptedError } from '../../../worker/errors.ts';
import { completeSurface, update } from './surfaces.ts';

const half = update(2, 4);
const partial = { surface: half.result, progress: half.progress };
const message = 'a.pt: no.';

const starting: Computation = { phase: 'starting' };
const computing: Computation = { phase: 'computing', ...partial };
const done: Computation = { phase: 'done', surface: completeSurface };
const cancelled: Computation = { phase: 'cancelled', ...partial };
const failed: Computation = { phase: 'failed', message };
const stopped: Computation = { phase: 'stopped', message, ...partial };
const restored = restoredComputation(undefined);

const events = {
  started: { type: 'started' },
  partial: { type: 'partial', update: half },
  finished: { type: 'finished', surface: completeSurface },
  cancelled: { type: 'cancelled' },
  failed: { type: 'failed', message },
  lacking: { type: 'failed', message, remedy: 'setUp' },
  stopped: { type: 'stopped', message },
} as const satisfies Record<string, PanelEvent>;

describe('panel state', () => {
  const cases: readonly [name: string, from: Computation, event: keyof typeof events, to: Computation][] = [
    ['a restored panel starts', restored, 'started', starting],
    ['a restored panel is refused', restored, 'failed', failed],
    ['the first cells arrive', starting, 'partial', computing],
    ['more cells arrive', { ...computing, progress: update(1, 4).progress }, 'partial', computing],
    ['the last cells arrive', computing, 'finished', done],
    ['a small surface finishes at once', starting, 'finished', done],
    ['cancelling keeps the partial surface', computing, 'cancelled', cancelled],
    ['cancelling before the first cell', starting, 'cancelled', { phase: 'cancelled' }],
    ['a failure keeps the partial surface', computing, 'failed', { ...failed, ...partial }],
    ['a failure before the first cell', starting, 'failed', failed],
    ['a failure that the guide would mend', starting, 'lacking', { ...failed, remedy: 'setUp' }],
    ['a retry of it drops the remedy', { ...failed, remedy: 'setUp' }, 'started', starting],
    ['a crash keeps the partial surface', computing, 'stopped', stopped],
    ['a crash before the first cell', starting, 'stopped', { phase: 'stopped', message }],
    ['a retry keeps the surface and drops the message', stopped, 'started', { ...starting, surface: half.result }],
    ['a retry of a cancelled one', cancelled, 'started', { ...starting, surface: half.result }],
    ['cells after cancelling are ignored', cancelled, 'partial', cancelled],
    ['a result after cancelling is ignored', cancelled, 'finished', cancelled],
    ['cells after the end are ignored', done, 'partial', done],
    ['cancelling what is done changes nothing', done, 'cancelled', done],
    ['a crash after the end changes nothing', done, 'stopped', done],
    ['a crash after a failure changes nothing', failed, 'stopped', failed],
  ];
  for (const [name, from, event, to] of cases) {
    it(name, () => assert.deepEqual(nextState(from, events[event]), to));
  }

  it('returns the very state that an event leaves as it is', () => {
    assert.equal(nextState(done, events.partial), done);
  });

  it('says how to go on after a reload', () => {
    assert.equal(restored.phase, 'cancelled');
    assert.match(restored.message ?? '', /reloaded.*retry/);
    assert.match(restoredComputation(half.result).message ?? '', /reloaded.*kept.*resum/);
  });

  it('is done at once after a reload where everything was kept', () => {
    assert.deepEqual(restoredComputation(completeSurface), done);
  });

  it('says after a reload that the checkpoint was written again, and only then', () => {
    const begun = Date.parse(completeSurface.provenance.time);
    assert.equal(restoredComputation(completeSurface, begun - 1).phase, 'done');
    const { phase, message, surface } = restoredComputation(completeSurface, begun + 1);
    assert.deepEqual([phase, surface], ['cancelled', completeSurface]);
    assert.match(message ?? '', /written again.*retry/);
  });

  const resumable: readonly [name: string, state: Computation, expected: object | undefined][] = [
    ['cancelled in mid-grid', cancelled, { done: 2, total: 4 }],
    ['stopped in mid-grid', stopped, { done: 2, total: 4 }],
    ['failed in mid-grid', { ...failed, ...partial }, { done: 2, total: 4 }],
    ['reloaded in mid-grid', restoredComputation(half.result), { done: 2, total: 3 }],
    ['running', computing, undefined],
    ['done', done, undefined],
    ['cancelled before the first cell', { phase: 'cancelled' }, undefined],
    ['starting again', { ...cancelled, phase: 'starting' }, undefined],
  ];
  for (const [name, state, expected] of resumable) {
    it(`${expected ? 'can' : 'cannot'} be resumed when ${name}`, () => assert.deepEqual(resumableOf(state), expected));
  }
});

describe('ending of a rejected computation', () => {
  const crash: WorkerExit = { reason: 'crashed', code: 1, signal: null, stderr: ['Error: boom', '    at x'] };
  const cases: readonly [name: string, error: unknown, type: string, message: RegExp | undefined][] = [
    ['cancelled by the user', interruptedError(), 'cancelled', undefined],
    ['wrong input', inputError('a.pt: not a checkpoint.'), 'failed', /^a\.pt: not a checkpoint\.$/],
    ['half-written input', incompleteError('a.pt: ends early.'), 'failed', /^a\.pt: ends early\.$/],
    ['a failed computation', computationError('out of memory.'), 'failed', /^out of memory\.$/],
    ['a fault of ours', new TypeError('x is not a function'), 'failed', /^x is not a function$/],
    ['no error at all', 'text', 'failed', /^text$/],
    [
      'a crashed engine',
      new WorkerExitedError(crash),
      'stopped',
      /exit code 1\), saying "Error: boom"; resume or retry/,
    ],
    [
      'an engine that was killed after some chatter',
      new WorkerExitedError({ reason: 'crashed', code: null, signal: 'SIGKILL', stderr: ['hello'] }),
      'stopped',
      /\(killed by SIGKILL, as the system does when memory runs out\); resume or retry/,
    ],
    ['an engine given up', new RestartBudgetError(3, 5, crash), 'stopped', /stopped 3 times.*Restart Engine/],
  ];
  for (const [name, error, type, pattern] of cases) {
    it(name, () => {
      const ending = endingOf(error);
      assert.equal(ending.type, type);
      if (pattern === undefined) assert.deepEqual(ending, { type });
      else assert.match('message' in ending ? ending.message : '', pattern);
    });
  }
});
