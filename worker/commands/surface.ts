import { countWithin, type FirstCells, finerCount, firstCells } from '../analysis/budget.ts';
import { coordinates } from '../analysis/grid.ts';
import { surface as evaluateSurface, type PartialSurface, type SurfacePlan } from '../analysis/surface.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { givenDirection } from '../direction/given.ts';
import { randomDirection } from '../direction/random.ts';
import { cosine, norm } from '../direction/vector.ts';
import { usageError } from '../errors.ts';
import type { Evaluation } from '../objective/evaluation.ts';
import type { GridSize, SurfaceRequest } from '../protocol.ts';
import { type Cell, type Plane, type SurfaceResult, type SurfaceUpdate, toJsonNumber } from '../results.ts';
import type { Context } from './context.ts';
import { nameInProject, openProblem, type Problem } from './problem.ts';

const DEFAULT_GRID: GridSize = { columns: 51, rows: 51 };
const DEFAULT_RANGE = 1;

/** How much of a budget is planned for: the first cells are few, and the machine may have more to do later. */
const PLANNED_SHARE = 0.85;

/** A finer grid takes days and more memory than a picture is worth. */
const GRID_MAX = 1001;

/** Yields the growing surface of a request; the last result is complete. */
export async function* surface(request: SurfaceRequest, context: Context): AsyncGenerator<SurfaceUpdate> {
  const started = performance.now();
  const { columns, rows } = request.grid ?? DEFAULT_GRID;
  const range = request.range ?? DEFAULT_RANGE;
  const budget = request.grid === undefined ? (request.budgetSeconds ?? null) : null;
  for (const count of [columns, rows]) {
    if (!Number.isInteger(count) || count < 1 || count > GRID_MAX) {
      throw usageError(`A grid of ${columns}x${rows} cannot be drawn; both numbers go from 1 to ${GRID_MAX}.`);
    }
  }
  if (!Number.isFinite(range) || range <= 0) throw usageError(`The range ${range} is no number above 0.`);
  if (budget !== null && !(budget > 0)) throw usageError(`A budget of ${budget} s is no number above 0.`);

  const problem = await openProblem(request, context);
  const { memoryBytes } = problem;
  try {
    const { plane, directions } = await openPlane(problem, request);
    let grid: GridSize = { columns, rows };
    let first: FirstCells | null = null;
    // Chosen before anything is shown, so that the grid never changes under the picture.
    if (budget !== null) {
      first = await firstCells(problem.objective, directions, range, context.signal);
      const count = countWithin(first.secondsPerCell, PLANNED_SHARE * (budget - (performance.now() - started) / 1000));
      grid = { columns: count, rows: count };
    }
    const plan: SurfacePlan = { directions, x: coordinates(grid.columns, range), y: coordinates(grid.rows, range) };
    for await (const partial of evaluateSurface(problem.objective, plan, context.signal, first)) {
      yield { result: toResult(problem, plane, plan, partial, budget), progress: partial.progress, memoryBytes };
    }
  } finally {
    await problem.close();
  }
}

/** The two directions of a request, and what to say of them. */
async function openPlane(
  problem: Problem,
  request: SurfaceRequest,
): Promise<{ plane: Plane; directions: SurfacePlan['directions'] }> {
  const { objective, seed } = problem;
  const name = request.plane ?? 'random';
  if (name === 'random') {
    const perturb = request.perturb ?? 'weights';
    const directions = {
      x: randomDirection(objective, seed, 'x', perturb),
      y: randomDirection(objective, seed, 'y', perturb),
    };
    const plane = { kind: 'random', seed, normalization: 'filter', perturb, ...geometry(objective.origin, directions) };
    return { plane: plane as Plane, directions };
  }
  const file = await openCheckpoint(name);
  try {
    const directions = {
      x: await givenDirection(file, 'x', objective.slots),
      y: await givenDirection(file, 'y', objective.slots),
    };
    const how = { normalization: 'as given', perturb: 'as given' } as const;
    return {
      plane: {
        kind: 'file',
        file: nameInProject(problem.project, name),
        ...how,
        ...geometry(objective.origin, directions),
      },
      directions,
    };
  } finally {
    await file.close();
  }
}

const geometry = (theta: Float32Array, { x, y }: SurfacePlan['directions']): Pick<Plane, 'cosine' | 'norms'> => ({
  cosine: toJsonNumber(cosine(x, y)),
  norms: { x: norm(x), y: norm(y), parameters: norm(theta) },
});

function toResult(
  problem: Problem,
  plane: Plane,
  plan: SurfacePlan,
  { origin, cells, progress, secondsPerCell }: PartialSurface,
  budget: number | null,
): SurfaceUpdate['result'] {
  const table = (value: (evaluation: Evaluation) => number | null): Cell[][] =>
    cells.map(row =>
      row.map(cell => {
        const own = cell && value(cell);
        return own === null ? null : toJsonNumber(own);
      }),
    );
  return {
    kind: 'surface',
    checkpoint: problem.checkpoint,
    x: plan.x,
    y: plan.y,
    loss: table(({ loss }) => loss),
    accuracy: origin.accuracy === null ? null : table(({ accuracy }) => accuracy),
    standardError: origin.standardError === null ? null : table(({ standardError }) => standardError),
    origin: {
      loss: toJsonNumber(origin.loss),
      accuracy: origin.accuracy,
      standardError: origin.standardError === null ? null : toJsonNumber(origin.standardError),
    },
    plane,
    evaluations: { cells: progress.done, examples: progress.done * Math.max(problem.objective.samples, 1) },
    ...(budget !== null && { budget: { seconds: budget, finer: finerGrid(plan.x.length, secondsPerCell, budget) } }),
    complete: progress.done === progress.total,
    provenance: problem.provenance(),
  };
}

function finerGrid(
  count: number,
  secondsPerCell: number | null,
  budget: number,
): NonNullable<SurfaceResult['budget']>['finer'] {
  if (secondsPerCell === null) return null;
  const finer = finerCount(count, secondsPerCell, budget);
  return finer === null ? null : { columns: finer, rows: finer, seconds: finer * finer * secondsPerCell };
}
