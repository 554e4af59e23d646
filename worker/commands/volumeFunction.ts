import { logEvidence } from '../analysis/evidence/expectationPropagation.ts';
import { jackknifeError, Kernel } from '../analysis/evidence/kernel.ts';
import { forEachInLanes } from '../analysis/lanes.ts';
import { joinExamples } from '../data/sample.ts';
import { defaultInitialization, drawInitialization, initializationLike } from '../direction/initialization.ts';
import { computationError, inputError, usageError } from '../errors.ts';
import { createObjective, type Objective } from '../objective/objective.ts';
import { openProject } from '../project.ts';
import type { VolumeRequest } from '../protocol.ts';
import type { FunctionVolume } from '../results.ts';
import { resultKey } from '../store/key.ts';
import { formatShape, numberAt } from '../tensor.ts';
import type { Context } from './context.ts';
import { gigabytes, memoryLimit } from './memoryPlan.ts';
import { openProblem, type Problem } from './problem.ts';
import type { VolumePart } from './volumePart.ts';
import { openUntrained } from './volumePrior.ts';

const DEFAULT_INITIALIZATIONS = 1000;
const INITIALIZATIONS_MAX = 100_000;
const DEFAULT_POINTS = 500;
/** Expectation propagation costs their third power. */
const POINTS_MAX = 2000;

/** Groups of draws; the evidence without each tells how far so few draws leave it open. */
const GROUPS = 4;

/** A kernel of so few draws that it has next to no variance in some direction would forbid most functions. */
const RANK = 2;

/** Matrices of all pairs of points that expectation propagation holds at once. */
const MATRICES = 6;

/**
 * Mean variance that the kernel is scaled to: classes do not depend on the outputs' scale, and the likelihood Φ(y·f), which
 * is that of a sign with a noise of variance 1, comes near to a sign's where values are so large. On the digits a hundred
 * times less would change ln P by 4 %.
 */
const VARIANCE = 1e6;

/** Networks whose time tells that of all: the first ones wait for sessions to open. */
const FIRST_DRAWS = 20;

/** Passes over all points that the evidence usually takes, and seconds for a multiplication, until one has been timed. */
const SWEEPS = 8;
const SECONDS_EACH = 2e-9;

type Asked = Pick<VolumeRequest, 'initializations' | 'points' | 'positive'>;

/** What a request asks of a function's volume, defaults filled in. Throws `usage` where it means nothing. */
export function functionSettings({
  initializations = DEFAULT_INITIALIZATIONS,
  points = DEFAULT_POINTS,
  positive,
}: Asked): { readonly initializations: number; readonly points: number; readonly positive: readonly number[] | null } {
  if (!Number.isInteger(initializations) || initializations < GROUPS || initializations > INITIALIZATIONS_MAX) {
    throw usageError(
      `${initializations} initialisations make no kernel; take from ${GROUPS} to ${INITIALIZATIONS_MAX}.`,
    );
  }
  if (!Number.isInteger(points) || points < 2 || points > POINTS_MAX) {
    throw usageError(`A function cannot be held on ${points} points; take from 2 to ${POINTS_MAX}.`);
  }
  return { initializations, points, positive: positive ? [...new Set(positive)].sort((a, b) => a - b) : null };
}

/** The points that a function is held on, to be closed by the caller. */
export interface Points {
  /** Half of each split, or all of the only one. */
  readonly problems: readonly [Problem, ...Problem[]];
  /** Over all of them together, those of the training split first. */
  readonly objective: Objective;
  close(): Promise<void>;
}

