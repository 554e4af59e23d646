/** The numbers beside the picture, as text. */
import type { SurfaceResult } from '../worker/results.ts';
import { type LocatedCell, summarize } from './cells.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent, formatWithError } from './format.ts';
import { at } from './viewModel.ts';

export interface NumberRow {
  readonly label: string;
  readonly value: string;
  /** Where or in which unit, in a quieter line below the value. */
  readonly note?: string;
}

export interface NumberGroup {
  readonly title: string;
  readonly rows: readonly NumberRow[];
}

/** Three groups: the checkpoint itself, the grid, and the directions that span the plane. */
export function numberGroups(surface: SurfaceResult): NumberGroup[] {
  return [
    { title: 'Checkpoint, at the origin', rows: checkpointRows(surface) },
    { title: 'Grid', rows: gridRows(surface) },
    { title: 'Directions', rows: directionRows(surface) },
  ];
}

function checkpointRows({ origin, provenance }: SurfaceResult): NumberRow[] {
  const rows: NumberRow[] = [
    {
      label: 'Loss',
      value: formatWithError(origin.loss, origin.standardError),
      ...(origin.standardError === null ? {} : { note: '± standard error' }),
    },
  ];
  if (origin.accuracy !== null) rows.push({ label: 'Accuracy', value: formatPercent(origin.accuracy) });
  rows.push({ label: 'Samples', value: formatCount(provenance.samples) });
  return rows;
}

function gridRows(surface: SurfaceResult): NumberRow[] {
  const { x, y, loss } = surface;
  const { computed, total, failed, lowest, highest } = summarize(loss);
  const located = (label: string, cell: LocatedCell): NumberRow => ({
    label,
    value: formatNumber(cell.value),
    note: `at ${at(surface, cell)}`,
  });
  const rows: NumberRow[] = [];
  if (lowest !== null) rows.push(located('Lowest loss', lowest));
  if (highest !== null) rows.push(located('Highest loss', highest));
  rows.push({ label: 'Cells', value: `${formatCount(x.length)} × ${formatCount(y.length)}` });
  if (computed < total) rows.push({ label: 'Computed', value: `${formatCount(computed)} of ${formatCount(total)}` });
  if (failed > 0) rows.push({ label: 'Not finite', value: formatCount(failed), note: 'NaN or infinite, hatched' });
  rows.push({ label: 'Range', value: `x ${range(x)}`, note: `y ${range(y)}` });
  return rows;
}

function directionRows({ plane }: SurfaceResult): NumberRow[] {
  const { x, y, parameters } = plane.norms;
  const norm = (label: string, value: number): NumberRow => ({
    label,
    value: formatNumber(value),
    ...(parameters > 0 ? { note: `${formatNumber(value / parameters)} × ‖θ‖` } : {}),
  });
  return [
    { label: 'Cosine', value: formatNumber(plane.cosine) },
    norm('Norm of x', x),
    norm('Norm of y', y),
    { label: 'Norm of θ', value: formatNumber(parameters), note: 'the parameters' },
  ];
}

const range = (positions: readonly number[]): string =>
  positions.length === 1
    ? formatCoordinate(positions[0]!)
    : `${formatCoordinate(positions[0] ?? 0)} to ${formatCoordinate(positions.at(-1) ?? 0)}`;
