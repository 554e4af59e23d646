import { DEFAULT_SHARPNESS, withoutValue } from '../analysis/sharpness/measure.ts';
import { SharpnessPoint } from '../analysis/sharpness/point.ts';
import { BasinError, usageError } from '../errors.ts';
import type { SharpnessRequest } from '../protocol.ts';
import { type SharpnessUpdate, toJsonNumber } from '../results.ts';
import type { MeasuredSharpness } from '../sharpnessDocument.ts';
import { Documents } from '../store/documents.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import type { Context } from './context.ts';
import { memoryLimit } from './memoryPlan.ts';
import { openProblem, type Problem } from './problem.ts';
import { checkRescaling, pairOf } from './rescalingCheck.ts';
import { SharpnessSoFar } from './sharpnessSoFar.ts';
import { SharpnessMeasurer, type SharpnessTask, sharpnessTasks, sizeOf } from './sharpnessTasks.ts';

/** Columns as long as θ that every measure does with: the search for eigenvalues gains from more, where they fit. */
const PAIRS_OF_VECTORS = 24;

/**
 * Yields the growing sharpness of a request; the last result is complete. Where results are kept, it takes every measure
 * that is there, and keeps each as soon as it is computed, so that an interruption loses only what was under way.
 */
export async function* sharpness(request: SharpnessRequest, context: Context): AsyncGenerator<SharpnessUpdate> {
  const asked = sharpnessTasks(request);
  if (asked.length === 0)
    throw usageError('No measure of sharpness was asked for; name some, or none for all of them.');
  const { signal } = context;
  const problem = await openProblem(request, context, PAIRS_OF_VECTORS);
  try {
    const { objective, seed } = problem;
    const { basis, memoryBytes } = basisOf(problem, memoryLimit(request.memoryBytes));
    const tasks = asked.map(task => ({ ...task, options: { ...task.options, basis } }));
    const folder = resultsFolder(request, problem.project);
    const documents = folder === undefined ? null : new Documents(folder, context.log ?? (() => {}));
    const measurer = new SharpnessMeasurer(problem, documents);
    const pair = request.rescaling ? pairOf(problem) : null;
    const alphas = pair && 'pair' in pair ? pair.alphas : [{ alpha: 1, change: {} }];

    const here = new SharpnessPoint(objective, objective.origin, seed);
    const soFar = new SharpnessSoFar(problem, tasks, pair, { memoryBytes, isKept: documents !== null });
    // What is kept counts as done from the beginning, so that only what is left is computed, counted and waited for.
    for (const { alpha, change } of alphas) {
      for (const task of tasks) {
        const known = await measurer.known(task, change);
        if (known) soFar.add(task, alpha, known);
      }
    }
    if (soFar.left(1).length > 0) soFar.loss = toJsonNumber((await here.evaluateHere(signal)).loss);

    const failures: BasinError[] = [];
    for (const task of soFar.left(1)) {
      // Whoever watches sees what comes next before it takes its time.
      yield soFar.update(task.name);
      soFar.add(task, 1, await explaining(task, here, failures, measurer.measure(task, here, signal)));
    }
    // What every measure stumbles over is wrong with the request, not with a measure.
    if (failures.length === tasks.length) throw failures[0];
    if (pair && 'pair' in pair) {
      yield soFar.update('rescaling');
      soFar.addCheck(await checkRescaling(problem, pair, documents, signal));
      for (const { alpha, change } of alphas) {
        const point = new SharpnessPoint(objective, pair.at(alpha), seed);
        for (const task of soFar.left(alpha)) {
          yield soFar.update('rescaling');
          const measuring = measurer.measure(task, point, signal, change);
          soFar.add(task, alpha, await explaining(task, point, failures, measuring));
        }
      }
    }
    yield soFar.update('done');
  } finally {
    await problem.close();
  }
}

/** As many columns for the search of eigenvalues as suit it and fit, and what all of it takes in memory then. */
function basisOf({ objective, memoryBytes }: Problem, limit: number): { basis: number; memoryBytes: number } {
  const { length } = objective.origin;
  const spare = Math.max(Math.floor((limit - memoryBytes) / (8 * length)), 0);
  const basis = Math.min(DEFAULT_SHARPNESS.basis, PAIRS_OF_VECTORS + spare);
  return { basis, memoryBytes: memoryBytes + 8 * length * Math.max(basis - PAIRS_OF_VECTORS, 0) };
}

/**
 * What a measure gives; where it cannot be computed, such as where an operator has no second derivative or a product
 * overflows, a document that says why, so that the others go on.
 */
async function explaining(
  task: SharpnessTask,
  point: SharpnessPoint,
  failures: BasinError[],
  measuring: Promise<MeasuredSharpness>,
): Promise<MeasuredSharpness> {
  const before = point.evaluations;
  try {
    return await measuring;
  } catch (error) {
    if (!(error instanceof BasinError) || (error.kind !== 'input' && error.kind !== 'computation')) throw error;
    failures.push(error);
    const measures = [withoutValue(task.name, error.message, point, before, sizeOf(task))];
    return { loss: 'NaN', measures, time: new Date().toISOString(), seconds: 0 };
  }
}
