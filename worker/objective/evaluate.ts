/** The two ways to a mean over the sample: heads that see each example, and graphs that give the mean themselves. */
import type { Sample } from '../data/sample.ts';
import type { Feeds, Program, Session } from '../engine/engine.ts';
import { inputError, throwIfAborted } from '../errors.ts';
import { elementCount, formatShape, numberAt, type Tensor } from '../tensor.ts';
import { type Evaluation, summarizeHeads } from './evaluation.ts';
import type { InputPlan } from './feeds.ts';
import type { Head } from './heads.ts';

export interface Data {
  readonly sample: Sample;
  readonly plan: InputPlan;
}

type Evaluate = (theta: Float32Array, signal: AbortSignal) => Promise<Evaluation>;

/** Minibatches prepared once are kept for the next point as long as they take no more than this in all. */
const KEPT_FEEDS_BYTES = 256 << 20;

/**
 * Losses computed from a network's output: a short minibatch is padded, so that one program serves all.
 * @param program runs batches of `batchSize` examples.
 */
export function evaluateHead(head: Head, { sample, plan }: Data, batchSize: number, program: Program): Evaluate {
  const prepare = keep(sample, batchSize, (from, to) => plan.feeds(from, to, batchSize));
  return async (theta, signal) => {
    const session = await program.open(theta);
    try {
      const results = [];
      for (let from = 0; from < sample.count; from += batchSize) {
        throwIfAborted(signal);
        const to = Math.min(from + batchSize, sample.count);
        const { feeds, targets } = await prepare(from, to);
        if (!targets) throw inputError('basin.json: the loss needs "targets" in "data".');
        const [output] = await session.run(feeds);
        results.push(head(output!, targets, to - from));
      }
      return summarizeHeads(results);
    } finally {
      await session.close();
    }
  };
}

/**
 * A graph whose output is the mean loss over its rows: minibatches are exact, and weighted by their rows.
 * @param data null where the loss takes none.
 * @param programFor compiles the graph for a number of rows; called once for each.
 */
export function evaluateOutput(data: Data | null, batchSize: number, programFor: (rows: number) => Program): Evaluate {
  const count = data?.sample.count ?? 1;
  const sizes = new Set([Math.min(batchSize, count), count % batchSize || batchSize]);
  const programs = new Map([...sizes].map(size => [size, programFor(size)]));
  const noData: Prepared = { feeds: {}, targets: null };
  const prepare = data
    ? keep(data.sample, batchSize, (from, to) => data.plan.feeds(from, to, to - from))
    : async () => noData;

  return async (theta, signal) => {
    const sessions = new Map<number, Session>();
    let total = 0;
    try {
      for (let from = 0; from < count; from += batchSize) {
        throwIfAborted(signal);
        const to = Math.min(from + batchSize, count);
        const { feeds } = await prepare(from, to);
        const session = sessions.get(to - from) ?? (await programs.get(to - from)!.open(theta));
        sessions.set(to - from, session);
        const [output] = await session.run(feeds);
        total += (to - from) * scalarOf(output!);
      }
    } finally {
      await Promise.all([...sessions.values()].map(session => session.close()));
    }
    return { loss: total / count, standardError: null, accuracy: null, perExample: null, weights: null };
  };
}

function scalarOf(output: Tensor): number {
  if (elementCount(output.shape) !== 1) {
    throw inputError(
      `The model's output is ${formatShape(output.shape)}, and the loss "output" takes a single number; set "loss" in basin.json to the loss it was trained with.`,
    );
  }
  return numberAt(output.data, 0);
}

type Prepared = { readonly feeds: Feeds; readonly targets: Tensor | null };

/** Remembers prepared minibatches where all of them are small enough. */
function keep(
  sample: Sample,
  batchSize: number,
  prepare: (from: number, to: number) => Promise<Prepared>,
): (from: number, to: number) => Promise<Prepared> {
  const exampleBytes = sample.inputTypes.reduce((sum, { shape }) => sum + 8 * elementCount(shape), 0);
  if (exampleBytes * (sample.count + batchSize) > KEPT_FEEDS_BYTES) return prepare;
  const kept = new Map<number, Promise<Prepared>>();
  return (from, to) => {
    const known = kept.get(from) ?? prepare(from, to);
    kept.set(from, known);
    return known;
  };
}
