import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chooseRows } from '../../../worker/data/rows.ts';

const SCRIPT = join(import.meta.dirname, '../../fixtures/sampleMemory.ts');

/** Half a million CIFAR-like images of float32: 6 GB, of which a sample takes 25 MB. */
const COUNT = 500_000;

/** Node.js and the loader of TypeScript alone take about 130 MB. */
const MAX_BYTES = 300e6;
const MAX_SECONDS = 20;

/** Header of a `.npy` file, version 1. */
function header(descr: string, shape: readonly number[]): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const bytes = Buffer.alloc(128, ' ');
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(118, 8);
  bytes.write(text, 10, 'latin1');
  bytes.write('\n', 127, 'latin1');
  return bytes;
}

/** Writes an array of which only the first element of the given rows is not 0: it is the row's own number. */
async function writeSparse(path: string, shape: readonly number[], rows: readonly number[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.write(header('<f4', shape), 0, 128, 0);
    const row = 4 * shape.slice(1).reduce((product, size) => product * size, 1);
    await file.truncate(128 + shape[0]! * row);
    for (const index of rows) await file.write(Buffer.from(Float32Array.of(index).buffer), 0, 4, 128 + index * row);
  } finally {
    await file.close();
  }
}

describe('a sample of a file larger than memory', function () {
  this.timeout(120_000);
  let folder: string;
  const drawn = chooseRows(0, COUNT, 2000, 5);
  const first = chooseRows(0, COUNT, 2000, null);

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'basin-'));
    const rows = [...first, ...drawn];
    try {
      await writeSparse(join(folder, 'x.npy'), [COUNT, 3, 32, 32], rows);
      await writeSparse(join(folder, 'y.npy'), [COUNT], rows);
    } catch (error) {
      // A file system without holes has no room for it.
      if (!/ENOSPC|EFBIG|EDQUOT/.test(String(error))) throw error;
      this.skip();
    }
  });
  after(() => rm(folder, { recursive: true }));

  const cases: [string, 'first' | 'seeded', number, readonly number[]][] = [
    ['its first rows, kept', 'first', 2 ** 30, first],
    ['drawn rows, kept', 'seeded', 2 ** 30, drawn],
    ['drawn rows, read batch by batch', 'seeded', 2 ** 20, drawn],
  ];
  for (const [what, order, budget, rows] of cases) {
    it(`takes memory for ${what}, and seconds`, async () => {
      const args = ['--import', 'tsx', SCRIPT, folder, order, String(budget)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { firsts, targets, seconds, bytes } = JSON.parse(stdout);
      assert.deepEqual([firsts, targets], [rows, rows]);
      assert.ok(bytes < MAX_BYTES, `${Math.round(bytes / 1e6)} MB`);
      assert.ok(seconds < MAX_SECONDS, `${seconds} s`);
    });
  }
});
