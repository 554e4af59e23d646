import { BYTES, elementCount, type Tensor, type TypedArray } from '../tensor.ts';
import type { OpenArray } from './array.ts';

/**
 * Which `count` rows of [from, to) a sample takes: the first, or, given a seed, ones drawn without replacement. They
 * ascend either way, so that a drawn sample is read in one pass too.
 */
export function chooseRows(from: number, to: number, count: number, seed: number | null): number[] {
  if (seed === null) return Array.from({ length: count }, (_, index) => from + index);
  const random = splitmix32(seed);
  // The beginning of a Fisher–Yates shuffle, of which only the places that moved are kept.
  const moved = new Map<number, number>();
  const drawn = new Float64Array(count).map((_, index) => {
    const other = index + Math.floor((random() / 2 ** 32) * (to - from - index));
    const row = moved.get(other) ?? other;
    moved.set(other, moved.get(index) ?? index);
    return row;
  });
  return Array.from(drawn.sort(), row => from + row);
}

/** Reads the given ascending rows of an array, one read for each run of neighbours. */
export async function readRows(array: OpenArray, rows: readonly number[]): Promise<Tensor> {
  const first = rows[0]!;
  const last = rows.at(-1)!;
  if (last - first + 1 === rows.length) return array.read({ from: first, to: last + 1 });
  // What has to be inflated from the beginning anyway is inflated once.
  if (array.sequential) return pickRows(await array.read({ from: first, to: last + 1 }), first, rows);
  const parts: Tensor[] = [];
  for (const { from, to } of neighbours(rows)) parts.push(await array.read({ from, to }));
  return joinRows(parts, rows.length);
}

/** Rows [from, to) of a tensor that is in memory, sharing its memory. */
export function sliceRows(tensor: Tensor, from: number, to: number): Tensor {
  const row = elementCount(tensor.shape.slice(1));
  const data = tensor.data.subarray(from * row, to * row);
  return { dtype: tensor.dtype, shape: [to - from, ...tensor.shape.slice(1)], data } as Tensor;
}

/** Memory that `count` rows of an array take once read, in bytes; 16-bit floats become 32-bit ones. */
export function rowBytes({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>, count: number): number {
  const width = dtype === 'float16' || dtype === 'bfloat16' ? BYTES.float32 : BYTES[dtype];
  return count * elementCount(shape.slice(1)) * width;
}

function* neighbours(rows: readonly number[]): Generator<{ from: number; to: number }> {
  let begin = 0;
  for (let index = 1; index <= rows.length; index++) {
    if (rows[index] === rows[index - 1]! + 1) continue;
    yield { from: rows[begin]!, to: rows[index - 1]! + 1 };
    begin = index;
  }
}

function pickRows(tensor: Tensor, first: number, rows: readonly number[]): Tensor {
  return joinRows(
    rows.map(row => sliceRows(tensor, row - first, row - first + 1)),
    rows.length,
  );
}

/** Tensors of one type and row shape, one after the other: `count` rows in all. */
export function joinRows(parts: readonly Tensor[], count: number): Tensor {
  const { dtype, shape, data } = parts[0]!;
  const row = elementCount(shape.slice(1));
  const joined = new (data.constructor as new (length: number) => TypedArray)(count * row);
  let position = 0;
  for (const part of parts) {
    // All parts are of one array, hence of one type.
    joined.set(part.data as never, position);
    position += part.data.length;
  }
  return { dtype, shape: [count, ...shape.slice(1)], data: joined } as Tensor;
}

/** A generator of 32-bit integers (Steele, Lea & Flood 2014, with the constants of its 32-bit variant). */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
