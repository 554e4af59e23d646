import { type AppliedValue, consumersOf, type Graph, type Value, valuesOf } from '../graph/graph.ts';
import type { ParameterSlot } from '../model/bind.ts';
import { type Filters, filtersOf } from './filters.ts';
import { gaussians } from './gaussian.ts';

/** How a parameter's elements are drawn before training: alike, independent and normal. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** How every parameter is drawn, in the order of the slots. */
export type Initialization = readonly Spread[];

/** Each tensor with the mean and the standard deviation that its elements have in θ, which was never trained. */
export const initializationLike = (theta: Float32Array, slots: readonly ParameterSlot[]): Initialization =>
  slots.map(({ offset, size }) => {
    const own = theta.subarray(offset, offset + size);
    const mean = own.reduce((sum, value) => sum + value, 0) / size;
    return { mean, deviation: Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size) };
  });

/**
 * The variances of PyTorch's default initialisation: weights of linear maps and the biases that are added to what these
 * give are uniform within ±1/√n, n inputs a filter (`torch.nn.Linear.reset_parameters`); scales of normalisations are 1, and
 * whatever else there is 0.
 */
export function defaultInitialization(graph: Graph, slots: readonly ParameterSlot[]): Initialization {
  const filters = filtersOf(graph);
  const consumers = consumersOf(graph);
  const uses = new Map<string, readonly { readonly by: AppliedValue; readonly index: number }[]>();
  for (const value of valuesOf(graph)) {
    if (value.kind === 'parameter') uses.set(value.name, consumers.get(value) ?? []);
  }
  return slots.map(slot => {
    const own = filters.get(slot.name);
    if (own) return uniformWithin(inputsOf(own));
    for (const { by, index } of uses.get(slot.name) ?? []) {
      if (index === 1 && by.operator.endsWith('Normalization')) return { mean: 1, deviation: 0 };
      const weight = weightBeside(by, index);
      if (weight) return uniformWithin(inputsOfWeight(weight, filters));
    }
    return { mean: 0, deviation: 0 };
  });
}

/** One network before training, as a vector like θ. The draw depends on the seed, the index and each parameter's name only. */
export function drawInitialization(
  initialization: Initialization,
  slots: readonly ParameterSlot[],
  seed: number,
  index: number,
): Float32Array {
  const theta = new Float32Array(slots.reduce((sum, { size }) => sum + size, 0));
  for (const [place, { key, offset, size }] of slots.entries()) {
    const { mean, deviation } = initialization[place]!;
    const draw = deviation === 0 ? null : gaussians([seed, 'initialization', index, key], size);
    for (let at = 0; at < size; at++) theta[offset + at] = mean + deviation * (draw?.[at] ?? 0);
  }
  return theta;
}

/** The standard deviation of a uniform number within ±1/√n is 1/√(3n). */
const uniformWithin = (inputs: number): Spread => ({ mean: 0, deviation: 1 / Math.sqrt(3 * inputs) });

/** How many elements a filter has. */
const inputsOf = ({ shape, axes }: Filters): number =>
  shape.reduce((product, size, axis) => (axes.includes(axis) ? product : product * size), 1);

/** The weight of the linear map that an input of this index is the bias of, or null. */
function weightBeside(by: AppliedValue, index: number): Value | null {
  if (by.operator === 'Conv' || by.operator === 'ConvTranspose') return index === 2 ? by.inputs[1]! : null;
  if (by.operator !== 'Add') return null;
  const other = by.inputs[1 - index]!;
  return other.kind === 'applied' && other.operator === 'MatMul' ? other.inputs[1]! : null;
}

/** The number of inputs of a filter of a weight, which may be a parameter's transpose. */
function inputsOfWeight(weight: Value, filters: ReadonlyMap<string, Filters>): number {
  for (let value = weight; ; ) {
    if (value.kind === 'parameter') {
      const own = filters.get(value.name);
      if (own) return inputsOf(own);
    }
    if (value.kind !== 'applied' || value.inputs.length !== 1) break;
    value = value.inputs[0]!;
  }
  return weight.shape.slice(0, -1).reduce((product, size) => product * size, 1);
}
