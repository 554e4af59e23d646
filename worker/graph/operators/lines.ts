/**
 * The gradient of a convolution by its weight, w[o, c, k] = Σ y[o, p]·x[c, p + k], as one matrix product.
 *
 * All images lie one after the other in a single line for each channel, with zeros between rows and between images as
 * wide as windows reach beyond them. A tap of the window is then a shift of the whole line, and a line that is written
 * several times with gaps of zeros is its shifts one below the other: copies of long runs, where patches are copied row
 * by row. The taps of the last axis shift y and all others shift x, so that neither is written as often as a window has
 * taps, and the product is a better one for being less flat.
 */
import { concat, fillUp, matMul, reshape, transpose, transposeMatrices, zerosAlong } from '../arithmetic.ts';
import type { AppliedValue, Value } from '../graph.ts';
import { type Attributes, ints, number } from '../types.ts';

/** Windows along one spatial axis; their stride is 1. */
interface Axis {
  readonly positions: number;
  /** How far each tap lies behind the window's position, in ascending order. */
  readonly shifts: readonly number[];
  /** Elements of a row with the zeros behind it, which are enough for the row behind those, too. */
  readonly length: number;
}

const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);

function axesOf(spatial: readonly number[], positions: readonly number[], attributes: Attributes): Axis[] {
  const [kernel, dilations, pads] = ['kernel_shape', 'dilations', 'pads'].map(name => ints(attributes, name)) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  return spatial.map((size, axis) => {
    const shifts = Array.from({ length: kernel[axis]! }, (_, tap) => tap * dilations[axis]! - pads[axis]!);
    const length = Math.max(size + Math.max(0, -shifts[0]!), positions[axis]! + Math.max(0, shifts.at(-1)!));
    return { positions: positions[axis]!, shifts, length };
  });
}

/** Lines may have this many elements for each position of a window: zeros, and elements that meet none. */
const LENGTH_PER_POSITION_MAX = 4;

/** Neither input may be written more often than this, which would take memory and gain nothing. */
const SHIFTS_MAX = 16;

/** Whether `productOfLines` can take a ConvWeightGradient, and is the right way to. */
export function suitsLines({ inputs: [x, y], attributes }: AppliedValue): boolean {
  if (ints(attributes, 'strides').some(stride => stride > 1)) return false;
  const axes = axesOf(x!.shape.slice(2), y!.shape.slice(2), attributes);
  const perPosition = product(axes.map(({ length, positions }) => length / positions));
  const shifts = axes.map(axis => axis.shifts.length);
  const ofY = shifts.pop()!;
  return perPosition <= LENGTH_PER_POSITION_MAX && ofY <= SHIFTS_MAX && product(shifts) <= SHIFTS_MAX;
}

/** A ConvWeightGradient of stride 1 in terms of operators that ONNX has. */
export function productOfLines({ inputs: [x, y], attributes, shape }: AppliedValue): Value {
  const group = number(attributes, 'group');
  const axes = axesOf(x!.shape.slice(2), y!.shape.slice(2), attributes);
  const rowSizes = axes.map((_, axis) => product(axes.slice(axis + 1).map(({ length }) => length)));
  const shifts = axes.map((axis, index) => axis.shifts.map(shift => shift * rowSizes[index]!));
  const ofY = shifts.pop()!;
  const ofX = shifts.reduce((sums, own) => sums.flatMap(sum => own.map(shift => sum + shift)), [0]);
  // Where x moves back y moves ahead.
  const moves = { x: ofX.map(shift => -shift), y: ofY };
  const [lineX, lineY] = [x!, y!].map(value => line(value, axes)) as [Value, Value];
  const from = Math.min(...moves.x, ...moves.y);
  const to = lineX.shape[1]! + Math.max(...moves.x, ...moves.y);
  const [left, right] = [shifted(lineX, moves.x, from, to), shifted(lineY, moves.y, from, to)].map(value =>
    reshape(value, [group, value.shape[0]! / group, to - from]),
  ) as [Value, Value];
  const sums = matMul(left, transposeMatrices(right));

  // [group, channel, taps, output, last taps] → [group, output, channel, taps, last taps].
  const [outputs, channels] = [shape[0]! / group, shape[1]!];
  const parts = reshape(sums, [group, channels * ofX.length, outputs, ofY.length]);
  return reshape(transpose(parts, [0, 2, 1, 3]), shape);
}

/** [n, c, …] as a line for each channel, every row filled up to its axis's length with zeros. */
function line(value: Value, axes: readonly Axis[]): Value {
  const byChannel = transpose(value, [1, 0, ...axes.map((_, axis) => axis + 2)]);
  const filled = axes.reduceRight((rows: Value, { length }, axis) => fillUp(rows, axis + 2, length), byChannel);
  return reshape(filled, [value.shape[1]!, product(filled.shape.slice(1))]);
}

/** Lines, each written once for every move, one below the other: what lies from `from` to `to` after it was moved. */
function shifted(lines: Value, moves: readonly number[], from: number, to: number): Value {
  const [count, length] = lines.shape as [number, number];
  const parts: Value[] = [];
  let gap = 0;
  for (const move of moves) {
    gap += move - from;
    if (gap > 0) parts.push(zerosAlong(lines, 1, gap));
    parts.push(lines);
    gap = to - move - length;
  }
  if (gap > 0) parts.push(zerosAlong(lines, 1, gap));
  return reshape(concat(parts, 1), [count * moves.length, to - from]);
}
