import { floats, ints, type Model, one } from './model.ts';

/** A model that takes the absolute values of `x`, plus one, first. */
const ofPositive = (
  op: string,
  opset: number,
  attributes: Readonly<Record<string, number | readonly number[]>>,
): Model => ({
  opset,
  x: [2, 3, 4],
  nodes: [
    { op: 'Abs', in: ['x'], out: ['a'] },
    { op: 'Add', in: ['a', 'one'], out: ['p'] },
    { op, in: ['p'], out: ['y'], attributes },
  ],
  initializers: { one: floats([1]) },
});

/** Reductions, and normalisations that are written with them. */
export const reduceModels: Readonly<Record<string, Model>> = {
  'ReduceLogSum with an attribute': ofPositive('ReduceLogSum', 13, { axes: [1], keepdims: 0 }),
  'ReduceLogSumExp with an input': one('ReduceLogSumExp', 18, [2, 3, 4], { initializers: { axes: ints([-1]) } }),
  'LpNormalization by the 2-norm': one('LpNormalization', 13, [2, 3, 4], { attributes: { axis: 1 } }),
  'LpNormalization by the 1-norm': one('LpNormalization', 13, [2, 3, 4], { attributes: { p: 1 } }),
  'LpNormalization of zeros': {
    opset: 13,
    x: [2, 3],
    nodes: [
      { op: 'Mul', in: ['x', 'mask'], out: ['z'] },
      { op: 'LpNormalization', in: ['z'], out: ['y'] },
    ],
    initializers: { mask: floats([1, 0], [2, 1]) },
  },
  LRN: one('LRN', 13, [2, 5, 3, 2], {
    attributes: { size: 3, alpha: { float: 0.3 }, beta: { float: 0.6 }, bias: { float: 2 } },
  }),
  MeanVarianceNormalization: one('MeanVarianceNormalization', 13, [2, 3, 4, 5]),
  ...Object.fromEntries(
    ['ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap(op => [
      [`${op} with an attribute`, one(op, 13, [2, 3, 4], { attributes: { axes: [-1, 0], keepdims: 0 } })],
      [`${op} with an input`, one(op, 18, [2, 3, 4], { initializers: { axes: ints([1]) } })],
    ]),
  ),
};
