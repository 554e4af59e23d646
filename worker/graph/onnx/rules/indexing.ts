/** Rules for operators that read and write elements where indices say. */
import { cast, concat, expand, integers, reshape } from '../../arithmetic.ts';
import type { Value } from '../../graph.ts';
import { normalizeAxis } from '../../shapes.ts';
import type { OnnxNode } from '../node.ts';
import { ascending, type Rule } from './shared.ts';

const axisOf = (node: OnnxNode, otherwise: number): { readonly axis: number } => ({
  axis: normalizeAxis(node.int('axis', otherwise), node.input(0).shape.length),
});

/** Updates replace what was there or, from opset 16 on, are combined with it. */
function reductionOf(node: OnnxNode): { readonly reduction: string } {
  const reduction = node.text('reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return { reduction };
  throw node.refuse(`reduction ${reduction} is not supported; none and add are.`);
}

/** Indices into all axes, from those that leave out the first `batchDims` axes, which they share with the data. */
function withBatchIndices(node: OnnxNode, indices: Value, batchDims: number): Value {
  const shape = [...indices.shape.slice(0, -1), 1];
  const batch = indices.shape.slice(0, batchDims).map((size, axis) => {
    const own = shape.map((_, at) => (at === axis ? size : 1));
    return expand(ascending(node, size, own), shape);
  });
  return concat([...batch, cast(indices, 'int64')], -1);
}

const gatherNd: Rule = node =>
  node.apply('GatherND', [node.input(0), withBatchIndices(node, node.input(1), node.int('batch_dims', 0))]);

const scatterElements: Rule = node =>
  node.apply('ScatterElements', node.present(), { ...axisOf(node, 0), ...reductionOf(node) });

const scatterNd: Rule = node => node.apply('ScatterND', node.present(), reductionOf(node));

const cumulativeSum: Rule = node => {
  const x = node.input(0);
  const axis = node.known(1, 'the axis of a CumSum')?.[0] ?? 0;
  return node.apply('CumSum', [x], {
    axis: normalizeAxis(axis, x.shape.length),
    exclusive: node.int('exclusive', 0),
    reverse: node.int('reverse', 0),
  });
};

const argExtremum =
  (operator: 'ArgMax' | 'ArgMin'): Rule =>
  node =>
    node.apply(operator, [node.input(0)], {
      ...axisOf(node, 0),
      keepdims: node.int('keepdims', 1),
      select_last_index: node.int('select_last_index', 0),
    });

/** One where an index is the class along the new axis, else zero; indices out of range have no class. */
const oneHot: Rule = node => {
  const indices = node.input(0);
  const depth = node.known(1, 'the depth of a OneHot')?.[0];
  const values = node.known(2, 'the values of a OneHot');
  if (depth === undefined || !values) throw node.refuse('depth or values are missing.');
  const rank = indices.shape.length + 1;
  const axis = normalizeAxis(node.int('axis', -1), rank);
  const classes = ascending(
    node,
    depth,
    Array.from({ length: rank }, (_, at) => (at === axis ? depth : 1)),
  );
  const whole = cast(indices, 'int64');
  const isNegative = node.apply('Less', [whole, integers([0], [])]);
  const positive = node.apply('Where', [isNegative, node.apply('Add', [whole, integers([depth], [])]), whole]);
  const spread = reshape(positive, [...indices.shape.slice(0, axis), 1, ...indices.shape.slice(axis)]);
  const on = node.apply('Gather', [node.input(2), integers([1], [])], { axis: 0 });
  const off = node.apply('Gather', [node.input(2), integers([0], [])], { axis: 0 });
  return node.apply('Where', [node.apply('Equal', [spread, classes]), on, off]);
};

export const indexingRules: Readonly<Record<string, Rule>> = {
  Gather: node => node.apply('Gather', node.present(), axisOf(node, 0)),
  GatherElements: node => node.apply('GatherElements', node.present(), axisOf(node, 0)),
  GatherND: gatherNd,
  ScatterElements: scatterElements,
  // Its name before opset 11.
  Scatter: scatterElements,
  ScatterND: scatterNd,
  CumSum: cumulativeSum,
  ArgMax: argExtremum('ArgMax'),
  ArgMin: argExtremum('ArgMin'),
  OneHot: oneHot,
};
