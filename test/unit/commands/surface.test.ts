import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spreadOf } from '../../../worker/analysis/spread.ts';
import { surface } from '../../../worker/commands/surface.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';
import { DIGITS_MLP, engines } from '../objective/problems.ts';

const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00960.pt');
const base: SurfaceRequest = { checkpoint, grid: { columns: 41, rows: 31 }, range: 0.7, samples: 60, threads: 2 };

after(() => engines.dispose());

/** Every update of a request; interrupted once so many cells are there. */
async function compute(
  request: SurfaceRequest,
  { until = Number.POSITIVE_INFINITY, log = [] as string[] } = {},
): Promise<readonly SurfaceUpdate[]> {
  const stop = new AbortController();
  const updates: SurfaceUpdate[] = [];
  try {
    for await (const update of surface(request, { engines, signal: stop.signal, log: line => log.push(line) })) {
      updates.push(update);
      if (update.progress.done >= until) stop.abort();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return updates;
}

const last = (updates: readonly SurfaceUpdate[]): SurfaceResult => updates.at(-1)!.result;

/** The document less what the clock changes. */
function timeless({ provenance, ...rest }: SurfaceResult): string {
  const { time: _, seconds: __, ...same } = provenance;
  return JSON.stringify({ ...rest, provenance: same });
}

describe('a surface that is kept', () => {
  let store: string;
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'basin-store-'));
  });
  afterEach(() => rm(store, { recursive: true, force: true }));

  it('goes on where it was interrupted, and ends as if it had not been, to the last byte', async () => {
    const request = { ...base, planes: 2, store };
    const whole = last(await compute({ ...request, store: join(store, 'other') }));
    const first = await compute(request, { until: 40 });
    const done = last(first).evaluations.cells;
    assert.ok(done >= 40 && done < 2 * 41 * 31, `${done} cells`);
    const second = await compute(request);
    assert.ok(second[0]!.progress.done >= done, `${second[0]!.progress.done} of ${done} cells were kept`);
    assert.equal(timeless(last(second)), timeless(whole));
    assert.equal(last(second).provenance.time, last(first).provenance.time);
    assert.ok(last(second).provenance.seconds > last(first).provenance.seconds);
  });

  it('is not computed again, and is found under the same key wherever its files are', async () => {
    const first = await compute({ ...base, store });
    const again = await compute({ ...base, store, threads: 1 });
    assert.equal(again.length, 1);
    assert.equal(JSON.stringify(last(again)), JSON.stringify(last(first)));
    assert.deepEqual(again[0]!.progress.done, 41 * 31);
    assert.deepEqual(await readdir(store), [`${again[0]!.key}.json`]);
  });

  it('begins anew where that is asked for, and replaces what was kept', async () => {
    const request = { ...base, store };
    const [complete] = (await compute(request)).slice(-1);
    const first = await compute({ ...request, fresh: true }, { until: 20 });
    assert.deepEqual([first[0]!.progress.done, first[0]!.key], [1, complete!.key]);
    const second = await compute(request);
    assert.ok(second[0]!.progress.done >= 20 && second[0]!.progress.done < complete!.progress.total);
    assert.equal(timeless(last(second)), timeless(complete!.result));
  });

  it('keeps the grid that a budget chose', async () => {
    const { grid: _, ...rest } = base;
    const request = { ...rest, store, budgetSeconds: 30 };
    const first = last(await compute(request, { until: 30 }));
    const second = last(await compute(request));
    assert.deepEqual([second.x, second.y], [first.x, first.y]);
    assert.equal(second.complete, true);
  });

  const others: Readonly<Record<string, Partial<SurfaceRequest>>> = {
    'another checkpoint': { checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00300.pt') },
    'another seed': { seed: 1 },
    'another range': { range: 0.5 },
    'another grid': { grid: { columns: 11, rows: 11 } },
    'the other split': { split: 'test' },
    'fewer rows': { samples: 50 },
    'more planes': { planes: 2 },
    'all parameters': { perturb: 'all' },
    'some parameters': { parameters: ['fc1.*'] },
  };
  for (const [what, changes] of Object.entries(others)) {
    it(`is computed for ${what}`, async () => {
      const small = { ...base, store, grid: { columns: 3, rows: 3 } };
      const [one] = await compute(small);
      const [other] = await compute({ ...small, ...changes });
      assert.notEqual(other!.key, one!.key);
      assert.ok(other!.progress.done < other!.progress.total);
    });
  }

  it('is computed anew where what was kept is damaged, with a line for the log', async () => {
    const [update] = await compute({ ...base, store });
    const file = join(store, `${update!.key}.json`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, text.length / 2));
    const log: string[] = [];
    const updates = await compute({ ...base, store }, { log });
    assert.equal(updates[0]!.progress.done, 1);
    assert.equal(log.length, 1);
    assert.match(log[0]!, /is ignored/);
    assert.equal(
      await readFile(file, 'utf8')
        .then(JSON.parse)
        .then(({ cells }) => cells),
      41 * 31,
    );
  });

  it('is computed all the same where nothing can be kept, with one line for the log', async () => {
    const file = join(store, 'file');
    await writeFile(file, '');
    const log: string[] = [];
    assert.equal(last(await compute({ ...base, store: join(file, 'below') }, { log })).complete, true);
    assert.ok(log.length > 0 && log.every(line => /cannot be (kept|used)/.test(line)), log.join('\n'));
  });
});

describe('a surface of several planes', () => {
  it('is what each seed gives alone, and the spread between them', async () => {
    const small = { ...base, grid: { columns: 5, rows: 3 } };
    const several = last(await compute({ ...small, seed: 4, planes: 3 }));
    const alone = await Promise.all([4, 5, 6].map(async seed => last(await compute({ ...small, seed }))));
    const planes = [several, ...several.otherPlanes!];
    assert.deepEqual(
      planes.map(({ plane, loss, accuracy, standardError }) => ({ plane, loss, accuracy, standardError })),
      alone.map(({ plane, loss, accuracy, standardError }) => ({ plane, loss, accuracy, standardError })),
    );
    assert.deepEqual(several.spread, spreadOf(several.x, several.y, alone));
    assert.deepEqual([several.complete, several.evaluations.cells], [true, 3 * 15]);
  });

  const refused: readonly [what: string, request: SurfaceRequest, message: RegExp][] = [
    ['none', { ...base, planes: 0 }, /0 planes cannot be computed; their number goes from 1 to 100/],
    ['half of one', { ...base, planes: 1.5 }, /1\.5 planes/],
    ['several from one file', { ...base, planes: 2, plane: 'd.npz' }, /d\.npz is one plane/],
  ];
  for (const [what, request, message] of refused) {
    it(`refuses ${what}`, () => assert.rejects(compute(request), { kind: 'usage', message }));
  }

  it('says what would fit where the directions do not', async () => {
    const request = { ...base, planes: 100, memoryBytes: 68e6 };
    await assert.rejects(compute(request), { kind: 'input', message: /, or take fewer planes\.$/ });
    assert.equal(last(await compute({ ...request, planes: 1, grid: { columns: 1, rows: 1 } })).complete, true);
  });
});
