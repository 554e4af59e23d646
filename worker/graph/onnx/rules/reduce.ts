/** Rules for operators that combine the elements along some axes. */
import { elementCount, tensorFromNumbers } from '../../../tensor.ts';
import { constant, scalar } from '../../graph.ts';
import type { OperatorName } from '../../operators/table.ts';
import { normalizeAxis } from '../../shapes.ts';
import { allAxes, axesOf, checkWritten, type Rule, reshape, spatialAxes } from './shared.ts';

/** A reduction: its axes became an input in opset 13 (ReduceSum) or 18 (the others). */
const reduction =
  (operator: OperatorName, since: number): Rule =>
  node => {
    const x = node.input(0);
    const axes = axesOf(node, since) ?? [];
    if (axes.length === 0 && node.int('noop_with_empty_axes', 0)) return x;
    return node.apply(operator, [x], {
      axes: axes.length > 0 ? axes.map(axis => normalizeAxis(axis, x.shape.length)) : allAxes(x),
      keepdims: node.int('keepdims', 1),
    });
  };

/** Softmax and its kin: before opset 13 the input is flattened to two axes at `axis`, and the default axis is 1. */
const softmax =
  (operator: 'Softmax' | 'LogSoftmax'): Rule =>
  node => {
    const x = node.input(0);
    const axis = normalizeAxis(node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
    if (node.opset >= 13 || axis === x.shape.length - 1) return node.apply(operator, [x], { axis });
    const rows = elementCount(x.shape.slice(0, axis));
    const flat = reshape(node, x, [rows, elementCount(x.shape.slice(axis))]);
    return reshape(node, node.apply(operator, [flat], { axis: 1 }), x.shape);
  };

/** Divided by its 1- or 2-norm along an axis; where that is zero, so is all that was divided. */
const lpNormalization: Rule = node => {
  const x = node.input(0);
  const order = node.int('p', 2);
  if (order !== 1 && order !== 2) throw node.refuse(`p ${order} is not supported; 1 and 2 are.`);
  const axes = [normalizeAxis(node.int('axis', -1), x.shape.length)];
  const norm = node.apply(order === 1 ? 'ReduceL1' : 'ReduceL2', [x], { axes, keepdims: 1 });
  const isZero = node.apply('Equal', [norm, scalar(0)]);
  return node.apply('Div', [x, node.apply('Where', [isZero, scalar(1), norm])]);
};

/** (x − mean)/(deviation + 1e-9) over axes, as the specification's function body has it. */
const meanVarianceNormalization: Rule = node => {
  const x = node.input(0);
  const attributes = { axes: node.ints('axes') ?? [0, 2, 3], keepdims: 1 };
  const centred = node.apply('Sub', [x, node.apply('ReduceMean', [x], attributes)]);
  const variance = node.apply('ReduceMean', [node.apply('Mul', [centred, centred])], attributes);
  return node.apply('Div', [centred, node.apply('Add', [node.apply('Sqrt', [variance]), scalar(1e-9)])]);
};

/**
 * x/(bias + α/size·Σ x²)^β, the sum being over `size` neighbouring channels (ONNX specification, LRN): a product with a
 * matrix that has ones where channels are neighbours.
 */
const localResponseNormalization: Rule = node => {
  const x = node.input(0);
  const [batch, channels] = x.shape as [number, number];
  const size = node.int('size', 1);
  checkWritten(node, channels ** 2);
  const neighbours = Array.from({ length: channels ** 2 }, (_, at) => {
    const distance = (at % channels) - Math.floor(at / channels);
    return distance >= -Math.floor((size - 1) / 2) && distance <= Math.ceil((size - 1) / 2) ? 1 : 0;
  });
  const flat = reshape(node, x, [batch, channels, elementCount(x.shape.slice(2))]);
  const matrix = constant(tensorFromNumbers(neighbours, x.type, [channels, channels]));
  const sums = node.apply('MatMul', [matrix, node.apply('Mul', [flat, flat])]);
  const scaled = node.apply('Mul', [sums, scalar(node.float('alpha', 1e-4) / size)]);
  const base = node.apply('Add', [scaled, scalar(node.float('bias', 1))]);
  const divisor = node.apply('Pow', [base, scalar(node.float('beta', 0.75))]);
  return reshape(node, node.apply('Div', [flat, divisor]), x.shape);
};

const globalPool =
  (operator: OperatorName): Rule =>
  node =>
    node.apply(operator, [node.input(0)], { axes: spatialAxes(node.input(0)), keepdims: 1 });

export const reduceRules: Readonly<Record<string, Rule>> = {
  ReduceSum: reduction('ReduceSum', 13),
  ReduceMean: reduction('ReduceMean', 18),
  ReduceMax: reduction('ReduceMax', 18),
  ReduceMin: reduction('ReduceMin', 18),
  ReduceProd: reduction('ReduceProd', 18),
  ReduceL1: reduction('ReduceL1', 18),
  ReduceL2: reduction('ReduceL2', 18),
  ReduceSumSquare: reduction('ReduceSumSquare', 18),
  ReduceLogSum: reduction('ReduceLogSum', 18),
  ReduceLogSumExp: reduction('ReduceLogSumExp', 18),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  LpNormalization: lpNormalization,
  LRN: localResponseNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  GlobalAveragePool: globalPool('ReduceMean'),
  GlobalMaxPool: globalPool('ReduceMax'),
};
