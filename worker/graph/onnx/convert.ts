import { isFloating, type Tensor, tensorFromNumbers } from '../../tensor.ts';
import { toDense } from '../dense.ts';
import { type GraphType, graphTypes } from '../types.ts';

/** The type a file's tensor has in a graph: every floating type is float32, integers keep theirs or become int64. */
export function graphTypeOf(dtype: Tensor['dtype']): GraphType {
  if (isFloating(dtype)) return 'float32';
  return graphTypes.find(type => type === dtype) ?? 'int64';
}

/**
 * A tensor of a file as a graph's constant.
 * @param refuse makes the error for a value the graph's type cannot hold.
 */
export function toGraphTensor(tensor: Tensor, refuse: (problem: string) => Error): Tensor<GraphType> {
  const type = graphTypeOf(tensor.dtype);
  if (tensor.dtype === type) return tensor as Tensor<GraphType>;
  if (tensor.dtype === 'uint64' && tensor.data.some(value => value >= 2n ** 63n)) {
    throw refuse('an unsigned 64-bit integer exceeds what Basin computes with.');
  }
  return tensorFromNumbers(toDense(tensor).data, type, tensor.shape);
}
