/** Operators that read and write elements where indices say. */
import { computationError } from '../../errors.ts';
import type { AppliedValue } from '../../graph/graph.ts';
import { normalizeAxis, stridesOf } from '../../graph/shapes.ts';
import { number } from '../../graph/types.ts';
import { elementCount } from '../../tensor.ts';
import { integers, isEmpty, type Kernel, type Tf, type TfTensor } from './kernel.ts';

/**
 * Indices into an axis, of which negative ones count from the end. Backends read past the end of an axis without a
 * word, so that every index is looked at.
 * Throws `computation`, naming the node, where one lies outside.
 */
function within(tf: Tf, indices: TfTensor, size: number, { name, operator }: AppliedValue): TfTensor {
  const outside = (indices.dataSync() as Int32Array).find(index => index < -size || index >= size);
  if (outside !== undefined) {
    throw computationError(
      `node ${name}: ${operator} was given the index ${outside}, and the axis has ${size} elements.`,
    );
  }
  return tf.where(tf.less(indices, 0), tf.add(indices, tf.scalar(size, 'int32')), indices);
}

const axisOf = ({ attributes, inputs: [x] }: AppliedValue): number =>
  normalizeAxis(number(attributes, 'axis'), x!.shape.length);

/** For each element of `indices`, the offset in a tensor of `shape` that it names along an axis. */
function elementOffsets(tf: Tf, indices: TfTensor, shape: readonly number[], node: AppliedValue): TfTensor {
  const axis = axisOf(node);
  const [own, strides] = [stridesOf(shape), stridesOf(indices.shape)];
  // What the other axes add follows from the place alone.
  const others = Int32Array.from({ length: elementCount(indices.shape) }, (_, at) =>
    own.reduce(
      (offset, stride, along) =>
        along === axis ? offset : offset + stride * (Math.floor(at / strides[along]!) % indices.shape[along]!),
      0,
    ),
  );
  const along = tf.mul(within(tf, indices, shape[axis]!, node), tf.scalar(own[axis]!, 'int32'));
  return tf.add(tf.reshape(along, [others.length]), integers(tf, others));
}

/** For each vector of `indices`, the number of the part that it names, and how many parts there are. */
function partNumbers(
  tf: Tf,
  indices: TfTensor,
  shape: readonly number[],
  node: AppliedValue,
): { readonly numbers: TfTensor; readonly count: number } {
  const depth = indices.shape.at(-1)!;
  const named = shape.slice(0, depth);
  const vectors = tf.reshape(indices, [elementCount(indices.shape.slice(0, -1)), depth]);
  const strides = stridesOf(named);
  const numbers = named.map((size, along) => {
    const column = tf.slice(vectors, [0, along], [vectors.shape[0]!, 1]);
    return tf.mul(within(tf, tf.reshape(column, [vectors.shape[0]!]), size, node), tf.scalar(strides[along]!, 'int32'));
  });
  return {
    numbers: numbers.reduce((sum, part) => tf.add(sum, part), integers(tf, new Int32Array(vectors.shape[0]!))),
    count: elementCount(named),
  };
}

/** Writes rows of updates over the rows of data that `places` name, or adds them. */
function written(tf: Tf, data: TfTensor, places: TfTensor, updates: TfTensor, { attributes }: AppliedValue): TfTensor {
  if (isEmpty(places) || isEmpty(data)) return tf.clone(data);
  const indices = tf.reshape(places, [places.shape[0]!, 1]) as Parameters<Tf['tensorScatterUpdate']>[1];
  return attributes.reduction === 'add'
    ? tf.add(data, tf.scatterND(indices, updates, data.shape as [number]))
    : tf.tensorScatterUpdate(data, indices, updates);
}

export const indexingKernels = {
  Gather: (tf, [x, indices], node) => {
    const axis = axisOf(node);
    return tf.gather(x!, within(tf, indices!, x!.shape[axis]!, node), axis);
  },
  GatherElements: (tf, [x, indices], node) =>
    tf.gather(tf.reshape(x!, [x!.size]), elementOffsets(tf, indices!, x!.shape, node)),
  ScatterElements: (tf, [x, indices, updates], node) =>
    written(
      tf,
      tf.reshape(x!, [x!.size]),
      elementOffsets(tf, indices!, x!.shape, node),
      tf.reshape(updates!, [updates!.size]),
      node,
    ),
  GatherND: (tf, [x, indices], node) => {
    const { numbers, count } = partNumbers(tf, indices!, x!.shape, node);
    return tf.gather(tf.reshape(x!, [count, x!.size / count]), numbers);
  },
  ScatterND: (tf, [x, indices, updates], node) => {
    const { numbers, count } = partNumbers(tf, indices!, x!.shape, node);
    const size = x!.size / count;
    const rows = tf.reshape(updates!, [updates!.size / size, size]);
    return written(tf, tf.reshape(x!, [count, size]), numbers, rows, node);
  },
} satisfies Record<string, Kernel>;
