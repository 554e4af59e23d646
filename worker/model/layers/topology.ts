/** How the layers of a model are joined: one after the other, or as a graph of calls. */
import { inputError } from '../../errors.ts';
import type { DType } from '../../tensor.ts';
import { type Config, isConfig, Layer, type LayerCall, type LayerContext, type NamedArguments } from './layer.ts';
import type { Wire } from './network.ts';
import { callLayer, ruleOf } from './table.ts';
import { ClassCounter, type LayerPlace, within } from './weights.ts';

/** A value that a model gives, and the layer that gave it. */
export interface NamedWire {
  readonly name: string;
  readonly wire: Wire;
}

/** A model, or one inside another. */
export interface ModelCall {
  readonly className: string;
  readonly config: unknown;
  readonly place: LayerPlace;
  /** What an inner model is given; null of the outermost, which declares its inputs. */
  readonly inputs: readonly Wire[] | null;
  readonly isTrained: boolean;
}

/** Calls a layer, or a model, of which the calling model knows only what it gives. */
export function callInner(call: LayerCall, context: LayerContext, given?: NamedArguments): readonly Wire[] {
  if (!isModel(call.className)) return callLayer(call, context, given);
  const [argument] = given?.wires.keys() ?? [];
  if (argument !== undefined) throw damaged(context, `the model ${call.place.names.join('/')} is given ${argument}`);
  return callModel(call, context).map(({ wire }) => wire);
}

/** Whether a class is that of a model, whose configuration has layers. */
export const isModel = (className: string): boolean => ['Sequential', 'Functional', 'Model'].includes(className);

/** Calls all layers of a model. Throws `input` where its description is damaged or a layer has no rule. */
export function callModel(model: ModelCall, context: LayerContext): readonly NamedWire[] {
  const entries = layerEntries(model, context);
  return model.className === 'Sequential' ? inSequence(model, entries, context) : asGraph(model, entries, context);
}

/** A layer as a configuration lists it. */
interface LayerEntry {
  readonly className: string;
  readonly name: string;
  readonly config: Config;
  readonly place: LayerPlace;
  readonly isTrained: boolean;
  readonly inbound: unknown;
}

const damaged = ({ file }: LayerContext, what: string): Error =>
  inputError(`${file}: ${what}; the architecture is damaged: save the model again.`);

function layerEntries({ config, place, isTrained }: ModelCall, context: LayerContext): readonly LayerEntry[] {
  // Early versions of Keras kept the layers of a sequence without anything around them.
  const list = Array.isArray(config) ? config : isConfig(config) ? config.layers : null;
  if (!Array.isArray(list)) throw damaged(context, `${place.names.join('/') || 'the model'} lists no layers`);
  const counter = new ClassCounter();
  return list.map((entry: unknown): LayerEntry => {
    if (!isConfig(entry) || typeof entry.class_name !== 'string') throw damaged(context, 'a layer has no class');
    const { class_name: className, config: own } = entry;
    // A sequence inside may be a list of layers; what it is called stands beside it then.
    const named = isConfig(own) ? own.name : undefined;
    const name = typeof entry.name === 'string' ? entry.name : typeof named === 'string' ? named : className;
    return {
      className,
      name,
      config: isConfig(own) ? own : { layers: own },
      place: within(place, name, counter.next(className)),
      isTrained: isTrained && !(isConfig(own) && own.trainable === false),
      inbound: entry.inbound_nodes,
    };
  });
}

/** Throws where a model inside another is given more than it takes. */
function requireInputs({ inputs, place }: ModelCall, count: number, context: LayerContext): void {
  if (!inputs || inputs.length <= count) return;
  throw damaged(context, `the model ${place.names.join('/')} is given ${inputs.length} values and takes ${count}`);
}

function inSequence(model: ModelCall, entries: readonly LayerEntry[], context: LayerContext): readonly NamedWire[] {
  const [first] = entries;
  if (!first) throw damaged(context, 'a sequence has no layers');
  const isDeclared = first.className === 'InputLayer';
  const shape = isConfig(model.config) ? model.config.build_input_shape : undefined;
  const input = isDeclared
    ? first
    : { ...first, name: `${first.name}_input`, config: { build_input_shape: shape, ...innermost(first).config } };
  requireInputs(model, 1, context);
  let wire = model.inputs?.[0] ?? declare(input, context);
  let name = input.name;
  for (const entry of isDeclared ? entries.slice(1) : entries) {
    const results = callInner({ ...entry, inputs: [wire] }, context);
    if (results.length !== 1) {
      throw damaged(context, `${entry.name} gives ${results.length} values, and the sequence takes one`);
    }
    wire = results[0]!;
    name = entry.name;
  }
  return [{ name, wire }];
}

