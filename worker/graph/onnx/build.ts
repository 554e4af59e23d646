import { BasinError, inputError, messageOf } from '../../errors.ts';
import { constant, type Graph, type InputValue, input, type Value } from '../graph.ts';
import { ShapeMismatch, type ValueType } from '../types.ts';
import { toGraphTensor } from './convert.ts';
import { OnnxNode, type Surroundings } from './node.ts';
import { rules } from './raise.ts';
import { isForeign, type ModelFile } from './read.ts';
import type { NodeProto } from './schema.ts';
import { describeTensor, type Initializer } from './tensors.ts';

/** How a model file becomes a graph for one batch size. */
export interface BuildOptions {
  /** Type and shape of every input, batch first. */
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** The value an initializer becomes: a parameter, or a constant with the checkpoint's contents. `null`: the file's own. */
  leaf(initializer: Initializer): Value | null;
  /** Receives a sentence for everything that was changed on the way in. */
  note?(sentence: string): void;
}

/**
 * Raises every node of a model to the canonical operator set, with all shapes known.
 * Throws `input`, naming the node, where an operator or an attribute has no rule or the shapes do not fit.
 */
export function buildGraph(model: ModelFile, options: BuildOptions): Graph {
  const values = new Map<string, Value | null>([['', null]]);
  const inputs: InputValue[] = [];
  for (const declared of model.inputs) {
    const type = options.inputs.get(declared.name);
    if (!type) throw inputError(`${model.name}: no data is given for its input ${declared.name}.`);
    const value = input(declared.name, type.type, type.shape);
    inputs.push(value);
    values.set(declared.name, value);
  }
  const initializerValue = (initializer: Initializer): Value =>
    options.leaf(initializer) ??
    constant(
      toGraphTensor(initializer.read(), problem => inputError(`${model.name}: tensor ${initializer.name}: ${problem}`)),
      initializer.name,
    );
  const resolve = (name: string): Value | null => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const initializer = model.initializers.get(name);
    if (!initializer) throw inputError(`${model.name}: nothing computes the value ${name}; the file is damaged.`);
    const value = initializerValue(initializer);
    values.set(name, value);
    return value;
  };

  const raiseNode = (proto: NodeProto): void => {
    const rule = Object.hasOwn(rules, proto.op_type) ? rules[proto.op_type] : undefined;
    const node = new OnnxNode(proto, (proto.input ?? []).map(resolve), surroundings);
    if (!rule || isForeign(proto)) {
      throw node.refuse(
        'Basin has no rule for this operator; replace the layer, or leave it out of the exported model.',
      );
    }
    const results = raise(rule, node);
    proto.output?.forEach((name, index) => {
      const value = results[index];
      if (value) values.set(name, value);
      else if (name !== '') throw node.refuse(`Basin does not compute its output ${index}.`);
    });
  };
  const surroundings: Surroundings = {
    file: model.name,
    opset: model.opset,
    rebatch: rebatchOf(model, options.inputs),
    note: options.note ?? (() => {}),
    // Names in a subgraph differ from all that it sees (ONNX specification, Names Within a Graph): it needs no scope.
    raise(subgraph) {
      for (const proto of subgraph.initializer ?? []) {
        const initializer = describeTensor(proto, model.name);
        values.set(initializer.name, initializerValue(initializer));
      }
      for (const proto of subgraph.node ?? []) raiseNode(proto);
      return (subgraph.output ?? []).map(({ name }) => resolve(name)!);
    },
  };
  for (const proto of model.nodes) raiseNode(proto);
  return { inputs, outputs: model.outputs.map(name => ({ name, value: resolve(name)! })) };
}

/** Runs a rule; whatever is wrong with the node becomes a sentence that names it. */
function raise(rule: (node: OnnxNode) => Value | readonly Value[], node: OnnxNode): readonly Value[] {
  try {
    const result = rule(node);
    return Array.isArray(result) ? result : [result as Value];
  } catch (error) {
    if (error instanceof BasinError && !error.message.startsWith(node.surroundings.file)) {
      throw inputError(`${node.surroundings.file}: ${error.message}`, error);
    }
    if (error instanceof ShapeMismatch) throw node.refuse(`${error.message}.`);
    if (error instanceof BasinError) throw error;
    // A rule trips over inputs and attributes that no exporter gives its operator.
    throw node.refuse(
      `it has not the inputs and attributes of its operator (${messageOf(error)}); export it again.`,
      error,
    );
  }
}

/** The batch size written into the model, where it differs from the one asked for. */
function rebatchOf(model: ModelFile, inputs: ReadonlyMap<string, ValueType>): Surroundings['rebatch'] {
  const first = model.inputs[0];
  const declared = first?.shape[0];
  const actual = first && inputs.get(first.name)?.shape[0];
  return typeof declared === 'number' && actual !== undefined && declared !== actual ? { declared, actual } : null;
}
