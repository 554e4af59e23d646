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
  if (by.operator === 'Reshape' && isUnitReshape(from.shape, by.shape)) {
    const found = filtersOfUse(by, parameter, consumers);
    return found && found.shape.join() === by.shape.join() ? mapUnitReshape(found, from.shape, by.shape) : null;
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

const withoutUnits = (shape: readonly number[]): number[] => shape.filter(size => size !== 1);

const isUnitReshape = (from: readonly number[], to: readonly number[]): boolean =>
  withoutUnits(from).join() === withoutUnits(to).join();

/** Carries filter axes back over a reshape that only adds or removes axes of size one. */
function mapUnitReshape(filters: Filters, from: readonly number[], to: readonly number[]): Filters {
  const fromAxes = [...from.keys()].filter(axis => from[axis] !== 1);
  const toAxes = [...to.keys()].filter(axis => to[axis] !== 1);
  return { shape: from, axes: filters.axes.flatMap(axis => fromAxes[toAxes.indexOf(axis)] ?? []) };
}
