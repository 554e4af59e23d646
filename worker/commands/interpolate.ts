import { resolve } from 'node:path';
import {
  barrierOf,
  interpolation,
  type LineCell,
  type LineCells,
  type LineObjective,
  leastPoints,
  linePositions,
} from '../analysis/interpolation.ts';
import { inputError, usageError } from '../errors.ts';
import { decodeInterpolation } from '../interpolateDocument.ts';
import { hasNegativeVariance, type NormalizationStatistics } from '../objective/statistics.ts';
import { openProject } from '../project.ts';
import type { InterpolateRequest } from '../protocol.ts';
import {
  type Cell,
  type InterpolateResult,
  type InterpolateUpdate,
  type InterpolationCurve,
  type Provenance,
  toJsonNumber,
} from '../results.ts';
import { Documents } from '../store/documents.ts';
import { Keeper } from '../store/keeper.ts';
import { resultKey } from '../store/key.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import { GRID_MAX } from '../surfaceDocument.ts';
import { distance, norm, pointBetween } from '../vector.ts';
import type { Context } from './context.ts';
import { memoryLimit } from './memoryPlan.ts';
import { openPoint, type Point } from './point.ts';
import { openProblem, type Problem } from './problem.ts';

const DEFAULT_POINTS = 25;
const DEFAULT_BEYOND = 0.25;

/** Farther than so many times the way between them, checkpoints have nothing to do with the loss. */
const BEYOND_MAX = 100;

/**
 * Yields the growing loss and accuracy on the straight line through two checkpoints, on every split there is, and, where
 * the network has BatchNorm, with both kinds of statistics; the last result is complete. Where results are kept, it begins
 * with what is there, and keeps what is computed, also of a computation that is interrupted.
 */
export async function* interpolate(request: InterpolateRequest, context: Context): AsyncGenerator<InterpolateUpdate> {
  const { other, points = DEFAULT_POINTS, beyond = DEFAULT_BEYOND, ...target } = request;
  check(request.checkpoint, other, points, beyond);
  const t = linePositions(points, beyond);
  const problems: Problem[] = [];
  let keeper: Keeper<InterpolateResult> | null = null;
  try {
    const project = await openProject(request.checkpoint, request.project);
    const splits = project.data.test ? (['train', 'test'] as const) : (['train'] as const);
    // Both are at work at the same time.
    const memoryBytes = memoryLimit(request.memoryBytes) / splits.length;
    for (const split of splits) problems.push(await openProblem({ ...target, split, memoryBytes }, context));
    const first = problems[0]!;
    const end = await openPoint(first, other);
    const line = lineBetween(first, end);
    const curves = problems.flatMap(problem => curvesOf(problem, end, t));

    const settings = {
      other: end.digest,
      points,
      beyond,
      on: problems.slice(1).map(own => resultKey('sample', own.provenance(), {})),
    };
    const key = resultKey('interpolate', first.provenance(), settings);
    const folder = resultsFolder(request, project);
    const documents = folder === undefined ? null : new Documents(folder, context.log ?? (() => {}));
    const kept = (await documents?.read(key, decodeInterpolation)) ?? null;
    if (documents !== null && !kept?.complete) keeper = new Keeper(latest => documents.write(key, latest));

    const known = kept && curves.map(curve => knownCells(t, keptCurve(kept, curve)));
    const cost = {
      memoryBytes: problems.reduce(
        (sum, { memoryBytes, objective }) => sum + memoryBytes + objective.recomputingBytes,
        0,
      ),
      isKept: documents !== null,
    };
    const growing = interpolation(curves, t, first.objective.concurrency, context.signal, known);
    for await (const { curves: cells, progress } of growing) {
      const written = curves.map((curve, index) => toCurve(curve, t, cells[index]!, keptCurve(kept, curve)));
      const result: InterpolateResult = {
        kind: 'interpolate',
        checkpoint: first.checkpoint,
        other: { file: end.name, digest: end.digest },
        t,
        ...line,
        curves: written,
        complete: progress.done === progress.total,
        provenance: written[0]!.provenance,
      };
      keeper?.keep(result);
      yield { result, progress, ...cost };
    }
  } finally {
    await keeper?.close();
    await Promise.all(problems.map(problem => problem.close()));
  }
}

/** Throws `usage` where there is no such line. */
function check(checkpoint: string, other: string, points: number, beyond: number): void {
  if (resolve(checkpoint) === resolve(other)) {
    throw usageError(`Both ends of the line are ${checkpoint}; name two checkpoints.`);
  }
  if (!Number.isFinite(beyond) || beyond < 0 || beyond > BEYOND_MAX) {
    throw usageError(`A line cannot go on by ${beyond} of its length; take a number from 0 to ${BEYOND_MAX}.`);
  }
  const least = leastPoints(beyond);
  if (!Number.isInteger(points) || points < least || points > GRID_MAX) {
    throw usageError(
      `${points} points make no line between two checkpoints${beyond > 0 ? ' and beyond them' : ''}; take from ${least} to ${GRID_MAX}.`,
    );
  }
}

