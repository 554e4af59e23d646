import assert from 'node:assert/strict';
import { npzTensors } from '../../../worker/io/npz.ts';
import { type ByteSource, fromBytes } from '../../../worker/io/source.ts';
import { openZip } from '../../../worker/io/zip.ts';
import { refuses, type ZipPart, zip } from './fixtures.ts';

const data = Buffer.from('0123456789'.repeat(50_000));
const open = (bytes: Uint8Array) => openZip(fromBytes('a.zip', bytes));

/** A source that counts the bytes that are read through it. */
function counting(bytes: Uint8Array): { source: ByteSource; read: () => number } {
  const inner = fromBytes('a.zip', bytes);
  let total = 0;
  const source: ByteSource = {
    ...inner,
    read(offset, length) {
      total += length;
      return inner.read(offset, length);
    },
  };
  return { source, read: () => total };
}

describe('zip archives', () => {
  for (const deflate of [false, true]) {
    it(`reads ranges of a ${deflate ? 'deflated' : 'stored'} entry`, async () => {
      const archive = await open(
        zip([
          { name: 'first', data: Buffer.from('x') },
          { name: 'a', data, deflate },
        ]),
      );
      assert.deepEqual(archive.entries.map(({ name, size, compressed }) => ({ name, size, compressed }))[1], {
        name: 'a',
        size: data.length,
        compressed: deflate,
      });
      const entry = archive.open(archive.entries[1]!);
      const ranges = [
        [0, 10],
        [0, data.length],
        [123_456, 100_000],
        [data.length - 1, 1],
        [data.length, 0],
        [5, 0],
      ];
      for (const [offset, length] of ranges as [number, number][]) {
        const range = Buffer.from(await entry.read(offset, length));
        assert.ok(range.equals(data.subarray(offset, offset + length)), `${length} bytes at ${offset}`);
      }
      await refuses(() => entry.read(data.length - 1, 2), 'input', /^a\.zip#a: ends after 500000 bytes where 500001/);
    });
  }

  it('reads only the bytes asked for of a stored entry', async () => {
    const { source, read } = counting(zip([{ name: 'a', data: Buffer.alloc(10_000_000) }]));
    const archive = await openZip(source);
    await archive.open(archive.entries[0]!).read(5_000_000, 1000);
    assert.ok(read() < 300_000, `${read()} bytes were read`);
  });

  it('keeps names as they are', async () => {
    const names = ['../../etc/passwd', '/absolute', 'back\\slash', '__proto__', 'größe', '', 'C:/x'];
    const archive = await open(zip(names.map(name => ({ name, data: Buffer.from(name) }))));
    assert.deepEqual(
      archive.entries.map(entry => entry.name),
      names,
    );
  });

  it('lists an empty archive', async () => assert.deepEqual((await open(zip([]))).entries, []));

  const part: ZipPart = { name: 'a', data };
  const bomb = Buffer.alloc(2 ** 20);
  const refusedOnOpening: [string, Buffer, RegExp][] = [
    [
      'an encrypted entry',
      zip([{ ...part, claims: { flags: 1, compressedSize: data.length + 12 } }]),
      /#a: is encrypted/,
    ],
    ['strong encryption', zip([{ ...part, claims: { flags: 0x41 } }]), /encryption/],
    ['an unknown method', zip([{ ...part, claims: { method: 14 } }]), /compressed by method 14/],
    ['several disks', zip([part], { disk: 1 }), /multi-disk/],
    ['two entries of a name', zip([part, part]), /two entries a/],
    ['a stored entry with two sizes', zip([{ ...part, claims: { size: 1 } }]), /size mismatch/],
    ['an entry beyond the end', zip([{ ...part, claims: { offset: 2 ** 31 } }]), /overlaps/],
    [
      'an entry longer than the file',
      zip([{ ...part, claims: { size: 2 ** 31, compressedSize: 2 ** 31 } }]),
      /overlaps/,
    ],
    ['overlapping entries', zip([part, { name: 'b', data, claims: { offset: 100 } }]), /overlaps what follows/],
    ['one body for two entries', zip([part, { name: 'b', data, claims: { offset: 0 } }]), /overlaps what follows/],
    [
      'a size that cannot be inflated to',
      zip([{ name: 'a', data: bomb, deflate: true, claims: { size: 2 ** 31 } }]),
      /cannot hold 2147483648/,
    ],
    ['more entries than the directory has', zip([part], { count: 2 }), /broken zip archive/],
    ['a directory that begins elsewhere', Buffer.concat([Buffer.alloc(7), zip([part])]), /broken zip archive/],
  ];
  for (const [what, bytes, message] of refusedOnOpening) {
    it(`refuses ${what}`, () => refuses(() => open(bytes), 'input', message));
  }

  const refusedOnReading: [string, ZipPart, RegExp][] = [
    [
      'inflates beyond its size',
      { name: 'a', data, deflate: true, claims: { size: 1000 } },
      /more than the 1000 bytes/,
    ],
    [
      'inflates to less',
      { name: 'a', data, deflate: true, claims: { size: data.length + 1 } },
      /instead of the 500001/,
    ],
    ['has another checksum', { name: 'a', data, deflate: true, claims: { crc: 1 } }, /checksum/],
    ['is no deflate stream', { name: 'a', data, claims: { method: 8 } }, /cannot be inflated/],
  ];
  for (const [what, entry, message] of refusedOnReading) {
    it(`refuses an entry that ${what}`, async () => {
      const archive = await open(zip([entry]));
      const source = archive.open(archive.entries[0]!);
      await refuses(() => source.read(0, source.size), 'input', message);
    });
  }

  it('takes a comment, but not a missing end', async () => {
    const bytes = Buffer.concat([zip([part]), Buffer.from('a comment')]);
    bytes.writeUInt16LE(9, bytes.length - 11);
    assert.equal((await open(bytes)).entries.length, 1);
    await refuses(() => open(zip([part]).subarray(0, -1)), 'incomplete', /no directory at its end/);
  });

  it('leaves out what is no array of an npz archive', async () => {
    assert.deepEqual(await npzTensors(await open(zip([part]))), { tensors: [], unreadable: [] });
  });
});
