import { dirname, join } from 'node:path';
import { BasinError, throwIfAborted, usageError } from '../errors.ts';
import type { VolumePrior } from '../results.ts';
import { listFiles } from '../run/folder.ts';
import { lookAt } from '../run/look.ts';
import { norm } from '../vector.ts';
import { openPoint, type Point } from './point.ts';
import type { Problem } from './problem.ts';

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

const isUntrained = ({ step, epoch }: { readonly step: number | null; readonly epoch: number | null }): boolean =>
  step === 0 || (step === null && epoch === 0);

/**
 * The prior whose standard deviation is the root mean square of the parameters before training where these are known, else
 * of the parameters here, which training has moved.
 * @param sigma given by the user, whom nothing overrules.
 * Throws `usage` where there is no such Gaussian.
 */
export function priorOf(problem: Problem, untrained: Point | null, sigma: number | undefined): VolumePrior {
  if (sigma !== undefined) {
    if (!(sigma > 0 && Number.isFinite(sigma)))
      throw usageError(`A prior of the deviation ${sigma} is none; take a number above 0.`);
    return { sigma, from: 'request' };
  }
  const rms = (theta: Float32Array): number => norm(theta) / Math.sqrt(theta.length);
  if (untrained !== null) {
    const { name, digest, theta } = untrained;
    if (rms(theta) > 0) return { sigma: rms(theta), from: 'initialization', source: { file: name, digest } };
  }
  const own = rms(problem.objective.origin);
  if (own > 0) return { sigma: own, from: 'parameters' };
  throw usageError('All parameters are 0, which gives no prior; name its deviation with --sigma.');
}
