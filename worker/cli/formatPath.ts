/** Planes made of checkpoints as text. */
import type { Cell, Plane, PlanePoint, SurfaceResult } from '../results.ts';
import { formatNumber } from '../text.ts';
import { percent, table } from './lines.ts';

/** What a plane made of checkpoints is made of. */
export function planeOfCheckpoints({ kind, principal }: Plane, path: readonly PlanePoint[] = []): string {
  if (kind === 'pca') return `principal components of ${principal?.checkpoints} checkpoints, of length 1`;
  const [, ...others] = path.map(({ checkpoint }) => checkpoint.file);
  return `through ${others.join(' and ')}, directions of length 1`;
}

/** Where the checkpoints lie, and what the plane explains of them. */
export function formatPath({ path, plane, provenance }: SurfaceResult): string[] {
  if (path === undefined) return [];
  const isRun = path.some(({ step, epoch }) => step !== null || epoch !== null);
  const number = (cell: Cell): string => (cell === null ? '' : formatNumber(Number(cell)));
  const rows = path.map(({ checkpoint, step, epoch, x, y, distance, loss, accuracy, projectedLoss }) => [
    checkpoint.file,
    ...(isRun ? [step !== null ? String(step) : epoch !== null ? `epoch ${epoch}` : ''] : []),
    formatNumber(x),
    formatNumber(y),
    formatNumber(distance),
    number(loss),
    accuracy === null ? '' : percent(accuracy),
    number(projectedLoss),
  ]);
  const head = [
    'checkpoint',
    ...(isRun ? ['step'] : []),
    'x',
    'y',
    'distance from the plane',
    'loss',
    'accuracy',
    'loss at the projection',
  ];
  return [
    '',
    ...table(head, rows),
    ...explainedBy(plane),
    ...(provenance.mode.batchNorm === 'held'
      ? [
          'A checkpoint’s own loss is with its own BatchNorm statistics, that at its projection with those of the origin, so that',
          'the two differ in the plane too; --statistics recomputed takes the sample’s own everywhere.',
        ]
      : []),
    '',
  ];
}

/** Shares of variance beside what a random walk would show. */
function explainedBy({ principal }: Plane): string[] {
  if (principal === undefined) return [];
  const shares = (all: readonly number[]): string =>
    all
      .slice(0, 2)
      .map(share => `${(100 * share).toFixed(1)} %`)
      .join(' + ');
  return [
    `The plane explains ${shares(principal.explained)} of the variance of ${principal.checkpoints} checkpoints; of a pure random walk it would explain ${shares(principal.randomWalk)}.`,
  ];
}
