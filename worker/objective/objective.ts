import type { Sample } from '../data/sample.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { inputError } from '../errors.ts';
import { apply, constant, type Graph, parameter } from '../graph/graph.ts';
import { buildGraph } from '../graph/onnx/build.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { Binding, ParameterSlot } from '../model/bind.ts';
import { formatShape } from '../tensor.ts';
import { chooseBatchSize } from './batching.ts';
import { evaluateHead, evaluateOutput } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { type InputPlan, planInputs } from './feeds.ts';
import { HEADS } from './heads.ts';
import { type LossSpec, weightPenalty } from './loss.ts';

/** Mean loss over a fixed sample, plus λ/2·‖θ‖² where a weight decay λ is set, as a function of θ. */
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

  const batchSize = parts.batchSize ?? (sample ? chooseBatchSize(one, sample.count, engine.device) : 1);
  const runs = Math.ceil((sample?.count ?? 1) / batchSize);
  const data = sample && plan ? { sample, plan } : null;
  const evaluate =
    loss.kind === 'output'
      ? evaluateOutput(data, batchSize, size => compile(graphFor(size), runs))
      : evaluateHead(
          HEADS[loss.kind](loss),
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
    get notes() {
      return [...new Set([...notes, ...programs.flatMap(program => program.notes)])];
    },
    evaluate: loss.weightDecay ? addPenalty(evaluate, loss.weightDecay) : evaluate,
    close: async () => {
      await Promise.all(programs.map(program => program.close()));
    },
  };
}

/** A penalty on the parameters is the same for every example: neither accuracy nor standard error know of it. */
function addPenalty(evaluate: Objective['evaluate'], weightDecay: number): Objective['evaluate'] {
  return async (theta, signal) => {
    const evaluation = await evaluate(theta, signal);
    return { ...evaluation, loss: evaluation.loss + weightPenalty(weightDecay, theta) };
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
  // One leaf a slot: a tied tensor is one parameter, however many places it has.
  const leaves = new Map(binding.slots.map(slot => [slot, parameter(slot.name, slot.shape)]));
  const graph = buildGraph(model, {
    inputs: plan?.types(batchSize) ?? new Map(),
    leaf: ({ name }) => {
      const bound = binding.initializers.get(name);
      if (!bound) return null;
      const value = bound.kind === 'parameter' ? leaves.get(bound.slot)! : constant(bound.tensor, name);
      return bound.transposed ? apply('Transpose', [value], { perm: [1, 0] }, name) : value;
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
