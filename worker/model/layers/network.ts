/** A network under construction, as nodes of an ONNX file that is never written. */
import { inputError } from '../../errors.ts';
import type { DeclaredInput, ModelFile } from '../../graph/onnx/read.ts';
import { type AttributeProto, DATA_TYPE, type NodeProto } from '../../graph/onnx/schema.ts';
import type { Initializer } from '../../graph/onnx/tensors.ts';
import type { LazyTensor } from '../../tensor.ts';

/** A value on its way through the layers. */
export interface Wire {
  readonly name: string;
  /** How many axes it has, the examples' included. */
  readonly rank: number;
  /**
   * `first`: the last axis of what the layers mean, the channels, lies behind the examples, as convolutions take it;
   * `last`: it lies as the layers mean it.
   */
  readonly channels: 'first' | 'last';
  /** Of probabilities: what they were made of, by what. */
  readonly logits?: { readonly of: Wire; readonly by: 'softmax' | 'sigmoid' };
}

/** Attributes of a node; a number serves where the operator takes a whole one and where it takes any. */
export type NodeAttributes = Readonly<Record<string, number | string | readonly number[] | readonly string[]>>;

/** Where a weight's values come from. */
export type WeightOrigin = 'trained' | 'untrained' | 'measured';

/** The version of the operator set that the nodes mean. */
const OPSET = 20;

export class Network {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly measured = new Set<string>();
  private readonly untrained = new Set<string>();
  private readonly told = new Set<string>();
  private readonly inputs: DeclaredInput[] = [];
  /** The other order of channels of a value, so that each is turned once. */
  private readonly turned = new Map<string, string>();
  private count = 0;

  /** @param name what messages call the model. */
  constructor(private readonly name: string) {}

  input(declared: DeclaredInput): Wire {
    if (!this.inputs.some(({ name }) => name === declared.name)) this.inputs.push(declared);
    return { name: declared.name, rank: declared.shape.length, channels: 'last' };
  }

  /** Adds a node; returns the names of its outputs. `''` among the inputs stands for one that is absent. */
  nodeWithOutputs(
    layer: string,
    operator: string,
    inputs: readonly string[],
    attributes: NodeAttributes,
    outputs: number,
  ): readonly string[] {
    const names = Array.from({ length: outputs }, () => `${layer}#${this.count++}`);
    this.nodes.push({
      name: layer,
      op_type: operator,
      input: [...inputs],
      output: [...names],
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
    return names;
  }

  node(layer: string, operator: string, inputs: readonly string[], attributes: NodeAttributes = {}): string {
    return this.nodeWithOutputs(layer, operator, inputs, attributes, 1)[0]!;
  }

  /** Numbers that are part of the architecture. */
  constant(layer: string, values: readonly number[], type: 'float32' | 'int64', shape = [values.length]): string {
    const [name] = this.nodeWithOutputs(layer, 'Constant', [], {}, 1) as [string];
    const data = type === 'float32' ? { float_data: [...values] } : { int64_data: [...values] };
    this.nodes.at(-1)!.attribute = [{ name: 'value', t: { dims: shape, data_type: DATA_TYPE[type], ...data } }];
    return name;
  }

  scalar(layer: string, value: number): string {
    return this.constant(layer, [value], 'float32', []);
  }

  /**
   * A tensor of the checkpoint. What was measured is a constant; what training was told to leave alone is part of θ like
   * all that the checkpoint supplies, unless the user says otherwise, so that the checkpoints of a run keep one θ.
   */
  weight(tensor: LazyTensor, origin: WeightOrigin): string {
    const { name, dtype, shape } = tensor;
    const read = (): never => {
      throw inputError(`${this.name}: an architecture has no values of its own for ${name}; save it with its weights.`);
    };
    this.initializers.set(name, { name, dtype, shape, read });
    if (origin === 'measured') this.measured.add(name);
    if (origin === 'untrained') this.untrained.add(name);
    return name;
  }

  transpose(layer: string, value: string, perm: readonly number[]): string {
    return this.node(layer, 'Transpose', [value], { perm });
  }

  /** The value with its channels where they are asked for. */
  ordered(layer: string, wire: Wire, channels: Wire['channels']): Wire {
    // Without axes between examples and channels the two are the same.
    if (wire.channels === channels || wire.rank < 3) return { ...wire, channels };
    const known = this.turned.get(wire.name);
    if (known !== undefined) return { ...wire, name: known, channels };
    const between = Array.from({ length: wire.rank - 2 }, (_, index) => index + 1);
    const perm = channels === 'first' ? [0, wire.rank - 1, ...between] : [0, ...between.map(axis => axis + 1), 1];
    const name = this.transpose(layer, wire.name, perm);
    this.turned.set(wire.name, name);
    this.turned.set(name, wire.name);
    return { ...wire, name, channels };
  }

  /** Keeps a sentence that is to be known of the model. */
  note(sentence: string): void {
    this.told.add(sentence);
  }

  private notes(): readonly string[] {
    const names = [...this.untrained];
    if (names.length === 0) return [...this.told];
    const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
    return [
      ...this.told,
      `Parameters of layers with trainable false are varied like the others: ${some}; leave them out with "parameters" in basin.json.`,
    ];
  }

  /** The finished model. Each output has its own name. */
  finish(outputs: readonly { readonly name: string; readonly wire: Wire }[]): ModelFile {
    const taken = new Set(this.inputs.map(({ name }) => name));
    const named = outputs.map(({ name, wire }) => {
      // An input may be an output, and so may several calls of one layer.
      const output = taken.has(name) ? `${name}#${this.count++}` : name;
      taken.add(output);
      const { name: value } = this.ordered(name, wire, 'last');
      this.nodes.push({ name, op_type: 'Identity', input: [value], output: [output] });
      return output;
    });
    return {
      name: this.name,
      opset: OPSET,
      producer: 'Keras layers',
      inputs: this.inputs,
      outputs: named,
      initializers: this.initializers,
      nodes: this.nodes,
      frozen: this.measured,
      notes: this.notes(),
    };
  }
}

function attributeOf(name: string, value: NodeAttributes[string]): AttributeProto {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, i: value, f: value };
  const encoder = new TextEncoder();
  const texts = value.filter(own => typeof own === 'string');
  if (texts.length > 0) return { name, strings: texts.map(text => encoder.encode(text)) };
  const numbers = value.map(Number);
  return { name, ints: numbers, floats: numbers };
}
