import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Estimate, SurfaceOptions } from '../../../webview/messages.ts';
import {
  costText,
  type Draft,
  draftOf,
  isValid,
  optionsOf,
  optionsText,
  statisticsText,
} from '../../../webview/view/computation.ts';

const random: SurfaceOptions = {
  plane: { kind: 'random', seed: 3, planes: 1, perturb: 'weights' },
  split: 'train',
  grid: { kind: 'size', columns: 51, rows: 31 },
  range: 0.5,
};
const fromFile: SurfaceOptions = { ...random, plane: { kind: 'file', file: '/data/runs/d.npz' } };
const budget: SurfaceOptions = { ...random, grid: { kind: 'budget', seconds: 60 } };

describe('the form for another landscape', () => {
  it('asks for what it was begun with', () => {
    const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
    const required = {
      plane: fc.oneof(
        fc.record({
          kind: fc.constant('random' as const),
          seed: whole(0, 2 ** 40),
          planes: whole(1, 100),
          perturb: fc.constantFrom('weights' as const, 'all' as const),
        }),
        fc.record({ kind: fc.constant('file' as const), file: fc.string({ minLength: 1 }) }),
        fc.constantFrom({ kind: 'eigen' as const }, { kind: 'pca' as const }),
        fc.record({
          kind: fc.constant('three' as const),
          through: fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })),
        }),
      ),
      split: fc.constantFrom('train' as const, 'test' as const),
      grid: fc.oneof(
        fc.record({ kind: fc.constant('budget' as const), seconds: fc.double({ min: 1, max: 86_400, noNaN: true }) }),
        fc.record({ kind: fc.constant('size' as const), columns: whole(1, 1001), rows: whole(1, 1001) }),
      ),
      range: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
    };
    const options: fc.Arbitrary<SurfaceOptions> = fc.oneof(
      fc.record(required),
      fc.record({ ...required, statistics: fc.constant('recomputed' as const) }),
    );
    fc.assert(fc.property(options, of => assert.deepEqual(optionsOf(draftOf(of)), structuredClone(of))));
  });
  it('begins with the size that a budget arrived at', () => {
    const draft = draftOf(budget, { columns: 21, rows: 21 });
    assert.deepEqual([draft.grid, draft.seconds, draft.columns, draft.rows], ['budget', '60', '21', '21']);
  });

  const refuses = (changed: Partial<Draft>, expected: RegExp, of = random): void => {
    it(`refuses ${JSON.stringify(changed)}`, () => {
      const found = optionsOf({ ...draftOf(of), ...changed });
      assert.equal(typeof found, 'string');
      assert.match(found as string, expected);
    });
  };
  refuses({ columns: '0' }, /columns/);
  refuses({ columns: '1002' }, /1,001 columns/);
  refuses({ rows: '3.5' }, /rows/);
  refuses({ rows: '' }, /rows/);
  refuses({ range: '0' }, /above 0/);
  refuses({ range: '1,5' }, /above 0/);
  refuses({ planes: '101' }, /1 to 100/);
  refuses({ seed: '-1' }, /seed/);
  refuses({ seconds: '0.5' }, /1 s/, budget);
  refuses({ plane: 'file' }, /Choose the file/);
  refuses({ plane: 'three' }, /two other checkpoints/);

  it('looks at the fields in use only', () => {
    const draft: Draft = { ...draftOf(fromFile), seed: 'x', planes: '', seconds: 'x' };
    assert.deepEqual(optionsOf(draft), fromFile);
    assert.equal(isValid(draft, 'seed'), false);
  });

  const reads = (of: SurfaceOptions, expected: string): void => {
    it(`reads as ${expected}`, () => assert.equal(optionsText(of), expected));
  };
  reads(random, 'random plane of seed 3, 51 × 31 cells, range ±0.5, train split');
  reads(fromFile, 'directions of d.npz, 51 × 31 cells, range ±0.5, train split');
  reads(
    { ...random, plane: { kind: 'eigen' } },
    'plane of the two leading eigenvectors, 51 × 31 cells, range ±0.5, train split',
  );
  reads(
    { ...random, plane: { kind: 'pca' }, range: 1.5, statistics: 'recomputed' },
    'principal components of the run, 51 × 31 cells, 1.5 × the checkpoints’ box, train split, statistics recomputed',
  );
  reads(
    { ...random, plane: { kind: 'three', through: ['/runs/b/last.pt', '/runs/c/last.pt'] }, range: 1 },
    'plane through b/last.pt and c/last.pt, 51 × 31 cells, 1 × the checkpoints’ box, train split',
  );
  reads(
    { ...budget, split: 'test', plane: { kind: 'random', seed: 0, planes: 3, perturb: 'all' } },
    '3 random planes of seeds 0 to 2, all parameters, as fine as fits into 1 min, range ±0.5, test split',
  );

  it('says what holding or recomputing statistics means', () => {
    assert.match(statisticsText({ plane: 'pca', statistics: 'held' }), /Far from it/);
    assert.doesNotMatch(statisticsText({ plane: 'random', statistics: 'held' }), /Far from it/);
    assert.match(statisticsText({ plane: 'pca', statistics: 'recomputed' }), /costs more/);
  });

  const costs = (name: string, of: SurfaceOptions | string, estimate: Estimate | undefined, expected: string): void => {
    it(`says what it costs ${name}`, () => assert.equal(costText(of, estimate).text, expected));
  };
  const known = { options: random, cells: 1581, seconds: 125, memoryBytes: 340e6 };
  costs('when all is known', random, known, 'Cost: 1,581 cells, about 2 min 5 s, 340 MB of memory.');
  costs('while it is asked for', random, undefined, 'Estimating…');
  costs('when the answer is to another question', { ...random, range: 2 }, known, 'Estimating…');
  costs(
    'when the options came back in another order',
    random,
    { ...known, options: JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(random).reverse()))) },
    'Cost: 1,581 cells, about 2 min 5 s, 340 MB of memory.',
  );
  costs(
    'when nothing was measured yet',
    random,
    { ...known, seconds: null, memoryBytes: null },
    'Cost: 1,581 cells, time known once the first cells are computed.',
  );
  costs(
    'when a budget decides',
    budget,
    { options: budget, cells: null, seconds: 60, memoryBytes: 1.25e9 },
    'Cost: about 1 min, 1.3 GB of memory.',
  );
  costs('when it cannot be', random, { ...known, problem: 'The test split is empty.' }, 'The test split is empty.');
  it('lets nothing be computed that cannot be', () => {
    assert.deepEqual(
      [costText('The range …', known), costText(random, { ...known, problem: 'No.' }), costText(random, known)].map(
        ({ isProblem }) => isProblem,
      ),
      [true, true, false],
    );
  });
});
