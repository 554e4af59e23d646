/**
 * Derivatives as graph transformations: reverse mode (`gradient`) and forward mode (`tangent`).
 *
 * Both walk over a graph once and let each operator's own rule write new values; everything else is made of the two. A
 * Hessian-vector product is the tangent of a gradient (Pearlmutter 1994; forward over reverse, Griewank & Walther 2008,
 * section 5.3), a Gauss–Newton product Jᵀ·H_L·J·v a tangent, a tangent of the loss's own gradient, and a gradient
 * (Schraudolph 2002, section 3). Graphs must be free of composite operators, see `decompose`.
 */
import { inputError } from '../errors.ts';
import { sumOf } from './accumulate.ts';
import { full } from './arithmetic.ts';
import { type AppliedValue, topologicalOrder, type Value } from './graph.ts';
import { operators } from './operators/table.ts';
import { NotDifferentiable, type Operator } from './types.ts';

/**
 * Reverse mode: the products of the output's Jacobian, transposed, with a cotangent.
 * @param wrt values to differentiate by, which need not be leaves of the graph.
 * @param cotangent of the output's type and shape; ones where absent, which makes a scalar's gradient.
 * @returns a value of the same shape for each of `wrt`; null where the output does not depend on it.
 * Throws `input`, naming the node, where an operator or attribute on the way has no rule.
 */
export function gradient(output: Value, wrt: readonly Value[], cotangent: Value = full(1, output)): (Value | null)[] {
  const order = topologicalOrder([output]);
  const active = new Set<Value>(wrt);
  for (const value of order) {
    if (value.kind === 'applied' && value.inputs.some(from => active.has(from))) active.add(value);
  }
  const contributions = new Map<Value, Value[]>([[output, [cotangent]]]);
  for (const node of order.reverse()) {
    const given = contributions.get(node);
    if (!given || node.kind !== 'applied' || !node.inputs.some(from => active.has(from))) continue;
    const own = sumOf(given);
    contributions.set(node, [own]);
    const parts = applyRule(node, rule => rule.gradient?.(own, node));
    node.inputs.forEach((from, index) => {
      const part = parts[index];
      if (!part || !active.has(from)) return;
      const known = contributions.get(from);
      if (known) known.push(part);
      else contributions.set(from, [part]);
    });
  }
  return wrt.map(value => {
    const given = contributions.get(value);
    return given ? sumOf(given) : null;
  });
}

/**
 * Forward mode: the products of the outputs' Jacobian with a tangent.
 * @param seeds tangents of some values, which need not be leaves of the graph, each of its value's type and shape.
 * @returns a value of the same shape for each output; null where it is zero.
 * Throws `input`, naming the node, where an operator or attribute on the way has no rule.
 */
export function tangent(outputs: readonly Value[], seeds: ReadonlyMap<Value, Value>): (Value | null)[] {
  const tangents = new Map<Value, Value>(seeds);
  for (const node of topologicalOrder(outputs)) {
    if (node.kind !== 'applied' || tangents.has(node)) continue;
    const parts = node.inputs.map(from => tangents.get(from) ?? null);
    if (parts.every(part => part === null)) continue;
    const own = applyRule(node, rule => rule.tangent?.(parts, node));
    if (own) tangents.set(node, own);
  }
  return outputs.map(output => tangents.get(output) ?? null);
}

/** A node's rule at work; `undefined` from the rule means that there is none. */
function applyRule<T>(node: AppliedValue, use: (rule: Operator) => T | undefined): T {
  try {
    const result = use(operators[node.operator]);
    if (result !== undefined) return result;
  } catch (error) {
    if (!(error instanceof NotDifferentiable)) throw error;
    throw inputError(`node ${node.name}: ${node.operator} cannot be differentiated: ${error.message}.`);
  }
  throw inputError(`node ${node.name}: Basin has no derivative for the operator ${node.operator}.`);
}
