import assert from 'node:assert/strict';
import type { Engine } from '../../../extension/engine.ts';
import { Landscape, type LandscapeParts, type Remembered } from '../../../extension/landscape.ts';
import { defaultOptions, surfaceRequestOf } from '../../../extension/surfaceOptions.ts';
import type { Phase, SurfaceOptions } from '../../../webview/messages.ts';
import { inputError, interruptedError } from '../../../worker/errors.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';
import { trajectory } from '../../fixtures/trajectories.ts';
import { completeSurface, update } from './surfaces.ts';

/** One call of the engine, to be ended by the test. */
interface Call {
  readonly checkpoint: string;
  readonly request: SurfaceRequest;
  readonly partial: (update: SurfaceUpdate) => void;
  readonly resolve: (surface: SurfaceResult) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal;
}

const options: SurfaceOptions = {
  plane: { kind: 'random', seed: 3, planes: 2, perturb: 'all' },
  split: 'test',
  grid: { kind: 'size', columns: 9, rows: 5 },
  range: 0.5,
};

function setUp(parts: Partial<LandscapeParts> = {}) {
  const calls: Call[] = [];
  const phases: Phase[] = [];
  const log: string[] = [];
  const remembered: Remembered[] = [];
  const engine: Pick<Engine, 'surface'> = {
    surface: (request, partial, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ checkpoint: request.checkpoint, request, partial, resolve, reject, signal });
        signal.addEventListener('abort', () => reject(interruptedError()));
      }),
  };
  const landscape: Landscape = new Landscape({
    checkpoint: '/w/runs/a.pt',
    label: 'runs/a.pt',
    engine,
    log: (level, message) => log.push(`${level} ${message}`),
    onChange: () => phases.push(landscape.state.phase),
    remember: value => remembered.push(value),
    ...parts,
  });
  /** Returns once the engine was asked for the first, second … time. */
  const asked = async (count: number): Promise<void> => {
    while (calls.length < count) await new Promise(resolve => setImmediate(resolve));
  };
  return { landscape, calls, phases, log, remembered, asked };
}

