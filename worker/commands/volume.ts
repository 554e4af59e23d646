import { BasinError, messageOf, usageError } from '../errors.ts';
import type { VolumeRequest } from '../protocol.ts';
import type { VolumeResult, VolumeUpdate } from '../results.ts';
import { Documents } from '../store/documents.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import type { Context } from './context.ts';
import { type KeptVolumeStep, keptVolume } from './keptVolume.ts';
import { openProblem } from './problem.ts';
import { functionSettings, openPoints, prepareFunction } from './volumeFunction.ts';
import { localSettings, prepareLocal } from './volumeLocal.ts';
import { pairsOfVectors } from './volumePreconditioner.ts';

/**
 * Yields the growing volumes of a request; the last result is complete. Where results are kept, a volume that is there is
 * not computed again, and the directions of one that was interrupted are gone on with. Of two volumes, one that cannot be
 * had is told in `problems`; the only one throws.
 */
export async function* volume(request: VolumeRequest, context: Context): AsyncGenerator<VolumeUpdate> {
  const asked = new Set(request.volumes ?? ['local']);
  if (asked.size === 0) throw usageError('No volume was asked for; name local, function or both.');
  const { preconditioner } = localSettings(request);
  functionSettings(request);
  const { signal } = context;
  const started = performance.now();
  const opened: { close(): Promise<void> }[] = [];
  try {
    const local = asked.has('local') ? await openProblem(request, context, pairsOfVectors(preconditioner)) : null;
    if (local !== null) opened.push(local);
    const points = asked.has('function') ? await openPoints(request, context) : null;
    if (points !== null) opened.push(points);
    const problems = [...(local === null ? [] : [local]), ...(points?.problems ?? [])];
    const first = problems[0]!;
    const recomputingBytes = points?.objective.recomputingBytes ?? 0;
    const folder = resultsFolder(request, first.project);
    const documents = folder === undefined ? null : new Documents(folder, context.log ?? (() => {}));

    const ways: (() => AsyncGenerator<KeptVolumeStep>)[] = [];
    if (local !== null) {
      ways.push(() => keptVolume('local', local, documents, prepareLocal(local, request, signal), signal));
    }
    if (points !== null) {
      ways.push(() =>
        keptVolume('function', points.problems[0], documents, prepareFunction(points, request, signal), signal),
      );
    }
    let result: VolumeResult = {
      kind: 'volume',
      checkpoint: first.checkpoint,
      local: null,
      function: null,
      problems: [],
      complete: false,
      provenance: first.provenance(),
    };
    for (const [index, way] of ways.entries()) {
      const isLast = index === ways.length - 1;
      try {
        for await (const { values, provenance, total, memoryBytes, done, secondsLeft, stage } of way()) {
          const complete = isLast && stage === 'done';
          result = { ...result, ...values, complete, ...(index === 0 && { provenance }) };
          const elapsedSeconds = (performance.now() - started) / 1000;
          yield {
            result,
            progress: { done, total, elapsedSeconds, remainingSeconds: secondsLeft },
            stage: stage === 'done' && !complete ? 'directions' : stage,
            memoryBytes: problems.reduce((sum, problem) => sum + problem.memoryBytes, memoryBytes + recomputingBytes),
            isKept: documents !== null,
          };
        }
      } catch (error) {
        if (ways.length === 1 || !(error instanceof BasinError) || error.kind !== 'input') throw error;
        result = { ...result, problems: [...result.problems, messageOf(error)], complete: isLast };
        const elapsedSeconds = (performance.now() - started) / 1000;
        const progress = { done: 1, total: 1, elapsedSeconds, remainingSeconds: 0 };
        yield { result, progress, stage: isLast ? 'done' : 'directions', memoryBytes: first.memoryBytes };
      }
    }
  } finally {
    await Promise.all(opened.map(problem => problem.close()));
  }
}
