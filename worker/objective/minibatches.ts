/** The loss of minibatches as graphs, for derivatives: the two ways to a mean over the sample, see evaluate.ts. */
import { inputError } from '../errors.ts';
import { mul, reshape, sumAll } from '../graph/arithmetic.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { elementCount, formatShape } from '../tensor.ts';
import type { MinibatchLoss } from './derivatives.ts';
import type { Data } from './evaluate.ts';
import type { Head, HeadType } from './heads/head.ts';

/** What a way to the mean has to say of it. */
export type Minibatches = Pick<MinibatchLoss, 'count' | 'minibatch' | 'graph' | 'hasExampleLosses'>;

/**
 * A loss computed from a network's output. A short minibatch is padded with examples of weight 0.
 * @param networkFor the network for a number of examples; called once, when it is first needed.
 */
export function headMinibatches(
  head: Head,
  { sample, plan }: Data,
  batchSize: number,
  networkFor: (examples: number) => Graph,
  type: HeadType,
): Minibatches {
  let built: Graph | undefined;
  const network = (): Graph => {
    built ??= networkFor(batchSize);
    return built;
  };
  const outputOf = (graph: Graph): Value => graph.outputs[0]!.value;
  const batch = async (index: number) => {
    const from = index * batchSize;
    const to = Math.min(from + batchSize, sample.count);
    const { feeds, targets } = await plan.feeds(from, to, batchSize);
    if (!targets) throw inputError('basin.json: the loss needs "targets" in "data".');
    return { feeds, targets, count: to - from };
  };
  return {
    hasExampleLosses: true,
    count: Math.ceil(sample.count / batchSize),
    async minibatch(index) {
      const { feeds, targets, count } = await batch(index);
      const own = head.feeds(outputOf(network()).shape, targets, count, type);
      return { rows: batchSize, feeds: { ...feeds, ...own.feeds }, weights: own.weights };
    },
    async graph() {
      const { targets } = await batch(0);
      const output = outputOf(network());
      const { losses, inputs } = head.graph(output, targets.shape, type);
      return { inputs: [...network().inputs, ...inputs], output, losses, loss: sumAll(losses) };
    },
  };
}

/**
 * A graph whose output is the mean loss over its rows. Minibatches are exact, and weighted by their rows.
 * @param data null where the loss takes none.
 * @param networkFor the graph for a number of rows.
 */
export function outputMinibatches(
  data: Data | null,
  batchSize: number,
  networkFor: (rows: number) => Graph,
): Minibatches {
  const count = data?.sample.count ?? 1;
  return {
    hasExampleLosses: false,
    count: Math.ceil(count / batchSize),
    async minibatch(index) {
      const from = index * batchSize;
      const rows = Math.min(batchSize, count - from);
      const feeds = data ? (await data.plan.feeds(from, from + rows, rows)).feeds : {};
      return { rows, feeds, weights: new Float64Array(rows).fill(1) };
    },
    async graph(rows) {
      const { inputs, outputs } = networkFor(rows);
      const output = outputs[0]!.value;
      if (elementCount(output.shape) !== 1) throw notScalar(output.shape);
      return { inputs, output, losses: null, loss: mul(reshape(output, []), rows) };
    },
  };
}

/** Why an output cannot be a loss. */
export const notScalar = (shape: readonly number[]): Error =>
  inputError(
    `The model's output is ${formatShape(shape)}, and the loss "output" takes a single number; set "loss" in basin.json to the loss it was trained with.`,
  );
