/** Operators that move elements without computing with them. */
import { ints, number } from '../../graph/types.ts';
import { isEmpty, type Kernel, sizes, type Tf, type TfTensor, typeIn } from './kernel.ts';

/**
 * Every `steps[axis]`-th element from `starts[axis]` on, `counts[axis]` of them, at least one. Negative steps are
 * read forwards and then turned around, since TensorFlow.js cannot say "up to before the first".
 */
export function sliced(
  tf: Tf,
  x: TfTensor,
  starts: readonly number[],
  counts: readonly number[],
  steps: readonly number[],
): TfTensor {
  const lows = starts.map((start, axis) => (steps[axis]! < 0 ? start + (counts[axis]! - 1) * steps[axis]! : start));
  if (steps.every((step, axis) => step === 1 || counts[axis] === 1)) return tf.slice(x, lows, sizes(counts));
  const strides = steps.map(Math.abs);
  const ends = lows.map((low, axis) => low + (counts[axis]! - 1) * strides[axis]! + 1);
  const ascending = tf.stridedSlice(x, lows, ends, strides);
  const turned = steps.flatMap((step, axis) => (step < 0 ? [axis] : []));
  return turned.length === 0 ? ascending : tf.reverse(ascending, turned);
}

/** Rows of a value put before and after each axis; negative numbers of rows are cut off. */
export function padded(
  tf: Tf,
  x: TfTensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): TfTensor {
  const starts = before.map(rows => Math.max(-rows, 0));
  const counts = x.shape.map((size, axis) => size - starts[axis]! - Math.max(-after[axis]!, 0));
  const isCut = counts.some((count, axis) => count !== x.shape[axis]);
  const inner = isCut ? tf.slice(x, starts, counts) : x;
  const widths = before.map((rows, axis): [number, number] => [Math.max(rows, 0), Math.max(after[axis]!, 0)]);
  return widths.every(([first, last]) => first === 0 && last === 0) ? tf.clone(inner) : tf.pad(inner, widths, value);
}

/** The triangle of each matrix that stays, as true. */
function triangle(tf: Tf, rows: number, columns: number, isUpper: boolean, k: number): TfTensor {
  const mask = Uint8Array.from({ length: rows * columns }, (_, index) => {
    const distance = (index % columns) - Math.floor(index / columns);
    return (isUpper ? distance >= k : distance <= k) ? 1 : 0;
  });
  return tf.tensor(mask, [rows, columns], 'bool');
}

export const layoutKernels = {
  Reshape: (tf, [x], { shape }) => tf.reshape(x!, sizes(shape)),
  Transpose: (tf, [x], { attributes }) => tf.transpose(x!, sizes(ints(attributes, 'perm'))),
  Slice: (tf, [x], node) =>
    isEmpty(node)
      ? tf.zeros(sizes(node.shape), typeIn[node.type])
      : sliced(tf, x!, ints(node.attributes, 'starts'), node.shape, ints(node.attributes, 'steps')),
  Concat: (tf, inputs, { attributes, shape }) => {
    const axis = number(attributes, 'axis');
    const filled = inputs.filter(part => !isEmpty(part));
    return filled.length === 0 ? tf.clone(inputs[0]!) : tf.concat(filled, axis < 0 ? axis + shape.length : axis);
  },
  Expand: (tf, [x], { shape }) => tf.broadcastTo(x!, sizes(shape)),
  Pad: (tf, [x], { attributes, shape }) => {
    const pads = ints(attributes, 'pads');
    return padded(tf, x!, pads.slice(0, shape.length), pads.slice(shape.length), number(attributes, 'value'));
  },
  Tile: (tf, [x], { attributes }) => tf.tile(x!, sizes(ints(attributes, 'repeats'))),
  Trilu: (tf, [x], { attributes, shape }) => {
    const [rows, columns] = shape.slice(-2) as [number, number];
    const mask = triangle(tf, rows, columns, number(attributes, 'upper') !== 0, number(attributes, 'k'));
    return tf.where(mask, x!, tf.zerosLike(x!));
  },
} satisfies Record<string, Kernel>;
