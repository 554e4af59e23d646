import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeElements } from '../../../worker/io/elements.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { columnMajorStrides, rowMajorStrides, stridedTensor } from '../../../worker/io/strided.ts';
import { elementCount } from '../../../worker/tensor.ts';
import { refuses } from './fixtures.ts';

/** The value of a half-precision number by its definition (IEEE 754, table 3.5). */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('elements', () => {
  it('decodes every half-precision number', () => {
    const halves = Uint16Array.from({ length: 2 ** 16 }, (_, index) => index);
    const decoded = decodeElements(new Uint8Array(halves.buffer.slice(0)), 'float16', 'little');
    for (const half of halves) assert.ok(Object.is(decoded[half], halfValue(half)), `half ${half.toString(16)}`);
  });

  it('decodes bytes that lie at an odd address', () => {
    const bytes = new Uint8Array([9, 0, 0, 128, 63]).subarray(1);
    assert.deepEqual([...decodeElements(bytes, 'float32', 'little')], [1]);
  });

  it('swaps big-endian elements of every width', () => {
    const big = (...bytes: number[]) => new Uint8Array(bytes);
    assert.deepEqual([...decodeElements(big(1, 2), 'uint16', 'big')], [0x102]);
    assert.deepEqual([...decodeElements(big(0, 0, 1, 2), 'int32', 'big')], [0x102]);
    assert.deepEqual([...decodeElements(big(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), 'float64', 'big')], [1]);
    assert.deepEqual([...decodeElements(big(7), 'int8', 'big')], [7]);
  });
});

describe('strided tensors', () => {
  const source = fromBytes('x', new Uint8Array(Int32Array.from({ length: 512 }, (_, index) => index).buffer));
  const layout = { name: 'w', dtype: 'int32', byteOrder: 'little', source, start: 0, count: 512 } as const;

  it('reads any layout, and any rows of it, as its definition says', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 0, max: 4 }), stride: fc.integer({ min: 0, max: 30 }) }), {
          maxLength: 4,
        }),
        fc.integer({ min: 0, max: 60 }),
        async (axes, offset) => {
          const shape = axes.map(axis => axis.size);
          const strides = axes.map(axis => axis.stride);
          const lazy = stridedTensor({ ...layout, shape, strides, offset });
          const defined: number[] = [];
          const visit = (axis: number, at: number): void => {
            if (axis === shape.length) defined.push(at);
            else for (let index = 0; index < shape[axis]!; index++) visit(axis + 1, at + index * strides[axis]!);
          };
          visit(0, offset);
          assert.deepEqual(Array.from((await lazy.read()).data, Number), defined);
          const [rows] = shape;
          if (!rows) return;
          const from = offset % rows;
          const part = await lazy.read({ from, to: rows });
          assert.deepEqual(Array.from(part.data, Number), defined.slice((from * defined.length) / rows));
        },
      ),
      { seed: 1, numRuns: 300 },
    ));

  it('knows both memory orders', () => {
    assert.deepEqual(rowMajorStrides([2, 3, 4]), [12, 4, 1]);
    assert.deepEqual(columnMajorStrides([2, 3, 4]), [1, 2, 6]);
  });

  const huge = 2 ** 40;
  const refused: [string, { shape: number[]; strides: number[]; offset: number }, RegExp][] = [
    [
      'a storage too short for its strides',
      { shape: [2, 2], strides: [511, 1], offset: 0 },
      /reaches element 513 of .* 512/,
    ],
    ['an offset beyond the storage', { shape: [1], strides: [1], offset: 512 }, /reaches element 513/],
    ['a negative stride', { shape: [2], strides: [-1], offset: 5 }, /strides \(-1\) and offset 5/],
    ['a negative offset', { shape: [2], strides: [1], offset: -5 }, /offset -5/],
    ['a negative size', { shape: [-2], strides: [1], offset: 0 }, /shape -2 is impossible/],
    ['a size that is no number', { shape: [Number.NaN], strides: [1], offset: 0 }, /is impossible/],
    ['strides for another rank', { shape: [2], strides: [1, 1], offset: 0 }, /do not fit its shape/],
    ['sizes whose product overflows', { shape: [huge, huge], strides: [0, 0], offset: 0 }, /is impossible/],
    ['a span that overflows', { shape: [3], strides: [2 ** 53 - 1], offset: 0 }, /reaches element/],
    ['a huge expansion of one element', { shape: [huge], strides: [0], offset: 0 }, /expanded from only 512 elements/],
  ];
  for (const [what, shape, message] of refused) {
    it(`refuses ${what}`, () => refuses(async () => stridedTensor({ ...layout, ...shape }), 'input', message));
  }

  it('reads an expansion that someone may have saved', async () => {
    const lazy = stridedTensor({ ...layout, shape: [1000, 2], strides: [0, 1], offset: 3 });
    assert.equal(elementCount((await lazy.read()).shape), 2000);
    assert.deepEqual([...(await lazy.read({ from: 999, to: 1000 })).data], [3, 4]);
  });
});
