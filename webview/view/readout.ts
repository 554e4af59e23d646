/** What one cell holds, number by number, for the line below the pictures and for those who listen. Pure. */
import type { Cell, JsonNumber, Plane, SurfaceResult } from '../../worker/results.ts';
import { isComputed } from './cells.ts';
import { formatCoordinate, formatNumber, formatPercent } from './format.ts';
import type { PlaneChoice } from './settings.ts';
import { planesOf } from './viewModel.ts';

/** A cell by its indices. */
export interface CellIndex {
  readonly row: number;
  readonly column: number;
}

export interface Reading {
  readonly label: string;
  readonly value: string;
}

/** More digits than elsewhere on the page: this is where the exact value is read. */
export const DIGITS = 6;

/** Coordinates, distance from the checkpoint and values of a cell, of one plane or over all of them. */
export function readings(surface: SurfaceResult, choice: PlaneChoice, { row, column }: CellIndex): Reading[] {
  const x = surface.x[column] ?? 0;
  const y = surface.y[row] ?? 0;
  const place = [
    { label: 'x', value: formatCoordinate(x) },
    { label: 'y', value: formatCoordinate(y) },
  ];
  if (typeof choice !== 'number') return [...place, ...spreadReadings(surface, { row, column })];
  const of = planesOf(surface)[choice] ?? surface;
  const distance = distanceFromCheckpoint(of.plane, x, y);
  const found = [
    ...place,
    ...(distance === null
      ? []
      : [{ label: 'distance', value: `${formatNumber(distance, 4)}${relative(distance, of.plane)}` }]),
  ];
  const loss = of.loss[row]?.[column];
  if (!isComputed(loss)) return [...found, { label: 'loss', value: 'not computed yet' }];
  const accuracy = of.accuracy?.[row]?.[column];
  return [
    ...found,
    { label: 'loss', value: withError(loss, of.standardError?.[row]?.[column]) },
    ...(isComputed(accuracy) ? [{ label: 'accuracy', value: formatPercent(accuracy) }] : []),
  ];
}

/** The same in one line: `x −0.24, y 0.4, distance 4.23 (0.35 ‖θ‖), loss 0.512345 ± 0.0031, accuracy 92.97%`. */
export const readingText = (all: readonly Reading[]): string =>
  all.map(({ label, value }) => `${label} ${value}`).join(', ');

/**
 * ‖xδ + yη‖ from the directions' norms and the cosine between them: the length in parameters of a step on the screen.
 * Null where a direction is zero.
 */
export function distanceFromCheckpoint({ norms, cosine }: Plane, x: number, y: number): number | null {
  if (typeof cosine !== 'number') return null;
  const [a, b] = [x * norms.x, y * norms.y];
  return Math.sqrt(Math.max(0, a * a + b * b + 2 * a * b * cosine));
}

const relative = (distance: number, { norms }: Plane): string =>
  norms.parameters > 0 ? ` (${formatNumber(distance / norms.parameters, 2)} ‖θ‖)` : '';

function spreadReadings({ spread }: SurfaceResult, { row, column }: CellIndex): Reading[] {
  const loss = spread?.loss.mean[row]?.[column];
  if (!isComputed(loss)) return [{ label: 'mean loss', value: 'not computed in every plane yet' }];
  const accuracy = spread?.accuracy?.mean[row]?.[column];
  return [
    { label: 'mean loss', value: withDeviation(loss, spread?.loss.deviation[row]?.[column], formatNumber) },
    ...(isComputed(accuracy)
      ? [
          {
            label: 'mean accuracy',
            value: withDeviation(accuracy, spread?.accuracy?.deviation[row]?.[column], formatPercent),
          },
        ]
      : []),
  ];
}

const withError = (value: JsonNumber, error: Cell | undefined): string =>
  `${formatNumber(value, DIGITS)}${isComputed(error) ? ` ± ${formatNumber(error, 2)}` : ''}`;

const withDeviation = (value: JsonNumber, deviation: Cell | undefined, format: (value: JsonNumber) => string): string =>
  `${format(value)}${isComputed(deviation) ? `, standard deviation ${format(deviation)}` : ''}`;
