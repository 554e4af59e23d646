import type { Sample } from '../data/sample.ts';
import type { Engine, Feeds, Program, Session } from '../engine/engine.ts';
import { inputError, throwIfAborted } from '../errors.ts';
import { constant, type Graph, parameter } from '../graph/graph.ts';
import { buildGraph } from '../graph/onnx/build.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { Binding, ParameterSlot } from '../model/bind.ts';
import { elementCount, formatShape, numberAt, type Tensor } from '../tensor.ts';
import { chooseBatchSize } from './batching.ts';
import { type Evaluation, summarizeHeads } from './evaluation.ts';
import { type InputPlan, planInputs } from './feeds.ts';
import { HEADS, type Head } from './heads.ts';

/** Which loss, and of which output of the graph. */
export interface LossSpec {
  readonly kind: keyof typeof HEADS | 'output';
  /** The graph's output; its first one by default. */
  readonly output?: string;
}

/** Mean loss over a fixed sample as a function of θ. */
export interface Objective {
  readonly slots: readonly ParameterSlot[];
  /** θ of the checkpoint. */
  readonly origin: Float32Array;
  /** The graph whose first output the loss is computed from, for one example; parameters carry their slots' names. */
  readonly graph: Graph;
  /** Number of examples; 0 where the loss takes no data. */
  readonly samples: number;
  /** How many points can be evaluated at the same time with profit. */
  readonly concurrency: number;
  /** What was changed on the way in, a sentence each. */
  readonly notes: readonly string[];
  /**
   * The objective at θ, a vector like `origin`. Sums over examples are float64; non-finite losses are results.
   * Throws `interrupted` when the signal fires, between two minibatches.
   */
  evaluate(theta: Float32Array, signal: AbortSignal): Promise<Evaluation>;
  /** Frees what the engine keeps for it. */
  close(): Promise<void>;
}

export interface ObjectiveParts {
  readonly model: ModelFile;
  readonly binding: Binding;
  /** Absent where the loss takes no data. */
  readonly sample: Sample | null;
  readonly loss: LossSpec;
  readonly engine: Engine;
}

/** Minibatches prepared once are kept for the next point as long as they take no more than this in all. */
const KEPT_FEEDS_BYTES = 256 << 20;

/** Puts an objective together. Throws `input` where model, data and loss do not fit each other. */
export async function createObjective(parts: ObjectiveParts): Promise<Objective> {
  const { model, binding, sample, loss, engine } = parts;
  const notes = new Set(binding.notes);
  const plan = sample ? planInputs(model, sample, loss.kind === 'output') : null;
  const graphFor = (batchSize: number): Graph => graphOf(parts, plan, batchSize, sentence => notes.add(sentence));
  const one = graphFor(1);
  const layout = new Map(binding.slots.map(slot => [slot.name, slot.offset]));
  const programs: Program[] = [];
  const compile = (graph: Graph): Program => {
    const program = engine.compile(graph, layout);
    programs.push(program);
    return program;
  };

  const evaluate =
    loss.kind === 'output'
      ? evaluateOutput(sample, plan, one, graphFor, compile)
      : evaluateHead(sample, plan, one, graphFor, compile, loss, model.name);
  return {
    slots: binding.slots,
    origin: binding.theta,
    graph: one,
    samples: sample?.count ?? 0,
    // One more than there are lanes: a lane that is done finds its next point waiting.
    concurrency: engine.lanes + 1,
    notes: [...notes],
    evaluate,
    close: async () => {
      await Promise.all(programs.map(program => program.close()));
    },
  };
}

type Evaluate = Objective['evaluate'];

