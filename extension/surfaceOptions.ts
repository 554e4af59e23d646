/** What a landscape is computed with: the panel's choices as a request, and what they cost. */
import type { Estimate, PlaneOptions, SurfaceOptions } from '../webview/messages.ts';
import type { SurfaceRequest } from '../worker/protocol.ts';
import type { SurfaceResult } from '../worker/results.ts';
import type { SurfaceCost } from '../worker/store/store.ts';
import { GRID_MAX, PLANES_MAX } from '../worker/surfaceDocument.ts';

/** Seconds that a landscape may take before anyone has asked for a finer one. */
const budgetSeconds = 60;

/** What a landscape is computed with until someone chooses. */
export const defaultOptions = (seed: number): SurfaceOptions => ({
  plane: { kind: 'random', seed, planes: 1, perturb: 'weights' },
  split: 'train',
  grid: { kind: 'budget', seconds: budgetSeconds },
  range: 1,
});

/** The request for a checkpoint's surface. */
export function surfaceRequestOf(
  checkpoint: string,
  { plane, split, grid, range, statistics }: SurfaceOptions,
): SurfaceRequest {
  return {
    checkpoint,
    split,
    range,
    ...requestOfPlane(plane),
    ...(plane.kind === 'random' && { planes: plane.planes }),
    ...(plane.kind === 'three' && { through: plane.through }),
    ...(statistics && { statistics }),
    ...(grid.kind === 'size' ? { grid: { columns: grid.columns, rows: grid.rows } } : { budgetSeconds: grid.seconds }),
  };
}

/** What a request says of the plane it is in. */
export function requestOfPlane(plane: PlaneOptions): Pick<SurfaceRequest, 'plane' | 'seed' | 'perturb'> {
  switch (plane.kind) {
    case 'random':
      return { plane: 'random', seed: plane.seed, perturb: plane.perturb };
    case 'file':
      return { plane: plane.file };
    case 'eigen':
    case 'pca':
    case 'three':
      return { plane: plane.kind };
  }
}

/** A surface that was computed, and what it cost. */
export interface Measured {
  readonly result: SurfaceResult;
  readonly cost: SurfaceCost;
}

const float32Bytes = 4;
const directionsOfPlane = 2;

/**
 * What other options will take, judged by the surface that was computed last.
 * The other split counts as if it were as large; a plane more takes two directions' memory.
 *
 * @param kept How many of the cells are there already.
 */
export function estimateOf(options: SurfaceOptions, measured: Measured | undefined, kept = 0): Estimate {
  const problem = problemOf(options);
  if (problem !== undefined) return { options, cells: null, seconds: null, memoryBytes: null, problem };
  const { grid } = options;
  const planes = planesOf(options);
  const cells = grid.kind === 'size' ? planes * grid.columns * grid.rows - kept : null;
  const secondsPerCell = measured && isAlike(options, measured.result) ? measured.cost.secondsPerCell : null;
  const morePlanes = planes - 1 - (measured?.result.otherPlanes?.length ?? 0);
  const perPlane = directionsOfPlane * float32Bytes * (measured?.result.provenance.parameters.count ?? 0);
  return {
    options,
    cells,
    seconds: grid.kind === 'budget' ? grid.seconds : secondsPerCell === null ? null : cells! * secondsPerCell,
    memoryBytes: measured === undefined ? null : measured.cost.memoryBytes + morePlanes * perPlane,
  };
}

/** Whether cells cost what they did: recomputing statistics takes several times as long as holding them. */
const isAlike = ({ statistics = 'held' }: SurfaceOptions, { provenance }: SurfaceResult): boolean =>
  provenance.mode.batchNorm === 'none' || provenance.mode.batchNorm === statistics;

const planesOf = ({ plane }: SurfaceOptions): number => (plane.kind === 'random' ? plane.planes : 1);

/** Why options cannot be computed. The page's fields may hold any number, or none. */
function problemOf({ plane, grid, range }: SurfaceOptions): string | undefined {
  if (plane.kind === 'random') {
    if (!isCount(plane.seed, 0, Number.MAX_SAFE_INTEGER)) return 'The seed must be a whole number of 0 or more.';
    if (!isCount(plane.planes, 1, PLANES_MAX)) return `The number of planes must be from 1 to ${PLANES_MAX}.`;
  } else if (plane.kind === 'file' && plane.file === '') {
    return 'Choose a directions file for the plane.';
  } else if (plane.kind === 'three' && plane.through.includes('')) {
    return 'Choose the two other checkpoints of the plane.';
  }
  if (grid.kind === 'budget' && !(grid.seconds > 0 && Number.isFinite(grid.seconds))) {
    return 'The time must be a number of seconds above 0.';
  }
  if (grid.kind === 'size' && ![grid.columns, grid.rows].every(count => isCount(count, 1, GRID_MAX))) {
    return `A grid has from 1 to ${GRID_MAX} columns and rows.`;
  }
  if (!(range > 0 && Number.isFinite(range))) return 'The range must be a number above 0.';
  return undefined;
}

const isCount = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;
