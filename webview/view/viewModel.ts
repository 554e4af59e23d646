/** From a surface and the reader's choices to what is drawn. Pure: tested without a browser. */
import type { JsonNumber, PlaneSurface, SurfaceResult } from '../../worker/results.ts';
import { type AxisTitles, axisTitles } from './axisTitles.ts';
import { type Grid, type GridSummary, isFiniteCell, type LocatedCell, summarize } from './cells.ts';
import { type ContourLine, contourLines } from './contourLines.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent } from './format.ts';
import { type Block, blocks, finestLattice, type Lattice } from './lattice.ts';
import { type PathView, pathDescription, pathView } from './path.ts';
import { allowsLog, preferredScale, type Scale, scaleTicks, type Tick } from './scale.ts';
import type { LevelCount, Metric, PlaneChoice, Settings } from './settings.ts';

/** One metric of a surface, ready to draw. */
export interface SurfaceView {
  readonly metric: Metric;
  /** Which of several planes, or what over all of them. */
  readonly plane: PlaneChoice;
  /** What the colours stand for, as the colour bar is headed: `loss`, `mean accuracy`. */
  readonly quantity: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly cells: Grid;
  /** The finest lattice that is complete; null while nothing is computed. */
  readonly lattice: Lattice | null;
  /** In the order to paint them. */
  readonly blocks: readonly Block[];
  /** Covers the grid's finite cells and the checkpoint; null where none of them is finite. */
  readonly scale: Scale | null;
  readonly scaleTicks: readonly Tick[];
  readonly lines: readonly ContourLine[];
  readonly canBeLog: boolean;
  /** The metric at x = y = 0, where it is finite. */
  readonly origin: number | null;
  /** Whether x = y = 0 lies within the grid. */
  readonly isOriginInside: boolean;
  readonly summary: GridSummary;
  readonly axes: AxisTitles;
  /** The checkpoints that the plane is made of; null where it is of another kind. */
  readonly path: PathView | null;
  /** A few sentences that stand for the picture. */
  readonly description: string;
}

/**
 * Chooses plane, metric and scale, and finds blocks and contour lines. Accuracy falls back to the loss where there is none.
 *
 * @param beside Further surfaces that are drawn with the same scale, so that their colours can be compared.
 */
export function surfaceView(
  surface: SurfaceResult,
  settings: Settings,
  beside: readonly SurfaceResult[] = [],
): SurfaceView {
  const metric: Metric = settings.metric === 'accuracy' && surface.accuracy !== null ? 'accuracy' : 'loss';
  const plane = existing(settings.plane, surface);
  const cells = cellsOf(surface, metric, plane);
  const summary = summarize(cells);
  const atOrigin = plane === 'deviation' ? null : surface.origin[metric];
  const origin = isFiniteCell(atOrigin) ? atOrigin : null;
  const alike = [surface, ...beside];
  const scale = scaleOf(
    metric,
    alike.flatMap(own => [...comparable(own, metric, plane)]),
    plane === 'deviation' ? [] : alike.map(own => own.origin[metric]),
    settings.scale,
  );
  const lattice = finestLattice(cells);
  const { x, y } = surface;
  const view = {
    metric,
    plane,
    quantity: quantityOf(metric, plane),
    x,
    y,
    cells,
    lattice,
    blocks: lattice === null ? [] : blocks(cells, lattice),
    scale,
    scaleTicks: scale === null ? [] : scaleTicks(scale, 6),
    lines:
      scale === null || lattice === null ? [] : contourLines(cells, lattice, scale, levels(scale, settings.levels)),
    canBeLog: metric === 'loss' && scale !== null && allowsLog(scale.low, scale.high),
    origin,
    isOriginInside: contains(x) && contains(y),
    summary,
    axes: axisTitles(surface.plane),
    path: pathView(surface),
  };
  return { ...view, description: describe(view) };
}

/** Every plane of a surface, the first one first. */
export const planesOf = (surface: SurfaceResult): readonly PlaneSurface[] => [surface, ...(surface.otherPlanes ?? [])];

/** The choice, or the first plane where the surface lacks it. */
function existing(choice: PlaneChoice, surface: SurfaceResult): PlaneChoice {
  if (typeof choice === 'number') return choice < planesOf(surface).length ? choice : 0;
  return surface.spread === undefined ? 0 : choice;
}

