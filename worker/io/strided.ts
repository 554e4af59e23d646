import { inputError } from '../errors.ts';
import {
  BYTES,
  type DType,
  formatShape,
  type LazyTensor,
  type RowRange,
  type Tensor,
  type TypedArray,
} from '../tensor.ts';
import { type ByteOrder, decodeElements } from './elements.ts';
import type { ByteSource } from './source.ts';

/** Where the elements of a tensor lie: element (i, j, …) is number `offset + i·strides[0] + j·strides[1] + …`. */
export interface StridedLayout {
  readonly name: string;
  readonly dtype: DType;
  readonly byteOrder: ByteOrder;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly source: ByteSource;
  /** Where element number 0 lies in the source, in bytes. */
  readonly start: number;
  /** How many elements there are to choose from. */
  readonly count: number;
}

/**
 * Strides of zero can spell out a huge tensor from a few bytes. What has more elements than its storage may be this
 * large: enough for an expanded buffer that someone did save, far too little to exhaust memory.
 */
const MAX_EXPANDED = 2 ** 20;

/** Strides of a row-major array. */
export const rowMajorStrides = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

/** Strides of a column-major (Fortran) array. */
export const columnMajorStrides = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));

/**
 * Number of elements of a shape that a file declares.
 * Throws `input` for sizes that are no sizes, or whose product cannot be counted.
 */
export function declaredCount(where: string, shape: readonly number[]): number {
  const count = shape.reduce((product, size) => (isCount(size) ? product * size : Number.NaN), 1);
  if (!isCount(count))
    throw inputError(`${where}: its shape ${formatShape(shape)} is impossible; the file is damaged.`);
  return count;
}

/**
 * The tensor of a layout; only the span of bytes between its first and last element is read.
 * Throws `input` for a layout that leaves its storage.
 */
export function stridedTensor(layout: StridedLayout): LazyTensor {
  const { name, dtype, shape } = layout;
  checkLayout(layout);
  return {
    name,
    dtype,
    shape,
    read: async rows => (rows === undefined ? readLayout(layout) : readLayout(selectRows(layout, rows))),
  };
}

function checkLayout({ name, shape, strides, offset, source, count }: StridedLayout): void {
  const where = `${source.name}: tensor ${name}`;
  const elements = declaredCount(where, shape);
  if (strides.length !== shape.length || !strides.every(isCount) || !isCount(offset)) {
    throw inputError(
      `${where}: strides (${strides.join(', ')}) and offset ${offset} do not fit its shape; it is damaged.`,
    );
  }
  const end = offset + span(shape, strides);
  if (elements > 0 && !(end <= count)) {
    throw inputError(`${where}: reaches element ${end} of a storage of ${count}; the file is damaged, save it again.`);
  }
  if (elements > Math.max(count, MAX_EXPANDED)) {
    throw inputError(`${where}: ${formatShape(shape)} is expanded from only ${count} elements; save it contiguous.`);
  }
}

async function readLayout(layout: StridedLayout): Promise<Tensor> {
  const { dtype, shape, strides, byteOrder, offset, source, start } = layout;
  const elements = shape.reduce((product, size) => product * size, 1);
  const length = elements === 0 ? 0 : span(shape, strides);
  const bytes = await source.read(start + offset * BYTES[dtype], length * BYTES[dtype]);
  const stored: TypedArray = decodeElements(bytes, dtype, byteOrder);
  const data = isRowMajor(shape, strides) ? stored : gather(stored, shape, strides, elements);
  return { dtype, shape, data } as Tensor;
}

function selectRows(layout: StridedLayout, { from, to }: RowRange): StridedLayout {
  const [rows, ...rest] = layout.shape;
  if (rows === undefined || !isCount(from) || !(from <= to && to <= rows)) {
    const extent = rows === undefined ? 'is a scalar' : `has ${rows} rows`;
    throw inputError(`${layout.source.name}: ${layout.name} ${extent}; rows [${from}, ${to}) lie outside.`);
  }
  return { ...layout, shape: [to - from, ...rest], offset: layout.offset + from * layout.strides[0]! };
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Number of stored elements from the first to the last of a tensor that is not empty. */
const span = (shape: readonly number[], strides: readonly number[]): number =>
  shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 1);

/** Strides of axes of size 1 do not matter. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const expected = rowMajorStrides(shape);
  return shape.every((size, axis) => size <= 1 || strides[axis] === expected[axis]) || shape.includes(0);
}

function gather(
  stored: TypedArray,
  shape: readonly number[],
  strides: readonly number[],
  elements: number,
): TypedArray {
  const gathered = new (stored.constructor as new (length: number) => TypedArray)(elements);
  const from: ArrayLike<unknown> = stored;
  const into: { [index: number]: unknown } = gathered;
  const last = shape.length - 1;
  const inner = shape[last]!;
  const innerStride = strides[last]!;
  const position = new Array<number>(last).fill(0);
  let base = 0;
  for (let target = 0; target < elements; target += inner) {
    for (let index = 0; index < inner; index++) into[target + index] = from[base + index * innerStride];
    for (let axis = last - 1; axis >= 0; axis--) {
      base += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      base -= shape[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return gathered;
}
