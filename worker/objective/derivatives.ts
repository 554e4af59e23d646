/** Derivatives of the objective at a point: sums over the minibatches of the sample, in float64. */
import type { Engine, Feeds, Program, Session } from '../engine/engine.ts';
import { throwIfAborted } from '../errors.ts';
import {
  type Graph,
  type InputValue,
  input,
  type ParameterValue,
  parameter,
  topologicalOrder,
  type Value,
} from '../graph/graph.ts';
import {
  differentiable,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  lossGradient,
  perExampleCurvature,
  perExampleGaussNewtonCurvature,
  perExampleGradientProduct,
  perExampleLastLayerCurvature,
  runnable,
} from '../graph/products.ts';
import type { ParameterSlot } from '../model/bind.ts';
import { numberAt, type Tensor } from '../tensor.ts';
import { addScaled } from '../vector.ts';
import { nothingCounts } from './evaluation.ts';
import { weightPenalty } from './loss.ts';

/** A vector as long as θ. */
export type ThetaVector = Float32Array | Float64Array;

/** A number for each example, whose mean over the sample is Σ sums / Σ weights. */
export interface ExampleSums {
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** Second derivatives: the Hessian, or the Gauss–Newton matrix. */
export type Curvature = 'hessian' | 'gaussNewton';

/** The objective's derivatives at one point. Its sessions stay open until it is closed. */
export interface Derivatives {
  /** The loss and its gradient, ∂L/∂θ. Throws `interrupted` when the signal fires, between two minibatches. */
  gradient(signal: AbortSignal): Promise<{ readonly loss: number; readonly gradient: Float64Array }>;
  /** H·v for each of the vectors, computed together: what does not depend on them is computed once. */
  hessianVectorProducts(vectors: readonly ThetaVector[], signal: AbortSignal): Promise<Float64Array[]>;
  /**
   * G·v for each of the vectors, where G is the Gauss–Newton matrix of the loss by the network's output (with the whole
   * of a weight decay's λ, which is no part of the network).
   */
  gaussNewtonVectorProducts(vectors: readonly ThetaVector[], signal: AbortSignal): Promise<Float64Array[]>;
  /**
   * ⟨∂Lᵢ/∂θ, v⟩ for every example i of the sample, where Lᵢ is the sum of its targets' losses, each times its weight;
   * null where examples have no loss of their own. Penalties are left out.
   */
  perExampleGradientProducts(vector: ThetaVector, signal: AbortSignal): Promise<ExampleSums | null>;
  /** The same for vᵀ·Hᵢ·v, or vᵀ·Gᵢ·v of the Gauss–Newton matrix. */
  perExampleCurvatures(curvature: Curvature, vector: ThetaVector, signal: AbortSignal): Promise<ExampleSums | null>;
  /**
   * For every example the traces of the Hessian by the weights of the network's last layer over patterns of its outputs,
   * added up: see `perExampleLastLayerCurvature`. The network must end with a linear map (`lastLayerOf`); null where
   * examples have no loss of their own.
   */
  perExampleLastLayerCurvatures(patterns: readonly Float64Array[], signal: AbortSignal): Promise<ExampleSums | null>;
  close(): Promise<void>;
}

/** A minibatch, ready to be fed. */
export interface Minibatch {
  /** Examples that its graph is built for; padding counts. */
  readonly rows: number;
  readonly feeds: Feeds;
  /** The weight of each example in the mean, of those that are no padding; they come first. */
  readonly weights: Float64Array;
}

/** The loss of minibatches, as graphs and as what is fed to them. */
export interface MinibatchLoss {
  readonly slots: readonly ParameterSlot[];
  /** The minibatches of the sample, in order. */
  readonly count: number;
  /** Throws `input` where data and loss do not fit. */
  minibatch(index: number): Promise<Minibatch>;
  /** The graph for minibatches of so many rows, whose loss is a sum over examples. */
  graph(rows: number): Promise<LossGraph>;
  /** Whether examples have losses of their own. */
  readonly hasExampleLosses: boolean;
  /** λ of the penalty λ/2·‖θ‖². */
  readonly weightDecay: number;
}

export interface LossGraph {
  readonly inputs: readonly InputValue[];
  readonly output: Value;
  /** A scalar. */
  readonly loss: Value;
  /** The same for each example, shape [rows]; null where the graph gives a mean only. */
  readonly losses: Value | null;
}

type PerExample = 'perExample' | 'hessianPerExample' | 'gaussNewtonPerExample' | 'lastLayerPerExample';

type Kind = 'gradient' | Curvature | PerExample;

/** The same loss in minibatches that suit a gradient, and in smaller ones that suit products. */
export interface MinibatchLosses {
  readonly gradient: MinibatchLoss;
  readonly products: MinibatchLoss;
}

const lossFor = (kind: Kind, losses: MinibatchLosses): MinibatchLoss =>
  kind === 'gradient' ? losses.gradient : losses.products;

/** Compiles derivatives when they are first asked for and keeps them, for every point. */
export class DerivativePrograms {
  private readonly programs = new Map<string, Promise<Program>>();
  private readonly compiled: Program[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly layout: ReadonlyMap<string, number>,
    private readonly losses: MinibatchLosses,
  ) {}