describe('landscape', () => {
  it('computes from the first request to the result', async () => {
    const { landscape, calls, phases, asked } = setUp();
    const computed = landscape.compute();
    await asked(1);
    calls[0]!.partial(update(1, 3));
    calls[0]!.partial(update(2, 3));
    calls[0]!.resolve(completeSurface);
    await computed;
    assert.equal(calls[0]!.checkpoint, '/w/runs/a.pt');
    assert.deepEqual(phases, ['starting', 'computing', 'computing', 'done']);
    assert.equal(landscape.state.surface, completeSurface);
  });

  it('does not compute twice at the same time', async () => {
    const { landscape, calls, asked } = setUp();
    const computed = landscape.compute();
    await landscape.compute();
    await asked(1);
    assert.equal(calls.length, 1);
    calls[0]!.resolve(completeSurface);
    await computed;
  });

  it('cancels, keeps what there is, can be resumed, and computes again', async () => {
    const { landscape, calls, phases, asked } = setUp();
    const first = landscape.compute();
    await asked(1);
    const kept = update(1, 3);
    calls[0]!.partial(kept);
    landscape.cancel();
    await first;
    assert.equal(calls[0]!.signal.aborted, true);
    assert.equal(landscape.state.surface, kept.result);
    assert.deepEqual(landscape.state.resumable, { done: 1, total: 3 });
    const second = landscape.compute();
    await asked(2);
    assert.equal(landscape.state.resumable, undefined);
    calls[0]!.partial(update(2, 3));
    calls[0]!.resolve(completeSurface);
    assert.deepEqual(phases, ['starting', 'computing', 'cancelled', 'starting']);
    assert.deepEqual(calls[1]!.request, calls[0]!.request);
    calls[1]!.resolve(completeSurface);
    await second;
    assert.equal(landscape.state.phase, 'done');
  });

  it('shows and logs a failure', async () => {
    const { landscape, calls, log, asked } = setUp();
    const computed = landscape.compute();
    await asked(1);
    calls[0]!.reject(inputError('a.pt: not a checkpoint.', new Error('bad magic')));
    await computed;
    assert.equal(landscape.state.phase, 'failed');
    assert.equal(landscape.state.message, 'a.pt: not a checkpoint.');
    assert.match(log.join('\n'), /^error a\.pt: not a checkpoint\.\nCaused by: Error: bad magic/);
  });

  it('is refused without asking the engine, also in mid-job', async () => {
    const { landscape, calls, phases, asked } = setUp();
    const computed = landscape.compute();
    await asked(1);
    landscape.fail('Not here.');
    await computed;
    assert.equal(calls[0]!.signal.aborted, true);
    assert.deepEqual(phases, ['starting', 'failed']);
    assert.equal(landscape.state.message, 'Not here.');
  });

  it('keeps to a minute, then computes the grid that is offered, and again the same when asked to retry', async () => {
    const { landscape, calls, asked } = setUp();
    const first = landscape.compute();
    await asked(1);
    await landscape.refine();
    assert.equal(calls.length, 1);
    const finer = { columns: 31, rows: 31, seconds: 200 };
    calls[0]!.resolve({ ...completeSurface, budget: { seconds: 60, finer } });
    await first;
    const refined = landscape.refine();
    await asked(2);
    calls[1]!.resolve(completeSurface);
    await refined;
    const retried = landscape.compute();
    await asked(3);
    calls[2]!.resolve(completeSurface);
    await retried;
    const wanted = calls.map(({ request: { budgetSeconds, grid } }) => ({ budgetSeconds, grid }));
    const grid = { columns: 31, rows: 31 };
    assert.deepEqual(wanted, [
      { budgetSeconds: 60, grid: undefined },
      { budgetSeconds: undefined, grid },
      { budgetSeconds: undefined, grid },
    ]);
    await landscape.refine();
    assert.equal(calls.length, 3);
  });

  const eigen = { ...completeSurface, plane: { ...completeSurface.plane, kind: 'eigen' as const } };
  const always = ['png', 'svg', 'csv'] as const;
  for (const [what, surface, exports] of [
    ['a random plane', completeSurface, [...always, 'json', 'directions']],
    ['eigenvectors', eigen, [...always, 'json']],
    ['a path', trajectory, [...always, 'path', 'json', 'directions']],
  ] as const) {
    it(`can be exported as what there is: ${what}`, async () => {
      const { landscape, calls, asked } = setUp();
      const computed = landscape.compute();
      await asked(1);
      calls[0]!.resolve(surface);
      await computed;
      assert.deepEqual(landscape.state.exports, exports);
    });
  }

  it('is computed in another plane with what was chosen besides, whatever is computed then', async () => {
    const { landscape, calls, asked, remembered } = setUp({ remembered: Promise.resolve({ options }) });
    void landscape.compute();
    await asked(1);
    const computed = landscape.computePlane({ kind: 'pca' });
    assert.ok(calls[0]!.signal.aborted);
    await asked(2);
    // What is under way already is not begun again.
    await landscape.computePlane({ kind: 'pca' });
    const wanted: SurfaceOptions = { ...options, plane: { kind: 'pca' }, range: 1 };
    assert.deepEqual(calls[1]!.request, surfaceRequestOf('/w/runs/a.pt', wanted));
    calls[1]!.resolve(completeSurface);
    await computed;
    assert.deepEqual([landscape.state.phase, landscape.state.options], ['done', wanted]);
    assert.deepEqual(remembered.at(-1)?.options, wanted);
    assert.equal(calls.length, 2);
  });

  it('shows what stands in the way, with the remedy, and asks the engine for nothing', async () => {
    const obstacle = { type: 'failed', message: 'No.', remedy: 'setUp' } as const;
    const { landscape, calls, phases } = setUp({ facts: async () => ({ obstacle }) });
    await landscape.compute();
    assert.equal(calls.length, 0);
    assert.deepEqual(phases, ['starting', 'failed']);
    assert.equal(landscape.state.remedy, 'setUp');
    assert.equal(landscape.state.options, undefined);
  });

  it('begins with the seed and the splits of basin.json, and with what it was told before', async () => {
    const facts = async () => ({ seed: 7, splits: ['train', 'test'] as const });
    const fresh = setUp({ facts });
    void fresh.landscape.compute();
    await fresh.asked(1);
    assert.deepEqual(fresh.landscape.state.options, defaultOptions(7));
    assert.deepEqual(fresh.landscape.state.splits, ['train', 'test']);
    const again = setUp({ facts, remembered: Promise.resolve({ options }) });
    void again.landscape.compute();
    await again.asked(1);
    assert.deepEqual(again.landscape.state.options, options);
  });

  it('computes with the options that are chosen, and goes on with them', async () => {
    const { landscape, calls, asked } = setUp();
    const first = landscape.compute(options);
    await asked(1);
    landscape.cancel();
    await first;
    void landscape.compute();
    await asked(2);
    for (const { request } of calls) assert.deepEqual(request, surfaceRequestOf('/w/runs/a.pt', options));
  });

  it('begins an interrupted grid anew when it is retried, and only that', async () => {
    const { landscape, calls, asked } = setUp();
    const first = landscape.compute();
    await asked(1);
    landscape.cancel();
    await first;
    const second = landscape.retry();
    await asked(2);
    calls[1]!.partial(update(1, 3));
    landscape.cancel();
    await second;
    void landscape.retry();
    await asked(3);
    assert.deepEqual(
      calls.map(({ request }) => request.fresh),
      [undefined, undefined, true],
    );
  });

  it('remembers what is computed, and under which key it is kept as soon as that is known', async () => {
    const { landscape, calls, asked, remembered } = setUp({ remembered: Promise.resolve({ options, key: 'old' }) });
    void landscape.compute();
    await asked(1);
    assert.deepEqual(remembered, [{ options, key: 'old' }]);
    calls[0]!.partial({ ...update(1, 3), key: 'new' });
    calls[0]!.partial({ ...update(2, 3), key: 'new' });
    assert.deepEqual(remembered.slice(1), [{ options, key: 'new' }]);
  });

  it('shows after a reload what was kept, computes nothing, and knows what more would cost', async () => {
    const cost = { secondsPerCell: 0.25, memoryBytes: 1000 };
    const { landscape, calls, phases } = setUp({ remembered: Promise.resolve({ options, key: 'old' }) });
    await landscape.restore({ result: update(1, 3).result, cost });
    assert.deepEqual([calls.length, phases], [0, ['cancelled']]);
    assert.deepEqual(landscape.state.resumable, { done: 1, total: 3 });
    landscape.estimate(options);
    assert.deepEqual(landscape.state.estimate, {
      options,
      cells: 2 * 9 * 5 - 1,
      seconds: 22.25,
      memoryBytes: 1000 + 2 * 4 * 4,
    });
    landscape.estimate({ ...options, range: 2 });
    assert.equal(landscape.state.estimate?.cells, 2 * 9 * 5);
  });

  it('knows what a pass over the sample took, unless statistics were recomputed at each', async () => {
    const { landscape } = setUp();
    assert.equal(landscape.pass, undefined);
    const { result } = update(3, 3);
    await landscape.restore({ result, cost: { secondsPerCell: 0.25, memoryBytes: 1000 } });
    assert.deepEqual(landscape.pass, { seconds: 0.25, samples: 500, parameters: 4 });
    const recomputed = { ...result.provenance, mode: { batchNorm: 'recomputed', dropout: 'off' } } as const;
    await landscape.restore({
      result: { ...result, provenance: recomputed },
      cost: { secondsPerCell: 0.25, memoryBytes: 1000 },
    });
    assert.equal(landscape.pass, undefined);
  });

  it('shows after a reload that nothing was kept', async () => {
    const { landscape } = setUp();
    await landscape.restore(undefined);
    assert.equal(landscape.state.phase, 'cancelled');
    assert.match(landscape.state.message ?? '', /reloaded.*retry/);
  });
});
