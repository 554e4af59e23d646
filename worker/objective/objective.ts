import { type Examples, examplesAt, examplesOf } from '../data/sample.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { inputError } from '../errors.ts';
import { apply, constant, type Graph, outputsOf, parameter } from '../graph/graph.ts';
import { normalizationsOf } from '../graph/normalizations.ts';
import { buildGraph } from '../graph/onnx/build.ts';
import type { ModelFile } from '../graph/onnx/read.ts';
import type { Binding, BoundConstant, ParameterSlot, StatisticSlot } from '../model/bind.ts';
import { weightAxes } from '../model/kernelLayout.ts';
import { formatShape } from '../tensor.ts';
import { chooseBatchSize, type Work, wholeSampleBytes } from './batching.ts';
import { DerivativePrograms, type Derivatives, type MinibatchLosses } from './derivatives.ts';
import { type Divergence, divergenceFrom } from './divergence.ts';
import {
  type BatchOutput,
  type Data,
  type Evaluator,
  evaluateHead,
  evaluateOutput,
  exactMinibatches,
} from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { type InputPlan, planInputs } from './feeds.ts';
import { HEADS } from './heads/table.ts';
import { type LossSpec, weightPenalty } from './loss.ts';
import { headMinibatches, type Minibatches, outputMinibatches } from './minibatches.ts';
import { evaluatorWith, type NormalizationStatistics } from './statistics.ts';

/** Mean loss over fixed examples, plus λ/2·‖θ‖² where a weight decay λ is set, as a function of θ. */
export interface MeanLoss {
  /** Number of examples; 0 where the loss takes no data. */
  readonly samples: number;
  /**
   * The loss at θ. Sums over examples are float64; non-finite losses are results.
   * Throws `interrupted` when the signal fires, between two minibatches.
   */
  evaluate(theta: Float32Array, signal: AbortSignal): Promise<Evaluation>;
  /** The derivatives at θ, to be closed by the caller. Throws `input`, naming the node, at their first use where an operator has none. */
  differentiate(theta: Float32Array): Derivatives;
}

/** The mean loss over a sample, as a function of a vector θ like `origin`. */
export interface Objective extends MeanLoss {
  readonly slots: readonly ParameterSlot[];
  /** θ of the checkpoint. */
  readonly origin: Float32Array;
  readonly statisticSlots: readonly StatisticSlot[];
  /** Running means and variances of the checkpoint's normalisations, as their slots say; empty where it has none. */
  readonly statistics: Float32Array;
  /**
   * The loss at θ.
   * @param statistics what normalisations use, `held` by default; a network without any is the same with all of them.
   */
  evaluate(theta: Float32Array, signal: AbortSignal, statistics?: NormalizationStatistics): Promise<Evaluation>;
  /** About what recomputing statistics takes in memory besides, for all points at work together. */
  readonly recomputingBytes: number;
  /** The graph whose first output the loss is computed from, for one example; parameters carry their slots' names. */
  readonly graph: Graph;
  /** How many points can be evaluated at the same time with profit. */
  readonly concurrency: number;
  /** What was changed on the way in, a sentence each. */
  readonly notes: readonly string[];
  /**
   * What the network puts out at θ for each minibatch of the sample, in their order, before any loss; or the loss itself,
   * where the graph computes that. Throws `interrupted` when the signal fires, between two minibatches.
   * @param statistics as for `evaluate`.
   */
  outputs(theta: Float32Array, signal: AbortSignal, statistics?: NormalizationStatistics): AsyncGenerator<BatchOutput>;
  /** How far predictions are from those at `anchor`: see `divergenceFrom`. */
  divergenceFrom(anchor: Float32Array, signal: AbortSignal): Promise<Divergence | null>;
  /**
   * The same of parts of the sample, so many examples each and what is left in the last; they live as long as the whole.
   * Where the loss takes no data, the whole is the only part.
   */
  parts(size: number): readonly MeanLoss[];
  /**
   * The same of the sample's examples with these indices, in this order, such as a training's minibatch; it lives as long
   * as the whole and shares programs with others of as many. Throws `input` where the loss takes no data.
   */
  minibatch(indices: readonly number[]): MeanLoss;
  /** Frees what the engine keeps for it. */
  close(): Promise<void>;
}

export interface ObjectiveParts {
  readonly model: ModelFile;
  readonly binding: Binding;
  /** Absent where the loss takes no data. */
  readonly sample: Examples | null;
  readonly loss: LossSpec;
  readonly engine: Engine;
  /** Examples computed at once; the default suits the processor's caches. */
  readonly batchSize?: number;
  /** What recomputing statistics may take in memory; by default as much as is of use. */
  readonly recomputingBytes?: number;
}

