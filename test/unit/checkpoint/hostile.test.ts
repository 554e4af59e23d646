import assert from 'node:assert/strict';
import { readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { type ByteSource, fromBytes } from '../../../worker/io/source.ts';
import { readFixture, refuses, sum, zip } from '../io/fixtures.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** Pickles the opcodes of: a whole number below 2³¹, a string, a tuple. */
const int = (value: number) => `I${value}\n`;
const text = (value: string) => `V${value}\n`;
const tuple = (...items: string[]) => `(${items.join('')}t`;

const storage = (count: number, type = 'FloatStorage', key = '0') =>
  `${tuple(text('storage'), `ctorch\n${type}\n`, text(key), text('cpu'), int(count))}Q`;

interface Described {
  readonly storage?: string;
  readonly offset?: number;
  readonly size?: readonly number[];
  readonly stride?: readonly number[];
  /** What PyTorch 2 adds to views that are stored with another sign. */
  readonly metadata?: string;
}

const tensor = ({ storage: from = storage(4), offset = 0, size = [4], stride = [1], metadata = '' }: Described) =>
  `ctorch._utils\n_rebuild_tensor_v2\n${tuple(from, int(offset), tuple(...size.map(int)), tuple(...stride.map(int)), 'I00\n', '}', metadata)}R`;

/** A checkpoint as torch.save lays it out, of one pickle and one storage of four floats. */
const checkpoint = (pickle: string, extra: Record<string, string> = {}) =>
  zip(
    Object.entries({ 'x/data.pkl': `${pickle}.`, 'x/data/0': '\0\0\x80\x3f'.repeat(4), ...extra }).map(
      ([name, data]) => ({
        name,
        data: bytes(data),
      }),
    ),
  );

const state = (value: string) => `}${text('w')}${value}s`;
const open = (file: Uint8Array) => readCheckpoint(fromBytes('x.pt', file));

describe('hostile checkpoints', () => {
  it('are built right by these tests', async () => {
    const { tensors } = await open(checkpoint(state(tensor({}))));
    assert.equal(sum(await tensors[0]!.read()), 4);
  });

  const refused: [string, Buffer, RegExp][] = [
    [
      'a storage shorter than the tensor',
      checkpoint(state(tensor({ size: [5] }))),
      /reaches element 5 of a storage of 4/,
    ],
    [
      'strides that leave the storage',
      checkpoint(state(tensor({ size: [2, 2], stride: [3, 2] }))),
      /reaches element 6/,
    ],
    ['a negative stride', checkpoint(state(tensor({ stride: [-1], offset: 3 }))), /are no sizes/],
    ['a negative offset', checkpoint(state(tensor({ offset: -1 }))), /are no sizes/],
    ['a negative size', checkpoint(state(tensor({ size: [-4] }))), /are no sizes/],
    [
      'sizes whose product overflows',
      checkpoint(state(tensor({ size: [2 ** 30, 2 ** 30], stride: [0, 0] }))),
      /is impossible/,
    ],
    ['a huge expansion', checkpoint(state(tensor({ size: [2 ** 30], stride: [0] }))), /expanded from only 4/],
    [
      'a size that is text',
      checkpoint(state(tensor({}).replace(`${int(4)}t`, `${text('4')}t`))),
      /storage in an unknown way/,
    ],
    [
      'a missing storage',
      checkpoint(state(tensor({ storage: storage(4, 'FloatStorage', '../0') }))),
      /storage \.\.\/0 is missing/,
    ],
    [
      'an unknown storage type',
      checkpoint(state(tensor({ storage: storage(4, 'EvilStorage') }))),
      /torch\.EvilStorage/,
    ],
    ['a negated view', checkpoint(state(tensor({ metadata: `}${text('neg')}I01\ns` }))), /stored with another sign/],
    ['a storage that is none', checkpoint(state(tensor({ storage: int(1) }))), /its storage is missing/],
    [
      'a parameter of itself',
      checkpoint(state('ctorch._utils\n_rebuild_parameter\n(lp0\nRp1\ng0\ng1\na0')),
      /description is no tensor's/,
    ],
    [
      'a parameter of nothing',
      checkpoint(state('ctorch._utils\n_rebuild_parameter\n)R')),
      /description is no tensor's/,
    ],
    [
      'an unknown byte order',
      checkpoint(state(tensor({})), { 'x/byteorder': 'middle' }),
      /unknown byte order "middle"/,
    ],
    ['a pickle without end', zip([{ name: 'x/data.pkl', data: bytes('}(') }]), /its pickle ends early/],
    ['a dictionary in itself', checkpoint(`}p0\n${text('state_dict')}g0\ns`), /no tensors/],
  ];
  for (const [what, file, message] of refused) it(`refuses ${what}`, () => refuses(() => open(file), 'input', message));

  it('unwraps no further than PyTorch wraps', () =>
    refuses(
      () =>
        open(
          checkpoint(state(`${'ctorch._utils\n_rebuild_parameter\n'.repeat(20)}${tensor({})}${'\x85R'.repeat(20)}`)),
        ),
      'input',
      /description is no tensor's/,
    ));

  it('executes nothing: a call of os.system is only a name', async () => {
    const { tensors } = await open(
      checkpoint(`${state(tensor({}))}${text('x')}cos\nsystem\n${tuple(text('touch /tmp/x'))}Rs`),
    );
    assert.deepEqual(
      tensors.map(({ name }) => name),
      ['w'],
    );
  });

  it('lists the tensors of a huge file from its directory and pickle alone', async () => {
    const size = 400_000_000;
    const fixture = readFixture('legacy-strided.pth');
    let read = 0;
    const source: ByteSource = {
      ...fromBytes('x', fixture),
      size,
      async read(offset, length) {
        read += length;
        const part = new Uint8Array(length);
        part.set(fixture.subarray(offset, offset + length));
        return part;
      },
    };
    const { tensors } = await readCheckpoint(source);
    assert.equal(tensors.length, 10);
    assert.ok(read < 100_000, `${read} bytes were read`);
  });

  it('finds a view into a storage of the old container', async () => {
    const view = storage(4).replace(/tQ$/, `${tuple(text('view'), int(2), int(2))}tQ`);
    const pickles = [`I1001\n`, '}', state(tensor({ storage: view, offset: 1, size: [1] })), `]${text('0')}a`];
    const stored = Buffer.alloc(24);
    stored.writeBigInt64LE(4n);
    [1, 2, 3, 4].forEach((value, index) => {
      stored.writeFloatLE(value, 8 + 4 * index);
    });
    const magic = readFixture('legacy-strided.pth').subarray(0, 15);
    const { tensors } = await open(Buffer.concat([magic, bytes(pickles.map(pickle => `${pickle}.`).join('')), stored]));
    assert.deepEqual([...(await tensors[0]!.read()).data], [4]);
  });

  it('refuses a storage of the old container whose length is another', async () => {
    const file = Buffer.from(readFixture('legacy-strided.pth'));
    const counts = [24n, 2n, 1n];
    for (const count of counts) {
      const wrong = Buffer.from(file);
      const needle = Buffer.alloc(8);
      needle.writeBigInt64LE(count);
      wrong.writeBigInt64LE(2n ** 62n, wrong.lastIndexOf(needle));
      await refuses(() => open(wrong), 'input', /has 4611686018427387904 elements instead of/);
    }
  });
});
