import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, readCheckpoint } from '../../../worker/checkpoint/open.ts';
import type { ErrorKind } from '../../../worker/errors.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { FILES, readFixture, refuses, zip } from '../io/fixtures.ts';

const text = (value: string) => Buffer.from(value, 'latin1');

describe('what is refused', () => {
  const files: [string, RegExp][] = [
    ['refused-module.pt', /holds a module \(torch\.nn\.modules\.linear\.Linear\).*model\.state_dict\(\)/],
    ['refused-module-legacy.pt', /holds a module \(__main__\.Tiny\).*model\.state_dict\(\)/],
    ['refused-module-in-dict.pt', /holds a module \(torch\.nn\.modules\.linear\.Linear\).*model\.state_dict\(\)/],
    ['refused-torchscript.pt', /a TorchScript archive.*model\.state_dict\(\)/],
    ['refused-one-tensor.pt', /one tensor without a name/],
    ['refused-list.pt', /no dictionary of tensors/],
    ['refused-unknown-key.pt', /no tensors .* \(it holds epoch, weights\)/],
    ['refused-complex.pt', /tensor w: elements of a ComplexFloatStorage/],
    ['refused-sparse.pt', /tensor w: a sparse_tensor is not stored as plain numbers/],
    ['refused-quantized.pt', /tensor w: a qtensor is not stored as plain numbers/],
    ['refused-object.npz', /#a: holds Python objects/],
    ['refused-complex.npz', /#a: holds complex numbers/],
    ['refused-structured.npz', /#a: holds a structured type/],
    ['refused-string.npz', /#a: holds strings/],
    ['version1.npy', /one NumPy array without a name/],
    ['idx-u1-ubyte.gz', /gzip-compressed/],
  ];
  for (const [file, message] of files) {
    it(file, () => refuses(() => openCheckpoint(`${FILES}${file}`), 'input', message));
  }

  const contents: [string, Uint8Array, ErrorKind, RegExp][] = [
    ['nothing', text(''), 'incomplete', /^x: an empty file/],
    ['zeros', Buffer.alloc(4096), 'incomplete', /^x: begins with zeros only/],
    ['text', text('loss: 0.25\n'), 'input', /^x: a text file/],
    ['a web page', text('\n<!DOCTYPE html><html></html>'), 'input', /^x: a web page/],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'input', /git lfs pull/],
    ['the beginning of HDF5', text('\x89HDF\r\n\x1a\n\0\0\0'), 'incomplete', /ends after 11 bytes where 48/],
    ['GGUF', text('GGUF\x03\0\0\0'), 'input', /GGUF/],
    ['another pickle', text('\x80\x04}.'), 'input', /a pickle that torch\.save did not write/],
    ['noise', text('\x01\x02\x03\x04'), 'input', /no known format/],
    ['another zip archive', zip([{ name: 'config.json', data: text('{}') }]), 'input', /\(config\.json\) that none/],
    ['two bytes of a zip archive', text('PK'), 'incomplete', /no directory at its end/],
    ['nine bytes of the old container', readFixture('legacy-strided.pth').subarray(0, 9), 'incomplete', /ends after 9/],
  ];
  for (const [what, bytes, kind, message] of contents) {
    it(what, () => refuses(() => readCheckpoint(fromBytes('x', bytes)), kind, message));
  }

  const truncated = [
    'strided.pt',
    'legacy-strided.pth',
    'step-40.safetensors',
    'arrays.npz',
    'deflated.pt',
    '../keras/digits.keras',
  ];
  for (const file of truncated) {
    it(`${file}, cut short anywhere`, async () => {
      const whole = readFixture(file);
      for (let length = 1; length < whole.length; length += 7) {
        const part = fromBytes(file, whole.subarray(0, length));
        await refuses(() => readCheckpoint(part), 'incomplete', /copy or save it again\.$/);
      }
    });
  }

  it('a path that is no file', async () => {
    await refuses(() => openCheckpoint(`${FILES}none.pt`), 'input', /none\.pt: no such file/);
    await refuses(
      () => openCheckpoint(FILES),
      'input',
      /^files: a folder and no checkpoint; name a file in it, such as/,
    );
  });

  it('a file that changes while it is open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    const path = join(folder, 'model.pt');
    try {
      await writeFile(path, readFixture('strided.pt'));
      const checkpoint = await openCheckpoint(path);
      await writeFile(path, Buffer.concat([readFixture('strided.pt'), Buffer.alloc(1)]));
      await refuses(() => checkpoint.tensors[0]!.read(), 'incomplete', /model\.pt: changed while it was being read/);
      await checkpoint.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
