/** The reference engine: plain TypeScript in float64, one short function an operator; slow, and an independent opinion. */
import { setImmediate } from 'node:timers/promises';
import { computationError } from '../errors.ts';
import { toDense } from '../graph/dense.ts';
import { type AppliedValue, type Graph, topologicalOrder, type Value, valuesOf } from '../graph/graph.ts';
import { operators } from '../graph/operators/table.ts';
import type { Dense, GraphType } from '../graph/types.ts';
import { elementCount, isFloating, type Tensor, tensorFromNumbers } from '../tensor.ts';
import type { Engine, Program, Session } from './engine.ts';

/**
 * Computes values by their operators' float64 references.
 * @param leaves contents of every input and parameter that the outputs depend on, which may be float64 throughout; a
 * constant that is not among them has its own.
 * Throws `computation`, naming the node, where an operator has no reference.
 */
export function evaluateReference(outputs: readonly Value[], leaves: ReadonlyMap<Value, Dense>): Dense[] {
  const order = topologicalOrder(outputs);
  const uses = new Map<Value, number>();
  const use = (value: Value, count: number): number => {
    const left = (uses.get(value) ?? 0) + count;
    uses.set(value, left);
    return left;
  };
  for (const output of outputs) use(output, 1);
  for (const value of order) if (value.kind === 'applied') for (const from of value.inputs) use(from, 1);

  const known = new Map<Value, Dense>();
  for (const value of order) {
    known.set(value, value.kind === 'applied' ? evaluateNode(value, known) : leafContents(value, leaves));
    if (value.kind !== 'applied') continue;
    // Contents are let go after their last use, so that a deep network does not keep all its activations.
    for (const from of value.inputs) if (use(from, -1) === 0) known.delete(from);
  }
  return outputs.map(output => known.get(output)!);
}

function evaluateNode(node: AppliedValue, known: ReadonlyMap<Value, Dense>): Dense {
  const { evaluate } = operators[node.operator];
  if (!evaluate) throw lacksReference(node);
  const inputs = node.inputs.map(from => known.get(from)!);
  return { shape: node.shape, data: evaluate(inputs, node.attributes, node) };
}

function leafContents(leaf: Exclude<Value, AppliedValue>, leaves: ReadonlyMap<Value, Dense>): Dense {
  const given = leaves.get(leaf);
  if (given) return given;
  if (leaf.kind === 'constant') return toDense(leaf.tensor);
  throw computationError(`The reference engine was given nothing for the ${leaf.kind} ${leaf.name}.`);
}

const lacksReference = (node: AppliedValue): Error =>
  computationError(
    `node ${node.name}: the reference engine has no rule for ${node.operator}; use the engine onnxruntime.`,
  );

/** Starts the engine, which computes on the thread that calls it. Floating outputs are float64. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    dtype: 'float64',
    device: 'cpu',
    threads: 1,
    lanes: 1,
    compile,
    dispose: async () => {},
  };
}

function compile(graph: Graph, layout: ReadonlyMap<string, number>): Program {
  const values = valuesOf(graph);
  const constants = new Map<Value, Dense>();
  for (const value of values) if (value.kind === 'constant') constants.set(value, toDense(value.tensor));

  const open = async (theta: Float32Array): Promise<Session> => {
    const lacking = values.find(value => value.kind === 'applied' && !operators[value.operator].evaluate);
    if (lacking?.kind === 'applied') throw lacksReference(lacking);
    const leaves = new Map(constants);
    for (const value of values) {
      if (value.kind !== 'parameter') continue;
      const from = layout.get(value.name)!;
      const data = Float64Array.from(theta.subarray(from, from + elementCount(value.shape)));
      leaves.set(value, { shape: value.shape, data });
    }
    return {
      run: async feeds => {
        // It computes where requests arrive, which must get their turn between two minibatches.
        await setImmediate();
        const fed = new Map(leaves);
        for (const value of graph.inputs) fed.set(value, toDense(feeds[value.name]!));
        const outputs = graph.outputs.map(output => output.value);
        return evaluateReference(outputs, fed).map((dense, index) => toTensor(dense, outputs[index]!.type));
      },
      close: async () => {},
    };
  };
  return { open, notes: [], close: async () => {} };
}

const toTensor = ({ shape, data }: Dense, type: GraphType): Tensor =>
  tensorFromNumbers(data, isFloating(type) ? 'float64' : type, shape);
