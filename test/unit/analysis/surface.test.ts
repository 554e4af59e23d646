import assert from 'node:assert/strict';
import fc from 'fast-check';
import { coarseToFine, coordinates } from '../../../worker/analysis/grid.ts';
import { type PartialSurface, surface } from '../../../worker/analysis/surface.ts';
import { interruptedError } from '../../../worker/errors.ts';
import { formula } from './formula.ts';

describe('a grid', () => {
  it('is visited once in every cell, and any two prefixes of passes are nested lattices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (rows, columns) => {
        const order = coarseToFine(rows, columns).flat();
        const keys = new Set(order.map(({ row, column }) => row * columns + column));
        assert.equal(order.length, rows * columns);
        assert.equal(keys.size, rows * columns);
      }),
    );
  });

  it('begins with a lattice over the whole range, middle first', () => {
    const [first = []] = coarseToFine(51, 51);
    assert.deepEqual(
      [...new Set(first.map(({ row }) => row))].sort((a, b) => a - b),
      [0, 8, 16, 24, 32, 40, 48, 50],
    );
    assert.equal(first.length, 64);
    assert.deepEqual(first[0], { row: 24, column: 24 });
  });

  it('has coordinates symmetric to the last bit, and 0 in the middle of an odd count', () => {
    for (const [count, range] of [
      [1, 2],
      [2, 1],
      [11, 1],
      [51, 0.3],
      [100, 1e-3],
    ] as const) {
      const values = coordinates(count, range);
      assert.equal(values.length, count);
      for (const [index, value] of values.entries()) assert.equal(value + values[count - 1 - index]!, 0);
      if (count > 1) assert.equal(values.at(-1), range);
      if (count % 2 === 1) assert.equal(values[(count - 1) / 2], 0);
      const moved = coordinates(count, range, 5);
      if (count > 1) assert.deepEqual([moved[0], moved.at(-1)], [5 - range, 5 + range]);
      if (count % 2 === 1) assert.equal(moved[(count - 1) / 2], 5);
    }
  });
});

const plan = (columns: number, rows: number) => ({
  planes: [{ x: Float32Array.of(1, 0), y: Float32Array.of(0, 1) }],
  x: coordinates(columns, 1),
  y: coordinates(rows, 1),
});

async function collect(results: AsyncIterable<PartialSurface>): Promise<PartialSurface> {
  let last: PartialSurface | null = null;
  for await (const partial of results) last = partial;
  return last!;
}

const signal = (): AbortSignal => new AbortController().signal;
const tick = () => new Promise<void>(resolve => setImmediate(resolve));

