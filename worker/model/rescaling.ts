/** Rescalings of parameters that leave the network's function as it is (Dinh et al. 2017, arXiv 1703.04933, section 3). */
import {
  type AppliedValue,
  consumersOf,
  type Graph,
  type ParameterValue,
  type Value,
  valuesOf,
} from '../graph/graph.ts';
import { homogeneousIn, isProduct } from '../graph/homogeneity.ts';
import type { OperatorName } from '../graph/operators/table.ts';
import type { ParameterSlot } from './bind.ts';

/**
 * Parameters by name: those that are multiplied by any α > 0, and those that divided by it make up for that, such as two
 * layers around a positively homogeneous activation.
 */
export interface Rescaling {
  readonly multiplied: readonly string[];
  readonly divided: readonly string[];
  /** The operators between the two, in the order in which they compute. */
  readonly through: readonly OperatorName[];
}

/** The rescalings of a network, in the order in which it uses their first parameters. */
export interface Rescalings {
  readonly found: readonly Rescaling[];
  /** Where there is none: why, in a sentence. */
  readonly problem: string | null;
}

/**
 * Finds the pairs of layers that can be rescaled. From each parameter on, its multiple is followed through all that uses
 * it: a sum takes its other summand along where that is a parameter, and a product with a parameter ends the way, as that
 * parameter is divided. Whatever does not commute with scaling, and the network's output, leave the first without a
 * partner. A parameter that is used in more than one place is neither taken along nor divided.
 */
export function findRescalings(graph: Graph): Rescalings {
  const network: Network = { graph, order: valuesOf(graph), consumers: consumersOf(graph) };
  const found = new Map<string, Rescaling>();
  const obstacles = new Map<string, string[]>();
  for (const value of network.order) {
    if (value.kind !== 'parameter') continue;
    const way = follow(value, network);
    if ('obstacle' in way) {
      if (way.obstacle) obstacles.set(way.obstacle, [...(obstacles.get(way.obstacle) ?? []), value.name]);
      continue;
    }
    // Each of two parameters that are multiplied with each other is the other's partner.
    const sides = [way.multiplied, way.divided].map(names => [...names].sort().join('\0'));
    const key = sides.sort().join('\0\0');
    if (!found.has(key)) found.set(key, way);
  }
  return { found: [...found.values()], problem: found.size > 0 ? null : problemOf(obstacles) };
}

/**
 * θ with the tensors of a rescaling multiplied by `alpha` and divided by it, rounded once.
 * @param theta all parameters, laid out as the slots say; stays as it is.
 */
export function rescale(
  theta: Float32Array,
  slots: readonly ParameterSlot[],
  { multiplied, divided }: Rescaling,
  alpha: number,
): Float32Array {
  const rescaled = theta.slice();
  for (const { name, offset, size } of slots) {
    const own = rescaled.subarray(offset, offset + size);
    if (multiplied.includes(name)) own.set(own.map(value => value * alpha));
    if (divided.includes(name)) own.set(own.map(value => value / alpha));
  }
  return rescaled;
}

interface Network {
  readonly graph: Graph;
  /** Every value after those that it is computed from. */
  readonly order: readonly Value[];
  readonly consumers: ReturnType<typeof consumersOf>;
}

/** How many obstacles a sentence names. */
const NAMED_OBSTACLES = 3;

function problemOf(obstacles: ReadonlyMap<string, readonly string[]>): string {
  const reasons = [...obstacles].slice(0, NAMED_OBSTACLES).map(([obstacle, [name, ...others]]) => {
    return `${name}${others.length > 0 ? ` (and ${others.length} more)` : ''} ${obstacle}`;
  });
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : ', as none of its parameters is a weight of a layer';
  return `No pair of layers can be rescaled without changing the function${because}.`;
}

/**
 * Where the multiple of a parameter goes. An obstacle ends a sentence that begins with the parameter's name; it is null
 * for what is no weight, such as a bias, since nobody expects a partner of it.
 */
function follow(
  start: ParameterValue,
  { graph, order, consumers }: Network,
): Rescaling | { readonly obstacle: string | null } {
  const scaled = new Set<Value>([start]);
  const multiplied = new Set([start]);
  const divided = new Set<ParameterValue>();
  const layers: AppliedValue[] = [];
  const through: OperatorName[] = [];
  const refuse = (obstacle: string) => ({ obstacle: layers.length > 0 ? obstacle : null });
  for (const node of order) {
    if (node.kind !== 'applied') continue;
    const own = node.inputs.flatMap((from, index) => (scaled.has(from) ? [index] : []));
    if (own.length === 0) continue;
    const partner = partnerOf(node, own, consumers);
    if (partner) {
      divided.add(partner);
      continue;
    }
    const set = homogeneousIn(node).find(indices => own.every(index => indices.includes(index)));
    if (!set) {
      return refuse(
        isProduct(node)
          ? `meets its own multiple in ${node.operator}`
          : `is followed by ${node.operator}, which does not commute with scaling`,
      );
    }
    const companions = companionsOf(node, set, consumers, scaled);
    if (!companions) return refuse(`is joined by ${node.operator} with what cannot be rescaled along with it`);
    for (const companion of companions) multiplied.add(companion);
    scaled.add(node);
    // A weight may be turned before it is used; the first use and the biases are the layer that is multiplied.
    const isOfLayer = layers.length === 0 || companions.length > 0;
    if (isOfLayer && !isTurned(node)) layers.push(node);
    else if (layers.length > 0) through.push(node.operator);
  }
  if (graph.outputs.some(({ value }) => scaled.has(value))) return refuse('leads to the network’s output');
  return { multiplied: namesOf(multiplied), divided: namesOf(divided), through };
}

const namesOf = (parameters: ReadonlySet<ParameterValue>): string[] => [...parameters].map(({ name }) => name);

/** The parameter that a product multiplies its one scaled factor with, and that can be divided instead. */
function partnerOf(node: AppliedValue, own: readonly number[], consumers: Network['consumers']): ParameterValue | null {
  const [index, ...others] = own as [number];
  if (!isProduct(node) || others.length > 0 || index > 1) return null;
  return soleParameter(node.inputs[1 - index]!, consumers);
}

/** The parameters that must be multiplied too, so that a whole set of inputs is; null where one of it is none. */
function companionsOf(
  node: AppliedValue,
  set: readonly number[],
  consumers: Network['consumers'],
  scaled: ReadonlySet<Value>,
): readonly ParameterValue[] | null {
  const companions: ParameterValue[] = [];
  for (const index of set) {
    const from = node.inputs[index]!;
    if (scaled.has(from) || isZero(from)) continue;
    const companion = soleParameter(from, consumers);
    if (!companion) return null;
    companions.push(companion);
  }
  return companions;
}

const isZero = (value: Value): boolean =>
  value.kind === 'constant' && value.tensor.data.every(own => Number(own) === 0);

/** The parameter that a value is a multiple of, perhaps turned, where neither is used anywhere else. */
function soleParameter(value: Value, consumers: Network['consumers']): ParameterValue | null {
  if (consumers.get(value)?.length !== 1) return null;
  if (value.kind !== 'applied') return value.kind === 'parameter' ? value : null;
  return isTurned(value) ? soleParameter(value.inputs.find(from => from.kind !== 'constant')!, consumers) : null;
}

/** Whether a node makes nothing of a single value and constants but another layout or multiple of it. */
function isTurned(node: AppliedValue): boolean {
  const variable = node.inputs.flatMap((from, index) => (from.kind === 'constant' ? [] : [index]));
  return variable.length === 1 && homogeneousIn(node).some(set => set.join() === variable.join());
}
