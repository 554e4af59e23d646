/**
 * Basin's model graph: a directed acyclic graph of single-output operators in one canonical form, all shapes known.
 *
 * A graph is written by applying operators to values and read by walking from its outputs, so that dead nodes do not
 * exist, and an operator whose inputs are all known is computed when it is applied, so that an exporter's chains of
 * Shape, Gather and Concat vanish.
 */
import { inputError } from '../errors.ts';
import { elementCount, type Tensor } from '../tensor.ts';
import { fromDense, toDense } from './dense.ts';
import { type OperatorName, operators } from './operators/table.ts';
import { type Attributes, type Dense, type GraphType, ShapeMismatch, type ValueType } from './types.ts';

interface Typed {
  readonly type: GraphType;
  readonly shape: readonly number[];
}

/** Data that is fed at each run, such as images. */
export interface InputValue extends Typed {
  readonly kind: 'input';
  readonly name: string;
}

/** A tensor of θ. */
export interface ParameterValue extends Typed {
  readonly kind: 'parameter';
  readonly name: string;
}

/** A tensor whose contents are part of the architecture or of the checkpoint's statistics. */
export interface ConstantValue extends Typed {
  readonly kind: 'constant';
  readonly name: string;
  readonly tensor: Tensor<GraphType>;
}

/** An operator applied to values. */
export interface AppliedValue extends Typed {
  readonly kind: 'applied';
  /** The node's name in the model file, for messages. */
  readonly name: string;
  readonly operator: OperatorName;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
}

export type Value = InputValue | ParameterValue | ConstantValue | AppliedValue;

export interface Graph {
  readonly inputs: readonly InputValue[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/** Results larger than this many elements are not computed while building: folding is for shapes and masks. */
const FOLDED_ELEMENTS_MAX = 1 << 20;

export const input = (name: string, type: GraphType, shape: readonly number[]): InputValue => ({
  kind: 'input',
  name,
  type,
  shape,
});

export const parameter = (name: string, shape: readonly number[]): ParameterValue => ({
  kind: 'parameter',
  name,
  type: 'float32',
  shape,
});

/** A constant. Its element type must be one the graph knows. */
export const constant = (tensor: Tensor<GraphType>, name = ''): ConstantValue => ({
  kind: 'constant',
  name,
  type: tensor.dtype,
  shape: tensor.shape,
  tensor,
});

/** A float32 scalar. */
export const scalar = (value: number): ConstantValue =>
  constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/**
 * Applies an operator.
 * @param name the node's name in the model, for messages.
 * Throws `input` where the inputs' types or shapes do not fit the operator.
 */
export function apply(
  operator: OperatorName,
  inputs: readonly Value[],
  attributes: Attributes = {},
  name: string = operator,
): Value {
  const rule = operators[operator];
  let type: ValueType;
  try {
    type = rule.infer(inputs, attributes);
  } catch (error) {
    if (!(error instanceof ShapeMismatch)) throw error;
    const shapes = inputs.map(value => `[${value.shape.join(', ')}]`).join(', ');
    throw inputError(`node ${name}: ${operator} cannot take inputs of shapes ${shapes}: ${error.message}.`);
  }
  const applied: AppliedValue = { kind: 'applied', name, operator, inputs, attributes, ...type };
  return fold(applied) ?? applied;
}

/** The value as a constant, where all it depends on is known and it is small. */
function fold(value: AppliedValue): ConstantValue | null {
  const { evaluate, heavy } = operators[value.operator];
  if (!evaluate || heavy || elementCount(value.shape) > FOLDED_ELEMENTS_MAX) return null;
  const inputs: Dense[] = [];
  for (const from of value.inputs) {
    if (from.kind !== 'constant' || elementCount(from.shape) > FOLDED_ELEMENTS_MAX) return null;
    inputs.push(toDense(from.tensor));
  }
  return constant(fromDense(evaluate(inputs, value.attributes, value), value), value.name);
}

/** Every value the outputs depend on, each once, inputs before the operators that use them. */
export function topologicalOrder(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  // An explicit stack: graphs of deep networks would overflow the call stack.
  const stack: { value: Value; next: number }[] = [];
  const visit = (value: Value) => {
    if (seen.has(value)) return;
    seen.add(value);
    stack.push({ value, next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const from = top.value.kind === 'applied' ? top.value.inputs[top.next++] : undefined;
      if (from) {
        visit(from);
      } else {
        order.push(top.value);
        stack.pop();
      }
    }
  }
  return order;
}

/** Whether a value is made of parameters and constants alone. */
export const isWeight = (value: Value): boolean => topologicalOrder([value]).every(({ kind }) => kind !== 'input');

/** The values that a graph puts out. */
export const outputsOf = ({ outputs }: Pick<Graph, 'outputs'>): Value[] => outputs.map(output => output.value);

/** Every value of a graph, inputs before the operators that use them. */
export const valuesOf = (graph: Graph): Value[] => topologicalOrder(outputsOf(graph));

/** The operators that use each value, with the index at which they take it. */
export function consumersOf(graph: Graph): Map<Value, { readonly by: AppliedValue; readonly index: number }[]> {
  const consumers = new Map<Value, { by: AppliedValue; index: number }[]>();
  for (const value of valuesOf(graph)) {
    if (value.kind !== 'applied') continue;
    value.inputs.forEach((from, index) => {
      const uses = consumers.get(from);
      if (uses) uses.push({ by: value, index });
      else consumers.set(from, [{ by: value, index }]);
    });
  }
  return consumers;
}
