/** Rules for operators that combine the elements along some axes. */
import { elementCount } from '../../../tensor.ts';
import type { OperatorName } from '../../operators/table.ts';
import { normalizeAxis } from '../../shapes.ts';
import { allAxes, axesOf, type Rule, reshape, spatialAxes } from './shared.ts';

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
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  GlobalAveragePool: globalPool('ReduceMean'),
  GlobalMaxPool: globalPool('ReduceMax'),
};
