/** The order in which the cells of a grid are computed: coarse to fine, so that every prefix is a picture. */

export interface CellIndex {
  readonly row: number;
  readonly column: number;
}

/** About this many cells along the longer side make a first picture. */
const FIRST_CELLS = 6;

/**
 * All cells, in passes over lattices of halving stride, each pass a list. A lattice holds every stride-th index and the last one, so that
 * the coarsest already spans the whole range; within a pass cells go from the middle, where the checkpoint is, outwards.
 */
export function coarseToFine(rows: number, columns: number): CellIndex[][] {
  let stride = 1;
  while ((Math.max(rows, columns) - 1) / (stride * 2) >= FIRST_CELLS - 1) stride *= 2;
  const distance = ({ row, column }: CellIndex) =>
    ((2 * row - rows + 1) / rows) ** 2 + ((2 * column - columns + 1) / columns) ** 2;
  const passes: CellIndex[][] = [];
  const seen = new Set<number>();
  for (; stride >= 1; stride /= 2) {
    const pass: CellIndex[] = [];
    for (const row of lattice(rows, stride)) {
      for (const column of lattice(columns, stride)) {
        const key = row * columns + column;
        if (!seen.has(key)) pass.push({ row, column });
        seen.add(key);
      }
    }
    passes.push(pass.sort((a, b) => distance(a) - distance(b)));
  }
  return passes;
}

function lattice(count: number, stride: number): number[] {
  const indices = Array.from({ length: Math.ceil(count / stride) }, (_, index) => index * stride);
  if (indices.at(-1) !== count - 1) indices.push(count - 1);
  return indices;
}

/** A part of an axis: from `middle` − `half` to `middle` + `half`. */
export interface Span {
  readonly middle: number;
  readonly half: number;
}

/** A part of a plane. */
export interface Box {
  readonly x: Span;
  readonly y: Span;
}

/** What a box around points leaves free on each side, as a share of their larger extent. */
const MARGIN = 1 / 5;

/**
 * The box of some points and the origin with a margin on all sides. The margin goes by the larger of the two extents, so that
 * points near a line do not make a strip of the picture.
 */
export function boxOf(points: readonly { readonly x: number; readonly y: number }[]): Box {
  const ends = (axis: 'x' | 'y'): readonly [least: number, most: number] => {
    const places = points.map(point => point[axis]);
    return [places.reduce((a, b) => Math.min(a, b), 0), places.reduce((a, b) => Math.max(a, b), 0)];
  };
  const [x, y] = [ends('x'), ends('y')];
  const margin = MARGIN * Math.max(x[1] - x[0], y[1] - y[0]);
  const span = ([least, most]: readonly [number, number]): Span => ({
    middle: (least + most) / 2,
    half: (most - least) / 2 + margin,
  });
  return { x: span(x), y: span(y) };
}

/** The box about the same middle, so many times as large. */
export const scaledBox = ({ x, y }: Box, factor: number): Box => ({
  x: { ...x, half: factor * x.half },
  y: { ...y, half: factor * y.half },
});

/** From −range to range along both axes. */
export const boxAround = (range: number): Box => ({ x: { middle: 0, half: range }, y: { middle: 0, half: range } });

/**
 * `count` coordinates from `middle` − `half` to `middle` + `half`, both included, and `middle` where the count is odd; about
 * 0 they are symmetric to the last bit.
 */
export function coordinates(count: number, half: number, middle = 0): number[] {
  if (count === 1) return [middle];
  return Array.from({ length: count }, (_, index) => middle + half * ((2 * index - count + 1) / (count - 1)));
}