/** The cells of a metric in a plane, or over all of them; the loss of the first where there are none. */
export function cellsOf(surface: SurfaceResult, metric: Metric, plane: PlaneChoice): Grid {
  const cells = typeof plane === 'number' ? planesOf(surface)[plane]?.[metric] : surface.spread?.[metric]?.[plane];
  return cells ?? surface.loss;
}

/** What shares a scale, so that its pictures can be compared: all planes and their mean; the deviation has its own. */
function* comparable(surface: SurfaceResult, metric: Metric, plane: PlaneChoice): Generator<GridSummary> {
  if (plane === 'deviation') yield summarize(cellsOf(surface, metric, plane));
  else for (const [index] of planesOf(surface).entries()) yield summarize(cellsOf(surface, metric, index));
}

/** What cells stand for, as they are headed. */
export function quantityOf(metric: Metric, plane: PlaneChoice): string {
  if (plane === 'deviation') return `std. deviation of ${metric}`;
  return plane === 'mean' ? `mean ${metric} of planes` : metric;
}

/** A cell's place in the plane: `x −0.24, y 0.4`. */
export function at(
  { x, y }: Pick<SurfaceResult, 'x' | 'y'>,
  { row, column }: Pick<LocatedCell, 'row' | 'column'>,
): string {
  return `x ${formatCoordinate(x[column] ?? 0)}, y ${formatCoordinate(y[row] ?? 0)}`;
}

/** A value of the metric as text. */
export const formatMetric = (metric: Metric, value: JsonNumber): string =>
  metric === 'accuracy' ? formatPercent(value) : formatNumber(value);

function scaleOf(
  metric: Metric,
  summaries: readonly GridSummary[],
  origins: readonly (JsonNumber | null)[],
  wanted: Settings['scale'],
): Scale | null {
  const values = summaries.flatMap(({ lowest, highest }) => [lowest?.value, highest?.value]);
  const finite = [...values, ...origins].filter(isFiniteCell);
  if (finite.length === 0) return null;
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  if (metric === 'accuracy') return { kind: 'linear', low, high, unit: 'percent' };
  const kind =
    wanted === 'auto' ? preferredScale(low, high) : wanted === 'log' && allowsLog(low, high) ? 'log' : 'linear';
  return { kind, low, high, unit: 'number' };
}

const AUTOMATIC_LEVELS = 12;

/** Contour levels are round values, so that their labels are short. */
function levels(scale: Scale, count: LevelCount): number[] {
  if (count === 0) return [];
  const wanted = count === 'auto' ? AUTOMATIC_LEVELS : count;
  return scaleTicks(scale, wanted).flatMap(({ value }) => (value > scale.low && value < scale.high ? [value] : []));
}

const contains = (positions: readonly number[]): boolean =>
  positions.length > 0 && Math.min(...positions) <= 0 && Math.max(...positions) >= 0;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function describe(view: Omit<SurfaceView, 'description'>): string {
  const { metric, x, y, summary, origin } = view;
  const { computed, total, failed, lowest, highest } = summary;
  const range = (positions: readonly number[]): string =>
    `${formatCoordinate(positions[0] ?? 0)} to ${formatCoordinate(positions.at(-1) ?? 0)}`;
  const sentences = [
    `${capitalize(view.quantity)}${typeof view.plane === 'number' && view.plane > 0 ? ` in plane ${view.plane + 1}` : ''} for x from ${range(x)} and y from ${range(y)}, ` +
      `${computed === total ? `${formatCount(total)} cells` : `${formatCount(computed)} of ${formatCount(total)} cells computed`}` +
      `${view.scale?.kind === 'log' ? ', logarithmic scale' : ''}.`,
  ];
  if (lowest !== null && highest !== null) {
    sentences.push(
      `Lowest ${formatMetric(metric, lowest.value)} at ${at(view, lowest)}; ` +
        `highest ${formatMetric(metric, highest.value)} at ${at(view, highest)}.`,
    );
  }
  if (failed > 0) sentences.push(`${formatCount(failed)} ${failed === 1 ? 'cell is' : 'cells are'} not finite.`);
  if (origin !== null) sentences.push(`The checkpoint, at the origin, has ${formatMetric(metric, origin)}.`);
  if (view.path !== null) sentences.push(pathDescription(view.path));
  return sentences.join(' ');
}
