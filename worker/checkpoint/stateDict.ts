import { inputError } from '../errors.ts';
import { type Dictionary, PersistentId, PickleObject, type PickleValue } from './pickle.ts';
import type { Position } from './position.ts';
import { asDictionary, isTensor, nameOf, wholeModule } from './torchPickle.ts';

/** Where training scripts keep the parameters, the likeliest first (Lightning, hand-written loops). */
const STATE_DICT_KEYS = ['state_dict', 'model_state_dict', 'model'];

/** Where they keep how far training was. */
const STEP_KEYS = ['global_step', 'step', 'iteration'];
const EPOCH_KEYS = ['epoch'];

/** The parameters of a checkpoint, under their own names, and how far training was if it says so. */
export interface StateDict extends Position {
  readonly tensors: readonly (readonly [string, PickleObject])[];
}

/**
 * Finds the state dict in what `torch.save` pickled: under one of the usual keys, or the whole of it.
 * Entries that are no tensors are left out. Throws `input` for a pickled module and where there are no tensors.
 */
export function findStateDict(file: string, root: PickleValue): StateDict {
  const dictionary = asDictionary(root);
  if (dictionary === null) throw refuse(file, root);
  const values = STATE_DICT_KEYS.map(key => dictionary.get(key) ?? null);
  for (const candidate of [...values.map(asDictionary), dictionary]) {
    const tensors = candidate === null ? [] : tensorsOf(candidate);
    if (tensors.length > 0) {
      return { tensors, step: numberIn(dictionary, STEP_KEYS), epoch: numberIn(dictionary, EPOCH_KEYS) };
    }
  }
  const module = values.find(value => value instanceof PickleObject && isModule(value));
  if (module !== undefined) throw refuse(file, module);
  const keys = [...dictionary.keys()].filter(key => typeof key === 'string').slice(0, 8);
  const found = keys.length === 0 ? 'nothing by name' : keys.join(', ');
  throw inputError(
    `${file}: no tensors at the top or under ${STATE_DICT_KEYS.join(', ')} (it holds ${found}); save model.state_dict().`,
  );
}

function tensorsOf(dictionary: Dictionary): [string, PickleObject][] {
  const tensors: [string, PickleObject][] = [];
  for (const [name, value] of dictionary) {
    if (typeof name === 'string' && isTensor(value)) tensors.push([name, value]);
  }
  return tensors;
}

function numberIn(dictionary: Dictionary, keys: readonly string[]): number | null {
  for (const key of keys) {
    const value = dictionary.get(key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  }
  return null;
}

/** An nn.Module pickles to an instance whose state has its parameters and its children. */
const isModule = (value: PickleObject): boolean => asDictionary(value.state)?.has('_parameters') ?? false;

function refuse(file: string, value: PickleValue): Error {
  if (isTensor(value)) return inputError(`${file}: holds one tensor without a name; save a dictionary of tensors.`);
  if (value instanceof PickleObject && isModule(value)) return wholeModule(file, `a module (${className(value)})`);
  return inputError(`${file}: holds no dictionary of tensors; save model.state_dict() with torch.save.`);
}

function className(value: PickleObject): string {
  // Protocols 0 and 1 build instances through a helper, which the class is an argument of.
  const builder = nameOf(value.callable);
  const built = builder.endsWith('._reconstructor') ? (value.args[0] ?? null) : value.callable;
  // The old container refers to the class of a module by ('module', class, its source file, its source).
  const named = built instanceof PersistentId && Array.isArray(built.id) ? (built.id[1] ?? null) : built;
  return nameOf(named) || 'of unknown class';
}
