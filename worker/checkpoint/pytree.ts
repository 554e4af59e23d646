/** Trees of arrays as JAX's users keep them: the parameters among what else belongs to a training. */
import type { TensorList } from '../io/tensorList.ts';
import type { LazyTensor } from '../tensor.ts';
import type { Content } from './checkpoint.ts';

/**
 * A name in a tree with dots between its parts, however they were put together: `params/Dense_0/kernel`,
 * `['params']['Dense_0']['kernel']` (`jax.tree_util.keystr`) or `.params['Dense_0']`.
 */
export const dotted = (name: string): string =>
  name
    .replace(/\[(['"]?)(.*?)\1\]/g, '.$2')
    .replaceAll('/', '.')
    .replace(/^\.+/, '');

/** What an optimiser keeps has the shapes and names of the parameters, and is none (Flax's `TrainState`, Optax). */
const OPTIMIZER_STATE = /^(opt_state|optimizer|optimizer_state|opt)\./;

/** Under what names a tree has the number of steps. */
const STEP = /^(step|global_step)$/;
const EPOCH = /^epoch$/;

/** The arrays of a tree without its optimiser's, and how far training was where an array of one number says it. */
export async function pytree({ tensors, unreadable }: TensorList): Promise<Content> {
  const numberUnder = async (pattern: RegExp) => {
    const tensor = tensors.find(({ name }) => pattern.test(dotted(name)));
    return { tensor, count: tensor === undefined ? null : await countIn(tensor) };
  };
  const step = await numberUnder(STEP);
  const epoch = await numberUnder(EPOCH);
  const counts = [step, epoch].filter(({ count }) => count !== null).map(({ tensor }) => tensor);
  const isParameter = ({ name }: { readonly name: string }): boolean => !OPTIMIZER_STATE.test(dotted(name));
  const kept = tensors.filter(tensor => isParameter(tensor) && !counts.includes(tensor));
  return {
    step: step.count,
    epoch: epoch.count,
    // A file of nothing else is an odd one, and its arrays are what there is.
    tensors: kept.length > 0 ? kept : tensors,
    unreadable: unreadable.filter(isParameter),
  };
}

async function countIn(tensor: LazyTensor): Promise<number | null> {
  if (tensor.shape.some(size => size !== 1) || tensor.dtype === 'bool') return null;
  const value = Number((await tensor.read()).data[0]);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}
