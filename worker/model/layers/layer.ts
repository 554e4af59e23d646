import { inputError } from '../../errors.ts';
import type { Network, NodeAttributes, Wire } from './network.ts';
import { type LayerPlace, type LayerWeights, within } from './weights.ts';

/** An object of a configuration, of which nothing has been checked. */
export type Config = Readonly<Record<string, unknown>>;

export const isConfig = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What all layers of a model have in common. */
export interface LayerContext {
  readonly file: string;
  readonly network: Network;
  readonly weights: LayerWeights;
  /** Who wrote the configuration: versions 2 and 3 of Keras and TensorFlow.js mean other functions by some names. */
  readonly dialect: 'keras 2' | 'keras 3' | 'tensorflow.js';
}

/** A weight of a layer: the name of its value, and its shape in the file. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a layer is called with besides its inputs. */
export interface NamedArguments {
  readonly named: ReadonlyMap<string, Wire>;
  /** What is no value of the network. */
  readonly options: Config;
}

/** A layer that is called: typed access to its configuration, its weights, and what it writes into the network. */
export class Layer {
  readonly name: string;

  constructor(
    readonly className: string,
    readonly config: Config,
    readonly place: LayerPlace,
    readonly inputs: readonly Wire[],
    readonly context: LayerContext,
    readonly isTrained: boolean,
    readonly call: NamedArguments = { named: new Map(), options: {} },
  ) {
    this.name = place.names.join('/');
  }

  /** An error whose sentence names the file, the layer and its class. */
  refuse(why: string): Error {
    return inputError(`${this.context.file}: layer ${this.name} (${this.className}): ${why}`);
  }

  /** An option that Basin has no rule for. */
  refuseOption(option: string): Error {
    return this.refuse(
      `${option} ${JSON.stringify(this.config[option])} is not supported; replace the layer, or name an ONNX file as "model" in basin.json.`,
    );
  }

  /** Throws unless an option is absent, null, or one of the values that change nothing. */
  require(option: string, ...harmless: readonly unknown[]): void {
    const value = this.config[option];
    const same = (other: unknown) => JSON.stringify(other) === JSON.stringify(value);
    if (value !== undefined && value !== null && !harmless.some(same)) throw this.refuseOption(option);
  }

  number(option: string, otherwise: number): number {
    const value = this.config[option] ?? otherwise;
    if (typeof value === 'number') return value;
    throw this.refuseOption(option);
  }

  flag(option: string, otherwise: boolean): boolean {
    const value = this.config[option] ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.refuseOption(option);
  }

  text(option: string, otherwise: string): string {
    const value = this.config[option] ?? otherwise;
    if (typeof value === 'string') return value;
    throw this.refuseOption(option);
  }

  /** Numbers, one for each of `count` axes; a single number stands for all. */
  numbers(option: string, count: number, otherwise: number): readonly number[] {
    const value = this.config[option] ?? otherwise;
    if (typeof value === 'number') return new Array<number>(count).fill(value);
    if (Array.isArray(value) && value.length === count && value.every(own => typeof own === 'number')) return value;
    throw this.refuseOption(option);
  }

  /** Input `index`, its axes as the layers mean them. */
  input(index = 0): Wire {
    return this.ordered(this.given(index), 'last');
  }

  /** Input `index` with its channels wherever they are. */
  given(index = 0): Wire {
    const wire = this.inputs[index];
    if (!wire) throw this.refuse(`input ${index} is missing.`);
    return wire;
  }

  ordered(wire: Wire, channels: Wire['channels']): Wire {
    return this.context.network.ordered(this.name, wire, channels);
  }

  /**
   * The layer's weights in the order in which it has them; null for names that are null.
   * @param held those that are measured or given, not trained.
   */
  weights<const N extends readonly (string | null)[]>(
    names: N,
    held: readonly string[] = [],
    place: LayerPlace = this.place,
  ): { readonly [K in keyof N]: N[K] extends string ? Weight : Weight | null } {
    let index = 0;
    const found = names.map(name => {
      if (name === null) return null;
      const tensor = this.context.weights.find(place, name, index++);
      this.context.network.weight(tensor, this.isTrained && !held.includes(name));
      return { name: tensor.name, shape: tensor.shape };
    });
    return found as { readonly [K in keyof N]: N[K] extends string ? Weight : Weight | null };
  }

  /** A layer inside this one. */
  inner(entry: unknown, step: string, inputs: readonly Wire[]): Layer {
    if (!isConfig(entry) || typeof entry.class_name !== 'string' || !isConfig(entry.config)) {
      throw this.refuse('the layer inside it is not described; save the model again.');
    }
    const name = typeof entry.config.name === 'string' ? entry.config.name : entry.class_name;
    const isTrained = this.isTrained && entry.config.trainable !== false;
    return new Layer(entry.class_name, entry.config, within(this.place, name, step), inputs, this.context, isTrained);
  }

  node(operator: string, inputs: readonly string[], attributes: NodeAttributes = {}): string {
    return this.context.network.node(this.name, operator, inputs, attributes);
  }

  outputs(operator: string, inputs: readonly string[], attributes: NodeAttributes, count: number): readonly string[] {
    return this.context.network.nodeWithOutputs(this.name, operator, inputs, attributes, count);
  }

  /** The same wire, by an operator that works element by element. */
  elementwise(wire: Wire, operator: string, attributes: NodeAttributes = {}, more: readonly string[] = []): Wire {
    return { name: this.node(operator, [wire.name, ...more], attributes), rank: wire.rank, channels: wire.channels };
  }

  scalar(value: number): string {
    return this.context.network.scalar(this.name, value);
  }

  integers(values: readonly number[]): string {
    return this.context.network.constant(this.name, values, 'int64');
  }

  transpose(value: string, perm: readonly number[]): string {
    return this.context.network.transpose(this.name, value, perm);
  }

  /** A value in another shape, in which 0 keeps an axis and −1 takes the rest. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.integers(shape)]);
  }
}

/** What a layer makes of its inputs. */
export type LayerRule = (layer: Layer) => Wire;

/** A wire whose axes are as the layers mean them. */
export const plain = (name: string, rank: number): Wire => ({ name, rank, channels: 'last' });
