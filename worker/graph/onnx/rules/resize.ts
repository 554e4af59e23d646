/**
 * Resize and Upsample (ONNX specification, Resize), axis by axis: every interpolation is linear in the elements, hence
 * a repetition, a choice of elements or the product with a matrix.
 */
import { tensorFromNumbers } from '../../../tensor.ts';
import { expand, integers, matMul, reshape, transpose } from '../../arithmetic.ts';
import { constant, type Value } from '../../graph.ts';
import { normalizeAxis, withSize } from '../../shapes.ts';
import type { OnnxNode } from '../node.ts';
import { allAxes, checkWritten, type Rule } from './shared.ts';

/** How elements of the result are placed and made. */
interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubicCoefficient: number;
  /** Whether elements beyond the ends weigh nothing, instead of being those at the ends. */
  readonly excludesOutside: boolean;
}

/** An axis's sizes before and after, and their ratio, which need not be exact where the file gives it. */
interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where element `index` of the result lies on the axis, in float32 as engines compute it, since ties are rounded. */
function coordinateOf(index: number, { from, to, scale }: Scaling, coordinates: string): number {
  const centre = Math.fround(Math.fround((index + 0.5) / scale) - 0.5);
  switch (coordinates) {
    case 'asymmetric':
      return Math.fround(index / scale);
    case 'align_corners':
      return to === 1 ? 0 : Math.fround((index * (from - 1)) / (to - 1));
    case 'pytorch_half_pixel':
      return to === 1 ? 0 : centre;
    case 'half_pixel_symmetric':
      return (from / 2) * (1 - to / (scale * from)) + (index + 0.5) / scale - 0.5;
    default:
      return centre;
  }
}

function round(x: number, rounding: string): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

const clamp = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);

/** Weights of the four elements around a point at distance `t` after the second (Keys 1981). */
function cubicWeights(t: number, a: number): number[] {
  const outer = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  const inner = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  return [outer(t + 1), inner(t), inner(1 - t), outer(2 - t)];
}

/** The elements that one of the result is made of, with their weights. */
function contributions(index: number, scaling: Scaling, how: Interpolation): { from: number; weight: number }[] {
  const { from } = scaling;
  const at = coordinateOf(index, scaling, how.coordinates);
  if (how.mode === 'linear') {
    const inside = clamp(at, from);
    const low = Math.floor(inside);
    return [
      { from: low, weight: 1 - (inside - low) },
      { from: clamp(low + 1, from), weight: inside - low },
    ];
  }
  const low = Math.floor(at);
  const parts = cubicWeights(at - low, how.cubicCoefficient).map((weight, offset) => ({
    from: low - 1 + offset,
    weight,
  }));
  if (!how.excludesOutside) return parts.map(part => ({ ...part, from: clamp(part.from, from) }));
  const within = parts.filter(part => part.from >= 0 && part.from < from);
  const total = within.reduce((sum, { weight }) => sum + weight, 0);
  return within.map(part => ({ ...part, weight: part.weight / total }));
}

/** The elements of an axis that its result repeats, one for each. */
function nearest(x: Value, axis: number, scaling: Scaling, how: Interpolation, node: OnnxNode): Value {
  const { from, to } = scaling;
  const indices = Array.from({ length: to }, (_, index) =>
    clamp(round(coordinateOf(index, scaling, how.coordinates), how.rounding), from),
  );
  const times = to / from;
  if (!Number.isInteger(times) || !indices.every((index, at) => index === Math.floor(at / times))) {
    return node.apply('Gather', [x, integers(indices)], { axis });
  }
  // Whole repetitions have a sum for a transpose, instead of a scattering.
  const parted = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  return reshape(expand(reshape(x, parted), withSize(parted, axis + 1, times)), withSize(x.shape, axis, to));
}

/** The product of an axis with the matrix of interpolation weights. */
function interpolated(x: Value, axis: number, scaling: Scaling, how: Interpolation): Value {
  const { from, to } = scaling;
  const weights = new Float64Array(to * from);
  for (let index = 0; index < to; index++) {
    for (const part of contributions(index, scaling, how)) weights[index * from + part.from]! += part.weight;
  }
  const matrix = constant(tensorFromNumbers(weights, x.type, [to, from]));
  const rank = x.shape.length;
  if (axis === rank - 2) return matMul(matrix, x);
  const order = [...x.shape.keys()].filter(at => at !== axis);
  const last = transpose(x, [...order, axis]);
  const product = matMul(rank === 1 ? reshape(last, [1, from]) : last, transpose(matrix, [1, 0]));
  const shaped = rank === 1 ? reshape(product, [to]) : product;
  return transpose(
    shaped,
    [...x.shape.keys()].map(at => (at === axis ? rank - 1 : order.indexOf(at))),
  );
}

/** Before opset 11 there was one way to place elements, and scales alone gave the sizes. */
const isEarly = (node: OnnxNode): boolean => node.opset < 11 || node.operator === 'Upsample';

/** Sizes after resizing, from scales or sizes of some axes. */
function scalingsOf(node: OnnxNode, x: Value): ReadonlyMap<number, Scaling> {
  const given = (index: number) => {
    const numbers = node.known(index, 'the size of a Resize');
    return numbers && numbers.length > 0 ? numbers : null;
  };
  const scales = node.has('scales') ? node.floats('scales') : given(isEarly(node) ? 1 : 2);
  const sizes = isEarly(node) ? null : given(3);
  const axes = (node.ints('axes') ?? allAxes(x)).map(axis => normalizeAxis(axis, x.shape.length));
  return new Map(
    axes.map((axis, index) => {
      const from = x.shape[axis]!;
      const to = sizes?.[index] ?? Math.floor(Math.fround(from * (scales?.[index] ?? 1)));
      checkWritten(node, from * to);
      return [axis, { from, to, scale: Math.fround(sizes ? to / from : (scales?.[index] ?? 1)) }];
    }),
  );
}

const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  mode: ['nearest', 'linear', 'cubic'],
  coordinate_transformation_mode: [
    'half_pixel',
    'pytorch_half_pixel',
    'align_corners',
    'asymmetric',
    'half_pixel_symmetric',
  ],
  nearest_mode: ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
  keep_aspect_ratio_policy: ['stretch'],
};

export const resize: Rule = node => {
  const x = node.input(0);
  const supported = (name: string, otherwise: string): string => {
    const value = node.text(name, otherwise);
    if (SUPPORTED[name]!.includes(value)) return value;
    throw node.refuse(`${name} ${value} is not supported; use ${SUPPORTED[name]!.join(', ')}.`);
  };
  if (node.int('antialias', 0)) throw node.refuse('antialias is not supported; export it without.');
  supported('keep_aspect_ratio_policy', 'stretch');
  const how: Interpolation = {
    mode: supported('mode', 'nearest'),
    coordinates: isEarly(node) ? 'asymmetric' : supported('coordinate_transformation_mode', 'half_pixel'),
    rounding: isEarly(node) ? 'floor' : supported('nearest_mode', 'round_prefer_floor'),
    cubicCoefficient: node.float('cubic_coeff_a', -0.75),
    excludesOutside: node.int('exclude_outside', 0) !== 0,
  };
  let result = x;
  for (const [axis, scaling] of scalingsOf(node, x)) {
    if (scaling.scale === 1 && scaling.from === scaling.to) continue;
    result =
      how.mode === 'nearest' ? nearest(result, axis, scaling, how, node) : interpolated(result, axis, scaling, how);
  }
  return result;
};
