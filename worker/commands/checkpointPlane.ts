/** Planes made of checkpoints: the principal components of a run, and the plane through three. */
import type { Matrix } from 'ml-matrix';
import { gramMatrix, HELD_BYTES, type ReadProgress, sumsOfDifferences } from '../analysis/gram.ts';
import { boxOf } from '../analysis/grid.ts';
import { type CheckpointPlane, planeThroughThree, principalPlane, randomWalkShares } from '../analysis/trajectory.ts';
import { inputError, usageError } from '../errors.ts';
import type { SurfaceRequest } from '../protocol.ts';
import type { Plane } from '../results.ts';
import { digestOf } from '../store/key.ts';
import type { Context } from './context.ts';
import { memoryLimit } from './memoryPlan.ts';
import type { PlaneContext, Planes } from './plane.ts';
import { directionsDigest, geometry } from './planeGeometry.ts';
import type { Problem } from './problem.ts';
import {
  checkpointsOfRun,
  checkpointsThrough,
  openCheckpointSet,
  type PathCheckpoints,
  readPathCheckpoint,
} from './trajectorySource.ts';

/**
 * The two leading principal components of the checkpoints that lie beside the request's, drawn through it.
 * Throws `input` where they span no plane.
 */
export async function principalComponentsPlane(
  problem: Problem,
  request: SurfaceRequest,
  context: PlaneContext,
): Promise<Planes> {
  const made = await checkpointsOfRun(
    problem,
    request.checkpoint,
    context.signal,
    telling('Checkpoints read', context.log),
  );
  const count = made.checkpoints.length;
  const found = await spanned(problem, made, principalPlane, request, context);
  if (found === null) {
    throw inputError(
      count < 3
        ? `${problem.checkpoint}: its folder holds ${count === 1 ? 'no other checkpoint' : 'one other checkpoint'} of its architecture, and a plane takes three; ${count === 1 ? 'keep those of its run beside it' : 'see the line between the two with basin interpolate'}.`
        : `${problem.checkpoint}: the ${count} checkpoints of its folder are equal or lie on a line, and span no plane; see the line with basin interpolate, or take --plane random.`,
    );
  }
  const { explained } = found.plane;
  const principal = { checkpoints: count, explained, randomWalk: randomWalkShares(count) };
  return planesOf(problem, made, found, { kind: 'pca', principal });
}

/** The plane through the request's checkpoint and two others. Throws `usage` without them, `input` where they span none. */
export async function planeThrough(problem: Problem, request: SurfaceRequest, context: PlaneContext): Promise<Planes> {
  const { checkpoint, through } = request;
  if (through === undefined) {
    throw usageError('--plane three needs two more checkpoints; give them as --plane three:FILE,FILE.');
  }
  const made = await checkpointsThrough(problem, checkpoint, through);
  const found = await spanned(problem, made, planeThroughThree, request, context);
  if (found === null) {
    const [first, ...others] = made.checkpoints.map(({ source }) => source.file);
    throw inputError(
      `${first}: it, ${others.join(' and ')} are equal or lie on a line, and span no plane; take three checkpoints apart, or see the line with basin interpolate.`,
    );
  }
  return planesOf(problem, made, found, { kind: 'three' });
}

/** The checkpoints may take this share of the memory that may be used; θ, the directions and the engine take their own. */
const HELD_SHARE = 1 / 4;

/** Hundreds of large checkpoints take minutes to read and to multiply; the log hears of it so many milliseconds apart. */
const TOLD_EVERY = 10_000;

/** Tells the log what share is done, where it takes longer than `TOLD_EVERY`. */
function telling(what: string, log: Context['log'] = () => {}): ReadProgress {
  let toldAt = performance.now();
  return (done, total) => {
    if (performance.now() - toldAt < TOLD_EVERY) return;
    toldAt = performance.now();
    log(`${what}: ${Math.floor((100 * done) / total)} %`);
  };
}

/** The plane that checkpoints span, and its directions; null where they span none. */
async function spanned<P extends CheckpointPlane>(
  problem: Problem,
  made: PathCheckpoints,
  find: (gram: Matrix) => P | null,
  { memoryBytes }: SurfaceRequest,
  { signal, log }: PlaneContext,
) {
  if (!problem.objective.origin.every(Number.isFinite)) {
    throw inputError(`${problem.checkpoint}: holds parameters that are not finite; take an earlier checkpoint.`);
  }
  const heldBytes = Math.min(HELD_BYTES, HELD_SHARE * memoryLimit(memoryBytes));
  const set = await openCheckpointSet(problem, made, signal, heldBytes);
  try {
    const plane = find(
      await gramMatrix(set, made.origin, signal, telling('Inner products of the checkpoints', log), heldBytes),
    );
    if (plane === null) return null;
    const directions = await sumsOfDifferences(
      set,
      made.origin,
      plane.factors,
      signal,
      telling('Directions of the plane', log),
      heldBytes,
    );
    return { plane, directions };
  } finally {
    await set.close();
  }
}

function planesOf(
  problem: Problem,
  { checkpoints, origin, notes }: PathCheckpoints,
  { plane: { points }, directions }: NonNullable<Awaited<ReturnType<typeof spanned>>>,
  how: Pick<Plane, 'principal'> & { readonly kind: 'pca' | 'three' },
): Planes {
  const plane: Plane = {
    ...how,
    normalization: 'unit',
    perturb: 'all',
    ...geometry(problem.objective.origin, directions),
  };
  const digest = digestOf({
    directions: directionsDigest(directions),
    points,
    checkpoints: checkpoints.map(({ source }) => source.digest),
  });
  return {
    planes: [{ plane, directions }],
    settings: { kind: how.kind, digest },
    path: {
      box: boxOf(points),
      notes,
      points: checkpoints.map((checkpoint, index) => ({
        checkpoint,
        ...points[index]!,
        open: index === origin ? null : () => readPathCheckpoint(problem, checkpoint),
      })),
    },
  };
}
