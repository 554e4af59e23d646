/** The worker process with what it keeps: killed, orphaned and asked to end in the middle of a grid. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import {
  compareProgress,
  compareRequest,
  interpolateProgress,
  interpolateRequest,
  runFoldersRequest,
  runListRequest,
  runProgress,
  runRequest,
  type SurfaceRequest,
  sharpnessProgress,
  sharpnessRequest,
  surfaceProgress,
  surfaceRequest,
} from '../../worker/protocol.ts';
import type { CompareResult, SharpnessResult, SurfaceResult, SurfaceUpdate } from '../../worker/results.ts';
import { Store } from '../../worker/store/store.ts';
import { DIGITS_CNN } from './objective/problems.ts';

const script = join(import.meta.dirname, '../../dist/worker.js');
const request: SurfaceRequest = {
  checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'),
  grid: { columns: 101, rows: 101 },
  threads: 2,
};

interface Worker {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
}

function start(): Worker {
  const child = fork(script, { silent: true });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  return { child, connection };
}

/** Asks for a surface; `onUpdate` sees every partial result. The promise rejects when the worker ends. */
function ask(
  { connection }: Worker,
  token: string,
  more: Partial<SurfaceRequest>,
  onUpdate: (update: SurfaceUpdate) => void,
  cancellation = new CancellationTokenSource(),
): Promise<SurfaceResult> {
  connection.onProgress(surfaceProgress, token, onUpdate);
  return connection.sendRequest(surfaceRequest, { ...request, ...more, partialResultToken: token }, cancellation.token);
}

