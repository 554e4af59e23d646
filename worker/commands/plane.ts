import type { Box } from '../analysis/grid.ts';
import { type Eigenpair, type EigenpairState, eigenpairs } from '../analysis/krylov.ts';
import { basisSize } from '../analysis/sizes.ts';
import { curvatureOperator } from '../analysis/spectrum.ts';
import type { Directions, PathPlace } from '../analysis/surface.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { givenDirection } from '../direction/given.ts';
import { type Perturb, randomDirection } from '../direction/random.ts';
import { inputError, usageError } from '../errors.ts';
import type { Objective } from '../objective/objective.ts';
import { nameInProject } from '../project.ts';
import type { SurfaceRequest } from '../protocol.ts';
import type { Plane } from '../results.ts';
import type { SurfaceSettings } from '../store/key.ts';
import { PLANES_MAX } from '../surfaceDocument.ts';
import { planeThrough, principalComponentsPlane } from './checkpointPlane.ts';
import type { Context } from './context.ts';
import { directionsDigest, geometry } from './planeGeometry.ts';
import { openPoint, type Point } from './point.ts';
import type { Problem } from './problem.ts';
import type { PathCheckpoint } from './trajectorySource.ts';

/** The planes of a request: their directions, what to say of each, and what their numbers depend on. */
export interface Planes {
  readonly planes: readonly { readonly plane: Plane; readonly directions: Directions }[];
  readonly settings: SurfaceSettings['plane'];
  /** Of a plane made of checkpoints: these. */
  readonly path?: PlanePath;
}

/** The checkpoints that a plane is made of, in it or near it. */
export interface PlanePath {
  readonly points: readonly (PathPlace & { readonly checkpoint: PathCheckpoint; readonly distance: number })[];
  /** What holds them all, with a margin. */
  readonly box: Box;
  /** What a reader should know, a sentence each. */
  readonly notes: readonly string[];
}

/** What finding a plane needs of the process it runs in. */
export type PlaneContext = Pick<Context, 'signal' | 'log'>;

/** How many planes a request asks for. Throws `usage` where that makes no sense. */
export function planeCount({ plane, planes = 1 }: SurfaceRequest): number {
  if (!Number.isInteger(planes) || planes < 1 || planes > PLANES_MAX) {
    throw usageError(`${planes} planes cannot be computed; their number goes from 1 to ${PLANES_MAX}.`);
  }
  if (planes > 1 && !isRandom(plane)) {
    throw usageError(`--plane ${plane} is one plane; several planes are random ones, so leave it out.`);
  }
  return planes;
}

/** Opens, draws or computes the directions of a request. */
export async function openPlanes(problem: Problem, request: SurfaceRequest, context: PlaneContext): Promise<Planes> {
  const { objective, seed } = problem;
  const { plane, normalizedTo } = request;
  if (normalizedTo !== undefined && !isRandom(plane)) {
    throw usageError(`--normalized-to scales random directions; leave it or --plane ${plane} out.`);
  }
  if (plane === 'eigen') return eigenPlane(problem, context.signal);
  if (plane === 'pca') return principalComponentsPlane(problem, request, context);
  if (plane === 'three') return planeThrough(problem, request, context);
  if (!isRandom(plane)) return givenPlane(problem, plane);
  const perturb = request.perturb ?? 'weights';
  const count = planeCount(request);
  const filters = normalizedTo === undefined ? null : await otherFilters(problem, normalizedTo);
  const { graph, slots, origin } = objective;
  const drawn = { graph, slots, origin: filters?.theta ?? origin };
  const planes = Array.from({ length: count }, (_, index) => {
    const own = seed + index;
    const directions = randomDirections(drawn, own, perturb);
    const how = { kind: 'random', seed: own, normalization: 'filter', perturb } as const;
    const to = filters && { normalizedTo: { file: filters.name, digest: filters.digest } };
    return { plane: { ...how, ...to, ...geometry(origin, directions) }, directions };
  });
  const settings = { kind: 'random', seed, planes: count, perturb } as const;
  return { planes, settings: { ...settings, ...(filters && { normalizedTo: filters.digest }) } };
}

/** The checkpoint to whose filters directions are scaled; null where it is the problem's own, as if none was named. */
async function otherFilters(problem: Problem, path: string): Promise<Point | null> {
  const point = await openPoint(problem, path);
  return point.digest === problem.binding.digest ? null : point;
}

/** The two directions of a seed, scaled to the filters at `origin`. */
export const randomDirections = (
  objective: Pick<Objective, 'graph' | 'origin' | 'slots'>,
  seed: number,
  perturb: Perturb,
): Directions => ({
  x: randomDirection(objective, seed, 'x', perturb),
  y: randomDirection(objective, seed, 'y', perturb),
});

/** Residual to which an eigenvector's direction is good enough for a picture, relative to its eigenvalue. */
const EIGEN_TOLERANCE = 1e-3;

/** The plane of the two leading eigenvectors of the Hessian. */
async function eigenPlane({ objective, seed }: Problem, signal: AbortSignal): Promise<Planes> {
  const size = objective.origin.length;
  if (size < 2) throw inputError('A plane has two directions, and this model has one parameter.');
  const derivatives = objective.differentiate(objective.origin);
  try {
    const operator = curvatureOperator(derivatives, 'hessian', size);
    const options = {
      largest: 2,
      smallest: 0,
      tolerance: EIGEN_TOLERANCE,
      basis: basisSize(2, size),
      maxProducts: 300,
      seed,
    };
    let found: EigenpairState | null = null;
    for await (found of eigenpairs(operator, options, signal));
    const [first, second] = found!.largest as [Eigenpair, Eigenpair];
    const direction = (index: 0 | 1, { value }: Eigenpair) =>
      scaledToCurvature(found!.subspace.vector('largest', index), value);
    const directions = { x: direction(0, first), y: direction(1, second) };
    const plane: Plane = {
      kind: 'eigen',
      normalization: 'curvature',
      perturb: 'all',
      eigenvalues: [first, second],
      ...geometry(objective.origin, directions),
    };
    return { planes: [{ plane, directions }], settings: { kind: 'eigen', digest: directionsDigest(directions) } };
  } finally {
    await derivatives.close();
  }
}

/** A unit eigenvector with the length at which the quadratic model moves by 1, and its largest element above 0. */
function scaledToCurvature(vector: Float64Array, eigenvalue: number): Float32Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  const length = eigenvalue === 0 ? 1 : Math.sqrt(2 / Math.abs(eigenvalue));
  return Float32Array.from(vector, value => Math.sign(largest) * length * value);
}

async function givenPlane({ objective, project }: Problem, name: string): Promise<Planes> {
  const file = await openCheckpoint(name);
  try {
    const directions = {
      x: await givenDirection(file, 'x', objective.slots),
      y: await givenDirection(file, 'y', objective.slots),
    };
    const plane: Plane = {
      kind: 'file',
      file: nameInProject(project, name),
      normalization: 'as given',
      perturb: 'as given',
      ...geometry(objective.origin, directions),
    };
    return { planes: [{ plane, directions }], settings: { kind: 'file', digest: directionsDigest(directions) } };
  } finally {
    await file.close();
  }
}

/** Whether a plane is made of checkpoints, which lie in it or near it. */
export const isMadeOfCheckpoints = (plane: string | undefined): boolean => plane === 'pca' || plane === 'three';

const isRandom = (plane: string | undefined): plane is 'random' | undefined => (plane ?? 'random') === 'random';
