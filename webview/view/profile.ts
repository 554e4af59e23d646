/** How a metric grows with the distance from the checkpoint, in each of several planes and over all of them. Pure. */
import type { Cell, SurfaceResult } from '../../worker/results.ts';
import { isFiniteCell } from './cells.ts';
import { formatCoordinate } from './format.ts';
import type { Metric } from './settings.ts';
import { formatMetric } from './viewModel.ts';

/** `null` where a ring is not complete or not finite. */
export type Values = readonly (number | null)[];

export interface ProfileView {
  readonly metric: Metric;
  /** √(x² + y²) in units of the axes. */
  readonly distance: readonly number[];
  readonly planes: readonly Values[];
  readonly mean: Values;
  /** Sample standard deviation between the planes. */
  readonly deviation: Values;
  /** One standard deviation below and above the mean. */
  readonly low: Values;
  readonly high: Values;
  /** One or two sentences that stand for the picture. */
  readonly description: string;
}

/** Null where there are no several planes, or nothing of them is known yet. */
export function profileView(surface: SurfaceResult, metric: Metric): ProfileView | null {
  const profile = surface.spread?.profile;
  const rings = profile?.[metric];
  if (!profile || !rings) return null;
  const mean = rings.mean.map(finite);
  const deviation = rings.deviation.map(finite);
  if (mean.every(value => value === null)) return null;
  const shifted = (sign: 1 | -1): Values =>
    mean.map((value, i) => (value === null || deviation[i] == null ? null : value + sign * deviation[i]));
  const last = mean.findLastIndex((value, i) => value !== null && deviation[i] != null);
  const count = rings.planes.length;
  const end =
    last < 0
      ? ''
      : ` At distance ${formatCoordinate(profile.distance[last]!)} it is ${formatMetric(metric, mean[last]!)} on average, ` +
        `with a standard deviation of ${formatMetric(metric, deviation[last]!)} between the planes.`;
  return {
    metric,
    distance: profile.distance,
    planes: rings.planes.map(plane => plane.map(finite)),
    mean,
    deviation,
    low: shifted(-1),
    high: shifted(1),
    description: `Mean ${metric} on rings around the checkpoint, in each of ${count} random planes and over all of them.${end}`,
  };
}

const finite = (cell: Cell): number | null => (isFiniteCell(cell) ? cell : null);
