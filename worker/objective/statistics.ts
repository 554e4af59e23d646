/** The objective where normalisations use other statistics than the checkpoint's. */
import type { Program } from '../engine/engine.ts';
import { type Graph, outputsOf } from '../graph/graph.ts';
import { channelMoments, withMoments } from '../graph/normalizations.ts';
import type { ParameterSlot, StatisticSlot } from '../model/bind.ts';
import type { BatchOutput, Evaluator, ExactMinibatches } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { joined, type LeafLayout, layoutOf } from './leaves.ts';
import { evaluateByLevels } from './statisticsByLevels.ts';

/**
 * The running means and variances that normalisations use: `held`, the checkpoint's; given ones, laid out like
 * `Objective.statistics`; or `recomputed`, those that their inputs have over the whole sample at θ, where the layers before are normalised so too. As
 * in a training step on the whole sample, a variance is the mean squared distance from the mean, not divided by n − 1: what
 * is evaluated is then the function that such a step descends. The loss stays a mean over examples, all of which share the
 * statistics.
 *
 * A given variance below 0, as a line may have it beyond its ends, is none: the loss there is NaN, a cell that failed.
 */
export type NormalizationStatistics = Float32Array | 'held' | 'recomputed';

/** A graph for a number of examples. */
export type GraphFor = (examples: number) => Graph;

/** What an objective is made of, as far as its statistics are concerned. */
export interface StatisticsParts {
  readonly slots: readonly ParameterSlot[];
  readonly statisticSlots: readonly StatisticSlot[];
  /** The objective's graphs: with the statistics as constants, and as parameters of their slots' names. */
  readonly graphs: Readonly<Record<'held' | 'open', GraphFor>>;
  /** The mean loss over the sample by such graphs, so many examples at once, else as many as is usual. */
  evaluator(graphFor: GraphFor, layout: LeafLayout, batchSize?: number): Evaluator;
  /** The sample in minibatches of the usual size. */
  minibatches(): ExactMinibatches;
  /** @param runs how often each session will run. */
  compile(graph: Graph, layout: LeafLayout, runs: number): Program;
  /** How many examples the sample has, and for how many points all may be computed at once; null where for none. */
  readonly atOnce: { readonly count: number; readonly points: number } | null;
}

/** Evaluates the loss, without penalties, and outputs; what that takes is compiled when it is first needed. */
export function evaluatorWith(
  parts: StatisticsParts,
): (statistics: Exclude<NormalizationStatistics, 'held'>) => Evaluator {
  let given: Evaluator | undefined;
  let recomputed: Evaluator | undefined;
  return statistics => {
    if (statistics === 'recomputed') {
      recomputed ??= parts.atOnce === null ? evaluateByLevels(parts) : evaluateAtOnce(parts, parts.atOnce);
      return recomputed;
    }
    given ??= parts.evaluator(parts.graphs.open, layoutOf(parts.slots, parts.statisticSlots));
    const { outputs, evaluate } = given;
    return {
      outputs: (theta, signal) => outputs(joined(theta, statistics), signal),
      async evaluate(theta, signal) {
        if (hasNegativeVariance(parts.statisticSlots, statistics)) return notANumber;
        return evaluate(joined(theta, statistics), signal);
      },
    };
  };
}

/** The sample as one minibatch, whose statistics are computed on the way. Points in excess wait for their turn. */
function evaluateAtOnce(
  { slots, graphs, evaluator }: StatisticsParts,
  { count, points }: NonNullable<StatisticsParts['atOnce']>,
): Evaluator {
  const graphFor: GraphFor = examples => {
    const { inputs, outputs } = graphs.held(examples);
    const [value] = withMoments(outputsOf({ outputs }), channelMoments);
    return { inputs, outputs: [{ name: outputs[0]!.name, value: value! }] };
  };
  const whole = evaluator(graphFor, layoutOf(slots), count);
  const turn = turns(points);
  async function* outputs(theta: Float32Array, signal: AbortSignal): AsyncGenerator<BatchOutput> {
    const release = await turn();
    try {
      yield* whole.outputs(theta, signal);
    } finally {
      release();
    }
  }
  return {
    outputs,
    async evaluate(theta, signal) {
      const release = await turn();
      try {
        return await whole.evaluate(theta, signal);
      } finally {
        release();
      }
    },
  };
}

/** Lets so many tasks run at the same time, in the order in which they come; each says when it is done. */
function turns(places: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = places;
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>(resolve => waiting.push(resolve));
    return release;
  };
}

/** Whether one of given variances is none, so that there is no loss with them. */
export const hasNegativeVariance = (slots: readonly StatisticSlot[], statistics: Float32Array): boolean =>
  slots.some(
    ({ kind, offset, size }) =>
      kind === 'variance' && statistics.subarray(offset, offset + size).some(value => value < 0),
  );

const notANumber: Evaluation = {
  loss: Number.NaN,
  standardError: null,
  accuracy: null,
  perExample: null,
  weights: null,
};
