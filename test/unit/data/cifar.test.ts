import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArray } from '../../../worker/data/array.ts';
import { cifarTensor } from '../../../worker/data/cifar.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { checkRows, checkTensor, refuses } from '../io/fixtures.ts';

/** Written by make_data.py. */
const DATA = join(import.meta.dirname, '../../fixtures/data');

describe('CIFAR binary files', () => {
  for (const file of ['cifar10.bin', 'cifar100.bin']) {
    it(`${file}#images are NumPy's`, async () => {
      const [images, expected] = [await openArray(`${file}#images`, DATA), await openArray('cifar-images.npy', DATA)];
      const whole = await expected.read();
      assert.deepEqual([images.dtype, images.shape], ['uint8', [5, 3, 32, 32]]);
      assert.deepEqual((await images.read()).data, whole.data);
      await checkRows(images, whole, 2, 4);
      await images.close();
      await expected.close();
    });
  }

  const labels: [string, number[]][] = [
    ['cifar10.bin#labels', [3, 0, 9, 1, 2]],
    ['cifar100.bin#coarse', [19, 0, 3, 1, 7]],
    ['cifar100.bin#fine', [99, 5, 0, 2, 8]],
  ];
  for (const [reference, data] of labels) {
    it(reference, async () => {
      const array = await openArray(reference, DATA);
      await checkTensor(array, { dtype: 'uint8', shape: [5], data });
      await array.close();
    });
  }

  const bytes = (file: string) => readFileSync(join(DATA, file));
  const read = (content: Buffer, part: string | null) => cifarTensor(fromBytes('x.bin', content), part);

  it('are told apart, whole and cut short', async () => {
    await refuses(
      () => read(bytes('cifar10.bin'), null),
      'input',
      /^x\.bin: a CIFAR-10 file; .*Write #images or #labels/,
    );
    await refuses(() => read(bytes('cifar100.bin'), null), 'input', /a CIFAR-100 file; .*#images or #coarse or #fine/);
    await refuses(() => read(bytes('cifar10.bin'), 'fine'), 'input', /no CIFAR binary file/);
    await refuses(() => read(bytes('cifar100.bin'), 'labels'), 'input', /no CIFAR binary file/);
    await refuses(() => read(bytes('cifar10.bin').subarray(0, 9000), 'labels'), 'incomplete', /ends after 9000 bytes/);
    await refuses(() => read(Buffer.alloc(0), 'images'), 'incomplete', /ends after 0 bytes/);
    await refuses(() => read(Buffer.alloc(9219, 200), 'images'), 'input', /no CIFAR binary file/);
  });

  it('are asked for by their names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    try {
      await writeFile(join(folder, 'data.raw'), bytes('cifar10.bin'));
      await refuses(() => openArray('data.raw#images', folder), 'input', /^data\.raw: neither .* CIFAR \.bin/);
      await writeFile(join(folder, 'data.bin'), bytes('cifar10.bin'));
      await refuses(() => openArray('data.bin', folder), 'input', /a CIFAR-10 file; which part/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
