import { countWithin, firstCells, quickCell } from '../analysis/budget.ts';
import { boxAround, coordinates, scaledBox } from '../analysis/grid.ts';
import { surface as evaluateSurface, type KnownCells, type SurfacePlan } from '../analysis/surface.ts';
import { usageError } from '../errors.ts';
import type { GridSize, SurfaceRequest } from '../protocol.ts';
import type { SurfaceUpdate } from '../results.ts';
import { Keeper } from '../store/keeper.ts';
import { surfaceKey } from '../store/key.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import { Store, type StoredSurface } from '../store/store.ts';
import { evaluatedPoints, GRID_MAX } from '../surfaceDocument.ts';
import type { Context } from './context.ts';
import { withCurrentNames } from './currentNames.ts';
import { isMadeOfCheckpoints, openPlanes, planeCount } from './plane.ts';
import { openProblem } from './problem.ts';
import { knownCells, surfaceResult, withCurrentPath } from './surfaceResult.ts';

const DEFAULT_GRID: GridSize = { columns: 51, rows: 51 };
const DEFAULT_RANGE = 1;

/** How much of a budget is planned for: the first cells are few, and the machine may have more to do later. */
const PLANNED_SHARE = 0.85;

/**
 * Yields the growing surface of a request; the last result is complete. Where results are kept, it begins with what is
 * there of this surface, and keeps what is computed, also of a computation that is interrupted.
 */
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

  const count = planeCount(request);
  // A checkpoint of the path is held while its own loss is computed.
  const pairs = isMadeOfCheckpoints(request.plane) ? count + 1 : count;
  const problem = await openProblem(request, context, pairs, count > 1 ? 'take fewer planes' : undefined);
  const statistics = request.statistics === 'recomputed' ? request.statistics : undefined;
  const recomputingBytes = statistics ? problem.objective.recomputingBytes : 0;
  let keeper: Keeper<StoredSurface> | null = null;
  try {
    const opened = await openPlanes(problem, request, context);
    const { planes, settings, path } = opened;
    const box = path ? scaledBox(path.box, range) : boxAround(range);
    const grid = budget === null ? { columns, rows } : { budgetSeconds: budget };
    const key = surfaceKey(problem.provenance(statistics), { plane: settings, grid, range });
    const folder = resultsFolder(request, problem.project);
    const store = folder === undefined ? null : new Store(folder, context.log ?? (() => {}));
    if (request.fresh) await store?.remove(key);
    const kept = (await store?.read(key)) ?? null;
    if (kept?.result.complete) {
      const result = withCurrentPath(withCurrentNames(kept.result, problem), path);
      yield { ...updateOf({ ...kept, result }), key };
      return;
    }
    let known: KnownCells | null = kept && knownCells(kept);
    let size = kept ? { columns: kept.result.x.length, rows: kept.result.y.length } : { columns, rows };
    // Chosen before anything is shown, so that the grid never changes under the picture.
    if (budget !== null && kept === null) {
      const left = (): number => (PLANNED_SHARE * (budget - (performance.now() - started) / 1000)) / planes.length;
      const { directions } = planes[0]!;
      const plan = { directions, box, ...(statistics && { statistics }), quick: quickCell(left()) };
      const first = await firstCells(problem.objective, plan, context.signal);
      const pathSeconds = 2 * (path?.points.length ?? 0) * first.secondsPerCell;
      const count = countWithin(first.secondsPerCell, left() - pathSeconds);
      known = first;
      size = { columns: count, rows: count };
    }
    if (store !== null) keeper = new Keeper(latest => store.write(key, latest));
    const plan: SurfacePlan = {
      planes: planes.map(({ directions }) => directions),
      x: coordinates(size.columns, box.x.half, box.x.middle),
      y: coordinates(size.rows, box.y.half, box.y.middle),
      ...(statistics && { statistics }),
      ...(path && { path: path.points }),
    };
    for await (const partial of evaluateSurface(problem.objective, plan, context.signal, known)) {
      const { progress, secondsPerCell } = partial;
      const cost = { secondsPerCell, memoryBytes: problem.memoryBytes + recomputingBytes };
      const result = surfaceResult({ problem, planes: opened, budget, kept }, plan, partial);
      keeper?.keep({ result, cost });
      yield { result, progress, ...cost, ...(store !== null && { key }) };
    }
  } finally {
    await keeper?.close();
    await problem.close();
  }
}

/** A surface that nothing is left to compute of, as the only one of its updates. */
function updateOf({ result, cost }: StoredSurface): SurfaceUpdate {
  const points = evaluatedPoints(result);
  const progress = { done: points, total: points, elapsedSeconds: result.provenance.seconds, remainingSeconds: 0 };
  return { result, progress, ...cost };
}
