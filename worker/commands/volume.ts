import { BasinError, messageOf, usageError } from '../errors.ts';
import type { VolumeRequest } from '../protocol.ts';
import type { FunctionVolume, LocalVolume, Provenance, VolumeResult, VolumeUpdate } from '../results.ts';
import { Documents } from '../store/documents.ts';
import { Keeper } from '../store/keeper.ts';
import { resultKey } from '../store/key.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import { decodeVolume } from '../volumeDocument.ts';
import type { Context } from './context.ts';
import { openProblem, type Problem } from './problem.ts';
import { functionSettings, openPoints, prepareFunction } from './volumeFunction.ts';
import { localSettings, prepareLocal } from './volumeLocal.ts';
import type { VolumePart, VolumeStep } from './volumePart.ts';
import { pairsOfVectors } from './volumePreconditioner.ts';

/** The volumes that a result has, by their names in it. */
interface Values {
  readonly local: LocalVolume;
  readonly function: FunctionVolume;
}

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
  const opened: Problem[] = [];
  try {
    const local = asked.has('local') ? await openProblem(request, context, pairsOfVectors(preconditioner)) : null;
    if (local !== null) opened.push(local);
    const points = asked.has('function') ? await openPoints(request, context) : [];
    opened.push(...points);
    const first = opened[0]!;
    const folder = resultsFolder(request, first.project);
    const documents = folder === undefined ? null : new Documents(folder, context.log ?? (() => {}));

    const ways: (() => AsyncGenerator<Found>)[] = [];
    if (local !== null) {
      ways.push(() => kept('local', local, documents, prepareLocal(local, request, signal), signal));
    }
    if (points.length > 0) {
      ways.push(() => kept('function', points[0]!, documents, prepareFunction(points, request, signal), signal));
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
            memoryBytes: memoryBytes + opened.reduce((sum, problem) => sum + problem.memoryBytes, 0),
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

/** A step of a volume, and what is said of it. */
interface Found extends Omit<VolumeStep<unknown>, 'value'> {
  readonly values: Partial<Values>;
  readonly provenance: Provenance;
  readonly total: number;
  readonly memoryBytes: number;
}

/** Computes a volume as far as it is not kept, and keeps it; its last step is `done`. */
async function* kept<Name extends keyof Values>(
  name: Name,
  problem: Problem,
  documents: Documents | null,
  preparing: Promise<VolumePart<Values[Name]>>,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const { settings, total, memoryBytes, compute } = await preparing;
  const valuesOf = (value: Values[Name] | null): Partial<Values> => (value === null ? {} : { [name]: value });
  const key = resultKey('volume', problem.provenance(), { ...settings, volume: name });
  const known = (await documents?.read(key, decodeVolume)) ?? null;
  const before = (known?.[name] ?? null) as Values[Name] | null;
  let last = before;
  if (!known?.complete) {
    const document = (complete: boolean): VolumeResult => ({
      kind: 'volume',
      checkpoint: problem.checkpoint,
      local: null,
      function: null,
      ...valuesOf(last),
      problems: [],
      complete,
      provenance: problem.provenance(),
    });
    const keeper = documents && new Keeper((latest: VolumeResult) => documents.write(key, latest));
    try {
      for await (const { value, ...step } of compute(before, signal)) {
        last = value;
        if (value !== null) keeper?.keep(document(false));
        yield { ...step, values: valuesOf(value), provenance: problem.provenance(), total, memoryBytes };
      }
      keeper?.keep(document(true));
    } finally {
      await keeper?.close();
    }
  }
  const provenance = known?.complete ? known.provenance : problem.provenance();
  yield { values: valuesOf(last), provenance, total, memoryBytes, done: total, secondsLeft: 0, stage: 'done' };
}
