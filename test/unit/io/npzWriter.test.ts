import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { type NamedArray, writeNpz } from '../../../worker/io/npzWriter.ts';

describe('an .npz archive that is written', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-npz-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is read back to the last bit', async () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(names, shape, fc.infiniteStream(fc.float()), async (list, sizes, numbers) => {
        const count = sizes.reduce((product, size) => product * size, 1);
        const arrays: NamedArray[] = list.map(name => ({
          name: `x/${name}`,
          shape: sizes,
          data: Float32Array.from({ length: count }, () => numbers.next().value),
        }));
        const path = join(folder, 'a.npz');
        await writeNpz(path, arrays);
        const file = await openCheckpoint(path);
        try {
          const read = await Promise.all(file.tensors.map(async ({ name, read }) => ({ name, ...(await read()) })));
          assert.deepEqual(
            read.map(({ name, shape: own, data }) => ({ name, shape: own, data })),
            arrays,
          );
        } finally {
          await file.close();
        }
      }),
      { numRuns: 50 },
    );
    assert.deepEqual(await readdir(folder), ['a.npz']);
  });

  it('has the same bytes for the same arrays', async () => {
    const arrays = [{ name: 'a', shape: [2], data: Float32Array.of(1, 2) }];
    const [one, other] = await Promise.all(
      ['1.npz', '2.npz'].map(async name => {
        await writeNpz(join(folder, name), arrays);
        return readFile(join(folder, name));
      }),
    );
    assert.deepEqual(one, other);
  });

  it('says in a sentence where it cannot be written, and leaves nothing behind', async () => {
    const path = join(folder, 'nowhere', 'a.npz');
    await assert.rejects(writeNpz(path, []), {
      kind: 'input',
      message: /a\.npz: cannot be written \(.*choose another/,
    });
  });
});
