/** Statistics of normalisations over a sample that is too large to be computed at once. */
import { concat } from '../graph/arithmetic.ts';
import { type Graph, outputsOf, parameter } from '../graph/graph.ts';
import { channelMoments, normalizationLevels, normalizationsOf, withMoments } from '../graph/normalizations.ts';
import type { Tensor } from '../tensor.ts';
import { type Evaluator, evaluateOutput } from './evaluate.ts';
import { joined, type Leaf, layoutOf } from './leaves.ts';
import type { GraphFor, StatisticsParts } from './statistics.ts';

/**
 * The loss with statistics over the whole sample, level by level: those of normalisations that have as many before them are
 * found together, with the statistics of all before in place. Each level computes the layers before it anew, so that of no
 * layer more than a minibatch is ever kept: a network of n normalisations in a row takes about n/2 times as long.
 */
export function evaluateByLevels({ slots, graphs, evaluator, minibatches, compile }: StatisticsParts): Evaluator {
  const { levels, leaves, size } = planLevels(graphs.held(1));
  const layout = layoutOf(slots, leaves.flat());
  const graphFor = once((examples): Graph => {
    const { inputs, outputs } = graphs.held(examples);
    const nodes = normalizationsOf(outputsOf({ outputs }));
    const [value] = withMoments(outputsOf({ outputs }), (_, node) => {
      const [mean, variance] = leaves[nodes.indexOf(node)]!;
      return { mean: parameter(mean.name, [mean.size]), variance: parameter(variance.name, [variance.size]) };
    });
    return { inputs, outputs: [{ name: outputs[0]!.name, value: value! }] };
  });

  const exact = minibatches();
  const runs = Math.ceil(exact.count / exact.batchSize);
  const evaluators = levels.map(({ places }) =>
    evaluateOutput(exact, rows => compile(momentsGraph(graphFor(rows), places), layout, runs)),
  );
  const loss = evaluator(graphFor, layout);
  const withMomentsAt = async (theta: Float32Array, signal: AbortSignal): Promise<Float32Array> => {
    const whole = joined(theta, new Float32Array(size));
    const moments = whole.subarray(theta.length);
    for (const [index, { offset }] of levels.entries()) {
      moments.set(await mergeMoments(evaluators[index]!.outputs(whole, signal)), offset);
    }
    return whole;
  };
  return {
    async *outputs(theta, signal) {
      yield* loss.outputs(await withMomentsAt(theta, signal), signal);
    },
    evaluate: async (theta, signal) => loss.evaluate(await withMomentsAt(theta, signal), signal),
  };
}

/** A graph is built once for each number of examples, since all levels are parts of it. */
function once(build: GraphFor): GraphFor {
  const known = new Map<number, Graph>();
  return examples => {
    const graph = known.get(examples) ?? build(examples);
    known.set(examples, graph);
    return graph;
  };
}

/**
 * A vector for the moments of all normalisations: of each level first the means and then the variances, one normalisation
 * after the other.
 */
function planLevels(graph: Graph) {
  const nodes = normalizationsOf(outputsOf(graph));
  const leaves: [Leaf, Leaf][] = [];
  let size = 0;
  const place = (name: string, channels: number): Leaf => {
    const leaf = { name, offset: size, size: channels };
    size += channels;
    return leaf;
  };
  const levels = normalizationLevels(outputsOf(graph)).map(places => {
    const offset = size;
    const channels = places.map(index => nodes[index]!.inputs[0]!.shape[1]!);
    const means = places.map((index, at) => place(`mean of normalisation ${index}`, channels[at]!));
    const variances = places.map((index, at) => place(`variance of normalisation ${index}`, channels[at]!));
    places.forEach((index, at) => {
      leaves[index] = [means[at]!, variances[at]!];
    });
    return { places, offset };
  });
  return { levels, leaves, size };
}

/** The moments of a minibatch at some normalisations: all their means, then all their variances. */
function momentsGraph(graph: Graph, places: readonly number[]): Graph {
  const nodes = normalizationsOf(outputsOf(graph));
  const moments = places.map(index => channelMoments(nodes[index]!.inputs[0]!));
  const value = concat([...moments.map(({ mean }) => mean), ...moments.map(({ variance }) => variance)], 0);
  return { inputs: graph.inputs, outputs: [{ name: 'moments', value }] };
}

/**
 * Means and variances of all rows from those of minibatches (Chan, Golub & LeVeque 1983, equation 2.1), in float64. Rows
 * weigh as much as their elements, since each has as many.
 * @param minibatches vectors whose first halves are means and whose second halves are variances.
 */
async function mergeMoments(
  minibatches: AsyncIterable<{ readonly output: Tensor; readonly rows: number }>,
): Promise<Float64Array> {
  let merged = new Float64Array();
  let count = 0;
  for await (const { output, rows } of minibatches) {
    const own = output.data as Float32Array | Float64Array;
    const channels = own.length / 2;
    if (count === 0) merged = new Float64Array(own.length);
    count += rows;
    const share = rows / count;
    for (let channel = 0; channel < channels; channel++) {
      const difference = own[channel]! - merged[channel]!;
      const variance = merged[channels + channel]!;
      merged[channel]! += share * difference;
      merged[channels + channel]! += share * (own[channels + channel]! - variance + (1 - share) * difference ** 2);
    }
  }
  return merged;
}
