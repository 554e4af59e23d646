import type { Initializer } from '../graph/onnx/tensors.ts';
import { isFloating, type LazyTensor, toFloat32 } from '../tensor.ts';

/** How one tensor lies in another of the same contents. */
export type Orientation = 'same' | 'transposed';

/** Elements compared before the rest is read: a random pair of tensors differs in the first. */
const PROBE = 64;

/**
 * How a tensor's contents lie in an initializer; null where they are not there, or are one number over and over, which
 * would tell nothing. Both are compared as float32.
 */
export async function compareContents(initializer: Initializer, tensor: LazyTensor): Promise<Orientation | null> {
  if (!isFloating(tensor.dtype)) return null;
  const same = initializer.shape.join() === tensor.shape.join();
  const turned = initializer.shape.length === 2 && [...initializer.shape].reverse().join() === tensor.shape.join();
  if (!same && !turned) return null;
  const own = toFloat32(initializer.read());
  const first = toFloat32(await tensor.read({ from: 0, to: 1 }));
  const [rows = 1, columns = 1] = tensor.shape;
  // Element (row, column) of the tensor is element (column, row) of an initializer that is its transpose.
  const transposedAt = (index: number) => (index % columns) * rows + Math.floor(index / columns);
  const agrees = (values: Float32Array, at: (index: number) => number, count: number): boolean => {
    for (let index = 0; index < count; index++) if (!Object.is(own[at(index)], values[index])) return false;
    return true;
  };
  const orientations: readonly (readonly [Orientation, boolean, (index: number) => number])[] = [
    ['same', same, index => index],
    ['transposed', turned, transposedAt],
  ];
  const likely = orientations.filter(([, fits, at]) => fits && agrees(first, at, Math.min(PROBE, first.length)));
  if (likely.length === 0) return null;
  const all = toFloat32(await tensor.read());
  if (all.every(value => value === all[0])) return null;
  return likely.find(([, , at]) => agrees(all, at, all.length))?.[0] ?? null;
}