  /** The derivatives at θ; of minibatches of other examples, where `losses` are given, whose graphs must be the same. */
  at(theta: Float32Array, losses = this.losses): Derivatives {
    return derivativesAt(theta, losses, this.engine.lanes, (kind, vectors, rows) => this.program(kind, vectors, rows));
  }

  /** What a reader of the numbers should know of how they were computed, a sentence each. */
  get notes(): readonly string[] {
    return this.compiled.flatMap(program => program.notes);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.programs.values());
    await Promise.all(this.compiled.map(program => program.close()));
  }

  private program(kind: Kind, vectors: number, rows: number): Promise<Program> {
    const key = `${kind} ${vectors} ${rows}`;
    const known = this.programs.get(key) ?? this.compile(kind, vectors, rows);
    this.programs.set(key, known);
    return known;
  }

  private async compile(kind: Kind, vectors: number, rows: number): Promise<Program> {
    const loss = lossFor(kind, this.losses);
    const graph = derivativeGraph(kind, vectors, await loss.graph(rows), loss.slots);
    const program = this.engine.compile(graph, this.layout, loss.count);
    this.compiled.push(program);
    return program;
  }
}

const patternInput = (index: number): string => `pattern ${index}`;

const vectorInput = (index: number, slot: ParameterSlot): string => `vector ${index}:${slot.name}`;

/** The outputs are the loss and then, vector by vector, one tensor a parameter, or one number an example. */
function derivativeGraph(
  kind: Kind,
  count: number,
  { inputs, output, loss, losses }: LossGraph,
  slots: readonly ParameterSlot[],
): Graph {
  const parts = { loss, output, losses, parameters: parametersOf(loss, slots) };
  // Folding saves passes over activations and costs a weight gradient: a single product is an eighth faster without.
  const plain = differentiable(parts, { foldsNormalizations: count !== 1 });
  const places = [...Array(count).keys()];
  const isOfOutputs = kind === 'lastLayerPerExample';
  const vectors = isOfOutputs
    ? []
    : places.map(index => slots.map(slot => input(vectorInput(index, slot), 'float32', slot.shape)));
  const patterns = isOfOutputs
    ? places.map(index => input(patternInput(index), 'float32', output.shape.slice(-1)))
    : [];
  const results: Record<Kind, () => Value[][]> = {
    gradient: () => [lossGradient(plain)],
    hessian: () => vectors.map(vector => hessianVectorProduct(plain, vector)),
    gaussNewton: () => vectors.map(vector => gaussNewtonVectorProduct(plain, vector)),
    perExample: () => vectors.map(vector => [perExampleGradientProduct(plain, vector)]),
    hessianPerExample: () => vectors.map(vector => [perExampleCurvature(plain, vector)]),
    gaussNewtonPerExample: () => vectors.map(vector => [perExampleGaussNewtonCurvature(plain, vector)]),
    lastLayerPerExample: () => [[perExampleLastLayerCurvature(plain, patterns)]],
  };
  const values = runnable([plain.loss, ...results[kind]().flat()]);
  return {
    inputs: [...inputs, ...vectors.flat(), ...patterns],
    outputs: values.map((value, index) => ({ name: index === 0 ? 'loss' : `derivative ${index - 1}`, value })),
  };
}

/** The graph's own leaf of each slot; one that the loss does not depend on gets a leaf of its own. */
function parametersOf(loss: Value, slots: readonly ParameterSlot[]): ParameterValue[] {
  const leaves = new Map(
    topologicalOrder([loss]).flatMap(value => (value.kind === 'parameter' ? [[value.name, value] as const] : [])),
  );
  return slots.map(({ name, shape }) => leaves.get(name) ?? parameter(name, shape));
}

