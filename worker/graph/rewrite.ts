/** Transformations that leave a graph's meaning as it is. */
import { inputError } from '../errors.ts';
import { elementCount } from '../tensor.ts';
import { type AppliedValue, apply, type ConstantValue, topologicalOrder, type Value } from './graph.ts';
import { operators } from './operators/table.ts';
import { NotDifferentiable } from './types.ts';

/**
 * Writes a graph anew from its leaves on.
 * @param replace what becomes of a node whose inputs were written anew; null leaves the node as it is. It is given the
 * node as it was, too.
 */
export function rewrite(
  outputs: readonly Value[],
  replace: (node: AppliedValue, before: AppliedValue) => Value | null,
  leaf: (value: Exclude<Value, AppliedValue>) => Value = value => value,
): Value[] {
  const written = new Map<Value, Value>();
  for (const value of topologicalOrder(outputs)) {
    if (value.kind !== 'applied') {
      written.set(value, leaf(value));
      continue;
    }
    const inputs = value.inputs.map(from => written.get(from)!);
    const isMoved = inputs.some((from, index) => from !== value.inputs[index]);
    const moved = isMoved ? apply(value.operator, inputs, value.attributes, value.name) : value;
    written.set(value, (moved.kind === 'applied' ? replace(moved, value) : null) ?? moved);
  }
  return outputs.map(output => written.get(output)!);
}

/** Replaces nodes until nothing is left to replace: what a rule writes may need replacing itself. */
function rewriteFully(outputs: readonly Value[], replace: (node: AppliedValue) => Value | null): Value[] {
  let current = [...outputs];
  for (let changed = true; changed; ) {
    changed = false;
    current = rewrite(current, node => {
      const replaced = replace(node);
      changed ||= replaced !== null;
      return replaced;
    });
  }
  return current;
}

/**
 * Rewrites composite operators in terms of those that have derivatives.
 * Throws `input`, naming the node, where one has a form that cannot be.
 */
export function decompose(outputs: readonly Value[]): Value[] {
  return rewriteFully(outputs, node => {
    try {
      return operators[node.operator].decompose?.(node) ?? null;
    } catch (error) {
      if (!(error instanceof NotDifferentiable)) throw error;
      throw inputError(`node ${node.name}: ${node.operator} cannot be differentiated: ${error.message}.`);
    }
  });
}

/** Rewrites operators that ONNX lacks in terms of those it has. */
export const lower = (outputs: readonly Value[]): Value[] =>
  rewriteFully(outputs, node => operators[node.operator].lower?.(node) ?? null);

/** Constants of at most this many elements are compared by their contents, and larger ones that hold one number. */
const COMPARED_ELEMENTS_MAX = 64;

/** Computes every value once: equal operators on equal inputs become one (common-subexpression elimination). */
export function shareCommonValues(outputs: readonly Value[]): Value[] {
  const numbers = new Map<Value, number>();
  const known = new Map<string, Value>();
  const share = <T extends Value>(key: string, value: T): Value => {
    const first = known.get(key);
    if (first) return first;
    known.set(key, value);
    return value;
  };
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  return rewrite(
    outputs,
    node => {
      const attributes = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
      return share(`${node.operator}(${node.inputs.map(numberOf).join()})${JSON.stringify(attributes)}`, node);
    },
    value => (value.kind === 'constant' && isCompared(value) ? share(contentsKey(value), value) : value),
  );
}

const isFilled = ({ tensor: { data } }: ConstantValue): boolean =>
  data.every((element: number | bigint) => Object.is(element, data[0]));

const isCompared = (value: ConstantValue): boolean =>
  elementCount(value.shape) <= COMPARED_ELEMENTS_MAX || isFilled(value);

function contentsKey(value: ConstantValue): string {
  const { type, shape } = value;
  const isLarge = elementCount(shape) > COMPARED_ELEMENTS_MAX;
  const data = isLarge ? value.tensor.data.subarray(0, 1) : value.tensor.data;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${type}[${shape.join()}]${isLarge ? 'filled with ' : ''}${Buffer.from(bytes).toString('base64')}`;
}
