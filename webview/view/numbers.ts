/** The numbers beside the picture, as text. */
import type { Plane, SurfaceResult } from '../../worker/results.ts';
import { type LocatedCell, summarize } from './cells.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent, formatWithError } from './format.ts';
import type { PlaneChoice } from './settings.ts';
import { at, cellsOf, planesOf } from './viewModel.ts';

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

/** The checkpoint itself, the grid, and the directions that span the plane; of several planes those of the chosen one. */
export function numberGroups(surface: SurfaceResult, choice: PlaneChoice = 0): NumberGroup[] {
  const planes = planesOf(surface);
  const groups = [
    { title: 'Checkpoint, at the origin', rows: checkpointRows(surface) },
    { title: 'Grid', rows: gridRows(surface, choice) },
  ];
  if (typeof choice !== 'number') return groups;
  const { plane } = planes[choice] ?? surface;
  return [
    ...groups,
    { title: planes.length > 1 ? `Directions of plane ${choice + 1}` : 'Directions', rows: directionRows(plane) },
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

function gridRows(surface: SurfaceResult, choice: PlaneChoice): NumberRow[] {
  const { x, y } = surface;
  const { computed, total, failed, lowest, highest } = summarize(cellsOf(surface, 'loss', choice));
  const what = typeof choice === 'number' ? 'loss' : choice;
  const located = (label: string, cell: LocatedCell): NumberRow => ({
    label,
    value: formatNumber(cell.value),
    note: `at ${at(surface, cell)}`,
  });
  const rows: NumberRow[] = [];
  if (lowest !== null) rows.push(located(`Lowest ${what}`, lowest));
  if (highest !== null) rows.push(located(`Highest ${what}`, highest));
  const planes = planesOf(surface).length;
  if (planes > 1)
    rows.push({ label: 'Planes', value: formatCount(planes), note: 'mean and deviation are of their losses' });
  rows.push({ label: 'Cells', value: `${formatCount(x.length)} × ${formatCount(y.length)}` });
  if (computed < total) rows.push({ label: 'Computed', value: `${formatCount(computed)} of ${formatCount(total)}` });
  if (failed > 0) rows.push({ label: 'Not finite', value: formatCount(failed), note: 'NaN or infinite, hatched' });
  rows.push({ label: 'Range', value: `x ${range(x)}`, note: `y ${range(y)}` });
  return rows;
}

function directionRows(plane: Plane): NumberRow[] {
  const { x, y, parameters } = plane.norms;
  const norm = (label: string, value: number): NumberRow => ({
    label,
    value: formatNumber(value),
    ...(parameters > 0 ? { note: `${formatNumber(value / parameters)} × ‖θ‖` } : {}),
  });
  const eigenvalues = (plane.eigenvalues ?? []).map(
    ({ value, residual, converged }, i): NumberRow => ({
      label: i === 0 ? 'λ of x' : 'λ of y',
      value: formatWithError(value, residual),
      note: converged ? '± residual, converged' : '± residual, not converged',
    }),
  );
  const { explained = [], randomWalk = [] } = plane.principal ?? {};
  const shares = explained.slice(0, 2).map((share, i): NumberRow => {
    const walk = randomWalk[i];
    return {
      label: `PC ${i + 1}`,
      value: formatPercent(share, 1),
      ...(walk !== undefined && { note: `random walk ${formatPercent(walk, 1)}` }),
    };
  });
  return [
    ...eigenvalues,
    ...shares,
    // Directions of length 1 are at right angles.
    ...(plane.normalization === 'unit' ? [] : [{ label: 'Cosine', value: formatNumber(plane.cosine) }]),
    norm('Norm of x', x),
    norm('Norm of y', y),
    { label: 'Norm of θ', value: formatNumber(parameters), note: 'the parameters' },
  ];
}

const range = (positions: readonly number[]): string =>
  positions.length === 1
    ? formatCoordinate(positions[0]!)
    : `${formatCoordinate(positions[0] ?? 0)} to ${formatCoordinate(positions.at(-1) ?? 0)}`;