/** Puts an objective together. Throws `input` where model, data and loss do not fit each other. */
export async function createObjective(parts: ObjectiveParts): Promise<Objective> {
  const { model, binding, sample, loss, engine } = parts;
  const notes = new Set(binding.notes);
  const plan = sample ? planInputs(model, sample, loss.kind === 'output') : null;
  const note = (sentence: string) => notes.add(sentence);
  const graphFor = (batchSize: number): Graph => graphOf(parts, plan, batchSize, note, 'held');
  const one = graphFor(1);
  const isNormalized = normalizationsOf(outputsOf(one)).length > 0;
  const layout = new Map(binding.slots.map(slot => [slot.name, slot.offset]));
  const programs: Pick<Program, 'notes' | 'close'>[] = [];
  const keep = <T extends Pick<Program, 'notes' | 'close'>>(program: T): T => {
    programs.push(program);
    return program;
  };
  const compile = (graph: Graph, runs: number): Program => keep(engine.compile(graph, layout, runs));

  const sizesFor = (count: number): BatchSizes => {
    const sizeFor = (work: Work) => parts.batchSize ?? (sample ? chooseBatchSize(one, count, engine.device, work) : 1);
    return { values: sizeFor('values'), derivatives: sizeFor('derivatives') };
  };
  const lossOver = lossOverExamples(parts, graphFor);
  /** Means over so many examples, in minibatches of the same sizes, which share their programs. */
  const shareFor = (count: number): ((data: Data | null) => MeanLoss & Pick<Objective, 'outputs'>) => {
    const sizes = sizesFor(count);
    const known = new Map<number, Program>();
    const programFor = (graph: (size: number) => Graph) => (size: number) => {
      const program = known.get(size) ?? compile(graph(size), Math.ceil(count / sizes.values));
      known.set(size, program);
      return program;
    };
    let derivatives: DerivativePrograms | undefined;
    return data => {
      const { evaluator, losses } = lossOver(data, sizes, programFor);
      derivatives ??= keep(new DerivativePrograms(engine, layout, losses));
      const shared = derivatives;
      return {
        samples: data?.sample.count ?? 0,
        evaluate: loss.weightDecay ? addPenalty(evaluator.evaluate, loss.weightDecay) : evaluator.evaluate,
        outputs: evaluator.outputs,
        differentiate: theta => shared.at(theta, losses),
      };
    };
  };
  const dataOf = (examples: Examples): Data => ({
    sample: examples,
    plan: planInputs(model, examples, loss.kind === 'output'),
  });
  const data = sample && plan ? { sample, plan } : null;
  const whole = shareFor(sample?.count ?? 1)(data);
  const count = sample?.count ?? 1;
  const usual = sizesFor(count);
  const sampleBytes = isNormalized ? wholeSampleBytes(one, count, engine.device) : null;
  const { recomputingBytes: allowed = Number.POSITIVE_INFINITY } = parts;
  const points = sampleBytes === null ? 0 : Math.max(0, Math.min(engine.lanes, Math.floor(allowed / sampleBytes)));
  const normalized = evaluatorWith({
    ...binding,
    graphs: { held: graphFor, open: size => graphOf(parts, plan, size, note, 'parameters') },
    evaluator(graphs, places, batchSize = usual.values) {
      const runs = Math.ceil(count / batchSize);
      const programFor = (graph: (size: number) => Graph) => (size: number) =>
        keep(engine.compile(graph(size), places, runs));
      return lossOverExamples(parts, graphs)(data, { ...usual, values: batchSize }, programFor).evaluator;
    },
    minibatches: () => exactMinibatches(data, usual.values),
    compile: (graph, places, runs) => keep(engine.compile(graph, places, runs)),
    atOnce: points > 0 ? { count, points } : null,
  });
  const partitions = new Map<number, readonly MeanLoss[]>();
  const partsOf = (size: number): readonly MeanLoss[] => {
    if (!sample || size >= sample.count) return [whole];
    const over = shareFor(size);
    return Array.from({ length: Math.ceil(sample.count / size) }, (_, index) => {
      return over(dataOf(examplesOf(sample, index * size, Math.min((index + 1) * size, sample.count))));
    });
  };
  const minibatchesOf = new Map<number, ReturnType<typeof shareFor>>();
  return {
    ...whole,
    slots: binding.slots,
    origin: binding.theta,
    statisticSlots: binding.statisticSlots,
    statistics: binding.statistics,
    evaluate(theta, signal, statistics = 'held') {
      if (statistics === 'held' || !isNormalized) return whole.evaluate(theta, signal);
      return addPenalty(normalized(statistics).evaluate, loss.weightDecay ?? 0)(theta, signal);
    },
    outputs(theta, signal, statistics = 'held') {
      const { outputs } = statistics === 'held' || !isNormalized ? whole : normalized(statistics);
      return outputs(theta, signal);
    },
    divergenceFrom: (anchor, signal) =>
      divergenceFrom(anchor, whole.outputs, loss.kind === 'output' ? null : HEADS[loss.kind](loss), signal),
    recomputingBytes: points * (sampleBytes ?? 0),
    graph: one,
    // One more than there are lanes: a lane that is done finds its next point waiting.
    concurrency: engine.lanes + 1,
    get notes() {
      return [...new Set([...notes, ...programs.flatMap(program => program.notes)])];
    },
    parts(size) {
      const known = partitions.get(size) ?? partsOf(size);
      partitions.set(size, known);
      return known;
    },
    minibatch(indices) {
      const over = minibatchesOf.get(indices.length) ?? shareFor(indices.length);
      minibatchesOf.set(indices.length, over);
      return over(dataOf(examplesAt(requireData(sample, loss), indices)));
    },
    close: async () => {
      await Promise.all(programs.map(program => program.close()));
    },
  };
}

