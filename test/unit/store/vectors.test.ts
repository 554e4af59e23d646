import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { withinRoots } from '../../../worker/io/access.ts';
import type { NamedArray } from '../../../worker/io/npzWriter.ts';
import { ResultFiles } from '../../../worker/store/files.ts';
import { readVectors, writeVectors } from '../../../worker/store/vectors.ts';

describe('vectors that are kept', () => {
  let folder: string;
  const reports: string[] = [];
  const open = (): ResultFiles => new ResultFiles(folder, message => reports.push(message));
  const read = (digest: string): Promise<NamedArray[] | null> =>
    readVectors(open(), digest, ({ tensors }) =>
      Promise.all(
        tensors.map(async tensor => {
          const { shape, data } = await tensor.read();
          return { name: tensor.name, shape, data: data as Float32Array };
        }),
      ),
    );
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-vectors-'));
    reports.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are read back to the last bit, and are a file for other programs too', async () => {
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
        const digest = await writeVectors(open(), arrays);
        assert.deepEqual(await read(digest!), arrays);
        const file = await openCheckpoint(join(folder, `${digest}.safetensors`));
        await file.close();
        assert.deepEqual([file.format, file.tensors.length], ['safetensors', arrays.length]);
      }),
      { numRuns: 30 },
    );
    assert.deepEqual(reports, []);
  });

  const arrays = [{ name: 'a', shape: [3], data: Float32Array.of(1, 2, 3) }];

  it('have one file for the same content, aligned for whoever maps it', async () => {
    const [one, other] = [await writeVectors(open(), arrays), await writeVectors(open(), arrays)];
    assert.equal(one, other);
    assert.deepEqual(await readdir(folder), [`${one}.safetensors`]);
    const bytes = await readFile(join(folder, `${one}.safetensors`));
    assert.equal((bytes.length - 12) % 8, 0);
  });

  it('are read by a request that may read nothing else there', async () => {
    const digest = await writeVectors(open(), arrays);
    assert.deepEqual(await withinRoots(['/nowhere'], () => read(digest!)), arrays);
  });

  it('are as if they were not there once their file is damaged or gone', async () => {
    const digest = await writeVectors(open(), arrays);
    await truncate(join(folder, `${digest}.safetensors`), 70);
    assert.equal(await read(digest!), null);
    assert.match(reports.join(), /is ignored, as it cannot be used as a stored result \(.*where \d+ are needed/);
    await open().remove(`${digest}.safetensors`);
    assert.equal(await read(digest!), null);
    assert.equal(reports.length, 1);
  });
});
