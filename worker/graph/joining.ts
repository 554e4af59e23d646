/** Joins convolutions of one input. */
import { concat, conv, slice } from './arithmetic.ts';
import { type AppliedValue, topologicalOrder, type Value } from './graph.ts';
import { rewrite } from './rewrite.ts';

/**
 * Makes one convolution of all that have the same input and geometry and whose weights are known only when the graph
 * runs, such as those by several vectors: the input is then copied to windows once instead of once for each.
 */
export function joinConvolutions(outputs: readonly Value[]): Value[] {
  const order = topologicalOrder(outputs);
  const variable = dependents(order, value => value.kind === 'input');
  // A weight that is made by a convolution might be made by one that is to be joined.
  const convolved = dependents(order, value => value.kind === 'applied' && value.operator === 'Conv');
  const ids = new Map(order.map((value, index) => [value, index]));
  const groups = new Map<string, AppliedValue[]>();
  for (const node of order) {
    if (node.kind !== 'applied' || node.operator !== 'Conv' || node.inputs.length > 2) continue;
    const [x, weight] = node.inputs as [Value, Value];
    if (node.attributes.group !== 1 || !variable.has(weight) || convolved.has(weight)) continue;
    const key = `${ids.get(x)} ${weight.shape.slice(1)} ${JSON.stringify(Object.entries(node.attributes).sort())}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const groupOf = new Map([...groups.values()].flatMap(group => group.map(node => [node, group] as const)));
  const joined = new Map<readonly AppliedValue[], Value>();
  return rewrite(outputs, (node, before) => {
    const group = groupOf.get(before);
    if (!group || group.length === 1) return null;
    const weights = group.map(({ inputs }) => inputs[1]!);
    const whole = joined.get(group) ?? conv(node.inputs[0]!, concat(weights, 0), node.attributes);
    joined.set(group, whole);
    const earlier = group.slice(0, group.indexOf(before));
    const start = earlier.reduce((sum, { shape }) => sum + shape[1]!, 0);
    return slice(whole, 1, start, before.shape[1]!);
  });
}

/** The values that are, or depend on, one of a kind. */
function dependents(order: readonly Value[], isOne: (value: Value) => boolean): Set<Value> {
  const found = new Set<Value>();
  for (const value of order) {
    if (isOne(value) || (value.kind === 'applied' && value.inputs.some(from => found.has(from)))) found.add(value);
  }
  return found;
}
