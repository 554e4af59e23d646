/** The objective where normalisations use other statistics than the checkpoint's. */
import type { Program } from '../engine/engine.ts';
import { type Graph, outputsOf } from '../graph/graph.ts';
import { channelMoments, withMoments } from '../graph/normalizations.ts';
import type { ParameterSlot, StatisticSlot } from '../model/bind.ts';
import type { Evaluator, ExactMinibatches } from './evaluate.ts';
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

export type Evaluate = (theta: Float32Array, signal: AbortSignal) => Promise<Evaluation>;

/** Evaluates the loss, without penalties; what that takes is compiled when it is first needed. */
export function evaluateWithStatistics(
  parts: StatisticsParts,
): (
  theta: Float32Array,
  statistics: Exclude<NormalizationStatistics, 'held'>,
  signal: AbortSignal,
) => Promise<Evaluation> {
  let given: Evaluator | undefined;
  let recomputed: Evaluate | undefined;
  return async (theta, statistics, signal) => {
    if (statistics === 'recomputed') {
      recomputed ??= parts.atOnce === null ? evaluateByLevels(parts) : evaluateAtOnce(parts, parts.atOnce);
      return recomputed(theta, signal);
    }
    if (hasNegativeVariance(parts.statisticSlots, statistics)) return notANumber;
    given ??= parts.evaluator(parts.graphs.open, layoutOf(parts.slots, parts.statisticSlots));
    return given.evaluate(joined(theta, statistics), signal);
  };
}

/** The sample as one minibatch, whose statistics are computed on the way. Points in excess wait for their turn. */
function evaluateAtOnce(
  { slots, graphs, evaluator }: StatisticsParts,
  { count, points }: NonNullable<StatisticsParts['atOnce']>,
): Evaluate {
  const graphFor: GraphFor = examples => {
    const { inputs, outputs } = graphs.held(examples);
    const [value] = withMoments(outputsOf({ outputs }), channelMoments);
    return { inputs, outputs: [{ name: outputs[0]!.name, value: value! }] };
  };
  const { evaluate } = evaluator(graphFor, layoutOf(slots), count);
  const inTurn = turns(points);
  return (theta, signal) => inTurn(() => evaluate(theta, signal));
}

/** Runs so many tasks at the same time, in the order in which they come. */
function turns(places: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async task => {
    if (free > 0) free--;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
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