/** How many examples are computed at once. */
interface BatchSizes {
  readonly values: number;
  readonly derivatives: number;
}

/** The two ways to a mean over examples: see evaluate.ts. Throws `input` where the loss needs data and there are none. */
function lossOverExamples(
  { model, binding, loss, engine }: ObjectiveParts,
  graphFor: (batchSize: number) => Graph,
): (
  data: Data | null,
  sizes: BatchSizes,
  programFor: (graph: (size: number) => Graph) => (size: number) => Program,
) => { readonly evaluator: Evaluator; readonly losses: MinibatchLosses } {
  const common = { slots: binding.slots, weightDecay: loss.weightDecay ?? 0 };
  // A gradient keeps little more than values do: measured on ResNet-20, it gains a tenth from their larger minibatches.
  const derivatives = ({ values, derivatives }: BatchSizes, minibatchesOf: (size: number) => Minibatches) => ({
    gradient: { ...minibatchesOf(values), ...common },
    products: { ...minibatchesOf(derivatives), ...common },
  });
  if (loss.kind === 'output') {
    return (data, sizes, programFor) => ({
      evaluator: evaluateOutput(exactMinibatches(data, sizes.values), programFor(graphFor)),
      losses: derivatives(sizes, size => outputMinibatches(data, size, graphFor)),
    });
  }
  const head = HEADS[loss.kind](loss);
  const networkFor = (size: number): Graph => headGraph(model, graphFor, size);
  // A GPU's graphics interfaces know no float64.
  const type = engine.device === 'cpu' ? 'float64' : 'float32';
  return (data, sizes, programFor) => {
    const given = requireData(data, loss);
    return {
      evaluator: evaluateHead(head, given, sizes.values, programFor(networkFor)(sizes.values)),
      losses: derivatives(sizes, size => headMinibatches(head, given, size, networkFor, type)),
    };
  };
}

/** A penalty on the parameters is the same for every example: neither accuracy nor standard error know of it. */
function addPenalty(evaluate: MeanLoss['evaluate'], weightDecay: number): MeanLoss['evaluate'] {
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

/**
 * The model's graph for a batch size, cut down to the output that the loss is computed from.
 * @param statistics whether normalisations' statistics are the checkpoint's, or parameters of their slots' names.
 */
function graphOf(
  parts: ObjectiveParts,
  plan: InputPlan | null,
  batchSize: number,
  note: (sentence: string) => void,
  statistics: 'held' | 'parameters',
): Graph {
  const { model, binding, loss } = parts;
  // One leaf a slot: a tied tensor is one parameter, however many places it has.
  const leaves = new Map(binding.slots.map(slot => [slot, parameter(slot.name, slot.shape)]));
  const graph = buildGraph(model, {
    inputs: plan?.types(batchSize) ?? new Map(),
    leaf: ({ name }) => {
      const bound = binding.initializers.get(name);
      if (!bound) return null;
      const constantOf = ({ tensor, statistic }: BoundConstant) =>
        statistic && statistics === 'parameters' ? parameter(statistic.name, statistic.shape) : constant(tensor, name);
      const value = bound.kind === 'parameter' ? leaves.get(bound.slot)! : constantOf(bound);
      return bound.transposed ? apply('Transpose', [value], { perm: weightAxes(value.shape.length) }, name) : value;
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
