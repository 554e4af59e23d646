/** The order in which the cells of a grid are computed: coarse to fine, so that every prefix is a picture. */

export interface CellIndex {
  readonly row: number;
  readonly column: number;
}

/** About this many cells along the longer side make a first picture. */
const FIRST_CELLS = 6;

/**
 * All cells, in passes over lattices of halving stride. A lattice holds every stride-th index and the last one, so that
 * the coarsest already spans the whole range; within a pass cells go from the middle, where the checkpoint is, outwards.
 */
export function coarseToFine(rows: number, columns: number): CellIndex[] {
  let stride = 1;
  while ((Math.max(rows, columns) - 1) / (stride * 2) >= FIRST_CELLS - 1) stride *= 2;
  const distance = ({ row, column }: CellIndex) =>
    ((2 * row - rows + 1) / rows) ** 2 + ((2 * column - columns + 1) / columns) ** 2;
  const order: CellIndex[] = [];
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
    order.push(...pass.sort((a, b) => distance(a) - distance(b)));
  }
  return order;
}

function lattice(count: number, stride: number): number[] {
  const indices = Array.from({ length: Math.ceil(count / stride) }, (_, index) => index * stride);
  if (indices.at(-1) !== count - 1) indices.push(count - 1);
  return indices;
}

/** `count` coordinates from −range to range, both exactly, symmetric to the last bit, so that an odd count holds 0. */
export function coordinates(count: number, range: number): number[] {
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, index) => range * ((2 * index - count + 1) / (count - 1)));
}
