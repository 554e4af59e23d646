import { inputError } from '../../errors.ts';
import { formatShape } from '../../tensor.ts';
import type { Network, NodeAttributes, Wire } from './network.ts';
import type { LayerPlace, LayerWeights } from './weights.ts';

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
  /** Calls a layer or a model, for layers that have others inside. */
  readonly call: (layer: LayerCall, context: LayerContext) => readonly Wire[];
}

/** A layer or a model and what it is given. */
export interface LayerCall {
  readonly className: string;
  readonly config: Config;
  readonly place: LayerPlace;
  readonly inputs: readonly Wire[];
  readonly isTrained: boolean;
}

/** A weight of a layer: the name of its value, and its shape in the file. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a layer is called with besides its inputs, by the names of the arguments. */
export interface NamedArguments {
  readonly wires: ReadonlyMap<string, readonly Wire[]>;
  /** What is no value of the network. */
  readonly options: ReadonlyMap<string, unknown>;
}

const NOTHING: NamedArguments = { wires: new Map(), options: new Map() };

/** A layer that is called: typed access to its configuration, its weights, and what it writes into the network. */
export class Layer {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  readonly place: LayerPlace;
  readonly inputs: readonly Wire[];
  readonly isTrained: boolean;
  /** The named arguments that a rule has asked for, and how many of the inputs. */
  private readonly taken = new Set(['training']);
  private takenInputs = 0;

  constructor(
    call: LayerCall,
    readonly context: LayerContext,
    private readonly given: NamedArguments = NOTHING,
  ) {
    this.className = call.className;
    this.config = call.config;
    this.place = call.place;
    this.inputs = call.inputs;
    this.isTrained = call.isTrained;
    this.name = call.place.names.join('/');
  }

  /** The values of a named argument; none where it is absent. */
  argument(name: string): readonly Wire[] {
    this.taken.add(name);
    return this.given.wires.get(name) ?? [];
  }

  /** Whether an argument that is no value of the network is true. */
  isCalledWith(name: string): boolean {
    this.taken.add(name);
    return this.given.options.get(name) === true;
  }

  /** Throws where the layer is called with an argument or input that its rule does not ask for and that may change something. */
  refuseOtherArguments(): void {
    if (this.given.options.get('training') === true) {
      this.context.network.note(`${this.name}: a call in training mode was read in evaluation mode.`);
    }
    const isTold = ([, value]: readonly [string, unknown]) => value !== null && value !== false;
    const names = [...[...this.given.options].filter(isTold).map(([name]) => name), ...this.given.wires.keys()];
    const other = names.find(name => !this.taken.has(name));
    if (other !== undefined) throw this.refuseUse(`it is called with ${other}, which is not supported`);
    if (this.inputs.length > this.takenInputs) {
      throw this.refuseUse(`it is called with ${this.inputs.length} values and takes ${this.takenInputs}`);
    }
  }

  /** An error whose sentence names the file, the layer and its class. */
  refuse(why: string): Error {
    return inputError(`${this.context.file}: layer ${this.name} (${this.className}): ${why}`);
  }

  /** Something that Basin has no rule for, as the beginning of a sentence. */
  refuseUse(what: string): Error {
    return this.refuse(`${what}; replace the layer, or name an ONNX file as "model" in basin.json.`);
  }

  /** An option that Basin has no rule for. */
  refuseOption(option: string): Error {
    return this.refuseUse(`${option} ${JSON.stringify(this.config[option])} is not supported`);
  }

  /** What cannot be in an architecture that was saved whole. */
  refuseDamage(what: string): Error {
    return this.refuse(`${what}; the architecture is damaged: save the model again.`);
  }

  /** Throws where the layer keeps its weights rounded to whole numbers, with scales that Basin has no rule for. */
  requireFloatingWeights(): void {
    const { dtype } = this.config;
    if (/quantized|^u?int\d|^float8/i.test(isConfig(dtype) ? String(dtype.class_name) : '')) {
      throw this.refuseOption('dtype');
    }
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

  /** The axis that an option names, counted from the front, of a wire; a list of one is read too. */
  axis(option: string, { rank }: Wire, otherwise = -1): number {
    const given = this.config[option] ?? otherwise;
    const axis: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
    const counted = typeof axis === 'number' && axis < 0 ? axis + rank : axis;
    if (typeof counted === 'number' && counted > 0 && counted < rank) return counted;
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
    return this.ordered(this.unordered(index), 'last');
  }

  /** Input `index` with its channels wherever they are. */
  unordered(index = 0): Wire {
    const wire = this.inputs[index];
    if (!wire) throw this.refuseDamage(`input ${index} is missing`);
    this.takenInputs = Math.max(this.takenInputs, index + 1);
    return wire;
  }

  /** All inputs from one on. */
  inputsFrom(first: number): readonly Wire[] {
    return counted(first, this.inputs.length).map(index => this.unordered(index));
  }

  ordered(wire: Wire, channels: Wire['channels']): Wire {
    return this.context.network.ordered(this.name, wire, channels);
  }

  /**
   * The layer's weights in the order in which it has them; null for names that are null.
   * @param held those that are measured, not trained.
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
      const own = this.isTrained ? 'trained' : 'untrained';
      this.context.network.weight(tensor, held.includes(name) ? 'measured' : own);
      return { name: tensor.name, shape: tensor.shape };
    });
    return found as { readonly [K in keyof N]: N[K] extends string ? Weight : Weight | null };
  }

  /** Throws where a weight has another number of axes than its layer needs. */
  requireRank({ name, shape }: Weight, rank: number): void {
    if (shape.length !== rank) throw this.refuseDamage(`tensor ${name} is ${formatShape(shape)}, not of ${rank} axes`);
  }

  /**
   * What another layer, which stands in an option, makes of inputs.
   * @param place where its weights are.
   */
  inner(option: string, place: LayerPlace, inputs: readonly Wire[]): readonly Wire[] {
    return this.context.call(this.described(option, place, inputs), this.context);
  }

  /** A layer that stands in an option. */
  described(option: string, place: LayerPlace, inputs: readonly Wire[]): LayerCall {
    const entry = this.config[option];
    if (!isConfig(entry) || typeof entry.class_name !== 'string' || !isConfig(entry.config)) {
      throw this.refuseDamage('the layer inside it is not described');
    }
    const isTrained = this.isTrained && entry.config.trainable !== false;
    return { className: entry.class_name, config: entry.config, place, inputs, isTrained };
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

/** What a layer makes of its inputs: a value, or several. */
export type LayerRule = (layer: Layer) => Wire | readonly Wire[];

/** A wire whose axes are as the layers mean them. */
export const plain = (name: string, rank: number): Wire => ({ name, rank, channels: 'last' });

/** The whole numbers [from, to). */
export const counted = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
