import {
  type AppliedValue,
  consumersOf,
  type Graph,
  isWeight,
  type ParameterValue,
  type Value,
  valuesOf,
} from '../graph/graph.ts';
import { ints, number } from '../graph/types.ts';

/**
 * How a parameter divides into the filters that filter normalisation scales (Li et al. 2018, section 3): the elements
 * that share their indices along `axes`, after the tensor is read with `shape`, are one filter.
 */
export interface Filters {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
}

/**
 * The filters of every parameter that is a weight of a linear map, by name. The output axis comes from the operator that
 * uses the parameter, so that x·W and x·Wᵀ, which store the same layer differently, are treated alike.
 * Biases, normalisation parameters and whatever else no linear map uses have no filters and no entry.
 */
export function filtersOf(graph: Graph): Map<string, Filters> {
  const consumers = consumersOf(graph);
  const filters = new Map<string, Filters>();
  for (const value of valuesOf(graph)) {
    if (value.kind !== 'parameter') continue;
    const found = filtersOfUse(value, value, consumers);
    if (found) filters.set(value.name, found);
  }
  return filters;
}

type Consumers = ReturnType<typeof consumersOf>;

/** Looks through transpositions, cuts, joints and elementwise scaling for the operator that uses `value` as a weight. */
function filtersOfUse(value: Value, parameter: ParameterValue, consumers: Consumers): Filters | null {
  for (const { by, index } of consumers.get(value) ?? []) {
    const found = filtersAt(by, index) ?? throughLayout(by, index, parameter, consumers);
    if (found) return found;
  }
  return null;
}

/** The filters of input `index` of a linear map; null where the operator is none or takes no weight there. */
function filtersAt({ operator, inputs, attributes }: AppliedValue, index: number): Filters | null {
  const { shape } = inputs[index]!;
  switch (operator) {
    case 'Conv':
      return index === 1 ? { shape, axes: [0] } : null;
    case 'ConvTranspose': {
      // [in, out/group, …]: a filter is an output channel of one group.
      const groups = number(attributes, 'group');
      if (groups === 1) return index === 1 ? { shape, axes: [1] } : null;
      return index === 1 ? { shape: [groups, shape[0]! / groups, ...shape.slice(1)], axes: [0, 2] } : null;
    }
    case 'MatMul':
      return { shape, axes: [...shape.keys()].filter(axis => axis !== shape.length - (index === 1 ? 2 : 1)) };
    case 'Gather':
      // The row of an embedding is the vector of one token.
      return index === 0 && shape.length === 2 && number(attributes, 'axis') === 0 ? { shape, axes: [0] } : null;
    default:
      return null;
  }
}

function throughLayout(
  by: AppliedValue,
  index: number,
  parameter: ParameterValue,
  consumers: Consumers,
): Filters | null {
  const from = by.inputs[index]!;
  if (by.operator === 'Transpose') {
    const found = filtersOfUse(by, parameter, consumers);
    const perm = ints(by.attributes, 'perm');
    return found && found.shape.length === perm.length
      ? { shape: from.shape, axes: found.axes.map(axis => perm[axis]!) }
      : null;
  }
  if (by.operator === 'Slice' || (by.operator === 'Concat' && isWeight(by))) {
    const found = filtersOfUse(by, parameter, consumers);
    return found && found.shape.join() === by.shape.join() ? throughParts(found.axes, from.shape, by.shape) : null;
  }
  const scaledByConstant = by.operator === 'Mul' && by.inputs[1 - index]!.kind === 'constant';
  if (scaledByConstant && by.shape.join() === from.shape.join()) return filtersOfUse(by, parameter, consumers);
  if (by.operator === 'Reshape') {
    const found = filtersOfUse(by, parameter, consumers);
    return found && found.shape.join() === by.shape.join() ? throughReshape(found.axes, from.shape, by.shape) : null;
  }
  return null;
}

/**
 * Carries filter axes back over a cut or a joint, as between the gates of a recurrent layer, or its directions: whole
 * filters must be left, each of one part.
 */
function throughParts(axes: readonly number[], from: readonly number[], to: readonly number[]): Filters | null {
  const parted = from.flatMap((size, axis) => (size === to[axis] ? [] : [axis]));
  const kept = parted.filter(axis => !axes.includes(axis));
  if (kept.some(axis => to[axis] !== 1)) return null;
  return { shape: from, axes: [...axes, ...kept].sort((a, b) => a - b) };
}

/**
 * Carries filter axes back over a reshape, as between the heads of an attention and the matrix that all of them make:
 * axes that become others together must be filter axes together.
 */
function throughReshape(axes: readonly number[], from: readonly number[], to: readonly number[]): Filters | null {
  const carried: number[] = [];
  for (const part of commonParts(from, to)) {
    const before = part.from.filter(axis => from[axis] !== 1);
    const after = part.to.filter(axis => to[axis] !== 1);
    const own = after.filter(axis => axes.includes(axis));
    if (own.length > 0 && own.length < after.length) return null;
    if (own.length > 0) carried.push(...before);
  }
  return { shape: from, axes: carried };
}

/** Axes of two shapes of as many elements, in the shortest runs that hold the same elements of both. */
function commonParts(
  from: readonly number[],
  to: readonly number[],
): readonly { readonly from: readonly number[]; readonly to: readonly number[] }[] {
  const parts: { from: number[]; to: number[] }[] = [];
  let [first, second] = [0, 0];
  while (first < from.length && second < to.length) {
    const part = { from: [first], to: [second] };
    let [before, after] = [from[first++]!, to[second++]!];
    while (before !== after && (first < from.length || second < to.length)) {
      if (second === to.length || (before < after && first < from.length)) {
        part.from.push(first);
        before *= from[first++]!;
      } else {
        part.to.push(second);
        after *= to[second++]!;
      }
    }
    parts.push(part);
  }
  return parts;
}
