/** Products and sums of differences between checkpoints, of which only a part is held at a time. */
import { setImmediate } from 'node:timers/promises';
import { Matrix } from 'ml-matrix';
import { throwIfAborted } from '../errors.ts';
import { elementCount, type RowRange } from '../tensor.ts';
import type { Directions } from './surface.ts';

/** Checkpoints whose parameters are laid out alike, however they are kept. */
export interface CheckpointSet {
  readonly count: number;
  /** The parameters in the order of θ. */
  readonly slots: readonly { readonly shape: readonly number[] }[];
  /** The elements of a parameter of a checkpoint, all or those of the given rows of its leading axis. */
  read(checkpoint: number, slot: number, rows?: RowRange): Promise<Float32Array>;
}

/** How many of all numbers have been read. */
export type ReadProgress = (done: number, total: number) => void;

/** By checkpoint, what its difference from θ_T is multiplied with in each of two sums. */
export interface Factors {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Of all checkpoints' parameters, so many bytes are held at a time by default: parts are then so large, a third of a million
 * numbers of each of two hundred checkpoints, that reading them takes no longer than reading whole files.
 */
export const HELD_BYTES = 256 << 20;

/** Elements of which products are summed at a time: those of hundreds of checkpoints stay in a processor's cache. */
const STRIP = 512;

/** Milliseconds of arithmetic after which other work has its turn, such as the message that wants it stopped. */
const TURN = 30;

/**
 * The inner products of the checkpoints' differences from one of them, θ_T, summed in float64; the differences are of the
 * size of what is asked, so that no digits are lost with the length of θ. Not finite in the rows and columns of a
 * checkpoint that is not.
 * Throws `interrupted` when the signal fires, and what reading throws.
 */
export async function gramMatrix(
  set: CheckpointSet,
  origin: number,
  signal: AbortSignal,
  onProgress: ReadProgress = () => {},
  heldBytes = HELD_BYTES,
): Promise<Matrix> {
  const { count, slots } = set;
  const total = count * slots.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const sums = new InnerProducts(count);
  let done = 0;
  let turn = performance.now();
  for (const { slot, rows } of blocks(slots, count, heldBytes)) {
    throwIfAborted(signal);
    const base = await set.read(origin, slot, rows);
    const held: Float32Array[] = [];
    for (let index = 0; index < count; index++) {
      throwIfAborted(signal);
      held.push(index === origin ? base : await set.read(index, slot, rows));
      done += base.length;
      onProgress(done, total);
    }
    for (let from = 0; from < base.length; from += STRIP) {
      sums.addDifferences(held, base, from);
      if (performance.now() - turn < TURN) continue;
      await setImmediate();
      throwIfAborted(signal);
      turn = performance.now();
    }
  }
  return sums.matrix();
}

/**
 * Two sums of the differences, read once more from the checkpoints: vectors like θ. Throws as `gramMatrix` does.
 * @param factors of the differences, for each sum.
 */
export async function sumsOfDifferences(
  set: CheckpointSet,
  origin: number,
  factors: Factors,
  signal: AbortSignal,
  onProgress: ReadProgress = () => {},
  heldBytes = HELD_BYTES,
): Promise<Directions> {
  const size = set.slots.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const directions = { x: new Float32Array(size), y: new Float32Array(size) };
  let offset = 0;
  let done = 0;
  for (const { slot, rows } of blocks(set.slots, 6, heldBytes)) {
    const base = await set.read(origin, slot, rows);
    const sum = { x: new Float64Array(base.length), y: new Float64Array(base.length) };
    for (let index = 0; index < set.count; index++) {
      throwIfAborted(signal);
      const [x, y] = [factors.x[index]!, factors.y[index]!];
      if (index !== origin && (x !== 0 || y !== 0)) {
        const own = await set.read(index, slot, rows);
        for (let place = 0; place < own.length; place++) {
          const change = own[place]! - base[place]!;
          sum.x[place]! += x * change;
          sum.y[place]! += y * change;
        }
      }
      done += base.length;
      onProgress(done, set.count * size);
    }
    directions.x.set(sum.x, offset);
    directions.y.set(sum.y, offset);
    offset += base.length;
  }
  return directions;
}

/** Parts of the parameters of which `count` vectors in float32 take no more than `bytes`, or a single row each. */
function* blocks(
  slots: CheckpointSet['slots'],
  count: number,
  bytes: number,
): Generator<{ readonly slot: number; readonly rows?: RowRange }> {
  for (const [slot, { shape }] of slots.entries()) {
    const size = elementCount(shape);
    const most = bytes / (4 * count);
    const [all] = shape;
    if (all === undefined || size <= most) {
      yield { slot };
      continue;
    }
    const rows = Math.max(1, Math.floor((most * all) / size));
    for (let from = 0; from < all; from += rows) yield { slot, rows: { from, to: Math.min(from + rows, all) } };
  }
}

/** Rows and columns of products that are summed at once, since each number that is read then serves several. */
const TILE_ROWS = 4;
const TILE_COLUMNS = 2;

/** Inner products of vectors that come in strips. */
class InnerProducts {
  /** The number of vectors, filled up to whole tiles; those that fill up are 0. */
  private readonly side: number;
  private readonly sums: Float64Array;
  private readonly strip: Float64Array;

  constructor(private readonly count: number) {
    this.side = Math.ceil(count / TILE_ROWS) * TILE_ROWS;
    this.sums = new Float64Array(this.side ** 2);
    this.strip = new Float64Array(this.side * STRIP);
  }

  /** Adds the products of the vectors' differences from `base` over the strip that begins at `from`. */
  addDifferences(vectors: readonly Float32Array[], base: Float32Array, from: number): void {
    const length = Math.min(STRIP, base.length - from);
    for (const [index, vector] of vectors.entries()) {
      const start = index * STRIP;
      for (let place = 0; place < length; place++) {
        this.strip[start + place] = vector[from + place]! - base[from + place]!;
      }
    }
    for (let row = 0; row < this.side; row += TILE_ROWS) {
      for (let column = 0; column < row + TILE_ROWS; column += TILE_COLUMNS) this.addTile(row, column, length);
    }
  }

  private addTile(row: number, column: number, length: number): void {
    const { strip, sums, side } = this;
    const [first, second] = [column * STRIP, (column + 1) * STRIP];
    const start = row * STRIP;
    let a0 = 0;
    let a1 = 0;
    let b0 = 0;
    let b1 = 0;
    let c0 = 0;
    let c1 = 0;
    let d0 = 0;
    let d1 = 0;
    for (let place = 0; place < length; place++) {
      const one = strip[first + place]!;
      const other = strip[second + place]!;
      const a = strip[start + place]!;
      const b = strip[start + STRIP + place]!;
      const c = strip[start + 2 * STRIP + place]!;
      const d = strip[start + 3 * STRIP + place]!;
      a0 += a * one;
      a1 += a * other;
      b0 += b * one;
      b1 += b * other;
      c0 += c * one;
      c1 += c * other;
      d0 += d * one;
      d1 += d * other;
    }
    const found = [a0, a1, b0, b1, c0, c1, d0, d1];
    found.forEach((value, index) => {
      sums[(row + (index >> 1)) * side + column + (index & 1)]! += value;
    });
  }

  matrix(): Matrix {
    const { sums, side, count } = this;
    const at = (row: number, column: number): number => sums[Math.max(row, column) * side + Math.min(row, column)]!;
    const indices = Array.from({ length: count }, (_, index) => index);
    return new Matrix(indices.map(row => indices.map(column => at(row, column))));
  }
}
