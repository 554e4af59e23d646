/** What graphs can have instead of normalisations with fixed statistics: convolutions, or other statistics. */
import { add, conv, div, mean, mul, reshape, sqrt, square, sub } from './arithmetic.ts';
import { type AppliedValue, apply, consumersOf, type Graph, topologicalOrder, type Value } from './graph.ts';
import { rewrite } from './rewrite.ts';
import { number } from './types.ts';

/**
 * Writes BatchNormalization of a convolution that nothing else uses as a convolution with a scaled weight:
 * s·(conv(x, w) + b − m) + β = conv(x, s·w) + s·(b − m) + β, s = γ/√(v + ε). Activations are then computed once instead
 * of three times, and derivatives by s follow from those by the weight, without a look at the activations.
 */
export function foldNormalizations(outputs: readonly Value[]): Value[] {
  const graph: Graph = { inputs: [], outputs: outputs.map(value => ({ name: '', value })) };
  const consumers = consumersOf(graph);
  const isFolded = (node: AppliedValue): boolean => {
    const [from] = node.inputs;
    return (
      node.operator === 'BatchNormalization' &&
      from!.kind === 'applied' &&
      from!.operator === 'Conv' &&
      consumers.get(from!)!.length === 1 &&
      !outputs.includes(from!)
    );
  };
  return rewrite(outputs, (node, before) => (isFolded(before) ? fold(node) : null));
}

function fold({ inputs: [convolution, gamma, beta, average, variance], attributes }: AppliedValue): Value | null {
  if (convolution!.kind !== 'applied') return null;
  const [x, weight, bias] = convolution!.inputs as [Value, Value, Value?];
  const scale = div(gamma!, sqrt(add(variance!, number(attributes, 'epsilon'))));
  const scaled = mul(weight, reshape(scale, [weight.shape[0]!, ...weight.shape.slice(1).map(() => 1)]));
  const centre = bias ? sub(bias, average!) : mul(average!, -1);
  return conv(x, scaled, convolution!.attributes, add(mul(centre, scale), beta!));
}

/** Mean and variance by which a normalisation normalises, one number a channel each. */
export interface ChannelMoments {
  readonly mean: Value;
  readonly variance: Value;
}

/** The normalisations by running statistics that values depend on, inputs before those that use them. */
export const normalizationsOf = (outputs: readonly Value[]): AppliedValue[] =>
  topologicalOrder(outputs).filter(
    (value): value is AppliedValue => value.kind === 'applied' && value.operator === 'BatchNormalization',
  );

/**
 * The same by levels, as places in their list: those of a level have as many others one after the other on the way to them,
 * at most, as there are levels before.
 */
export function normalizationLevels(outputs: readonly Value[]): number[][] {
  const depths = new Map<Value, number>();
  const levels: number[][] = [];
  let place = 0;
  for (const value of topologicalOrder(outputs)) {
    if (value.kind !== 'applied') continue;
    const before = value.inputs.reduce((most, from) => Math.max(most, depths.get(from) ?? 0), 0);
    const isNormalization = value.operator === 'BatchNormalization';
    if (isNormalization) {
      levels[before] ??= [];
      levels[before].push(place++);
    }
    depths.set(value, before + Number(isNormalization));
  }
  return levels;
}

/**
 * Mean and mean squared distance from it over all that a channel (axis 1) has in a minibatch: what PyTorch normalises with
 * in training; what it keeps is larger by n/(n − 1).
 */
export function channelMoments(x: Value): ChannelMoments {
  const axes = [...x.shape.keys()].filter(axis => axis !== 1);
  const average = mean(x, axes);
  const channels = [x.shape[1]!];
  return { mean: reshape(average, channels), variance: reshape(mean(square(sub(x, average)), axes), channels) };
}

/**
 * Writes values anew with other statistics in their normalisations.
 * @param momentsOf the statistics of a normalisation, given its input as it was written anew, and the node as it was; null
 * leaves them.
 */
export const withMoments = (
  outputs: readonly Value[],
  momentsOf: (input: Value, node: AppliedValue) => ChannelMoments | null,
): Value[] =>
  rewrite(outputs, ({ operator, inputs, attributes, name }, before) => {
    if (operator !== 'BatchNormalization') return null;
    const [x, weight, bias] = inputs as [Value, Value, Value];
    const moments = momentsOf(x, before);
    return moments && apply(operator, [x, weight, bias, moments.mean, moments.variance], attributes, name);
  });
