import assert from 'node:assert/strict';
import { defaultOptions, estimateOf, surfaceRequestOf } from '../../../extension/surfaceOptions.ts';
import type { SurfaceOptions } from '../../../webview/messages.ts';
import { completeSurface } from './surfaces.ts';

const base = defaultOptions(5);
const random = { kind: 'random', seed: 5, planes: 1, perturb: 'weights' } as const;
const grid = { kind: 'size', columns: 4, rows: 3 } as const;
const measured = { result: completeSurface, cost: { secondsPerCell: 0.5, memoryBytes: 10_000 } };

describe('request of options', () => {
  const common = { checkpoint: 'a.pt', split: 'train', range: 1 };
  const cases: readonly [what: string, options: SurfaceOptions, request: object][] = [
    ['the default', base, { ...common, plane: 'random', seed: 5, planes: 1, perturb: 'weights', budgetSeconds: 60 }],
    [
      'a given grid',
      { ...base, grid, range: 0.1 },
      {
        ...common,
        range: 0.1,
        plane: 'random',
        seed: 5,
        planes: 1,
        perturb: 'weights',
        grid: { columns: 4, rows: 3 },
      },
    ],
    [
      'directions of a file',
      { ...base, split: 'test', plane: { kind: 'file', file: '/d.npz' } },
      { ...common, split: 'test', plane: '/d.npz', budgetSeconds: 60 },
    ],
    [
      'the leading eigenvectors',
      { ...base, plane: { kind: 'eigen' } },
      { ...common, plane: 'eigen', budgetSeconds: 60 },
    ],
    [
      'the principal components of the run, with recomputed statistics',
      { ...base, plane: { kind: 'pca' }, statistics: 'recomputed' },
      { ...common, plane: 'pca', statistics: 'recomputed', budgetSeconds: 60 },
    ],
    [
      'a plane through three checkpoints',
      { ...base, plane: { kind: 'three', through: ['b.pt', 'c.pt'] } },
      { ...common, plane: 'three', through: ['b.pt', 'c.pt'], budgetSeconds: 60 },
    ],
  ];
  for (const [what, options, request] of cases) {
    it(what, () => assert.deepEqual(surfaceRequestOf('a.pt', options), request));
  }
});

describe('estimate of what options take', () => {
  const cases: readonly [
    what: string,
    options: SurfaceOptions,
    known: boolean,
    cells: number | null,
    seconds: number | null,
    bytes: number | null,
  ][] = [
    ['a grid before anything was measured', { ...base, grid }, false, 12, null, null],
    ['a budget before anything was measured', base, false, null, 60, null],
    ['a grid', { ...base, grid }, true, 12, 6, 10_000],
    ['a budget', base, true, null, 60, 10_000],
    // Two directions of 4 parameters in float32 a plane.
    ['three planes', { ...base, grid, plane: { ...random, planes: 3 } }, true, 36, 18, 10_000 + 2 * 32],
    ['directions of a file', { ...base, grid, plane: { kind: 'file', file: 'd.npz' } }, true, 12, 6, 10_000],
    // What was measured held the statistics.
    ['other statistics', { ...base, grid, statistics: 'recomputed' }, true, 12, null, 10_000],
  ];
  for (const [what, options, known, cells, seconds, memoryBytes] of cases) {
    it(what, () => {
      assert.deepEqual(estimateOf(options, known ? measured : undefined), { options, cells, seconds, memoryBytes });
    });
  }

  it('counts the planes that were computed', () => {
    const result = { ...completeSurface, otherPlanes: [completeSurface] };
    assert.equal(estimateOf({ ...base, grid }, { ...measured, result }).memoryBytes, 10_000 - 32);
  });

  const impossible: readonly [what: string, options: SurfaceOptions, problem: RegExp][] = [
    ['no seed', { ...base, plane: { ...random, seed: Number.NaN } }, /seed/],
    ['a negative seed', { ...base, plane: { ...random, seed: -1 } }, /seed/],
    ['no planes', { ...base, plane: { ...random, planes: 0 } }, /from 1 to 100/],
    ['half a plane', { ...base, plane: { ...random, planes: 1.5 } }, /from 1 to 100/],
    ['one other checkpoint', { ...base, plane: { kind: 'three', through: ['b.pt', ''] } }, /two other checkpoints/],
    ['no file', { ...base, plane: { kind: 'file', file: '' } }, /directions file/],
    ['no time', { ...base, grid: { kind: 'budget', seconds: 0 } }, /seconds above 0/],
    ['endless time', { ...base, grid: { kind: 'budget', seconds: Number.POSITIVE_INFINITY } }, /seconds above 0/],
    ['no columns', { ...base, grid: { ...grid, columns: 0 } }, /from 1 to 1001/],
    ['too many rows', { ...base, grid: { ...grid, rows: 1002 } }, /from 1 to 1001/],
    ['no range', { ...base, range: 0 }, /range/],
  ];
  for (const [what, options, problem] of impossible) {
    it(`says why there is none for ${what}`, () => {
      const estimate = estimateOf(options, measured);
      assert.match(estimate.problem ?? '', problem);
      assert.deepEqual([estimate.cells, estimate.seconds, estimate.memoryBytes], [null, null, null]);
    });
  }
});
