/** What the guide proposes for basin.json, the likeliest first: by names, shapes and types, never by the data itself. */
import { dirname, relative, sep } from 'node:path';
import type { DataArray } from '../worker/protocol.ts';

/** An array in a data file of the workspace. */
export interface FoundArray extends DataArray {
  /** Absolute path of the file. */
  readonly file: string;
}

/** A file with more arrays holds a checkpoint or directions, one array a parameter. */
const arraysOfData = 20;

/** The arrays of one file that may be data. */
export const worthOffering = (arrays: readonly FoundArray[]): readonly FoundArray[] =>
  arrays.length > arraysOfData ? [] : arrays.filter(({ shape }) => shape.length > 0);

export type LossKind = 'cross-entropy' | 'mse' | 'bce-with-logits';

const inputNames = /^(x|xs|inputs?|images?|features?|data|input_ids|tokens?)$/i;
const targetNames = /^(y|ys|targets?|labels?|classes|fine)$/i;

/** Arrays that may be the inputs. */
export const proposeInputs = (arrays: readonly FoundArray[]): readonly FoundArray[] =>
  byScore(arrays, array => {
    const { length } = array.shape;
    return nameScore(array, inputNames, targetNames) + (length > 1 ? 2 : -2) + (isFloating(array) ? 1 : 0);
  });

/** Arrays with as many rows as the inputs, which may be the targets. */
export function proposeTargets(arrays: readonly FoundArray[], inputs: FoundArray): readonly FoundArray[] {
  const others = arrays.filter(array => array !== inputs && array.shape[0] === inputs.shape[0]);
  return byScore(others, array => {
    const isNear = array.file === inputs.file ? 2 : dirname(array.file) === dirname(inputs.file) ? 1 : 0;
    const isSmaller = array.shape.length < inputs.shape.length ? 2 : 0;
    return nameScore(array, targetNames, inputNames) + isNear + isSmaller;
  });
}

/** Losses for such targets. Classes are counted in integers; anything else is compared as it is. */
export function proposeLosses(targets: DataArray): readonly LossKind[] {
  if (targets.dtype === 'bool') return ['bce-with-logits', 'cross-entropy', 'mse'];
  if (!isFloating(targets)) return ['cross-entropy', 'bce-with-logits', 'mse'];
  return ['mse', 'bce-with-logits', 'cross-entropy'];
}

/** Whether inputs of this type are usually divided by 255 before a network sees them. */
export const looksLikeBytes = (inputs: DataArray): boolean => inputs.dtype === 'uint8' && inputs.shape.length > 2;

/**
 * The folder for basin.json: the innermost that has both the checkpoint and the model, or the data where the checkpoint
 * holds its model; without a checkpoint, that of the model or the data.
 *
 * @param root The folder above which it never lies, whatever lies elsewhere.
 */
export function projectFolder(file: string, checkpoint: string | undefined, root?: string): string {
  let folder = dirname(file);
  while (checkpoint !== undefined && isOutside(relative(folder, checkpoint)) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return root !== undefined && isOutside(relative(root, folder)) ? root : folder;
}

/** How basin.json in `folder` names a file, or an array by its suffix. */
export const referenceFrom = (folder: string, file: string, suffix = ''): string =>
  relative(folder, file).split(sep).join('/') + suffix;

/** `float32 1024 × 1 × 8 × 8`. */
export const describeArray = ({ dtype, shape }: DataArray): string => `${dtype} ${shape.join(' × ') || 'scalar'}`;

const isOutside = (path: string): boolean => path.startsWith('..');

const isFloating = ({ dtype }: DataArray): boolean => dtype.includes('float');

/** The array's own name, without which the file's first word stands for it: `train-images-idx3-ubyte.gz`, `y_train.npy`. */
function nameScore({ file, suffix }: FoundArray, wanted: RegExp, unwanted: RegExp): number {
  const words = (text: string): string[] => text.split(/[^a-z0-9]+/i).filter(word => word !== '');
  const fileWords = words(file.slice(file.lastIndexOf(sep) + 1));
  const own = suffix === '' ? fileWords : [suffix.slice(1), ...words(suffix)];
  const has = (pattern: RegExp): boolean => own.some(word => pattern.test(word));
  const split = [...own, ...fileWords].map(word => word.toLowerCase());
  return (
    (has(wanted) ? 4 : 0) -
    (has(unwanted) ? 4 : 0) +
    (split.includes('train') ? 1 : 0) -
    (split.some(word => /^(test|t10k|val|valid|validation)$/.test(word)) ? 2 : 0)
  );
}

/** Best first; of equals the one that was found first. */
const byScore = (arrays: readonly FoundArray[], score: (array: FoundArray) => number): readonly FoundArray[] =>
  arrays
    .map(array => ({ array, score: score(array) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ array }) => array);