describe('a surface', () => {
  it('has rows by y and columns by x, also where the grid is not square, and evaluates the origin once', async () => {
    const objective = formula((a, b) => 10 * a + b);
    const { planes, origin, progress } = await collect(surface(objective, plan(5, 3), signal()));
    assert.equal(origin.loss, 12);
    assert.deepEqual(
      planes[0]!.map(row => row.map(cell => cell!.loss)),
      [-1, 0, 1].map(y => [-1, -0.5, 0, 0.5, 1].map(x => 12 + 10 * x + y)),
    );
    assert.deepEqual([progress.done, progress.total, objective.calls.count], [15, 15, 15]);
  });

  it('keeps cells that are not finite as they are', async () => {
    const objective = formula(a => (a > 1.5 ? Number.NaN : a > 1.2 ? Number.POSITIVE_INFINITY : a));
    const { planes } = await collect(surface(objective, plan(5, 1), signal()));
    assert.deepEqual(
      planes[0]![0]!.map(cell => cell!.loss),
      [0, 0.5, 1, Number.POSITIVE_INFINITY, Number.NaN],
    );
  });

  it('yields the origin before any other cell', async () => {
    const results = surface(
      formula(a => a),
      plan(9, 9),
      signal(),
    );
    const { value } = await results.next();
    assert.equal((value as PartialSurface).progress.done, 1);
    assert.equal((value as PartialSurface).origin.loss, 1);
    await results.return(undefined);
  });

  it('goes through several planes pass by pass, so that each has a picture early', async () => {
    const order: number[] = [];
    const objective = formula((a, b) => {
      order.push(a !== 1 ? 0 : b !== 2 ? 1 : -1);
      return a + 10 * b;
    });
    const line = { x: coordinates(11, 1), y: [0] };
    const zero = Float32Array.of(0, 0);
    const planes = [Float32Array.of(1, 0), Float32Array.of(0, 1)].map(x => ({ x, y: zero }));
    const result = await collect(surface(objective, { ...line, planes }, signal()));
    assert.deepEqual(
      result.planes.map(([row]) => row!.map(cell => cell!.loss)),
      [line.x.map(x => Math.fround(1 + x) + 20), line.x.map(x => 1 + 10 * Math.fround(2 + x))],
    );
    assert.deepEqual([result.progress.done, result.progress.total, objective.calls.count], [22, 22, 21]);
    const passes = coarseToFine(1, 11).map(pass => pass.filter(({ column }) => column !== 5).length);
    assert.deepEqual(
      order.slice(1),
      passes.flatMap(count => [...Array(count).fill(0), ...Array(count).fill(1)]),
    );
  });

  it('computes only what is not known, wherever it was interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 18, maxLength: 18 }), async isKnown => {
        const { planes, x, y } = plan(3, 3);
        const whole = { planes: [...planes, { x: planes[0]!.y, y: planes[0]!.x }], x, y };
        const complete = await collect(
          surface(
            formula((a, b) => a * b),
            whole,
            signal(),
          ),
        );
        const cells = complete.planes.flatMap((table, plane) =>
          table.flatMap((line, row) =>
            line.map((cell, column) => ({ plane, x: x[column]!, y: y[row]!, value: cell! })),
          ),
        );
        const known = cells.filter((_, index) => isKnown[index]);
        const objective = formula((a, b) => a * b);
        const resumed = await collect(
          surface(objective, whole, signal(), { origin: complete.origin, cells: known, secondsPerCell: null }),
        );
        assert.deepEqual(resumed.planes, complete.planes);
        const missing = cells.filter((cell, index) => !isKnown[index] && (cell.x !== 0 || cell.y !== 0));
        assert.equal(objective.calls.count, missing.length);
      }),
    );
  });

  it('stops with the signal: what was yielded stays, nothing runs on', async () => {
    const controller = new AbortController();
    const objective = formula(async (a, _, inner) => {
      await tick();
      if (objective.calls.count > 20) controller.abort();
      if (inner.aborted) throw interruptedError();
      return a;
    });
    await assert.rejects(collect(surface(objective, plan(9, 9), controller.signal)), { kind: 'interrupted' });
    assert.equal(objective.calls.running, 0);
    assert.ok(objective.calls.count < 30, `${objective.calls.count} evaluations`);
  });

  it('hands over what was finished before it ends, also where it is interrupted', async () => {
    const controller = new AbortController();
    let finished = 0;
    const objective = formula(async (a, _, inner) => {
      await tick();
      if (inner.aborted) throw interruptedError();
      if (++finished === 30) controller.abort();
      return a;
    });
    let done = 0;
    const results = surface(objective, plan(31, 31), controller.signal);
    await assert.rejects(
      async () => {
        for await (const { progress } of results) done = progress.done;
      },
      { kind: 'interrupted' },
    );
    assert.equal(done, finished);
  });

  it('leaves a slow consumer time', async () => {
    const objective = formula(async a => {
      await tick();
      return a;
    });
    const slow = 40;
    const started = performance.now();
    let results = 0;
    for await (const _ of surface(objective, plan(301, 301), signal())) {
      results++;
      const until = performance.now() + slow;
      while (performance.now() < until);
    }
    // The first and the last one come in any case.
    const most = 2 + (performance.now() - started) / (9 * slow);
    assert.ok(results <= most, `${results} results, at most ${most}`);
  });

  it('stops when its consumer leaves', async () => {
    const objective = formula(async a => {
      await tick();
      return a;
    });
    for await (const _ of surface(objective, plan(51, 51), signal())) break;
    assert.equal(objective.calls.running, 0);
  });

  it('fails with the first failure, and nothing runs on', async () => {
    const objective = formula(async a => {
      await tick();
      if (objective.calls.count > 10) throw new Error('out of memory');
      return a;
    });
    await assert.rejects(collect(surface(objective, plan(9, 9), signal())), /out of memory/);
    assert.equal(objective.calls.running, 0);
  });
});
