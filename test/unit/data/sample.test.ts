import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chooseRows } from '../../../worker/data/rows.ts';
import { joinExamples, matchRowShape, openSample, type Sample, type SampleSpec } from '../../../worker/data/sample.ts';
import { FILES, refuses } from '../io/fixtures.ts';

/** Opens a sample of the fixtures, hands it on, and closes it. */
async function withSample<T>(spec: SampleSpec, use: (sample: Sample) => Promise<T>, budget?: number): Promise<T> {
  const sample = await openSample(spec, FILES, budget);
  try {
    return await use(sample);
  } finally {
    await sample.close();
  }
}

/** Examples [from, to) of a sample's only input, and its targets, as plain numbers. */
const read = (spec: SampleSpec, from: number, to: number, budget?: number) =>
  withSample(
    spec,
    async sample => {
      const { inputs, targets } = await sample.batch(from, to);
      const input = inputs.get('')!;
      return {
        dtype: input.dtype,
        shape: input.shape,
        data: Array.from(input.data, Number),
        targets: targets && Array.from(targets.data, Number),
      };
    },
    budget,
  );

const labels = 'data.npz#labels';

describe('samples', () => {
  const delivered: [string, SampleSpec, string, number[], number[]][] = [
    ['bytes as float32', { inputs: 'data.npz#grey' }, 'float32', [1, 2, 2], [8, 9, 10, 11]],
    ['float16', { inputs: 'data.npz#half' }, 'float32', [1, 2, 2, 2], [1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875]],
    ['float64', { inputs: 'data.npz#features' }, 'float32', [1, 3], [3, 4, 5]],
    ['tokens', { inputs: 'data.npz#tokens' }, 'int64', [1, 4], [4, 5, 6, 7]],
    ['masks', { inputs: 'data.npz#mask' }, 'bool', [1, 4], [1, 0, 1, 0]],
    ['missing values', { inputs: 'data.npz#gaps' }, 'float32', [1, 1], [Number.NaN]],
    [
      'one mean for all',
      { inputs: 'data.npz#grey', scale: 2, mean: [1], std: [0.5] },
      'float32',
      [1, 2, 2],
      [6, 7, 8, 9],
    ],
    [
      'a mean a channel',
      { inputs: 'data.npz#images', mean: [8, 12], std: [1, 0.5] },
      'float32',
      [1, 2, 2, 2],
      [0, 1, 2, 3, 0, 2, 4, 6],
    ],
    [
      'a mean a feature',
      { inputs: 'data.npz#features', mean: [3, 3, 3], std: [1, 2, 4] },
      'float32',
      [1, 3],
      [0, 0.5, 0.5],
    ],
    ['scaled integers', { inputs: 'data.npz#tokens', scale: 4 }, 'float32', [1, 4], [1, 1.25, 1.5, 1.75]],
  ];
  for (const [what, spec, dtype, shape, data] of delivered) {
    it(`deliver ${what}`, async () => {
      assert.deepEqual(await read(spec, 1, 2), { dtype, shape, data, targets: null });
    });
  }

  it('are joined one after the other, whatever is asked of them', () =>
    withSample({ inputs: 'data.npz#features', rows: [0, 2] }, one =>
      withSample({ inputs: 'data.npz#features', targets: labels, rows: [1, 3] }, async other => {
        const joined = joinExamples([one, other, one]);
        assert.equal(joined.count, 6);
        const valuesOf = async (from: number, to: number): Promise<readonly number[]> =>
          Array.from((await joined.batch(from, to)).inputs.get('')!.data, Number);
        const rows = [0, 1, 1, 2, 0, 1].map(row => [3 * row, 3 * row + 1, 3 * row + 2]);
        for (const [from, to] of [
          [0, 6],
          [1, 3],
          [1, 5],
          [4, 6],
        ] as const) {
          assert.deepEqual(await valuesOf(from, to), rows.slice(from, to).flat());
        }
        assert.equal((await joined.batch(1, 3)).targets, null);
      }),
    ));

  it('of different rows are not joined', () =>
    withSample({ inputs: 'data.npz#features' }, one =>
      withSample({ inputs: 'data.npz#images' }, async other =>
        assert.throws(() => joinExamples([one, other]), { kind: 'input', message: /cannot be taken together/ }),
      ),
    ));

  it('normalise every example by the same channels', async () => {
    const { data } = await read({ inputs: 'data.npz#images', mean: [0, 4] }, 1, 3);
    assert.deepEqual(data, [8, 9, 10, 11, 8, 9, 10, 11, 16, 17, 18, 19, 16, 17, 18, 19]);
  });

  it('normalise images and not the tokens beside them', () =>
    withSample(
      { inputs: { pixels: 'data.npz#images', ids: 'data.npz#tokens' }, targets: labels, scale: 8 },
      async sample => {
        assert.deepEqual(sample.inputNames, ['pixels', 'ids']);
        assert.deepEqual(sample.inputTypes, [
          { dtype: 'uint8', shape: [2, 2, 2] },
          { dtype: 'int64', shape: [4] },
        ]);
        const { inputs, targets } = await sample.batch(2, 3);
        assert.deepEqual(
          Array.from(inputs.get('pixels')!.data, Number),
          [2, 2.125, 2.25, 2.375, 2.5, 2.625, 2.75, 2.875],
        );
        assert.deepEqual(Array.from(inputs.get('ids')!.data, Number), [8, 9, 10, 11]);
        assert.deepEqual([targets!.dtype, ...targets!.data], ['int64', 2n]);
      },
    ));

  const chosen: [string, Pick<SampleSpec, 'rows' | 'samples' | 'order' | 'seed'>, [number, number], number[]][] = [
    ['all rows', {}, [0, 10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['a range', { rows: [3, 6] }, [3, 6], [3, 4, 5]],
    ['the first of a range', { rows: [3, 9], samples: 2 }, [3, 5], [3, 4]],
    ['no more than there are', { rows: [8, 10], samples: 5 }, [8, 10], [8, 9]],
    ['seeded, but all of them', { rows: [8, 10], samples: 5, order: 'seeded' }, [8, 10], [8, 9]],
    ['drawn', { samples: 4, order: 'seeded', seed: 1 }, [0, 10], chooseRows(0, 10, 4, 1)],
  ];
  for (const [what, choice, rows, expected] of chosen) {
    for (const file of ['data.npz', 'data-compressed.npz']) {
      it(`choose ${what} of ${file}`, () =>
        withSample({ inputs: `${file}#features`, ...choice }, async sample => {
          const { inputs } = await sample.batch(0, sample.count);
          const firsts = Array.from(inputs.get('')!.data as Float32Array).filter((_, index) => index % 3 === 0);
          assert.deepEqual(
            [sample.rows, sample.count, firsts.map(value => value / 3)],
            [rows, expected.length, expected],
          );
        }));
    }
  }

  it('draw rows without replacement, evenly, and the same for the same seed', () => {
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      const rows = chooseRows(100, 120, 5, seed);
      assert.equal(new Set(rows).size, 5);
      assert.deepEqual(
        rows,
        [...rows].sort((a, b) => a - b),
      );
      for (const row of rows) counts[row - 100]!++;
    }
    // Each row is drawn 1000 times of 4000 with a standard deviation of 27.
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 5 * 27.4, counts.join(', '));
    assert.deepEqual(chooseRows(0, 1e9, 3, 7), chooseRows(0, 1e9, 3, 7));
    assert.notDeepEqual(chooseRows(0, 1e9, 3, 7), chooseRows(0, 1e9, 3, 8));
  });

  it('are digested as the raw rows, inputs before targets, in memory or not', async () => {
    const spec: SampleSpec = { inputs: 'data.npz#grey', targets: labels, rows: [1, 3], scale: 3 };
    const grey = Buffer.from([8, 9, 10, 11, 16, 17, 18, 19]);
    const targets = Buffer.from(BigInt64Array.from([1n, 2n]).buffer);
    const expected = createHash('sha256').update(grey).update(targets).digest('hex');
    for (const budget of [2 ** 20, 0]) {
      assert.equal(await withSample(spec, async sample => sample.digest, budget), expected);
    }
    const compressed = { ...spec, inputs: 'data-compressed.npz#grey' };
    assert.equal(await withSample(compressed, async sample => sample.digest), expected);
  });

  it('are read batch by batch where they do not fit in memory', async () => {
    const spec: SampleSpec = { inputs: 'data.npz#images', targets: labels, samples: 5, order: 'seeded', seed: 4 };
    assert.deepEqual(await read(spec, 1, 4, 0), await read(spec, 1, 4));
    const compressed = { inputs: 'data-compressed.npz#images' };
    await refuses(
      () => openSample(compressed, FILES, 79),
      'input',
      /10 rows take 80 bytes .* numpy\.savez, uncompressed/,
    );
    assert.deepEqual(await read(compressed, 9, 10, 80), await read({ inputs: 'data.npz#images' }, 9, 10));
  });

  const inputs = 'data.npz#images';
  const refused: [string, SampleSpec, RegExp][] = [
    ['rows beyond the end', { inputs, rows: [5, 11] }, /^data\.npz: rows \[5, 11\) are not among its 10/],
    ['rows in reverse', { inputs, rows: [5, 5] }, /rows \[5, 5\)/],
    ['rows that are no rows', { inputs, rows: [-1, 2.5] }, /rows \[-1, 2\.5\)/],
    [
      'another number of targets',
      { inputs, targets: 'data.npz#nine' },
      /images \(data\.npz\) has 10 rows and nine .* 9/,
    ],
    ['a single number', { inputs: 'data.npz#single' }, /single has shape scalar/],
    ['arrays without numbers', { inputs: 'arrays.npz#empty' }, /empty has shape 0×5/],
    ['no inputs', { inputs: {} }, /no inputs/],
    ['a sample of nothing', { inputs, samples: 0 }, /a sample of 0 rows/],
    ['means for other channels', { inputs, mean: [1, 2, 3] }, /"mean" has 3 values for 2 channels/],
    ['a deviation of 0', { inputs, std: [0] }, /"std" must not be 0/],
    ['a scale of 0', { inputs, scale: 0 }, /a scale of 0/],
    ['a missing array', { inputs, targets: 'data.npz#none' }, /no array none/],
  ];
  for (const [what, spec, message] of refused) {
    it(`refuse ${what}`, () => refuses(() => openSample(spec, FILES), 'input', message));
  }
});

describe('row shapes', () => {
  const cases: [number[], number[], boolean][] = [
    [[28, 28], [1, 28, 28], true],
    [[1, 28, 28], [28, 28], true],
    [[], [1], true],
    [[3, 32, 32], [3, 32, 32], true],
    [[784], [28, 28], false],
    [[32, 32, 3], [3, 32, 32], false],
    [[2], [], false],
  ];
  for (const [row, graph, match] of cases) {
    it(`[${row}] ${match ? 'fits' : 'does not fit'} [${graph}]`, () => assert.equal(matchRowShape(row, graph), match));
  }
});
