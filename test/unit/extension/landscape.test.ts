import assert from 'node:assert/strict';
import type { Engine } from '../../../extension/engine.ts';
import { type Check, Landscape } from '../../../extension/landscape.ts';
import { restoredState } from '../../../extension/panelState.ts';
import type { Phase } from '../../../webview/messages.ts';
import { inputError, interruptedError } from '../../../worker/errors.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';
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

function setUp(check?: Check) {
  const calls: Call[] = [];
  const phases: Phase[] = [];
  const log: string[] = [];
  const engine: Pick<Engine, 'surface'> = {
    surface: (request, partial, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ checkpoint: request.checkpoint, request, partial, resolve, reject, signal });
        signal.addEventListener('abort', () => reject(interruptedError()));
      }),
  };
  const landscape: Landscape = new Landscape(
    { checkpoint: '/w/runs/a.pt' },
    restoredState('runs/a.pt'),
    engine,
    (level, message) => log.push(`${level} ${message}`),
    () => phases.push(landscape.state.phase),
    check,
  );
  return { landscape, calls, phases, log };
}

describe('landscape', () => {
  it('computes from the first request to the result', async () => {
    const { landscape, calls, phases } = setUp();
    const computed = landscape.compute();
    calls[0]!.partial(update(1, 3));
    calls[0]!.partial(update(2, 3));
    calls[0]!.resolve(completeSurface);
    await computed;
    assert.equal(calls[0]!.checkpoint, '/w/runs/a.pt');
    assert.deepEqual(phases, ['starting', 'computing', 'computing', 'done']);
    assert.equal(landscape.state.surface, completeSurface);
  });

  it('does not compute twice at the same time', async () => {
    const { landscape, calls } = setUp();
    const computed = landscape.compute();
    await landscape.compute();
    assert.equal(calls.length, 1);
    calls[0]!.resolve(completeSurface);
    await computed;
  });

  it('cancels, keeps what there is, and computes again', async () => {
    const { landscape, calls, phases } = setUp();
    const first = landscape.compute();
    const kept = update(1, 3);
    calls[0]!.partial(kept);
    landscape.cancel();
    await first;
    assert.equal(calls[0]!.signal.aborted, true);
    assert.equal(landscape.state.surface, kept.result);
    const second = landscape.compute();
    calls[0]!.partial(update(2, 3));
    calls[0]!.resolve(completeSurface);
    assert.deepEqual(phases, ['starting', 'computing', 'cancelled', 'starting']);
    calls[1]!.resolve(completeSurface);
    await second;
    assert.equal(landscape.state.phase, 'done');
  });

  it('shows and logs a failure', async () => {
    const { landscape, calls, log } = setUp();
    const computed = landscape.compute();
    calls[0]!.reject(inputError('a.pt: not a checkpoint.', new Error('bad magic')));
    await computed;
    assert.equal(landscape.state.phase, 'failed');
    assert.equal(landscape.state.message, 'a.pt: not a checkpoint.');
    assert.match(log.join('\n'), /^error a\.pt: not a checkpoint\.\nCaused by: Error: bad magic/);
  });

  it('is refused without asking the engine, also in mid-job', async () => {
    const { landscape, calls, phases } = setUp();
    const computed = landscape.compute();
    landscape.fail('Not here.');
    await computed;
    assert.equal(calls[0]!.signal.aborted, true);
    assert.deepEqual(phases, ['starting', 'failed']);
    assert.equal(landscape.state.message, 'Not here.');
  });

  it('keeps to a minute, then computes the grid that is offered, and again the same when asked to retry', async () => {
    const { landscape, calls } = setUp();
    const first = landscape.compute();
    await landscape.refine();
    assert.equal(calls.length, 1);
    const finer = { columns: 31, rows: 31, seconds: 200 };
    calls[0]!.resolve({ ...completeSurface, budget: { seconds: 60, finer } });
    await first;
    const refined = landscape.refine();
    calls[1]!.resolve(completeSurface);
    await refined;
    const retried = landscape.compute();
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

  it('shows what stands in the way, with the remedy, and asks the engine for nothing', async () => {
    const { landscape, calls, phases } = setUp(async () => ({ type: 'failed', message: 'No.', remedy: 'setUp' }));
    await landscape.compute();
    assert.equal(calls.length, 0);
    assert.deepEqual(phases, ['starting', 'failed']);
    assert.equal(landscape.state.remedy, 'setUp');
  });
});
