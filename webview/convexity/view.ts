/** What a map of |λmin/λmax| shows, from a result. Pure. */
import type { ConvexityCell, ConvexityResult } from '../../worker/results.ts';
import { axisTitles } from '../view/axisTitles.ts';
import { howComputed, planeText, sampleText } from '../view/caption.ts';
import { isFiniteCell, summarize } from '../view/cells.ts';
import { formatCoordinate, formatCount, formatNumber, formatWithError } from '../view/format.ts';
import { blocks, finestLattice } from '../view/lattice.ts';
import { preferredScale, type Scale, scaleTicks } from '../view/scale.ts';
import type { TextTable } from '../view/table.ts';
import { at, type SurfaceView } from '../view/viewModel.ts';

export interface ConvexityView {
  /** The ratio as a grid to be drawn as one of a surface, without contour lines. */
  readonly grid: SurfaceView;
  /** Cells of which an eigenvalue has not converged: what is drawn there is as good as it is. */
  readonly rough: readonly CellPlace[];
}

interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** What colours stand for. */
const QUANTITY = '|λmin/λmax|';

export function convexityView(result: ConvexityResult): ConvexityView {
  const { x, y, ratio: cells } = result;
  const summary = summarize(cells);
  const lattice = finestLattice(cells);
  const scale = scaleOf(cells.flat().filter(isFiniteCell));
  const middle = { row: y.indexOf(0), column: x.indexOf(0) };
  const atOrigin = cells[middle.row]?.[middle.column];
  const rough = roughCells(result);
  const grid = {
    metric: 'loss',
    plane: 0,
    quantity: QUANTITY,
    x,
    y,
    cells,
    lattice,
    blocks: lattice === null ? [] : blocks(cells, lattice),
    scale,
    scaleTicks: scale === null ? [] : scaleTicks(scale, 6),
    lines: [],
    canBeLog: scale?.kind === 'log',
    origin: isFiniteCell(atOrigin) ? atOrigin : null,
    isOriginInside: contains(x) && contains(y),
    summary,
    axes: axisTitles(result.plane),
    path: null,
  } as const satisfies Omit<SurfaceView, 'description'>;
  return { grid: { ...grid, description: describe(grid, rough.length, result) }, rough };
}

/** Where all values are positive and span orders of magnitude, as they do nearly always, a logarithm shows them. */
function scaleOf(values: readonly number[]): Scale | null {
  if (values.length === 0) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { kind: preferredScale(low, high), low, high, unit: 'number' };
}

const contains = (positions: readonly number[]): boolean => Math.min(...positions) <= 0 && Math.max(...positions) >= 0;

const isRough = (cell: ConvexityCell | undefined): boolean => cell != null && cell !== 'NaN' && !cell.converged;

const roughCells = ({ x, y, largest, smallest }: ConvexityResult): CellPlace[] =>
  y.flatMap((_, row) =>
    x.flatMap((__, column) =>
      isRough(largest[row]?.[column]) || isRough(smallest[row]?.[column]) ? [{ row, column }] : [],
    ),
  );

function describe(grid: Omit<SurfaceView, 'description'>, rough: number, { smallest }: ConvexityResult): string {
  const { x, y, summary, scale, origin } = grid;
  const { computed, total, failed, lowest, highest } = summary;
  const range = (positions: readonly number[]): string =>
    `${formatCoordinate(positions[0] ?? 0)} to ${formatCoordinate(positions.at(-1) ?? 0)}`;
  const cells =
    computed === total
      ? `${formatCount(total)} cells`
      : `${formatCount(computed)} of ${formatCount(total)} cells computed`;
  const below = smallest.flat().filter(cell => cell !== null && cell !== 'NaN' && cell.value < 0).length;
  return [
    `${QUANTITY} for x from ${range(x)} and y from ${range(y)}, ${cells}${scale?.kind === 'log' ? ', logarithmic scale' : ''}.`,
    ...(lowest && highest
      ? [
          `Lowest ${formatNumber(lowest.value)} at ${at(grid, lowest)}; highest ${formatNumber(highest.value)} at ${at(grid, highest)}.`,
        ]
      : []),
    ...(origin === null ? [] : [`The checkpoint, at the origin, has ${formatNumber(origin)}.`]),
    ...(computed > failed
      ? [`λmin is below zero in ${formatCount(below)} of ${formatCount(computed - failed)} cells.`]
      : []),
    ...(rough > 0 ? [`In ${counted(rough)} an eigenvalue has not converged.`] : []),
    ...(failed > 0 ? [`${counted(failed)} ${failed === 1 ? 'is' : 'are'} not finite.`] : []),
  ].join(' ');
}

const counted = (count: number): string => `${formatCount(count)} ${count === 1 ? 'cell' : 'cells'}`;

/** What the marks mean. */
export const convexityLegend = ({ grid: { summary }, rough }: ConvexityView): string =>
  [
    'Near 0, where it is dark, the loss is close to convex',
    ...(rough.length > 0 ? ['✕ an eigenvalue has not converged'] : []),
    ...(summary.failed > 0 ? ['hatched: not finite'] : []),
    ...(summary.computed < summary.total ? ['dotted: not computed yet'] : []),
  ].join(' · ');

/** Columns by x, rows from the highest y down, as in the picture: the ratio with both eigenvalues. */
export function convexityTable({ x, y, ratio, largest, smallest }: ConvexityResult): TextTable {
  const end = (cell: ConvexityCell | undefined): string =>
    cell == null || cell === 'NaN'
      ? ''
      : `${formatWithError(cell.value, cell.residual)}${cell.converged ? '' : ', not converged'}`;
  return {
    title: `${QUANTITY} by y (rows) and x (columns), with λmin and λmax ± residual in brackets`,
    corner: 'y \\ x',
    columns: x.map(formatCoordinate),
    rows: y
      .map((position, row) => ({
        heading: formatCoordinate(position),
        cells: x.map((_, column) => {
          const value = ratio[row]?.[column] ?? null;
          if (value === null) return 'not computed';
          if (!isFiniteCell(value)) return 'not finite';
          return `${formatNumber(value)} (${end(smallest[row]?.[column])}; ${end(largest[row]?.[column])})`;
        }),
      }))
      .reverse(),
  };
}

/** What was computed, for the caption. */
export function convexityCaption({ checkpoint, plane, products, provenance, tolerance }: ConvexityResult): string {
  return (
    `Extreme eigenvalues of the Hessian of the ${provenance.loss} around ${checkpoint} in ${provenance.model.file}, ` +
    `${sampleText(provenance)}, along ${planeText(plane)}; residuals to ${formatNumber(tolerance, 1)} of |λ|, ` +
    `${formatCount(products)} products. ${howComputed(provenance)}`
  );
}
