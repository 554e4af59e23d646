/** Finds which tensor of a file is which variable of a layer. */
import { inputError } from '../../errors.ts';
import type { LazyTensor } from '../../tensor.ts';

/** Where a layer stands in its model, in the two ways in which files name weights. */
export interface LayerPlace {
  /** Names of the layer and of those around it, outermost first: Keras 2 and TensorFlow.js. */
  readonly names: readonly string[];
  /** The path of the layer in a file of Keras 3, such as `layers/dense_1`. */
  readonly path: string;
}

/** A place inside another one. */
export const within = ({ names, path }: LayerPlace, name: string, step: string): LayerPlace => ({
  names: [...names, name],
  path: path === '' ? step : `${path}/${step}`,
});

/**
 * Keras 3 names layers in its files by their class, and numbers those of one class in their order
 * (keras/src/saving/saving_lib.py, `_save_container_state`).
 */
export class ClassCounter {
  private readonly counts = new Map<string, number>();

  next(className: string): string {
    const name = snakeCase(className);
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return `layers/${count === 0 ? name : `${name}_${count}`}`;
  }
}

/** `Conv2DTranspose` as `conv2d_transpose` (keras/src/utils/naming.py, `to_snake_case`). */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** The weights of a file, by layer and variable. */
export class LayerWeights {
  private readonly byName: ReadonlyMap<string, LazyTensor>;
  private readonly parted: readonly { readonly parts: readonly string[]; readonly tensor: LazyTensor }[];

  /** @param file what messages call the file. */
  constructor(
    private readonly file: string,
    tensors: readonly LazyTensor[],
  ) {
    this.byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
    this.parted = tensors.map(tensor => ({ parts: tensor.name.replace(/:0$/, '').split('/'), tensor }));
  }

  /**
   * The tensor of a variable.
   * @param variable its name, such as `kernel`.
   * @param index its place among those that the layer has, by which Keras 3 names it.
   * Throws `input` where there is none, or more than one could be meant.
   */
  find({ names, path }: LayerPlace, variable: string, index: number): LazyTensor {
    const numbered = this.byName.get(`${path}/vars/${index}`);
    if (numbered) return numbered;
    const [own] = names.slice(-1) as [string];
    const ranked = this.parted
      .filter(({ parts }) => parts.at(-1) === variable && includesPath(parts, own))
      .map(({ parts, tensor }) => ({ tensor, known: names.filter(name => includesPath(parts, name)).length }))
      .sort((a, b) => b.known - a.known);
    const [first, second] = ranked;
    if (!first) {
      throw inputError(
        `${this.file}: no tensor is the ${variable} of layer ${names.join('/')}; save the whole model again, with its weights.`,
      );
    }
    if (second && second.known === first.known) {
      throw inputError(
        `${this.file}: ${first.tensor.name} and ${second.tensor.name} could both be the ${variable} of layer ${names.join('/')}; give the layers different names and save the model again.`,
      );
    }
    return first.tensor;
  }
}

/** Whether a name, which may have slashes itself, is among the parts of a path. */
function includesPath(parts: readonly string[], name: string): boolean {
  return `/${parts.join('/')}/`.includes(`/${name}/`);
}