/** Opens the points of a request. Throws as `openProblem` does. */
export async function openPoints(request: VolumeRequest, context: Context): Promise<Points> {
  const { points } = functionSettings(request);
  const { data } = await openProject(request.checkpoint, request.project);
  const splits = (['train', 'test'] as const).filter(split => data[split] !== undefined);
  if (splits.length === 0)
    throw inputError('basin.json: a function’s volume needs "data", on whose points it is held.');
  const problems: Problem[] = [];
  let objective: Objective | undefined;
  const close = async (): Promise<void> => {
    await objective?.close();
    await Promise.all(problems.map(problem => problem.close()));
  };
  try {
    for (const [index, split] of splits.entries()) {
      const samples = Math.floor((points + (splits.length - 1 - index)) / splits.length);
      problems.push(await openProblem({ ...request, split, samples }, context));
    }
    const [first, ...others] = problems as [Problem, ...Problem[]];
    const sample = joinExamples([first, ...others].map(({ parts }) => parts.sample!));
    objective = await createObjective({ ...first.parts, sample });
    return { problems: [first, ...others], objective, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The probability that a network of random parameters computes the checkpoint's function on the points, as a part of a
 * result. Throws `input` where the network has no classes or cannot be drawn at random, `usage` where the request names
 * classes that there are not.
 */
export async function prepareFunction(
  { problems, objective }: Points,
  request: VolumeRequest,
  signal: AbortSignal,
): Promise<VolumePart<FunctionVolume>> {
  const { initializations, positive } = functionSettings(request);
  const [first] = problems;
  checkNetwork(first);
  const { origin, slots, graph, concurrency } = objective;
  const isNormalized = first.provenance().mode.batchNorm !== 'none';
  const outputs = await outputsAt(objective, first, origin, 'held', signal);
  const { problemsOf, reduction } = labelsOf(outputs, positive);
  const { points, width } = outputs;
  const memoryBytes = 8 * points * points * (GROUPS + MATRICES);
  const allowed = memoryLimit(request.memoryBytes);
  if (memoryBytes > allowed) {
    throw usageError(
      `The kernel of ${points} points takes about ${gigabytes(memoryBytes)} of memory and ${gigabytes(allowed)} may be used; take fewer points, or allow more with --memory.`,
    );
  }
  const untrained = await openUntrained(first, request.checkpoint, signal);
  const spreads = untrained === null ? defaultInitialization(graph, slots) : initializationLike(untrained.theta, slots);
  const least = Math.ceil((RANK * points) / width);
  if (initializations < least) {
    throw usageError(
      `${initializations} initialisations of ${width} outputs make no kernel of ${points} points; take ${least} at least, or fewer points.`,
    );
  }
  const distinct = new Map(problemsOf.map(labels => [labels.join(), labels]));
  const evidences = distinct.size * (GROUPS + 1);
  return {
    settings: {
      initializations,
      positive,
      untrained: untrained?.digest ?? null,
      on: problems.slice(1).map(problem => resultKey('sample', problem.provenance(), {})),
    },
    total: initializations + evidences,
    memoryBytes,
    async *compute(_, stop) {
      const started = performance.now();
      const kernel = new Kernel(points, GROUPS);
      const guess = evidences * SWEEPS * SECONDS_EACH * points ** 3;
      yield { value: null, done: 0, secondsLeft: null, stage: 'kernel' };
      for (let from = 0; from < initializations; from += concurrency) {
        const batch = Array.from({ length: Math.min(concurrency, initializations - from) }, (_, index) => from + index);
        const drawn: Float64Array[] = [];
        await forEachInLanes(batch, concurrency, stop, async (index, own) => {
          const theta = drawInitialization(spreads, slots, first.seed, index);
          drawn[index - from] = (await outputsAt(objective, first, theta, 'recomputed', own)).values;
        });
        // In their order, so that groups and sums do not depend on which of them was done first.
        for (const values of drawn) kernel.add(values);
        const each = (performance.now() - started) / 1000 / kernel.draws;
        const secondsLeft = kernel.draws < FIRST_DRAWS ? null : each * (initializations - kernel.draws) + guess;
        yield { value: null, done: kernel.draws, secondsLeft, stage: 'kernel' };
      }
      const propagated = performance.now();
      const totals: number[] = [];
      const parts = new Map<string, number>();
      let converged = true;
      let done = 0;
      for (let without = -1; without < GROUPS; without++) {
        const matrix = scaled(without < 0 ? kernel.matrix() : kernel.matrix(without), points);
        const own = new Map<string, number>();
        for (const [name, labels] of distinct) {
          const found = await logEvidence(matrix, labels, stop);
          own.set(name, found.logEvidence);
          converged &&= found.converged;
          done++;
          const each = (performance.now() - propagated) / 1000 / done;
          yield {
            value: null,
            done: initializations + done,
            secondsLeft: each * (evidences - done),
            stage: 'evidence',
          };
        }
        if (without < 0) for (const [name, value] of own) parts.set(name, value);
        else totals.push(problemsOf.reduce((sum, labels) => sum + own.get(labels.join())!, 0));
      }
      const byProblem = problemsOf.map(labels => parts.get(labels.join())!);
      const value: FunctionVolume = {
        logProbability: byProblem.reduce((sum, part) => sum + part, 0),
        standardError: jackknifeError(totals),
        ...reduction,
        parts: byProblem,
        points,
        testPoints: points - first.objective.samples,
        initializations,
        ...(untrained === null
          ? { scheme: 'PyTorch default' }
          : { scheme: 'first checkpoint', source: { file: untrained.name, digest: untrained.digest } }),
        ...(isNormalized && { statistics: 'recomputed over the points' }),
        converged,
      };
      yield { value, done: initializations + evidences, secondsLeft: 0, stage: 'evidence' };
    },
  };
}

/** Throws `input` where predictions are no classes. */
function checkNetwork(problem: Problem): void {
  const { kind } = problem.project.loss;
  if (kind !== 'cross-entropy' && kind !== 'bce-with-logits') {
    throw inputError(`A function’s volume is about the classes it predicts, and with the loss ${kind} there are none.`);
  }
}

interface Outputs {
  /** By point, then by output. */
  readonly values: Float64Array;
  readonly points: number;
  readonly width: number;
}

/** What the network puts out on all points. Throws `input` where that is not one number a class, `computation` where it is not finite. */
async function outputsAt(
  { samples: points, outputs }: Objective,
  { model }: Problem,
  theta: Float32Array,
  statistics: 'held' | 'recomputed',
  signal: AbortSignal,
): Promise<Outputs> {
  let values = new Float64Array(0);
  let width = 0;
  let at = 0;
  for await (const { output, rows } of outputs(theta, signal, statistics)) {
    const [, classes = 1, ...others] = output.shape;
    if (others.some(size => size !== 1)) {
      throw inputError(
        `${model.name}: its output of ${formatShape(output.shape)} has many predictions an example, and a function’s volume is held on one each.`,
      );
    }
    if (values.length === 0) {
      width = classes;
      values = new Float64Array(points * width);
    }
    for (let index = 0; index < rows * width; index++) values[at++] = numberAt(output.data, index);
  }
  if (!values.every(Number.isFinite)) {
    throw computationError(
      'Outputs are not finite at the checkpoint or at parameters before training, so that they have no kernel.',
    );
  }
  return { values, points, width };
}

type Labels = readonly (1 | -1)[];

/** The problems of two classes that a function is made of: its predicted classes, as +1 and −1. */
function labelsOf(
  { values, points, width }: Outputs,
  positive: readonly number[] | null,
): { readonly problemsOf: readonly Labels[]; readonly reduction: Pick<FunctionVolume, 'reduction' | 'positive'> } {
  const classes = Array.from({ length: points }, (_, point) => {
    if (width === 1) return values[point]! > 0 ? 1 : 0;
    const own = values.subarray(point * width, (point + 1) * width);
    return own.indexOf(own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
  });
  const count = Math.max(2, width);
  const against = (group: readonly number[]): Labels => classes.map(own => (group.includes(own) ? 1 : -1));
  if (positive !== null || count === 2) {
    const group = positive ?? [1];
    const odd = group.find(own => !(Number.isInteger(own) && own >= 0 && own < count));
    if (odd !== undefined) throw usageError(`There is no class ${odd}; the network has the classes 0 to ${count - 1}.`);
    if (group.length === 0 || group.length === count) {
      throw usageError('Two groups of classes are needed; name some of the classes as positive, and not all.');
    }
    return { problemsOf: [against(group)], reduction: { reduction: 'two classes', positive: group } };
  }
  return {
    problemsOf: Array.from({ length: count }, (_, own) => against([own])),
    reduction: { reduction: 'one against rest' },
  };
}

/** The kernel with the mean variance `VARIANCE`. Throws `computation` where there is no variance. */
function scaled(matrix: Float64Array, points: number): Float64Array {
  let trace = 0;
  for (let point = 0; point < points; point++) trace += matrix[point * (points + 1)]!;
  if (!(trace > 0))
    throw computationError('All outputs are 0 at parameters before training, so that there is no kernel.');
  return matrix.map(value => (value * VARIANCE * points) / trace);
}