/** The model's graph for a batch size, cut down to the output that the loss is computed from. */
function graphOf(parts: ObjectiveParts, plan: InputPlan | null, batchSize: number, note: (s: string) => void): Graph {
  const { model, binding, loss } = parts;
  const parameters = new Map(binding.initializers.map((initializer, index) => [initializer, binding.slots[index]!]));
  const graph = buildGraph(model, {
    inputs: plan?.types(batchSize) ?? new Map(),
    leaf: ({ name }) => {
      const slot = parameters.get(name);
      if (slot) return parameter(slot.name, slot.shape);
      const tensor = binding.constants.get(name);
      return tensor ? constant(tensor, name) : null;
    },
    note,
  });
  const output = loss.output ? graph.outputs.find(({ name }) => name === loss.output) : graph.outputs[0];
  if (!output) {
    const names = graph.outputs.map(({ name }) => name).join(', ');
    throw inputError(`${model.name}: it has no output ${loss.output}; "loss" in basin.json can name one of ${names}.`);
  }
  return { inputs: graph.inputs, outputs: [output] };
}

/** Losses computed from a network's output: short minibatches are padded, so that one graph serves all. */
function evaluateHead(
  sample: Sample | null,
  plan: InputPlan | null,
  one: Graph,
  graphFor: (batchSize: number) => Graph,
  compile: (graph: Graph) => Program,
  loss: LossSpec,
  modelName: string,
): Evaluate {
  if (!sample || !plan) throw inputError(`basin.json: the loss ${loss.kind} needs "data".`);
  const head: Head = HEADS[loss.kind as keyof typeof HEADS];
  const batchSize = chooseBatchSize(one, sample.count);
  const graph = graphFor(batchSize);
  const { shape } = graph.outputs[0]!.value;
  if (shape[0] !== batchSize) {
    throw inputError(
      `${modelName}: for ${batchSize} examples its output is ${formatShape(shape)}; export the model with a dynamic batch axis first (dynamic_axes), so that each example has a row.`,
    );
  }
  const program = compile(graph);
  const prepare = keep(sample, batchSize, (from, to) => plan.feeds(from, to, batchSize));

  return async (theta, signal) => {
    const session = await program.open(theta);
    try {
      const results = [];
      for (let from = 0; from < sample.count; from += batchSize) {
        throwIfAborted(signal);
        const to = Math.min(from + batchSize, sample.count);
        const { feeds, targets } = await prepare(from, to);
        if (!targets) throw inputError(`basin.json: the loss ${loss.kind} needs "targets" in "data".`);
        const [output] = await session.run(feeds);
        results.push(head(output!, targets, to - from));
      }
      return summarizeHeads(results);
    } finally {
      await session.close();
    }
  };
}

/** A graph whose output is the mean loss over its rows: minibatches are exact, and weighted by their rows. */
function evaluateOutput(
  sample: Sample | null,
  plan: InputPlan | null,
  one: Graph,
  graphFor: (batchSize: number) => Graph,
  compile: (graph: Graph) => Program,
): Evaluate {
  const count = sample?.count ?? 1;
  const batchSize = sample ? chooseBatchSize(one, count) : 1;
  const programs = new Map<number, Program>();
  const programFor = (size: number): Program => {
    const program = programs.get(size) ?? compile(sample ? graphFor(size) : one);
    programs.set(size, program);
    return program;
  };
  const noData = { feeds: {} as Feeds, targets: null };
  const prepare =
    sample && plan ? keep(sample, batchSize, (from, to) => plan.feeds(from, to, to - from)) : async () => noData;

  return async (theta, signal) => {
    const sessions = new Map<number, Session>();
    let total = 0;
    try {
      for (let from = 0; from < count; from += batchSize) {
        throwIfAborted(signal);
        const to = Math.min(from + batchSize, count);
        const { feeds } = await prepare(from, to);
        const session = sessions.get(to - from) ?? (await programFor(to - from).open(theta));
        sessions.set(to - from, session);
        const [output] = await session.run(feeds);
        total += (to - from) * scalarOf(output!);
      }
    } finally {
      await Promise.all([...sessions.values()].map(session => session.close()));
    }
    return { loss: total / count, standardError: null, accuracy: null, perExample: null };
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
