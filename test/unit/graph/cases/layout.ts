import type { Family } from './case.ts';

const reshape: Family = draw => {
  const shape = draw.shape(3);
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    operator: 'Reshape',
    inputs: [shape],
    attributes: { shape: draw.pick([[size], [1, size, 1], [...shape, 1]]) },
  };
};

const transpose: Family = draw => {
  const rank = draw.integer(1, 4);
  return { operator: 'Transpose', inputs: [draw.shape(rank)], attributes: { perm: draw.permutation(rank) } };
};

/** Starts and steps of any sign that stay within the axis. */
const slice: Family = draw => {
  const rank = draw.integer(1, 3);
  const shape = draw.shape(rank, 7);
  const axes = shape.map(length => {
    const step = draw.pick([1, 1, 2, 3, -1, -2]);
    const size = draw.integer(1, Math.ceil(length / Math.abs(step)));
    const span = (size - 1) * Math.abs(step);
    const low = draw.integer(0, length - 1 - span);
    return { start: step > 0 ? low : low + span, step, size };
  });
  const attributes = {
    starts: axes.map(({ start }) => start),
    steps: axes.map(({ step }) => step),
    sizes: axes.map(({ size }) => size),
  };
  return { operator: 'Slice', inputs: [shape], attributes };
};

const concat: Family = draw => {
  const rank = draw.integer(1, 3);
  const shape = draw.shape(rank);
  const axis = draw.integer(0, rank - 1);
  const inputs = draw.list(draw.integer(1, 3), () =>
    shape.map((size, at) => (at === axis ? draw.integer(1, 4) : size)),
  );
  return { operator: 'Concat', inputs, attributes: { axis } };
};

const expand: Family = draw => {
  const shape = draw.shape(draw.integer(1, 3)).map(size => draw.pick([1, size]));
  const target = [...draw.shape(draw.integer(0, 1)), ...shape.map(size => (size === 1 ? draw.integer(1, 3) : size))];
  return { operator: 'Expand', inputs: [shape], attributes: { shape: target } };
};

const pad =
  (mode: string, least: number): Family =>
  draw => {
    const rank = draw.integer(1, 3);
    const shape = draw.shape(rank, 4).map(size => size + 2);
    const pads = draw.list(2 * rank, index => draw.integer(least, mode === 'reflect' ? shape[index % rank]! - 1 : 3));
    return { operator: 'Pad', inputs: [shape], attributes: { pads, mode, value: mode === 'constant' ? 0.5 : 0 } };
  };

const tile: Family = draw => {
  const rank = draw.integer(1, 3);
  return { operator: 'Tile', inputs: [draw.shape(rank)], attributes: { repeats: draw.shape(rank, 3) } };
};

const trilu: Family = draw => ({
  operator: 'Trilu',
  inputs: [draw.shape(draw.integer(2, 3))],
  attributes: { upper: draw.integer(0, 1), k: draw.integer(-2, 2) },
});

export const layoutCases: readonly Family[] = [
  reshape,
  transpose,
  slice,
  concat,
  expand,
  pad('constant', 0),
  pad('constant', -1),
  pad('reflect', 0),
  pad('edge', 0),
  pad('wrap', 0),
  tile,
  trilu,
  { operator: 'Slice', inputs: [[5, 6]], attributes: { starts: [4, 1], steps: [-2, 2], sizes: [3, 2] } },
  { operator: 'Slice', inputs: [[5]], attributes: { starts: [1], steps: [1], sizes: [0] } },
];