function derivativesAt(
  theta: Float32Array,
  losses: MinibatchLosses,
  lanes: number,
  programFor: (kind: Kind, vectors: number, rows: number) => Promise<Program>,
): Derivatives {
  const { slots, weightDecay } = losses.gradient;
  const sessions = new Map<string, Promise<Session>>();
  const session = (kind: Kind, vectors: number, rows: number, lane: number): Promise<Session> => {
    const key = `${kind} ${vectors} ${rows} ${lane}`;
    const known = sessions.get(key) ?? programFor(kind, vectors, rows).then(program => program.open(theta));
    sessions.set(key, known);
    return known;
  };

  /** Runs a program on every minibatch and visits what it gives in the minibatches' order, whatever is ready first. */
  async function forEachMinibatch(
    kind: Kind,
    { count, feeds: held }: Held,
    signal: AbortSignal,
    visit: (outputs: readonly Tensor[], batch: Minibatch) => void,
  ): Promise<void> {
    const loss = lossFor(kind, losses);
    const run = async (index: number) => {
      const batch = await loss.minibatch(index);
      const opened = await session(kind, count, batch.rows, index % lanes);
      return { outputs: await opened.run({ ...batch.feeds, ...held }), batch };
    };
    const ahead: ReturnType<typeof run>[] = [];
    try {
      for (let next = 0; next < loss.count || ahead.length > 0; ) {
        throwIfAborted(signal);
        while (next < loss.count && ahead.length < 2 * lanes) ahead.push(run(next++));
        const { outputs, batch } = await ahead[0]!;
        ahead.shift();
        throwIfAborted(signal);
        visit(outputs, batch);
      }
    } finally {
      await Promise.allSettled(ahead);
    }
  }

  /** The means over the sample of what a program gives: the loss, and a vector as long as θ for each of its vectors. */
  async function meanOver(kind: Kind, vectors: readonly ThetaVector[], signal: AbortSignal) {
    const sums = Array.from({ length: Math.max(vectors.length, 1) }, () => new Float64Array(theta.length));
    let weight = 0;
    let sum = 0;
    await forEachMinibatch(kind, vectorFeeds(vectors, slots), signal, (outputs, batch) => {
      weight += batch.weights.reduce((total, own) => total + own, 0);
      sum += numberAt(outputs[0]!.data, 0);
      sums.forEach((into, vector) => {
        slots.forEach((slot, index) => {
          addTo(into, slot.offset, outputs[1 + vector * slots.length + index]!);
        });
      });
    });
    if (weight === 0) throw nothingCounts();
    for (const into of sums) for (let index = 0; index < into.length; index++) into[index]! /= weight;
    return { loss: sum / weight, means: sums };
  }

  const products = async (kind: Kind, vectors: readonly ThetaVector[], signal: AbortSignal) => {
    if (vectors.length === 0) return [];
    const { means } = await meanOver(kind, vectors, signal);
    means.forEach((product, index) => {
      addScaled(product, weightDecay, vectors[index]!);
    });
    return means;
  };

  async function perExample(kind: PerExample, held: Held, signal: AbortSignal): Promise<ExampleSums | null> {
    if (!losses.products.hasExampleLosses) return null;
    const sums: number[] = [];
    const weights: number[] = [];
    await forEachMinibatch(kind, held, signal, (outputs, batch) => {
      batch.weights.forEach((weight, index) => {
        sums.push(numberAt(outputs[1]!.data, index));
        weights.push(weight);
      });
    });
    return { sums: Float64Array.from(sums), weights: Float64Array.from(weights) };
  }

  return {
    async gradient(signal) {
      const { loss: mean, means } = await meanOver('gradient', [], signal);
      const [gradient] = means as [Float64Array];
      addScaled(gradient, weightDecay, theta);
      return { loss: mean + weightPenalty(weightDecay, theta), gradient };
    },
    hessianVectorProducts: (vectors, signal) => products('hessian', vectors, signal),
    gaussNewtonVectorProducts: (vectors, signal) => products('gaussNewton', vectors, signal),
    perExampleGradientProducts: (vector, signal) => perExample('perExample', vectorFeeds([vector], slots), signal),
    perExampleCurvatures: (curvature, vector, signal) =>
      perExample(`${curvature}PerExample`, vectorFeeds([vector], slots), signal),
    perExampleLastLayerCurvatures: (patterns, signal) =>
      perExample('lastLayerPerExample', patternFeeds(patterns), signal),
    close: async () => {
      const opened = await Promise.allSettled(sessions.values());
      sessions.clear();
      await Promise.all(opened.map(one => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    },
  };
}

/** What a program takes besides a minibatch: so many vectors, as the tensors it is fed. */
interface Held {
  readonly count: number;
  readonly feeds: Feeds;
}

const patternFeeds = (patterns: readonly Float64Array[]): Held => ({
  count: patterns.length,
  feeds: Object.fromEntries(
    patterns.map((pattern, index) => [
      patternInput(index),
      { dtype: 'float32', shape: [pattern.length], data: Float32Array.from(pattern) },
    ]),
  ),
});

/** Vectors cut into the tensors that a graph takes. */
function vectorFeeds(vectors: readonly ThetaVector[], slots: readonly ParameterSlot[]): Held {
  const feeds: Record<string, Tensor<'float32'>> = {};
  vectors.forEach((vector, index) => {
    const rounded = vector instanceof Float32Array ? vector : Float32Array.from(vector);
    for (const slot of slots) {
      // A copy, since what is sent to a computing thread is sent with the whole of its memory.
      const data = rounded.slice(slot.offset, slot.offset + slot.size);
      feeds[vectorInput(index, slot)] = { dtype: 'float32', shape: slot.shape, data };
    }
  });
  return { count: vectors.length, feeds };
}

function addTo(sum: Float64Array, offset: number, { data }: Tensor): void {
  const values = data as Float32Array | Float64Array;
  for (let index = 0; index < values.length; index++) sum[offset + index]! += values[index]!;
}
