import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Coalescer, type Pace } from '../../../../extension/runs/coalescer.ts';
import { FakeClock } from './fakeClock.ts';

const pace: Pace = { quietMs: 1000, latestMs: 5000, share: 0.1 };

function setUp({ takes = 0 } = {}) {
  const clock = new FakeClock();
  const started: number[] = [];
  let atOnce = 0;
  const coalescer = new Coalescer(
    async () => {
      assert.equal(++atOnce, 1, 'two pieces of work at a time');
      started.push(clock.now());
      if (takes > 0) await new Promise<void>(resolve => void clock.after(takes, resolve));
      atOnce--;
    },
    pace,
    clock,
  );
  return { clock, started, coalescer };
}

describe('coalescing changes', () => {
  const cases: readonly [what: string, reports: readonly number[], takes: number, expected: readonly number[]][] = [
    ['one report, once it is quiet', [0], 0, [1000]],
    ['several reports, once it is quiet after the last', [0, 400, 900], 0, [1900]],
    ['reports that never end, in time all the same', [0, 900, 1800, 2700, 3600, 4500, 5400], 0, [5000, 6400]],
    ['reports during the work, in another turn', [0, 1200], 500, [1000, 6500]],
    ['work that takes long, no oftener than its share', [0, 3100], 2000, [1000, 23_000]],
    ['nothing', [], 0, []],
  ];
  for (const [what, reports, takes, expected] of cases) {
    it(what, async () => {
      const { clock, started, coalescer } = setUp({ takes });
      for (const at of reports) {
        await clock.pass(at - clock.now());
        coalescer.report();
      }
      await clock.pass(60_000);
      assert.deepEqual(started, expected);
    });
  }

  it('works at once where someone waits, and then not again for what was reported before', async () => {
    const { clock, started, coalescer } = setUp();
    coalescer.report();
    await coalescer.now();
    await clock.pass(60_000);
    assert.deepEqual(started, [0]);
  });

  it('does nothing once it is disposed of', async () => {
    const { clock, started, coalescer } = setUp();
    coalescer.report();
    coalescer.dispose();
    coalescer.report();
    await coalescer.now();
    await clock.pass(60_000);
    assert.deepEqual(started, []);
    assert.equal(clock.waiting, 0);
  });

  it('works after every report, and leaves the time it may not take', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 900 }),
        async (gaps, takes) => {
          const { clock, started, coalescer } = setUp({ takes });
          for (const gap of gaps) {
            await clock.pass(gap);
            coalescer.report();
          }
          const last = clock.now();
          await clock.pass(120_000);
          assert.ok(started.at(-1)! >= last, 'the last report was worked off');
          for (const [index, at] of started.slice(1).entries()) {
            assert.ok(at - started[index]! >= takes + takes / pace.share, `${started}`);
          }
        },
      ),
      { numRuns: 60 },
    ));
});