describe('the worker process', function () {
  this.timeout(240_000);
  let store: string;
  let worker: Worker;
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'basin-store-'));
    worker = start();
  });
  afterEach(async () => {
    if (worker.child.exitCode === null && worker.child.signalCode === null) {
      worker.child.kill('SIGKILL');
      await once(worker.child, 'exit');
    }
    worker.connection.dispose();
    await rm(store, { recursive: true, force: true });
  });

  const kept = async (key: string): Promise<number> => {
    const reports: string[] = [];
    const stored = await new Store(store, line => reports.push(line)).read(key);
    assert.deepEqual(reports, []);
    return stored?.result.evaluations.cells ?? 0;
  };

  /** Computes until something of the surface is kept and then a little more; returns its key and the cells reported. */
  const computeAWhile = (): Promise<{ key: string; latest: () => number }> =>
    new Promise((resolve, reject) => {
      let latest = 0;
      void ask(worker, 'one', { store }, ({ key, progress }) => {
        latest = progress.done;
        if (key !== undefined && existsSync(join(store, `${key}.json`))) resolve({ key, latest: () => latest });
      }).then(
        () => reject(new Error('The surface was finished too soon.')),
        () => {},
      );
    });

  const ends: Readonly<Record<string, (child: ChildProcess) => void>> = {
    'its host is gone': child => child.disconnect(),
    'it is asked to end': child => void child.kill('SIGTERM'),
  };
  for (const [when, end] of Object.entries(ends)) {
    it(`keeps every reported cell when ${when}`, async function () {
      if (process.platform === 'win32') this.skip();
      const { key, latest } = await computeAWhile();
      end(worker.child);
      await once(worker.child, 'exit');
      const reported = latest();
      assert.ok((await kept(key)) >= reported, `${await kept(key)} of ${reported} cells`);
    });
  }

  it('leaves a whole file behind when it is killed, and another goes on from it', async () => {
    const { key } = await computeAWhile();
    worker.child.kill('SIGKILL');
    await once(worker.child, 'exit');
    const cells = await kept(key);
    assert.ok(cells > 0);
    worker = start();
    const first = await new Promise<SurfaceUpdate>(resolve => {
      void ask(worker, 'two', { store }, resolve).catch(() => {});
    });
    assert.equal(first.progress.done, cells);
  });

  it('computes for two at once; one that is cancelled is kept and does not disturb the other', async () => {
    const cancellation = new CancellationTokenSource();
    let cancelled = 0;
    const small = { grid: { columns: 15, rows: 15 }, store };
    const other = ask(worker, 'other', small, () => {});
    const one = ask(
      worker,
      'one',
      { store },
      ({ progress }) => {
        cancelled = progress.done;
        if (progress.done > 20) cancellation.cancel();
      },
      cancellation,
    );
    await assert.rejects(one, /Interrupted/);
    assert.equal((await other).complete, true);
    const cells = await Promise.all((await readdir(store)).map(name => kept(name.replace('.json', ''))));
    assert.equal(cells.length, 2);
    assert.ok(cells.includes(15 * 15) && Math.min(...cells) >= cancelled, `${cells}, reported ${cancelled}`);
  });

  it('sends every update of a computation, the last one with the answer', async () => {
    const { checkpoint } = request;
    const stages: string[] = [];
    const results: SharpnessResult[] = [];
    worker.connection.onProgress(sharpnessProgress, 'sharpness', ({ stage, result }) => {
      stages.push(stage);
      results.push(result);
    });
    const answer = await worker.connection.sendRequest(sharpnessRequest, {
      checkpoint,
      samples: 20,
      measures: ['sam', 'fisher-rao'],
      partialResultToken: 'sharpness',
    });
    assert.deepEqual(stages, ['sam', 'fisher-rao', 'done']);
    assert.deepEqual(answer, results.at(-1));
    assert.equal(answer.complete, true);
  });

  it('compares checkpoints of folders that it may read, and sends every update', async () => {
    const checkpoints = ['epoch_024.pt', 'epoch_022.pt'].map(file => join(DIGITS_CNN, 'runs/batch-32', file));
    const measures = ['train-loss'] as const;
    const compared = { checkpoints, measures, samples: 20, threads: 2, partialResultToken: 'compare' };
    const results: CompareResult[] = [];
    worker.connection.onProgress(compareProgress, 'compare', ({ result }) => void results.push(result));
    const answer = await worker.connection.sendRequest(compareRequest, { ...compared, allowedRoots: [DIGITS_CNN] });
    assert.deepEqual(
      results.map(own => own.checkpoints.map(one => one.measures.length)),
      [
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 0],
        [1, 1],
      ],
    );
    assert.deepEqual(answer, results.at(-1));
    const outside = { ...compared, allowedRoots: [store] };
    await assert.rejects(worker.connection.sendRequest(compareRequest, outside), /outside of this workspace/);
  });

  it('joins two checkpoints of folders that it may read, and keeps the line of one that is cancelled', async () => {
    const [checkpoint, other] = ['epoch_024.pt', 'epoch_022.pt'].map(file => join(DIGITS_CNN, 'runs/batch-32', file));
    const line = { checkpoint: checkpoint!, other: other!, samples: 100, points: 401, threads: 1, store };
    const cancellation = new CancellationTokenSource();
    let done = 0;
    worker.connection.onProgress(interpolateProgress, 'cancelled', ({ progress }) => {
      ({ done } = progress);
      if (done > 8) cancellation.cancel();
    });
    const cancelled = { ...line, partialResultToken: 'cancelled' };
    await assert.rejects(
      worker.connection.sendRequest(interpolateRequest, cancelled, cancellation.token),
      /Interrupted/,
    );
    const reported: number[] = [];
    worker.connection.onProgress(interpolateProgress, 'whole', ({ progress }) => void reported.push(progress.done));
    const allowedRoots = [DIGITS_CNN, store];
    const answer = await worker.connection.sendRequest(interpolateRequest, {
      ...line,
      allowedRoots,
      partialResultToken: 'whole',
    });
    assert.deepEqual([answer.complete, answer.curves.length, reported.at(-1)], [true, 4, 4 * 401]);
    assert.ok(done > 8 && reported[0]! >= done, `${reported[0]} points were kept of ${done}`);
    const outside = { ...line, allowedRoots: [store], partialResultToken: 'outside' };
    await assert.rejects(worker.connection.sendRequest(interpolateRequest, outside), /outside of this workspace/);
  });

  it('finds, measures and lists a run; what was known when it was cancelled is known to the next', async () => {
    const root = { allowedRoots: [DIGITS_CNN] };
    const folders = await worker.connection.sendRequest(runFoldersRequest, { roots: [DIGITS_CNN], ...root });
    const [folder] = folders.map(found => found.folder).filter(found => found.endsWith('batch-32')) as [string];
    const run = { folder, store, samples: 20, measures: ['train-loss', 'test-loss'] as const, threads: 2, ...root };
    const cancellation = new CancellationTokenSource();
    worker.connection.onProgress(runProgress, 'run', ({ progress }) => {
      if (progress.done === 2) cancellation.cancel();
    });
    const request = { ...run, partialResultToken: 'run' };
    await assert.rejects(worker.connection.sendRequest(runRequest, request, cancellation.token), /Interrupted/);
    worker.child.kill('SIGKILL');
    await once(worker.child, 'exit');
    worker = start();
    const { checkpoints } = await worker.connection.sendRequest(runListRequest, { folder, store, ...root });
    const known = checkpoints.filter(({ measures }) => measures.length > 0);
    assert.ok(known.length >= 2, `${known.length} are known`);
    assert.deepEqual(
      known.map(({ file }) => file),
      checkpoints.slice(-known.length).map(({ file }) => file),
    );
    const outside = { folder, store, allowedRoots: [store] };
    await assert.rejects(worker.connection.sendRequest(runListRequest, outside), /outside of this workspace/);
  });
});
