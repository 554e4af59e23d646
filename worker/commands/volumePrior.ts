import { dirname, join } from 'node:path';
import { BasinError, throwIfAborted, usageError } from '../errors.ts';
import type { Target } from '../protocol.ts';
import type { RunCheckpoint, VolumePrior } from '../results.ts';
import { listFiles } from '../run/folder.ts';
import type { RunListing } from '../run/list.ts';
import { lookAt } from '../run/look.ts';
import type { OpenRun } from '../run/runs.ts';
import { norm } from '../vector.ts';
import type { Context } from './context.ts';
import { openPoint, type Point } from './point.ts';
import { openProblem, type Problem } from './problem.ts';

/**
 * The run's checkpoint from before training, of step 0 or epoch 0, a file or a folder, read as a point of the
 * problem's space; null where there is none beside the problem's own that fits it. Throws `interrupted` when the signal fires.
 */
export async function openUntrained(problem: Problem, path: string, signal: AbortSignal): Promise<Point | null> {
  const folder = dirname(path);
  for (const { file } of await listFiles(folder)) {
    throwIfAborted(signal);
    const look = await lookAt(folder, file);
    if (look.is !== 'checkpoint' || !isUntrained(look)) continue;
    try {
      return await openPoint(problem, join(folder, file));
    } catch (error) {
      // Another network's checkpoint in the same folder says nothing of this one.
      if (!(error instanceof BasinError) || error.kind === 'interrupted') throw error;
    }
  }
  return null;
}

/** Whether a checkpoint is from before training, by its step or its epoch. */
export const isUntrained = ({
  step,
  epoch,
}: {
  readonly step: number | null;
  readonly epoch: number | null;
}): boolean => step === 0 || (step === null && epoch === 0);

/**
 * The prior whose standard deviation is the root mean square of the parameters before training where these are known, else
 * of the parameters here, which training has moved.
 * @param sigma given by the user, whom nothing overrules.
 * Throws `usage` where there is no such Gaussian.
 */
export function priorOf(problem: Problem, untrained: Point | null, sigma: number | undefined): VolumePrior {
  if (sigma !== undefined) return askedPrior(sigma);
  if (untrained !== null) {
    const { name, digest, theta } = untrained;
    if (rms(theta) > 0) return { sigma: rms(theta), from: 'initialization', source: { file: name, digest } };
  }
  const own = rms(problem.objective.origin);
  if (own > 0) return { sigma: own, from: 'parameters' };
  throw usageError('All parameters are 0, which gives no prior; name its deviation with --sigma.');
}

/** The prior of a deviation that somebody names. Throws `usage` where it is none. */
function askedPrior(sigma: number): VolumePrior {
  if (!(sigma > 0 && Number.isFinite(sigma)))
    throw usageError(`A prior of the deviation ${sigma} is none; take a number above 0.`);
  return { sigma, from: 'request' };
}

const rms = (theta: Float32Array): number => norm(theta) / Math.sqrt(theta.length);

/**
 * The one prior by which all volumes of a run are measured, that they may be held against each other: of the deviation
 * that is asked for; else that of the parameters before training; else the one that the run was measured with before, since
 * its first checkpoints may be gone by now; else that of the parameters in its first checkpoint. Null where none of its
 * checkpoints can be opened. Throws `usage` and `interrupted`.
 */
export async function runPrior(
  run: OpenRun,
  request: Omit<Target, 'checkpoint' | 'split'> & { readonly sigma?: number },
  { result: { checkpoints } }: RunListing,
  context: Context,
): Promise<VolumePrior | null> {
  if (request.sigma !== undefined) return askedPrior(request.sigma);
  const there = checkpoints.filter(({ present, state }) => present && state !== 'incomplete');
  const untrained = await firstPrior(there.filter(isUntrained), 'initialization');
  if (untrained !== null) return untrained;
  const before = checkpoints
    .filter(({ state }) => state !== 'stale')
    .flatMap(({ measures }) => measures.flatMap(({ volume }) => volume?.prior ?? []))
    .find(({ from }) => from === 'initialization' || from === 'first');
  return before ?? firstPrior(there, 'first');

  async function firstPrior(
    candidates: readonly RunCheckpoint[],
    from: 'initialization' | 'first',
  ): Promise<VolumePrior | null> {
    for (const { file } of candidates) {
      throwIfAborted(context.signal);
      const prior = await priorIn({ ...request, checkpoint: join(run.folder, file) }, from, context);
      if (prior !== null) return prior;
    }
    return null;
  }
}

/** The prior as parameters are in a checkpoint; null where it cannot be opened, or all are 0. */
async function priorIn(
  target: Target,
  from: 'initialization' | 'first',
  context: Context,
): Promise<VolumePrior | null> {
  let problem: Problem;
  try {
    problem = await openProblem(target, context);
  } catch (error) {
    // What is wrong with it is said where it is measured itself.
    if (!(error instanceof BasinError) || (error.kind !== 'input' && error.kind !== 'incomplete')) throw error;
    return null;
  }
  const sigma = rms(problem.objective.origin);
  const source = { file: problem.checkpoint, digest: problem.provenance().checkpoint.digest };
  await problem.close();
  return sigma > 0 ? { sigma, from, source } : null;
}
