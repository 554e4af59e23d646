import type { Sample } from '../data/sample.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { inputError } from '../errors.ts';
import { constant, type Graph, parameter } from '../graph/graph.ts';
import { buildGraph } from '../graph/onnx/build.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { Binding, ParameterSlot } from '../model/bind.ts';
import { formatShape } from '../tensor.ts';
import { chooseBatchSize } from './batching.ts';
import { evaluateHead, evaluateOutput } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { type InputPlan, planInputs } from './feeds.ts';
import { HEADS } from './heads.ts';

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
  /** Examples computed at once; the default suits the processor's caches. */
  readonly batchSize?: number;
}

/** Puts an objective together. Throws `input` where model, data and loss do not fit each other. */
export async function createObjective(parts: ObjectiveParts): Promise<Objective> {
  const { model, binding, sample, loss, engine } = parts;
  const notes = new Set(binding.notes);
  const plan = sample ? planInputs(model, sample, loss.kind === 'output') : null;
  const graphFor = (batchSize: number): Graph => graphOf(parts, plan, batchSize, sentence => notes.add(sentence));
  const one = graphFor(1);
  const layout = new Map(binding.slots.map(slot => [slot.name, slot.offset]));
  const programs: Program[] = [];
  const compile = (graph: Graph, runs: number): Program => {
    const program = engine.compile(graph, layout, runs);
    programs.push(program);
    return program;
  };

  const batchSize = parts.batchSize ?? (sample ? chooseBatchSize(one, sample.count) : 1);
  const runs = Math.ceil((sample?.count ?? 1) / batchSize);
  const data = sample && plan ? { sample, plan } : null;
  const evaluate =
    loss.kind === 'output'
      ? evaluateOutput(data, batchSize, size => compile(graphFor(size), runs))
      : evaluateHead(
          HEADS[loss.kind],
          requireData(data, loss),
          batchSize,
          compile(headGraph(model, graphFor, batchSize), runs),
        );
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

function requireData<T>(data: T | null, loss: LossSpec): T {
  if (!data) throw inputError(`basin.json: the loss ${loss.kind} needs "data".`);
  return data;
}

/** The graph for a batch, whose output must have a row for each example. */
function headGraph(model: ModelFile, graphFor: (batchSize: number) => Graph, batchSize: number): Graph {
  const graph = graphFor(batchSize);
  const { shape } = graph.outputs[0]!.value;
  if (shape[0] === batchSize) return graph;
  throw inputError(
    `${model.name}: for ${batchSize} examples its output is ${formatShape(shape)}; export the model with a dynamic batch axis first (dynamic_axes), so that each example has a row.`,
  );
}

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