/** The first layer of the models that a layer consists of, or the one inside a wrapper: it may know the input's shape. */
function innermost({
  className,
  config,
}: Pick<LayerEntry, 'className' | 'config'>): Pick<LayerEntry, 'className' | 'config'> {
  const [first] = isModel(className) && Array.isArray(config.layers) ? config.layers : [];
  if (!isConfig(first) || typeof first.class_name !== 'string' || !isConfig(first.config)) return { className, config };
  return innermost({ className: first.class_name, config: first.config });
}

/** An input of the model, in the type and shape that its layer declares. */
function declare({ name, config }: Pick<LayerEntry, 'name' | 'config'>, context: LayerContext): Wire {
  const shape = config.batch_shape ?? config.batch_input_shape ?? config.build_input_shape;
  if (!Array.isArray(shape) || shape.length === 0) {
    throw inputError(
      `${context.file}: the shape of its input is not known; save the model after it was built or trained.`,
    );
  }
  const dtype: DType = typeof config.dtype === 'string' && config.dtype.startsWith('int') ? 'int32' : 'float32';
  const sizes = shape.slice(1).map((size: unknown) => (typeof size === 'number' ? size : null));
  return context.network.input({ name, dtype, shape: [null, ...sizes] });
}

/** One output of one call of a layer. */
interface Reference {
  readonly layer: string;
  readonly node: number;
  readonly index: number;
}

/** A call of a layer as a configuration has it. */
interface DescribedCall {
  readonly inputs: readonly Reference[];
  readonly named: ReadonlyMap<string, readonly Reference[]>;
  readonly options: ReadonlyMap<string, unknown>;
}

function asGraph(model: ModelCall, entries: readonly LayerEntry[], context: LayerContext): readonly NamedWire[] {
  const config = isConfig(model.config) ? model.config : {};
  const inputs = referencesIn(config.input_layers, context);
  const outputs = referencesIn(config.output_layers, context);
  requireInputs(model, inputs.length, context);
  const known = new Map<string, readonly Wire[]>();
  const key = ({ layer, node }: Pick<Reference, 'layer' | 'node'>) => `${node}\0${layer}`;
  inputs.forEach((reference, index) => {
    const entry = entries.find(({ name }) => name === reference.layer);
    if (!entry) throw damaged(context, `its input ${reference.layer} is no layer of it`);
    const wire = model.inputs ? model.inputs[index] : declare(entry, context);
    if (!wire) throw damaged(context, `${entry.place.names.join('/')} is given nothing`);
    known.set(key(reference), [wire]);
  });
  const resolve = (reference: Reference): Wire | undefined => known.get(key(reference))?.[reference.index];
  const calls = entries.map(entry => ({ entry, own: callsOf(entry, context) }));
  const used = [
    ...outputs,
    ...calls.flatMap(({ own }) => own.flatMap(({ inputs: from, named }) => [...from, ...[...named.values()].flat()])),
  ];
  // The calls of an inner model are counted from 1, as the first was how it was made (`_should_skip_first_node` in Keras).
  const firstOf = ({ name }: LayerEntry, count: number) =>
    Number(used.some(({ layer, node }) => layer === name && node === count));
  let waiting = calls
    .flatMap(({ entry, own }) => {
      const first = firstOf(entry, own.length);
      return own.map((described, index) => ({
        entry,
        described,
        key: key({ layer: entry.name, node: first + index }),
      }));
    })
    .filter(({ key: own }) => !known.has(own));
  // Layers are listed in the order in which they were first called, which is not always that of all calls.
  while (waiting.length > 0) {
    const left = waiting.filter(({ entry, described, key: own }) => {
      const inputs = described.inputs.map(resolve);
      const wires = new Map([...described.named].map(([name, references]) => [name, references.map(resolve)]));
      if (!isComplete(inputs) || !isCompleteMap(wires)) return true;
      known.set(own, callInner({ ...entry, inputs }, context, { wires, options: described.options }));
      return false;
    });
    if (left.length === waiting.length) break;
    waiting = left;
  }
  return outputs.map(reference => {
    const wire = resolve(reference);
    // A layer waits for ever where it is called with what only layers without a rule take, such as a number.
    if (!wire) for (const { entry } of waiting) requireRule(entry, context);
    if (!wire) throw damaged(context, `nothing computes its output ${reference.layer}`);
    // Of several values the first goes by the layer's name alone.
    return { name: reference.layer + (reference.index === 0 ? '' : `:${reference.index}`), wire };
  });
}

