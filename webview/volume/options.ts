/** The form that asks for volumes: from options to what its fields hold, and back; and what that costs, in words. Pure. */
import type { Interval, VolumeName } from '../../worker/results.ts';
import type { VolumeEstimate, VolumeOptions } from '../messages.ts';
import { formatCount, formatDuration } from '../view/format.ts';
import { formatCutoff } from './numbers.ts';

/** The fields that are typed. */
export type VolumeField = 'directions' | 'cutoff' | 'sigma' | 'initializations' | 'points' | 'positive';

/** What the fields hold; numbers as they are typed. */
export interface VolumeDraft extends Omit<VolumeOptions, VolumeField> {
  readonly directions: string;
  readonly cutoff: string;
  /** Empty for what the checkpoint says. */
  readonly sigma: string;
  readonly initializations: string;
  readonly points: string;
  /** Classes with commas between them; empty for each against the rest. */
  readonly positive: string;
}

export const volumeDraftOf = ({ positive, sigma, ...options }: VolumeOptions): VolumeDraft => ({
  ...options,
  directions: String(options.directions),
  cutoff: String(options.cutoff),
  sigma: sigma === null ? '' : String(sigma),
  initializations: String(options.initializations),
  points: String(options.points),
  positive: positive.join(', '),
});

/** Which typed fields belong to which volume. */
export const fieldsOf: Readonly<Record<VolumeName, readonly VolumeField[]>> = {
  local: ['directions', 'cutoff', 'sigma'],
  function: ['initializations', 'points', 'positive'],
};

/** The worker knows the same limits; said here, a typing error costs no request. */
const rules: Readonly<
  Record<VolumeField, { readonly rule: string; readonly holds: (text: string, value: number) => boolean }>
> = {
  directions: {
    rule: 'From 2 to 100,000 directions can be followed.',
    holds: (_, value) => isWhole(value, 2, 100_000),
  },
  cutoff: { rule: 'The cutoff is a number above 0.', holds: (_, value) => value > 0 && Number.isFinite(value) },
  sigma: {
    rule: 'The prior’s σ is a number above 0, or empty for that of the parameters before training.',
    holds: (text, value) => text === '' || (value > 0 && Number.isFinite(value)),
  },
  initializations: {
    rule: 'From 4 to 100,000 random networks make a kernel.',
    holds: (_, value) => isWhole(value, 4, 100_000),
  },
  points: { rule: 'A function is held on 2 to 2,000 points.', holds: (_, value) => isWhole(value, 2, 2000) },
  positive: {
    rule: 'Positive classes are whole numbers from 0 on with commas between them, or none.',
    holds: text => text === '' || text.split(',').every(word => /^\s*\d{1,6}\s*$/.test(word)),
  },
};

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

export function isVolumeField(draft: VolumeDraft, name: VolumeField): boolean {
  const text = draft[name].trim();
  return rules[name].holds(text, text === '' ? Number.NaN : Number(text));
}

/** The draft with a volume taken in or left out, the local one first. */
export const withVolume = (draft: VolumeDraft, name: VolumeName, isWanted: boolean): VolumeDraft => ({
  ...draft,
  volumes: (['local', 'function'] as const).filter(own => (own === name ? isWanted : draft.volumes.includes(own))),
});

/** The options a draft asks for, or one sentence on what is wrong. Fields of what is not asked for are not looked at. */
export function volumeOptionsOf(draft: VolumeDraft, otherwise: VolumeOptions): VolumeOptions | string {
  if (draft.volumes.length === 0) return 'Choose at least one volume.';
  const asked = draft.volumes.flatMap(name => fieldsOf[name]);
  const wrong = asked.find(name => !isVolumeField(draft, name));
  if (wrong !== undefined) return rules[wrong].rule;
  const { volumes, split, basin, preconditioner, sensitivity } = draft;
  const typed: Pick<VolumeOptions, VolumeField> = {
    directions: Number(draft.directions),
    cutoff: Number(draft.cutoff),
    sigma: draft.sigma.trim() === '' ? null : Number(draft.sigma),
    initializations: Number(draft.initializations),
    points: Number(draft.points),
    positive: draft.positive.trim() === '' ? [] : draft.positive.split(',').map(Number),
  };
  const { directions, cutoff, sigma, initializations, points, positive } = {
    ...otherwise,
    ...Object.fromEntries(asked.map(name => [name, typed[name]])),
  };
  return {
    volumes,
    split,
    directions,
    basin,
    cutoff,
    preconditioner,
    sigma,
    sensitivity,
    initializations,
    points,
    positive,
  };
}

/** What is asked for, in a few words. */
export function volumeSummary(options: VolumeOptions): string {
  const { volumes, directions, cutoff, split, points } = options;
  return [
    ...(volumes.includes('local')
      ? [`local volume, ${formatCount(directions)} directions, cutoff ${formatCutoff(cutoff)}, ${split} split`]
      : []),
    ...(volumes.includes('function') ? [`volume of the function on ${formatCount(points)} points`] : []),
  ].join('; ');
}

/** What the options are likely to take, or why they cannot be computed. */
export function volumeCostText(options: VolumeOptions | string, estimate: VolumeEstimate | undefined): string {
  if (typeof options === 'string') return options;
  if (estimate === undefined || JSON.stringify(estimate.options) !== JSON.stringify(options)) return 'Estimating…';
  const { local, function: ofFunction } = estimate;
  return [
    ...(local === null ? [] : [`Local volume: ${localCost(local)}.`]),
    ...(ofFunction === null ? [] : [`Volume of the function: ${functionCost(ofFunction, options)}.`]),
    ...(local?.seconds === null || ofFunction?.drawSeconds === null
      ? ['How long a pass takes is known once a landscape was computed here.']
      : []),
  ].join(' ');
}

function localCost({ passes, products, seconds }: NonNullable<VolumeEstimate['local']>): string {
  return [
    `about ${span(passes, formatCount)} passes over the sample${products.most === 0 ? '' : ` and ${span(products, formatCount)} products of the curvature`}`,
    ...(seconds === null ? [] : [span(seconds, atLeastASecond)]),
  ].join(', ');
}

function functionCost(
  { drawSeconds, evidenceSeconds, groups }: NonNullable<VolumeEstimate['function']>,
  { initializations, points }: VolumeOptions,
): string {
  const draws = drawSeconds === null ? '' : `, ${atLeastASecond(drawSeconds)}`;
  const evidence = span(evidenceSeconds, seconds => atLeastASecond((groups ?? 1) * seconds));
  return `${formatCount(initializations)} random networks on ${formatCount(points)} points${draws}; then expectation propagation, about ${evidence}${groups === null ? ' for each class' : ''}`;
}

const atLeastASecond = (seconds: number): string => formatDuration(Math.max(1, Math.round(seconds)));

const span = ({ least, most }: Interval, format: (value: number) => string): string =>
  format(least) === format(most) ? format(most) : `${format(least)} to ${format(most)}`;
