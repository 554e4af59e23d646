import { DATA_TYPE } from '../../../../worker/graph/onnx/schema.ts';
import { floats, ints, type Model, one, random } from './model.ts';

/** A model that looks `x` up by an operator at constant indices. */
const gather = (
  op: string,
  x: readonly number[],
  indices: readonly number[],
  shape: readonly number[],
  axis?: number,
) =>
  one(op, 13, x, {
    initializers: { indices: ints(indices, shape) },
    ...(axis !== undefined && { attributes: { axis } }),
  });

const einsum = (equation: string, x: readonly number[], ...others: readonly (readonly number[])[]): Model =>
  one('Einsum', 12, x, {
    initializers: Object.fromEntries(others.map((shape, index) => [`in${index}`, random(...shape)])),
    attributes: { equation },
  });

const scatter = (
  op: string,
  indices: readonly number[],
  shape: readonly number[],
  updates: readonly number[],
  reduction: string,
) =>
  one(op, 16, [4, 3], {
    initializers: { indices: ints(indices, shape), updates: random(...updates) },
    attributes: { reduction },
  });

/** The operators that read and write at indices, and Einsum. */
export const indexingModels: Readonly<Record<string, Model>> = {
  'Gather along the last axis, counted from the end': gather('Gather', [2, 3, 4], [-1, 0, 3], [3], -1),
  GatherElements: gather('GatherElements', [3, 2], [2, -1, 0, 1], [2, 2], 0),
  GatherND: gather('GatherND', [2, 3, 4], [1, -1, 0, 2], [2, 2]),
  'GatherND with shared axes': one('GatherND', 13, [2, 3, 4], {
    initializers: { indices: ints([2, -1, 0, 1], [2, 2, 1]) },
    attributes: { batch_dims: 1 },
  }),
  ScatterElements: scatter('ScatterElements', [3, 0, 1], [1, 3], [1, 3], 'none'),
  'ScatterElements that adds': scatter('ScatterElements', [3, 0, 1, 3, 3, -1], [2, 3], [2, 3], 'add'),
  Scatter: one('Scatter', 10, [4, 3], {
    initializers: { indices: ints([3, 0, 1], [1, 3]), updates: random(1, 3) },
    attributes: { axis: 0 },
  }),
  ScatterND: scatter('ScatterND', [3, -4], [2, 1], [2, 3], 'none'),
  'ScatterND that adds': scatter('ScatterND', [3, -1], [2, 1], [2, 3], 'add'),
  CumSum: one('CumSum', 14, [2, 3, 4], {
    initializers: { axis: ints([-2], []) },
    attributes: { exclusive: 1, reverse: 1 },
  }),
  ArgMax: one('ArgMax', 13, [3, 4], { y: DATA_TYPE.int64, attributes: { axis: -1, keepdims: 0 } }),
  ArgMin: one('ArgMin', 13, [3, 4], { y: DATA_TYPE.int64 }),
  OneHot: {
    opset: 11,
    x: [2, 3],
    nodes: [
      { op: 'Cast', in: ['x'], out: ['i'], attributes: { to: DATA_TYPE.int64 } },
      { op: 'OneHot', in: ['i', 'depth', 'values'], out: ['y'], attributes: { axis: 0 } },
    ],
    initializers: { depth: ints([3], []), values: floats([-0.5, 2]) },
  },

  'Einsum: matrix product': einsum('ij,jk->ik', [2, 3], [3, 4]),
  'Einsum: attention scores': einsum('bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]),
  'Einsum: several contracted axes': einsum('bthd,hde->bte', [2, 3, 2, 4], [2, 4, 5]),
  'Einsum: batches by an ellipsis': einsum('...ij,...jk->...ik', [2, 1, 2, 3], [2, 4, 3, 2]),
  'Einsum: no arrow': einsum('ba,cb', [2, 3], [4, 2]),
  'Einsum: outer product': einsum('i,j->ij', [2], [3]),
  'Einsum: product of elements': einsum('ij,ij->ji', [2, 3], [2, 3]),
  'Einsum: inner product': einsum('i,i->', [3], [3]),
  'Einsum: transposition': einsum('ijk->kij', [2, 3, 4]),
  'Einsum: sum': einsum('ij->j', [2, 3]),
  'Einsum: diagonal': einsum('iij->ij', [3, 3, 2]),
  'Einsum: trace': einsum('ii', [3, 3]),
  'Einsum: three inputs': einsum('bi,ij,bj->b', [4, 2], [2, 3], [4, 3]),
  'Einsum: sums of one input alone': einsum('ij,kl->il', [2, 3], [3, 4]),
};
