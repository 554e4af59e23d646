/** The two ways to a mean over the sample: heads that see each example, and graphs that give the mean themselves. */
import type { Examples } from '../data/sample.ts';
import type { Feeds, Program, Session } from '../engine/engine.ts';
import { inputError, throwIfAborted } from '../errors.ts';
import { elementCount, numberAt, type Tensor } from '../tensor.ts';
import { type Evaluation, summarizeHeads } from './evaluation.ts';
import type { InputPlan } from './feeds.ts';
import type { Head } from './heads/head.ts';
import { notScalar } from './minibatches.ts';

export interface Data {
  readonly sample: Examples;
  readonly plan: InputPlan;
}

/** What a graph puts out for a minibatch; rows after the first `rows` are padding. */
export interface BatchOutput {
  readonly output: Tensor;
  readonly targets: Tensor | null;
  readonly rows: number;
}

/** A graph run on every minibatch of the sample, in order, and what is made of its outputs. */
export interface Evaluator {
  outputs(theta: Float32Array, signal: AbortSignal): AsyncGenerator<BatchOutput>;
  evaluate(theta: Float32Array, signal: AbortSignal): Promise<Evaluation>;
}

/** Minibatches prepared once are kept for the next point as long as they take no more than this in all. */
const KEPT_FEEDS_BYTES = 256 << 20;

/**
 * Losses computed from a network's output: a short minibatch is padded, so that one program serves all.
 * @param program runs batches of `batchSize` examples.
 */
export function evaluateHead(head: Head, { sample, plan }: Data, batchSize: number, program: Program): Evaluator {
  const prepare = keep(sample, batchSize, (from, to) => plan.feeds(from, to, batchSize));
  async function* outputs(theta: Float32Array, signal: AbortSignal): AsyncGenerator<BatchOutput> {
    const session = await program.open(theta);
    try {
      for (let from = 0; from < sample.count; from += batchSize) {
        throwIfAborted(signal);
        const to = Math.min(from + batchSize, sample.count);
        const { feeds, targets } = await prepare(from, to);
        const [output] = await session.run(feeds);
        yield { output: output!, targets, rows: to - from };
      }
    } finally {
      await session.close();
    }
  }
  return {
    outputs,
    async evaluate(theta, signal) {
      const results = [];
      for await (const { output, targets, rows } of outputs(theta, signal)) {
        if (!targets) throw inputError('basin.json: the loss needs "targets" in "data".');
        results.push(head.evaluate(output, targets, rows));
      }
      return summarizeHeads(results);
    },
  };
}

/** Minibatches of the sample without padding: the last one may be shorter. */
export interface ExactMinibatches {
  /** Examples in all; 1 where the loss takes no data. */
  readonly count: number;
  readonly batchSize: number;
  /** What is fed for rows [from, to). */
  readonly prepare: Prepare;
}

/** @param data null where the loss takes none. */
export function exactMinibatches(data: Data | null, batchSize: number): ExactMinibatches {
  if (!data) return { count: 1, batchSize: 1, prepare: async () => ({ feeds: {}, targets: null }) };
  const prepare = keep(data.sample, batchSize, (from, to) => data.plan.feeds(from, to, to - from));
  return { count: data.sample.count, batchSize, prepare };
}

/**
 * A graph whose output is the mean loss over its rows, or any other mean: minibatches are weighted by their rows.
 * @param programFor compiles the graph for a number of rows; called once for each.
 */
export function evaluateOutput(
  { count, batchSize, prepare }: ExactMinibatches,
  programFor: (rows: number) => Program,
): Evaluator {
  const sizes = new Set([Math.min(batchSize, count), count % batchSize || batchSize]);
  const programs = new Map([...sizes].map(size => [size, programFor(size)]));

  async function* outputs(theta: Float32Array, signal: AbortSignal): AsyncGenerator<BatchOutput> {
    const sessions = new Map<number, Session>();
    try {
      for (let from = 0; from < count; from += batchSize) {
        throwIfAborted(signal);
        const rows = Math.min(from + batchSize, count) - from;
        const { feeds, targets } = await prepare(from, from + rows);
        const session = sessions.get(rows) ?? (await programs.get(rows)!.open(theta));
        sessions.set(rows, session);
        const [output] = await session.run(feeds);
        yield { output: output!, targets, rows };
      }
    } finally {
      await Promise.all([...sessions.values()].map(session => session.close()));
    }
  }
  return {
    outputs,
    async evaluate(theta, signal) {
      let total = 0;
      for await (const { output, rows } of outputs(theta, signal)) total += rows * scalarOf(output);
      return { loss: total / count, standardError: null, accuracy: null, perExample: null, weights: null };
    },
  };
}

function scalarOf(output: Tensor): number {
  if (elementCount(output.shape) !== 1) throw notScalar(output.shape);
  return numberAt(output.data, 0);
}

type Prepare = (from: number, to: number) => Promise<{ readonly feeds: Feeds; readonly targets: Tensor | null }>;

/** Remembers prepared minibatches where all of them are small enough. */
function keep(sample: Examples, batchSize: number, prepare: Prepare): Prepare {
  const exampleBytes = sample.inputTypes.reduce((sum, { shape }) => sum + 8 * elementCount(shape), 0);
  if (exampleBytes * (sample.count + batchSize) > KEPT_FEEDS_BYTES) return prepare;
  const kept = new Map<number, ReturnType<Prepare>>();
  return (from, to) => {
    const known = kept.get(from) ?? prepare(from, to);
    kept.set(from, known);
    return known;
  };
}
