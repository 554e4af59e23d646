import { BasinError } from '../errors.ts';
import type { LazyTensor, UnreadableTensor } from '../tensor.ts';

/** The tensors of a file: those that can be read, and those that cannot and why. */
export interface TensorList {
  readonly tensors: readonly LazyTensor[];
  readonly unreadable: readonly UnreadableTensor[];
}

/**
 * Describes tensors one after the other; one that cannot be read does not keep the others from being read.
 * Throws what the first one throws where none can be read.
 */
export async function listTensors(
  described: Iterable<readonly [name: string, describe: () => LazyTensor | Promise<LazyTensor>]>,
): Promise<TensorList> {
  const tensors: LazyTensor[] = [];
  const unreadable: UnreadableTensor[] = [];
  const errors: BasinError[] = [];
  for (const [name, describe] of described) {
    try {
      tensors.push(await describe());
    } catch (error) {
      if (!(error instanceof BasinError) || error.kind !== 'input') throw error;
      errors.push(error);
      unreadable.push({ name, reason: error.message });
    }
  }
  if (tensors.length === 0 && errors.length > 0) throw errors[0];
  return { tensors, unreadable };
}