/** Throws `input` where both ends are the same point. */
function lineBetween(problem: Problem, end: Point): Pick<InterpolateResult, 'distance' | 'norms'> {
  const { origin } = problem.objective;
  const length = distance(origin, end.theta);
  if (length > 0) return { distance: length, norms: [norm(origin), norm(end.theta)] };
  throw inputError(
    `${end.name}: holds the same parameters as ${problem.checkpoint}, so that no line joins them; take another checkpoint.`,
  );
}

/** A curve to be computed, and what is said of it. */
interface Curve extends LineObjective, Pick<InterpolationCurve, 'split' | 'statistics'> {
  provenance(): Provenance;
}

/** On one split, with every kind of statistics that makes a difference. */
function curvesOf(problem: Problem, end: Point, t: readonly number[]): Curve[] {
  const { objective } = problem;
  const { split, mode } = problem.provenance();
  const curve = (
    statistics: InterpolationCurve['statistics'],
    statisticsAt: (t: number) => NormalizationStatistics | undefined,
    notes: readonly string[] = [],
  ): Curve => ({
    split,
    statistics,
    evaluate: (at, signal) =>
      objective.evaluate(pointBetween(objective.origin, end.theta, at), signal, statisticsAt(at)),
    provenance() {
      const own = problem.provenance(statistics === 'none' ? 'held' : statistics);
      return { ...own, notes: [...own.notes, ...end.notes, ...notes] };
    },
  });
  if (mode.batchNorm === 'none') return [curve('none', () => undefined)];
  const mixed = (at: number): Float32Array => pointBetween(objective.statistics, end.statistics, at);
  const without = t.filter(at => hasNegativeVariance(objective.statisticSlots, mixed(at)));
  const note =
    without.length === 0
      ? []
      : [
          `Interpolated variances fall below 0 at t = ${without.map(at => Number(at.toPrecision(4))).join(', ')}, where there is no loss with them.`,
        ];
  return [curve('interpolated', mixed, note), curve('recomputed', () => 'recomputed')];
}

type Kept = InterpolationCurve | undefined;

const keptCurve = (kept: InterpolateResult | null, { split, statistics }: Curve): Kept =>
  kept?.curves.find(curve => curve.split === split && curve.statistics === statistics);

function knownCells(t: readonly number[], own: Kept): LineCells {
  const number = (cell: Cell | undefined): number | null => (cell === null || cell === undefined ? null : Number(cell));
  return t.map((_, place): LineCell | null => {
    const [loss, rise] = [number(own?.loss[place]), number(own?.rise[place])];
    if (own === undefined || loss === null || rise === null) return null;
    return {
      loss,
      standardError: number(own.standardError?.[place]),
      accuracy: number(own.accuracy?.[place]),
      accuracyStandardError: number(own.accuracyStandardError?.[place]),
      rise,
      riseStandardError: number(own.riseStandardError?.[place]),
    };
  });
}

function toCurve(
  { split, statistics, provenance }: Curve,
  t: readonly number[],
  cells: LineCells,
  kept: Kept,
): InterpolationCurve {
  const values = (name: keyof LineCell): (number | null)[] => cells.map(cell => cell?.[name] ?? null);
  const json = (own: readonly (number | null)[]): Cell[] =>
    own.map(value => (value === null ? null : toJsonNumber(value)));
  /** Null where no point has any. */
  const column = (name: keyof LineCell): (number | null)[] | null => {
    const own = values(name);
    return own.every(value => value === null) ? null : own;
  };
  const [standardError, riseStandardError] = [column('standardError'), column('riseStandardError')];
  const rises = { rise: json(values('rise')), riseStandardError: riseStandardError && json(riseStandardError) };
  return {
    split,
    statistics,
    loss: json(values('loss')),
    standardError: standardError && json(standardError),
    accuracy: column('accuracy'),
    accuracyStandardError: column('accuracyStandardError'),
    ...rises,
    barrier: barrierOf(t, rises),
    provenance: since(provenance(), kept),
  };
}

/** Computing began when it first did, and took what all parts of it took. */
function since(own: Provenance, kept: Kept): Provenance {
  if (kept === undefined) return own;
  const { time, seconds } = kept.provenance;
  return { ...own, time, seconds: kept.loss.includes(null) ? seconds + own.seconds : seconds };
}
