import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ProgressType, RequestType } from 'vscode-jsonrpc/node';
import { RestartBudgetError, WorkerExitedError } from '../../../extension/workerErrors.ts';
import { type SupervisorOptions, WorkerSupervisor } from '../../../extension/workerSupervisor.ts';
import { BasinError, type ErrorKind } from '../../../worker/errors.ts';
import type { ErrorData } from '../../../worker/protocol.ts';

const script = fileURLToPath(new URL('../../fixtures/worker.mjs', import.meta.url));

const request = <P, R>(name: string): RequestType<P, R, ErrorData> => new RequestType(`test/${name}`);
const echo = request<string, { value: string; pid: number }>('echo');
const hang = request<string, never>('hang');
const cancelled = request<string, string[]>('cancelled');
const exit = request<{ code: number; stderr: string }, never>('exit');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('worker supervisor', () => {
  let supervisors: WorkerSupervisor[] = [];
  let lines: string[] = [];
  const logged = new EventEmitter();

  function supervise(options: SupervisorOptions = {}, program = script): WorkerSupervisor {
    const supervisor = new WorkerSupervisor(
      program,
      (level, message) => {
        lines.push(`${level} ${message}`);
        logged.emit('line');
      },
      options,
    );
    supervisors.push(supervisor);
    return supervisor;
  }

  async function line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = lines.find(candidate => pattern.test(candidate));
      if (found !== undefined) return found;
      await once(logged, 'line');
    }
  }

  async function exitOf(promise: Promise<unknown>): Promise<WorkerExitedError> {
    const error = await promise.then(
      () => assert.fail('the request was answered'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof WorkerExitedError, String(error));
    return error;
  }

  beforeEach(() => {
    supervisors = [];
    lines = [];
  });

  afterEach(async () => {
    await Promise.all(supervisors.map(supervisor => supervisor.dispose()));
  });

  it('starts the worker with the first request, and only one for requests at the same time', async () => {
    const supervisor = supervise();
    assert.equal(supervisor.pid, undefined);
    const words = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(words.map(word => supervisor.request(echo, word)));
    assert.deepEqual(
      answers,
      words.map(value => ({ value, pid: supervisor.pid })),
    );
    assert.equal(lines.filter(text => text.includes('was started')).length, 1);
  });

  it('runs the worker as Node and without the host’s flags', async () => {
    const environment = await supervise().request(request<string, unknown>('environment'), '');
    assert.deepEqual(environment, { electron: '1', execArgv: [], onnxruntime: null });
  });

  it('asks for the environment whenever the worker is started', async () => {
    let path = '/one';
    const supervisor = supervise({ environment: () => ({ BASIN_ONNXRUNTIME: path }) });
    const started = async () => {
      const { onnxruntime } = await supervisor.request(request<string, { onnxruntime: string }>('environment'), '');
      return onnxruntime;
    };
    assert.equal(await started(), '/one');
    path = '/two';
    assert.equal(await started(), '/one');
    await supervisor.restart();
    assert.equal(await started(), '/two');
  });

  it('hands on partial results in order, before the answer', async () => {
    const received: number[] = [];
    const count = await supervise().request(
      request<{ token: string; count: number }, number>('partial'),
      { token: 'p', count: 5 },
      { partialResults: { type: new ProgressType<number>(), token: 'p', onPartial: value => received.push(value) } },
    );
    assert.equal(count, 5);
    assert.deepEqual(received, [0, 1, 2, 3, 4]);
  });

  describe('an error of the worker', () => {
    const cases: readonly { request: string; param: string; kind: ErrorKind; message: RegExp }[] = [
      { request: 'refuse', param: 'input', kind: 'input', message: /^a\.pt: no\.$/ },
      { request: 'refuse', param: 'incomplete', kind: 'incomplete', message: /^a\.pt: no\.$/ },
      { request: 'refuse', param: 'no such kind', kind: 'computation', message: /could not answer: a\.pt: no\./ },
      { request: 'throw', param: '', kind: 'computation', message: /could not answer: .*a fault/ },
      { request: 'unknown', param: '', kind: 'computation', message: /could not answer: .*test\/unknown/ },
    ];
    for (const { request: name, param, kind, message } of cases) {
      it(`${name} ${param} becomes ${kind}, and the worker lives on`, async () => {
        const supervisor = supervise();
        const { pid } = await supervisor.request(echo, '');
        await assert.rejects(supervisor.request(request<string, never>(name), param), (error: unknown) => {
          assert.ok(error instanceof BasinError);
          assert.equal(error.kind, kind);
          assert.match(error.message, message);
          return true;
        });
        assert.equal((await supervisor.request(echo, '')).pid, pid);
      });
    }
  });

  describe('a worker that ends in mid-job', () => {
    const stderr = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n')}\nError: no more cells\nlast words`;
    const cases: readonly {
      name: string;
      crash: (supervisor: WorkerSupervisor) => Promise<unknown>;
      expected: { reason?: string; code?: number | null; signal?: string | null };
      message: RegExp;
      stderr?: readonly string[];
    }[] = [
      {
        name: 'exits with a code and last words',
        crash: supervisor => supervisor.request(exit, { code: 3, stderr }),
        expected: { code: 3, signal: null },
        message: /exit code 3\), saying "Error: no more cells"; resume or retry/,
        stderr: stderr.split('\n').slice(-20),
      },
      {
        name: 'exits with 0 and nothing to say',
        crash: supervisor => supervisor.request(exit, { code: 0, stderr: '' }),
        expected: { code: 0, signal: null },
        message: /exit code 0\); resume or retry/,
        stderr: [],
      },
      {
        name: 'is killed as for want of memory',
        crash: supervisor => supervisor.request(request<string, never>('kill'), 'SIGKILL'),
        expected: { code: null, signal: 'SIGKILL' },
        message: /SIGKILL, as the system does when memory runs out/,
      },
      {
        name: 'aborts',
        crash: supervisor => supervisor.request(request<string, never>('kill'), 'SIGABRT'),
        expected: { code: null, signal: 'SIGABRT' },
        message: /killed by SIGABRT/,
      },
      {
        name: 'throws where nobody catches',
        crash: supervisor => supervisor.request(request<string, never>('uncaught'), ''),
        expected: { code: 1, signal: null },
        message: /TypeError: tensor is not iterable/,
      },
      {
        name: 'closes its channel and lives on, deaf to SIGTERM',
        crash: supervisor => supervisor.request(request<string, never>('disconnect'), ''),
        expected: { code: null, signal: 'SIGKILL' },
        message: /stopped unexpectedly/,
      },
    ];
    for (const { name, crash, expected, message, stderr: lastLines } of cases) {
      it(`${name}: rejects all that was in flight, and the next request starts a new one`, async () => {
        const supervisor = supervise();
        const { pid } = await supervisor.request(echo, '');
        const errors = await Promise.all([
          exitOf(supervisor.request(hang, 'first')),
          exitOf(supervisor.request(hang, 'second')),
          exitOf(crash(supervisor)),
        ]);
        for (const error of errors) {
          const { code, signal } = error.exit;
          assert.deepEqual({ code, signal }, expected);
          assert.equal(error.exit.reason, 'crashed');
          assert.match(error.message, message);
          if (lastLines !== undefined) assert.deepEqual(error.exit.stderr, lastLines);
        }
        const again = await supervisor.request(echo, 'again');
        assert.notEqual(again.pid, pid);
      });
    }
  });

  it('refuses after three crashes within five minutes, until it is restarted', async () => {
    const supervisor = supervise();
    const crash = () => exitOf(supervisor.request(exit, { code: 7, stderr: 'Error: broken' }));
    for (let count = 0; count < 3; count++) await crash();
    await assert.rejects(supervisor.request(echo, ''), (error: unknown) => {
      assert.ok(error instanceof RestartBudgetError);
      assert.match(error.message, /stopped 3 times within 5 minutes .*Basin: Restart Engine.*Error: broken/);
      return true;
    });
    assert.equal(supervisor.pid, undefined);
    await supervisor.restart();
    assert.equal((await supervisor.request(echo, 'back')).value, 'back');
    for (let count = 0; count < 3; count++) await crash();
    await assert.rejects(supervisor.request(echo, ''), RestartBudgetError);
  });

  it('forgives crashes that lie far enough back', async () => {
    let now = 0;
    const supervisor = supervise({ now: () => now });
    for (const time of [0, 200_000, 299_000, 300_001]) {
      now = time;
      await exitOf(supervisor.request(exit, { code: 1, stderr: '' }));
    }
    await assert.rejects(supervisor.request(echo, ''), RestartBudgetError);
    now = 500_001;
    assert.equal((await supervisor.request(echo, 'forgiven')).value, 'forgiven');
  });

  it('counts a program that cannot start', async () => {
    const supervisor = supervise({}, `${script}.missing`);
    for (let count = 0; count < 3; count++) {
      assert.match((await exitOf(supervisor.request(echo, ''))).message, /Cannot find module/);
    }
    await assert.rejects(supervisor.request(echo, ''), RestartBudgetError);
  });

  it('reports that the process could not be created', async () => {
    const { execPath } = process;
    process.execPath = '/nowhere/node';
    try {
      const error = await exitOf(supervise().request(echo, ''));
      assert.equal(error.exit.reason, 'unavailable');
      assert.match(error.message, /could not be started: .*\/nowhere\/node ENOENT/);
    } finally {
      process.execPath = execPath;
    }
  });

  it('stops an idle worker, which is no crash, and starts another when asked again', async () => {
    const supervisor = supervise({ idleMs: 20, budget: 1 });
    const { pid } = await supervisor.request(echo, '');
    await line(/nothing was asked/);
    await line(new RegExp(`has ended, process ${pid}\\.`));
    assert.equal(isAlive(pid), false);
    assert.equal((await supervisor.request(echo, 'again')).value, 'again');
  });

  it('does not stop a worker that is still computing', async () => {
    const supervisor = supervise({ idleMs: 1 });
    const abort = new AbortController();
    const computing = supervisor.request(hang, 'long', { signal: abort.signal });
    // Each answer would set the idle timer, were it not for the request still in flight.
    const { pid } = await supervisor.request(echo, '');
    for (let count = 0; count < 20; count++) assert.equal((await supervisor.request(echo, '')).pid, pid);
    assert.deepEqual(
      lines.filter(text => text.includes('nothing was asked')),
      [],
    );
    abort.abort();
    await assert.rejects(computing, BasinError);
    await line(/nothing was asked/);
  });

  it('rejects an aborted request at once, tells the worker, and leaves the others alone', async () => {
    const supervisor = supervise();
    const abort = new AbortController();
    const first = supervisor.request(hang, 'first', { signal: abort.signal });
    const second = supervisor.request(hang, 'second');
    const secondExit = exitOf(second);
    await supervisor.request(echo, '');
    abort.abort();
    await assert.rejects(first, (error: unknown) => error instanceof BasinError && error.kind === 'interrupted');
    assert.deepEqual(await supervisor.request(cancelled, ''), ['first']);
    await supervisor.dispose();
    assert.equal((await secondExit).exit.reason, 'stopped');
  });

  it('starts no worker for a request that was aborted before it was made', async () => {
    const supervisor = supervise();
    await assert.rejects(
      supervisor.request(echo, '', { signal: AbortSignal.abort() }),
      (error: unknown) => error instanceof BasinError && error.kind === 'interrupted',
    );
    assert.equal(supervisor.pid, undefined);
    assert.deepEqual(lines, []);
  });

  it('rejects what is in flight when restarted, and counts that as no crash', async () => {
    const supervisor = supervise({ budget: 1 });
    const { pid } = await supervisor.request(echo, '');
    const inFlight = exitOf(supervisor.request(hang, ''));
    await supervisor.restart();
    assert.equal((await inFlight).exit.reason, 'stopped');
    assert.equal(isAlive(pid), false);
    assert.notEqual((await supervisor.request(echo, '')).pid, pid);
  });

  it('answers a request made while the old worker is still ending', async () => {
    const supervisor = supervise();
    const { pid } = await supervisor.request(echo, '');
    const restarted = supervisor.restart();
    const answer = await supervisor.request(echo, 'new');
    assert.notEqual(answer.pid, pid);
    await restarted;
    assert.equal(supervisor.pid, answer.pid);
  });

  it('kills a worker that is deaf to SIGTERM when disposed, and then starts no other', async () => {
    const supervisor = supervise();
    const { pid } = await supervisor.request(echo, '');
    await supervisor.request(request<string, string>('deaf'), '');
    const inFlight = exitOf(supervisor.request(hang, ''));
    const disposed = supervisor.dispose();
    assert.equal((await inFlight).exit.reason, 'stopped');
    await disposed;
    assert.equal(isAlive(pid), false);
    await assert.rejects(supervisor.request(echo, ''), WorkerExitedError);
    assert.equal(supervisor.pid, undefined);
  });

  it('is not misled by what the worker prints or sends beside the protocol', async () => {
    const supervisor = supervise();
    const garbage = supervisor.request(request<string, string>('garbage'), '');
    const answers = await Promise.all([garbage, supervisor.request(echo, 'beside')]);
    assert.equal(answers[0], 'well');
    assert.equal(answers[1].value, 'beside');
    await line(/stdout: Content-Length: 10/);
    const longest = Math.max(...lines.map(text => text.length));
    assert.ok(longest < 5000, `a line of ${longest} characters was passed on`);
  });
});
