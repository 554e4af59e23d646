/** The checkpoints of a path number by number, as text. Pure. */
import type { Cell, SurfaceResult } from '../../worker/results.ts';
import { isComputed, isFiniteCell } from './cells.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent } from './format.ts';
import { pathNames } from './path.ts';
import { DIGITS, type Reading } from './readout.ts';
import { type TextTable, textTable } from './table.ts';

/** What is known of one checkpoint, for the line below the pictures and for those who listen. */
export function pathReadings({ plane, path = [] }: SurfaceResult, index: number): Reading[] {
  const point = path[index];
  if (point === undefined) return [];
  const { step, epoch, x, y, distance, loss, accuracy, projectedLoss } = point;
  const { parameters } = plane.norms;
  return [
    { label: 'checkpoint', value: pathNames(plane, path)[index]! },
    ...(step === null ? [] : [{ label: 'step', value: formatCount(step) }]),
    ...(epoch === null ? [] : [{ label: 'epoch', value: formatCount(epoch) }]),
    { label: 'own loss', value: lossText(loss) },
    ...(accuracy === null ? [] : [{ label: 'own accuracy', value: formatPercent(accuracy) }]),
    { label: 'loss at its projection', value: lossText(projectedLoss) },
    {
      label: 'out of the plane',
      value: `${formatNumber(distance)}${parameters > 0 ? ` (${formatNumber(distance / parameters, 2)} ‖θ‖)` : ''}`,
    },
    { label: 'x', value: formatCoordinate(x) },
    { label: 'y', value: formatCoordinate(y) },
  ];
}

/** Every checkpoint with its own loss and that of the point it is drawn at. */
export function pathTable({ plane, path = [] }: SurfaceResult): TextTable {
  const names = pathNames(plane, path);
  const times = (['step', 'epoch'] as const).filter(time => path.some(point => point[time] !== null));
  return textTable(
    plane.kind === 'three' ? 'The three checkpoints' : 'The checkpoints in the order of training',
    ['checkpoint', ...times, 'own loss', 'loss at its projection', 'difference', 'distance out of the plane', 'x', 'y'],
    path.map(({ x, y, distance, loss, projectedLoss, ...position }, i) => [
      names[i]!,
      ...times.map(time => (position[time] === null ? 'not known' : formatCount(position[time]))),
      lossText(loss),
      lossText(projectedLoss),
      isFiniteCell(loss) && isFiniteCell(projectedLoss) ? formatNumber(projectedLoss - loss) : 'not known',
      formatNumber(distance),
      formatCoordinate(x),
      formatCoordinate(y),
    ]),
  );
}

const lossText = (loss: Cell): string => (isComputed(loss) ? formatNumber(loss, DIGITS) : 'not computed yet');
