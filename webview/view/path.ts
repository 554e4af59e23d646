/** The checkpoints of a plane that is made of them: where they are drawn, and what their marks mean. Pure. */
import type { Plane, PlanePoint, SurfaceResult } from '../../worker/results.ts';
import { formatCount, formatNumber } from './format.ts';
import { shortNames } from './names.ts';

/** A checkpoint's projection on the plane. */
export interface PathPoint {
  /** What is written beside its mark; null where nothing is. */
  readonly label: string | null;
  readonly x: number;
  readonly y: number;
  /** Whether it lies so far out of the plane that what the picture shows at its projection is not at the checkpoint. */
  readonly isFar: boolean;
  /** Whether it is the one that the surface is of, which has the origin's mark. */
  readonly isOwn: boolean;
}

export interface PathView {
  readonly kind: 'pca' | 'three';
  /** In the order of training; of the plane `three` A, B and C. */
  readonly points: readonly PathPoint[];
  /** What each is called, after A, B or C in a plane through three. */
  readonly names: readonly string[];
  /** The distance out of the plane above which a checkpoint is far. */
  readonly reach: number;
  /** The largest distance out of the plane. */
  readonly furthest: number;
}

/** Of the diagonal of the box that holds all projections. */
const REACH = 0.1;

/** Null where the plane is not made of checkpoints. */
export function pathView({ plane, path, provenance }: SurfaceResult): PathView | null {
  if (path === undefined || path.length === 0 || (plane.kind !== 'pca' && plane.kind !== 'three')) return null;
  const { kind } = plane;
  const reach = REACH * Math.hypot(span(path.map(({ x }) => x)), span(path.map(({ y }) => y)));
  const points = path.map(
    ({ checkpoint, x, y, distance, step, epoch }, i): PathPoint => ({
      label:
        kind === 'three'
          ? letterOf(i)
          : path.length > 1 && (i === 0 || i === path.length - 1)
            ? `${i === 0 ? 'first' : 'last'}${timeOf({ step, epoch })}`
            : null,
      x,
      y,
      isFar: distance > reach,
      isOwn: checkpoint.file === provenance.checkpoint.file,
    }),
  );
  const furthest = path.reduce((most, { distance }) => Math.max(most, distance), 0);
  return { kind, points, names: pathNames(plane, path), reach, furthest };
}

/** What the marks mean. */
export function pathLegend({ kind, points, reach, furthest, names }: PathView): string {
  const far = points.filter(({ isFar }) => isFar).length;
  const all = points.length;
  const whose = kind === 'three' ? 'the triangle' : 'the path';
  return [
    ...(kind === 'three' ? names : []),
    ...(kind === 'three' && far === 0
      ? []
      : [`● a checkpoint in the plane or near it (${formatCount(all - far)} of ${formatCount(all)})`]),
    ...(far > 0
      ? [
          `○ one that lies further out of the plane than ${formatNumber(reach)}, a tenth of the extent of ${whose}: what the picture shows there is not the checkpoint (${formatCount(far)})`,
        ]
      : kind === 'pca'
        ? [`none is further out of it than ${formatNumber(furthest)}`]
        : []),
    '✛ the checkpoint that the landscape is of',
    ...(kind === 'pca' ? ['arrows: the order of training'] : []),
  ].join(' · ');
}

/** The same for print, without signs. */
export function pathCaption({ kind, points, reach }: PathView): string {
  const far = points.filter(({ isFar }) => isFar).length;
  const rings =
    far === 0
      ? ''
      : ` Rings: ${formatCount(far)} that lie further than ${formatNumber(reach)} out of the plane, where what is shown is not the checkpoint.`;
  return kind === 'three'
    ? 'Dashed: the straight lines between the checkpoints.'
    : `The line joins ${formatCount(points.length)} checkpoints in the order of training, projected on the plane.${rings}`;
}

/** One sentence that goes with the picture's others. */
export function pathDescription({ kind, points, names }: PathView): string {
  if (kind === 'three') return `The plane goes through ${names.join(', ')}.`;
  const far = points.filter(({ isFar }) => isFar).length;
  return (
    `The path of ${formatCount(points.length)} checkpoints of the run is drawn in the plane of its first two principal components` +
    `${far > 0 ? `; ${formatCount(far)} of them lie far out of it` : ''}.`
  );
}

/** What the checkpoints are called: what tells their paths apart, after A, B and C in a plane through three. */
export function pathNames({ kind }: Pick<Plane, 'kind'>, path: readonly PlanePoint[]): readonly string[] {
  const names = shortNames(path.map(({ checkpoint }) => checkpoint.file));
  return kind === 'three' ? names.map((name, i) => `${letterOf(i)} ${name}`) : names;
}

/** A, B, C. */
const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const timeOf = ({ step, epoch }: Pick<PlanePoint, 'step' | 'epoch'>): string =>
  step !== null ? `, step ${formatCount(step)}` : epoch !== null ? `, epoch ${formatCount(epoch)}` : '';

const span = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
