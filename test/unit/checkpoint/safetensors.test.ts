import assert from 'node:assert/strict';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import type { ErrorKind } from '../../../worker/errors.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { refuses } from '../io/fixtures.ts';

const open = (file: Uint8Array) => readCheckpoint(fromBytes('x.safetensors', file));

/** A file of this header and so many bytes of elements; `length` is what it says of the header's. */
function file(header: unknown, bytes: number, length?: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([head, text, Buffer.alloc(bytes)]);
}

const tensor = (shape: readonly unknown[], from: unknown, to: unknown, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe('safetensors', () => {
  const refused: readonly (readonly [what: string, Buffer, ErrorKind, RegExp])[] = [
    [
      'a header that is no JSON',
      file('{"w": }', 0),
      'input',
      /header cannot be understood \(.*JSON.*\); save it again/,
    ],
    ['a list of tensors', file('{"w": []}', 0), 'input', /"w" is not an object/],
    ['a tensor without a shape', file({ w: { dtype: 'F32', data_offsets: [0, 4] } }, 4), 'input', /"w.shape" is not/],
    ['a negative size', file({ w: tensor([-1], 0, 4) }, 4), 'input', /"w.shape\[0\]" is not a whole number/],
    ['a fractional offset', file({ w: tensor([1], 0, 4.5) }, 4), 'input', /"w.data_offsets\[1\]" is not/],
    ['a hundred axes', file({ w: tensor(Array(100).fill(1), 0, 4) }, 4), 'input', /a list of 0 to 64/],
    ['fewer bytes than elements', file({ w: tensor([2], 0, 4) }, 4), 'input', /w has 4 bytes where 8 are needed/],
    [
      'a shape whose elements cannot be counted',
      file({ w: tensor([2 ** 40, 2 ** 40], 0, 4) }, 4),
      'input',
      /tensor w: its shape .* is impossible/,
    ],
    [
      'tensors over one another',
      file({ a: tensor([1], 0, 4), b: tensor([1], 0, 4) }, 4),
      'input',
      /tensor b lies at \[0, 4\) and byte 4 comes next/,
    ],
    [
      'a gap between tensors',
      file({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12),
      'input',
      /tensor b lies at \[8, 12\) and byte 4 comes next/,
    ],
    ['a tensor that ends before it begins', file({ a: tensor([1], 0, -0) }, 0), 'input', /0 bytes where 4 are needed/],
    ['bytes after the last tensor', file({ a: tensor([1], 0, 4) }, 9), 'input', /5 bytes follow its last tensor/],
    ['a header longer than the file', file('{', 0, 1000), 'incomplete', /ends after 9 bytes where 1008 are needed/],
    ['a tensor beyond the end', file({ a: tensor([1e9], 0, 4e9) }, 4), 'incomplete', /where 40000000\d\d are needed/],
    [
      'a header of a gigabyte',
      file('{}', 0, 2 ** 30),
      'input',
      /a safetensors file whose header would take 1073741824 bytes, .*33554432/,
    ],
    [
      'a name that is there twice',
      file(
        '{"w":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
        1,
      ),
      'input',
      /"w" is there twice/,
    ],
    ['a type of eight bits', file({ w: tensor([4], 0, 4, 'F8_E4M3') }, 4), 'input', /of type F8_E4M3 cannot be read/],
    ['a type that objects have', file({ w: tensor([4], 0, 4, 'constructor') }, 4), 'input', /type constructor cannot/],
  ];
  for (const [what, bytes, kind, message] of refused) {
    it(`with ${what} are refused`, () => refuses(() => open(bytes), kind, message));
  }

  it('are read as far as they can be', async () => {
    const header = { eight: tensor([4], 0, 4, 'F8_E5M2'), __proto: tensor([], 4, 8), __metadata__: { step: '3' } };
    const { tensors, unreadable, format } = await open(file(header, 8));
    assert.equal(format, 'safetensors');
    assert.deepEqual(
      tensors.map(({ name, shape }) => [name, shape]),
      [['__proto', []]],
    );
    assert.match(unreadable[0]!.reason, /^x\.safetensors: tensor eight: elements of type F8_E5M2 cannot be read/);
  });

  it('may hold a tensor of any name', async () => {
    const { tensors } = await open(file('{"__proto__":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}', 2));
    assert.deepEqual(tensors[0]?.name, '__proto__');
  });
});
