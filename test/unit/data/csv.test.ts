import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openArray } from '../../../worker/data/array.ts';
import { csvTensor } from '../../../worker/data/csv.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { checkRows, checkTensor, refuses, sum } from '../io/fixtures.ts';

const TABLE = join(import.meta.dirname, '../../fixtures/data/table');

const source = (text: string) => fromBytes('t.csv', Buffer.from(text));
const open = (text: string, columns: string | null) => csvTensor('t.csv', source(text), columns);

describe('CSV files', () => {
  const table = 'id,"a, b",b\n1,2.5,-3e2\n4,.5,+6\n';
  const cases: [string, string, string | null, number[], number[]][] = [
    ['all columns', table, null, [2, 3], [1, 2.5, -300, 4, 0.5, 6]],
    ['a column by name', table, 'b', [2], [-300, 6]],
    ['a column by number', table, '0', [2], [1, 4]],
    ['a column by the name that is a number', '1,0,x\n7,8,9\n', '0', [1], [8]],
    ['columns by name, in the order asked for', table, 'b,id', [2, 2], [-300, 1, 6, 4]],
    ['a range', table, '1:3', [2, 2], [2.5, -300, 0.5, 6]],
    ['an open range', table, '1:', [2, 2], [2.5, -300, 0.5, 6]],
    ['a range of one', table, '1:2', [2, 1], [2.5, 0.5]],
    ['a name and a range', table, 'b,0:2', [2, 3], [-300, 1, 2.5, 6, 4, 0.5]],
    ['no header', '1,2\n3,4', null, [2, 2], [1, 2, 3, 4]],
    ['Windows line ends, a byte order mark and empty lines', '\ufeffx;y\r\n\r\n1;2\r\n', 'y', [1], [2]],
    ['tabs, spaces and quotes', '"1"\t 2\n3\t"4"\n', null, [2, 2], [1, 2, 3, 4]],
    ['one column', '5\n6\n7\n', null, [3, 1], [5, 6, 7]],
  ];
  for (const [what, text, columns, shape, data] of cases) {
    it(what, async () => checkTensor(await open(text, columns), { dtype: 'float64', shape, data }));
  }

  it("NumPy's numbers, to the last bit, in any rows", async () => {
    const csv = await openArray('data.csv', TABLE);
    const npy = await openArray('data.npy', TABLE);
    const whole = await npy.read();
    assert.deepEqual((await csv.read()).data, whole.data);
    // Before, across and after the places that are kept.
    for (const [from, to] of [
      [0, 1],
      [255, 257],
      [256, 300],
      [299, 300],
      [7, 7],
    ] as const) {
      await checkRows(csv, whole, from, to);
    }
    await csv.close();
    await npy.close();
  });

  it('lines that lie across the chunks read', async () => {
    const row = (index: number) => `${index},${String(index).padStart(400, '0')}`;
    const text = Array.from({ length: 9000 }, (_, index) => row(index)).join('\n');
    const array = await open(text, null);
    assert.deepEqual(array.shape, [9000, 2]);
    assert.deepEqual([...(await array.read({ from: 5000, to: 5002 })).data], [5000, 5000, 5001, 5001]);
    assert.equal(sum(await array.read()), 8999 * 9000);
  });

  it('compressed by gzip', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    try {
      await writeFile(join(folder, 'data.csv.gz'), gzipSync(readFileSync(join(TABLE, 'data.csv'))));
      const array = await openArray('data.csv.gz#label', folder);
      assert.deepEqual([array.shape, array.sequential], [[300], true]);
      await array.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const refusedColumns: [string, RegExp][] = [
    ['c', /^t\.csv: no column "c" among its 3 \(id, a, b, b\); give names/],
    ['3', /no column "3"/],
    ['2:4', /no column "2:4"/],
    ['2:2', /no column "2:2"/],
    ['id,', /no column ""/],
    ['-1', /no column "-1"/],
  ];
  for (const [columns, message] of refusedColumns) {
    it(`refuse the columns ${columns}`, () => refuses(() => open(table, columns), 'input', message));
  }

  const refusedCells: [string, string, RegExp][] = [
    ['a word', 'a,b\n1,2\n3,x\n', /^t\.csv: line 3, column 1: "x" is no number; mend the cell/],
    ['an empty cell', '1,2\n\n3,\n', /line 3, column 1: "" is no number/],
    ['a missing value', '1,2\n3,nan\n', /line 2, column 1: "nan" is no number/],
    ['another base', '1\n0x10\n', /line 2, column 0: "0x10"/],
    ['too many cells', '1,2\n3,4,5\n', /line 2 has 3 cells and the first 2/],
    ['too few cells', '1,2\n3\n4,5\n', /line 2 has 1 cells and the first 2/],
  ];
  for (const [what, text, message] of refusedCells) {
    it(`refuse ${what}`, async () => {
      const array = await open(text, null);
      await refuses(() => array.read(), 'input', message);
    });
  }

  it('leave alone the cells that are not asked for', async () => {
    const array = await open('name,x\nfirst,1\nsecond,2\n', 'x');
    assert.deepEqual([...(await array.read()).data], [1, 2]);
  });

  it('refuse a file without rows, and wait for a last line cut short', async () => {
    await refuses(() => open('', null), 'incomplete', /^t\.csv: ends after 0 bytes/);
    await refuses(() => open('a,b\n', null), 'incomplete', /^t\.csv: /);
    await refuses(() => open('1,2\n3', null), 'incomplete', /^t\.csv: ends after 5 bytes/);
  });
});