function requireRule(entry: LayerEntry, context: LayerContext): void {
  if (!isModel(entry.className)) ruleOf(new Layer({ ...entry, inputs: [] }, context));
}

const isComplete = (wires: readonly (Wire | undefined)[]): wires is readonly Wire[] => !wires.includes(undefined);

const isCompleteMap = (
  wires: ReadonlyMap<string, readonly (Wire | undefined)[]>,
): wires is ReadonlyMap<string, readonly Wire[]> => [...wires.values()].every(isComplete);

/** A layer's calls: lists of references (version 2 and TensorFlow.js) or arguments with tensors in them (version 3). */
function callsOf(entry: LayerEntry, context: LayerContext): readonly DescribedCall[] {
  const { inbound } = entry;
  if (!Array.isArray(inbound)) return [];
  return inbound.map((node: unknown): DescribedCall => {
    if (isConfig(node)) return describedByArguments(node, context);
    const references = referencesIn(node, context);
    const last: unknown = Array.isArray(node) && Array.isArray(node[0]) ? node[0][3] : null;
    return { inputs: references, ...named(isConfig(last) ? last : {}, context) };
  });
}

/** Names of a first argument that calls of version 3 may have instead of its place. */
const FIRST_ARGUMENTS = ['inputs', 'sequences', 'sequence', 'query', 'x'];

function describedByArguments({ args, kwargs }: Config, context: LayerContext): DescribedCall {
  const positional = Array.isArray(args) ? args : [];
  const found = positional.map((own: unknown) => tensorsIn(own, context));
  const { named: wires, options } = named(isConfig(kwargs) ? kwargs : {}, context);
  // A number or nothing among the values would move those behind it to another argument.
  const last = found.findLastIndex(references => references.length > 0);
  const others = positional
    .map((own: unknown, index) => [`argument ${index + 1}`, own ?? (index < last ? 'None' : null)] as const)
    .filter((_, index) => found[index]!.length === 0);
  const first = found.length === 0 ? FIRST_ARGUMENTS.find(name => wires.has(name)) : undefined;
  const inputs = first === undefined ? found.flat() : wires.get(first)!;
  const rest = new Map([...wires].filter(([name]) => name !== first));
  return { inputs, named: rest, options: new Map([...options, ...others]) };
}

/** Arguments by name: values of the network, alone or in lists, and others. */
function named(options: Config, context: LayerContext): Pick<DescribedCall, 'named' | 'options'> {
  const wires = new Map<string, readonly Reference[]>();
  const rest = new Map<string, unknown>();
  for (const [name, value] of Object.entries(options)) {
    const references = isReference(value) ? referencesIn(value, context) : tensorsIn(value, context);
    if (references.length > 0) wires.set(name, references);
    else rest.set(name, value);
  }
  return { named: wires, options: rest };
}

/** Whether a value is a reference of version 2, or a list of them. */
function isReference(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  const [layer, node, index] = value as unknown[];
  if (typeof layer === 'string') return Number.isInteger(node) && Number.isInteger(index);
  return value.every(isReference);
}

/** References as lists of name, call and output, in lists or by name; a single one may stand alone. */
function referencesIn(value: unknown, context: LayerContext): readonly Reference[] {
  if (Array.isArray(value)) {
    const [layer, node, index] = value as unknown[];
    if (typeof layer !== 'string') return value.flatMap((own: unknown) => referencesIn(own, context));
    if (Number.isInteger(node) && Number.isInteger(index)) {
      return [{ layer, node: Number(node), index: Number(index) }];
    }
  }
  if (isConfig(value)) return Object.values(value).flatMap(own => referencesIn(own, context));
  throw damaged(context, 'a call of a layer cannot be understood');
}

/** The tensors in the arguments of a call, in their order. */
function tensorsIn(value: unknown, context: LayerContext): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap((own: unknown) => tensorsIn(own, context));
  if (!isConfig(value)) return [];
  if (value.class_name !== '__keras_tensor__') return [];
  return referencesIn(isConfig(value.config) ? value.config.keras_history : null, context);
}
