/** Says exactly what was computed, in two sentences and the notes the worker made. */
import type { Plane, Provenance, SurfaceResult } from '../../worker/results.ts';
import { formatCount, formatDuration, formatPercent, formatTime, formatWithError } from './format.ts';
import { pathNames } from './path.ts';
import type { Metric } from './settings.ts';

export interface Caption {
  /** What was computed. */
  readonly what: string;
  /** By what, how long it took and when. */
  readonly how: string;
  readonly notes: readonly string[];
}

export function caption(
  { checkpoint, plane, otherPlanes = [], path = [], provenance }: SurfaceResult,
  metric: Metric = 'loss',
): Caption {
  const corners = plane.kind === 'three' && path.length > 0 ? ` (${pathNames(plane, path).join(', ')})` : '';
  return {
    what:
      `${metric === 'accuracy' ? 'Accuracy' : capitalize(lossOf(provenance))} of ${checkpoint} in ${provenance.model.file}, ${sampleText(provenance)}, ` +
      `${statisticsOf[provenance.mode.batchNorm]}, along ${planeText(plane, otherPlanes.length)}${corners}.`,
    how: howComputed(provenance),
    notes: provenance.notes,
  };
}

const statisticsOf: Readonly<Record<Provenance['mode']['batchNorm'], string>> = {
  held: 'BatchNorm statistics held',
  interpolated: 'BatchNorm statistics interpolated',
  recomputed: 'BatchNorm statistics recomputed over the sample at every point',
  none: 'no BatchNorm',
};

/** By what it was computed, how long that took, and when. */
export const howComputed = ({ engine, device, threads, dtype, seconds, time }: Provenance): string =>
  `Computed by ${engine} on ${device}, ${formatCount(threads)} ${threads === 1 ? 'thread' : 'threads'}, ${dtype}; ` +
  `${formatDuration(seconds)}, begun ${formatTime(time)}.`;

const lossOf = ({ loss, data }: Provenance): string => (data === undefined ? loss : `mean ${loss}`);

/** On which rows. */
export function sampleText({ data, split, rows, samples, seed }: Provenance): string {
  if (data === undefined) return 'which takes no data';
  const [from, to] = rows;
  const range = `rows ${formatCount(from)} to ${formatCount(to - 1)}`;
  const sample = to - from === samples ? range : `${formatCount(samples)} of ${range}, seed ${seed}`;
  return `${split} split of ${data.file}, ${sample}`;
}

/** What spans a plane; `others` further ones of the next seeds may have been drawn with it. */
export function planeText(plane: Plane, others = 0): string {
  const filters = plane.normalizedTo === undefined ? '' : ` to ${plane.normalizedTo.file}`;
  const scaled = plane.normalization === 'filter' ? `filter-normalized${filters}` : 'taken as given';
  const moved = { weights: ', weights only', all: ', all parameters', 'as given': '' }[plane.perturb];
  if (plane.kind === 'eigen') {
    const [first, second] = plane.eigenvalues ?? [];
    const values = [first, second].map(pair => (pair ? formatWithError(pair.value, pair.residual) : '?')).join(' and ');
    return `the two leading eigenvectors of the Hessian (eigenvalues ${values}), each scaled to √(2/λ)`;
  }
  if (plane.kind === 'pca') return principalText(plane);
  if (plane.kind === 'three')
    return 'the plane through it and two other checkpoints, in which a unit is a distance of 1 between parameters';
  if (plane.kind === 'file') return `the two directions of ${plane.file ?? 'a file'}, ${scaled}${moved}`;
  const { seed } = plane;
  const which =
    others === 0
      ? `two random directions${seed === undefined ? '' : ` of seed ${seed}`}`
      : `two random directions in each of ${others + 1} planes${seed === undefined ? '' : `, of seeds ${seed} to ${seed + others}`}`;
  return `${which}, ${scaled}${moved}`;
}

function principalText({ principal }: Plane): string {
  const [first, second] = principal?.explained ?? [];
  const shares =
    first === undefined || second === undefined
      ? ''
      : ` (${formatPercent(first, 1)} and ${formatPercent(second, 1)} of their variance)`;
  const whose = principal === undefined ? 'its run' : `${formatCount(principal.checkpoints)} checkpoints of its run`;
  return `the first two principal components of ${whose}${shares}, drawn through it, in which a unit is a distance of 1 between parameters`;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
