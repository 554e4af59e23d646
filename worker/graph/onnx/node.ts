import { inputError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { toDense } from '../dense.ts';
import { apply, type Value } from '../graph.ts';
import type { OperatorName } from '../operators/table.ts';
import type { Attributes } from '../types.ts';
import { type AttributeProto, type GraphProto, type NodeProto, toNumber } from './schema.ts';
import { describeTensor } from './tensors.ts';

/** What a rule that raises a node may need of its surroundings. */
export interface Surroundings {
  readonly file: string;
  readonly opset: number;
  /** The batch size written into the model's shapes, and the one the graph is built for, where these differ. */
  readonly rebatch: { readonly declared: number; readonly actual: number } | null;
  /** Tells the user what was changed on the way in. */
  note(sentence: string): void;
  /** Raises the nodes of a graph inside a node, which see the values around it; returns its outputs. */
  raise(subgraph: GraphProto): readonly Value[];
}

/** A node of an ONNX file with its inputs as values, and typed access to its attributes. */
export class OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly outputCount: number;
  private readonly attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    proto: NodeProto,
    readonly inputs: readonly (Value | null)[],
    readonly surroundings: Surroundings,
  ) {
    this.operator = proto.op_type;
    this.name = proto.name || proto.output?.[0] || proto.op_type;
    this.outputCount = proto.output?.length ?? 0;
    this.attributes = new Map((proto.attribute ?? []).map(attribute => [attribute.name, attribute]));
  }

  get opset(): number {
    return this.surroundings.opset;
  }

  /** An error whose sentence names the file, the node and its operator. */
  refuse(why: string, cause?: unknown): Error {
    return inputError(`${this.surroundings.file}: node ${this.name} (${this.operator}): ${why}`, cause);
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }

  int(name: string, otherwise: number): number {
    const attribute = this.attributes.get(name);
    return attribute ? toNumber(attribute.i) : otherwise;
  }

  ints(name: string): readonly number[] | null {
    const attribute = this.attributes.get(name);
    return attribute ? (attribute.ints ?? []).map(toNumber) : null;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.attributes.get(name);
    return attribute ? (attribute.f ?? 0) : otherwise;
  }

  floats(name: string): readonly number[] | null {
    const attribute = this.attributes.get(name);
    return attribute ? (attribute.floats ?? []) : null;
  }

  text(name: string, otherwise: string): string {
    const attribute = this.attributes.get(name);
    return attribute ? new TextDecoder().decode(attribute.s) : otherwise;
  }

  texts(name: string): readonly string[] | null {
    const attribute = this.attributes.get(name);
    return attribute ? (attribute.strings ?? []).map(text => new TextDecoder().decode(text)) : null;
  }

  tensor(name: string): Tensor | null {
    const proto = this.attributes.get(name)?.t;
    return proto ? describeTensor(proto, `${this.surroundings.file}: node ${this.name}`).read() : null;
  }

  /** A graph that is an attribute of the node; throws where the node lacks it. */
  graph(name: string): GraphProto {
    const graph = this.attributes.get(name)?.g;
    if (!graph) throw this.refuse(`attribute ${name} is missing.`);
    return graph;
  }

  /** Input `index`; throws where the node lacks it. */
  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw this.refuse(`input ${index} is missing.`);
    return value;
  }

  /** The inputs that are there. */
  present(): Value[] {
    return this.inputs.filter(value => value !== null);
  }

  /** The numbers of input `index`, null where it is absent; throws where they depend on data or parameters. */
  known(index: number, what: string): readonly number[] | null {
    const value = this.inputs[index];
    if (!value) return null;
    if (value.kind !== 'constant') {
      throw this.refuse(`${what} must be known in advance, and depends on the data or the parameters here.`);
    }
    return [...toDense(value.tensor).data];
  }

  /** Applies an operator under this node's name. */
  apply(operator: OperatorName, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return apply(operator, inputs, attributes, this.name);
  }
}
