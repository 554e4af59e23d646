/** From a surface and the reader's choices to what is drawn. Pure: tested without a browser. */
import type { SurfaceResult } from '../worker/results.ts';
import { type Grid, type GridSummary, isComputed, isFiniteCell, type LocatedCell, summarize } from './cells.ts';
import { type ContourLine, contourLines } from './contourLines.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent, formatWithError } from './format.ts';
import { type Block, blocks, finestLattice, type Lattice } from './lattice.ts';
import { allowsLog, preferredScale, type Scale, type ScaleKind, scaleTicks, type Tick } from './scale.ts';

export type Metric = 'loss' | 'accuracy';

/** What the reader chose; `auto` is the scale that suits the values. */
export interface Settings {
  readonly metric: Metric;
  readonly scale: ScaleKind | 'auto';
}

export const defaultSettings: Settings = { metric: 'loss', scale: 'auto' };

/** One metric of a surface, ready to draw. */
export interface SurfaceView {
  readonly metric: Metric;
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
  /** One or two sentences that stand for the picture. */
  readonly description: string;
}

/** Chooses metric and scale, and finds blocks and contour lines. Accuracy falls back to the loss where there is none. */
export function surfaceView(surface: SurfaceResult, settings: Settings): SurfaceView {
  const metric: Metric = settings.metric === 'accuracy' && surface.accuracy !== null ? 'accuracy' : 'loss';
  const cells = metric === 'accuracy' ? surface.accuracy! : surface.loss;
  const summary = summarize(cells);
  const origin = isFiniteCell(surface.origin[metric]) ? surface.origin[metric] : null;
  const scale = scaleOf(metric, summary, origin, settings.scale);
  const lattice = finestLattice(cells);
  const { x, y } = surface;
  const view = {
    metric,
    x,
    y,
    cells,
    lattice,
    blocks: lattice === null ? [] : blocks(cells, lattice),
    scale,
    scaleTicks: scale === null ? [] : scaleTicks(scale, 6),
    lines: scale === null || lattice === null ? [] : contourLines(cells, lattice, scale, levels(scale)),
    canBeLog: metric === 'loss' && scale !== null && allowsLog(scale.low, scale.high),
    origin,
    isOriginInside: contains(x) && contains(y),
    summary,
  };
  return { ...view, description: describe(view) };
}

/** What a cell holds, in words, for the line below the picture. */
export function cellText(surface: SurfaceResult, row: number, column: number): string {
  const place = at(surface, { row, column });
  const loss = surface.loss[row]?.[column];
  if (!isComputed(loss)) return `${place}: not computed yet`;
  const error = surface.standardError?.[row]?.[column];
  const accuracy = surface.accuracy?.[row]?.[column];
  const parts = [`${place}: loss ${formatWithError(loss, isComputed(error) ? error : null)}`];
  if (isComputed(accuracy)) parts.push(`accuracy ${formatPercent(accuracy)}`);
  return parts.join(', ');
}

/** A cell's place in the plane: `x −0.24, y 0.4`. */
export function at(
  { x, y }: Pick<SurfaceResult, 'x' | 'y'>,
  { row, column }: Pick<LocatedCell, 'row' | 'column'>,
): string {
  return `x ${formatCoordinate(x[column] ?? 0)}, y ${formatCoordinate(y[row] ?? 0)}`;
}

/** A value of the metric as text. */
export const formatMetric = (metric: Metric, value: number): string =>
  metric === 'accuracy' ? formatPercent(value) : formatNumber(value);

function scaleOf(
  metric: Metric,
  { lowest, highest }: GridSummary,
  origin: number | null,
  wanted: Settings['scale'],
): Scale | null {
  const values = [lowest?.value, highest?.value, origin].filter(value => typeof value === 'number');
  if (values.length === 0) return null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (metric === 'accuracy') return { kind: 'linear', low, high, unit: 'percent' };
  const kind =
    wanted === 'auto' ? preferredScale(low, high) : wanted === 'log' && allowsLog(low, high) ? 'log' : 'linear';
  return { kind, low, high, unit: 'number' };
}

/** Contour levels are round values, so that their labels are short. */
function levels(scale: Scale): number[] {
  return scaleTicks(scale, 12).flatMap(({ value }) => (value > scale.low && value < scale.high ? [value] : []));
}

const contains = (positions: readonly number[]): boolean =>
  positions.length > 0 && Math.min(...positions) <= 0 && Math.max(...positions) >= 0;

function describe(view: Omit<SurfaceView, 'description'>): string {
  const { metric, x, y, summary, origin } = view;
  const { computed, total, failed, lowest, highest } = summary;
  const range = (positions: readonly number[]): string =>
    `${formatCoordinate(positions[0] ?? 0)} to ${formatCoordinate(positions.at(-1) ?? 0)}`;
  const sentences = [
    `${metric === 'loss' ? 'Loss' : 'Accuracy'} for x from ${range(x)} and y from ${range(y)}, ` +
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
  return sentences.join(' ');
}
