/** What a measured volume depends on, for all who compare volumes or show them. */
import type { Measure, VolumeSettings } from './results.ts';
import { formatNumber } from './text.ts';

/** What is asked of a volume; in what the basin's end is measured follows from the loss. */
export type VolumeWish = Omit<VolumeSettings, 'basin'>;

/** Whether two volumes were measured alike, so that their numbers may be held against each other. */
export const isSameVolume = (one: VolumeWish, other: VolumeWish): boolean =>
  one.prior.sigma === other.prior.sigma &&
  one.cutoff === other.cutoff &&
  one.preconditioner === other.preconditioner &&
  one.directions === other.directions;

/** `prior σ = 0.0909 as before training, mean KL up to 0.01 nats, 100 directions stretched by leading eigenvectors`. */
export function volumeSettingsText(settings: VolumeSettings): string {
  const { prior } = settings;
  const where = {
    initialization: ` as before training (${prior.source?.file})`,
    first: ` as in the first checkpoint (${prior.source?.file})`,
    parameters: ' as the parameters are here',
    request: ' as asked',
  }[prior.from];
  return `prior σ = ${formatNumber(prior.sigma)}${where}, ${volumeBasinText(settings)}`;
}

/** `mean KL up to 0.01 nats, 100 directions stretched by leading eigenvectors`. */
export function volumeBasinText({ basin, cutoff, preconditioner, directions }: VolumeSettings): string {
  const end = basin === 'kl' ? `mean KL up to ${formatNumber(cutoff)} nats` : `loss up to ${formatNumber(cutoff)} more`;
  const stretched = preconditioner === 'none' ? '' : ` stretched by ${STRETCHES[preconditioner]}`;
  return `${end}, ${directions} directions${stretched}`;
}

const STRETCHES = { diagonal: 'the curvature’s diagonal', eigenvectors: 'leading eigenvectors' } as const;

/** Whether all that is known of a measure is that it is at least so large. */
export const isLowerBound = ({ value, lower, upper }: Pick<Measure, 'value' | 'lower' | 'upper'>): boolean =>
  typeof value === 'number' && lower !== null && upper === null;

/** So many checkpoints are named; of others it is said how many there are. */
const NAMED_MAX = 3;

const someOf = (names: readonly string[]): string =>
  names.length <= NAMED_MAX
    ? names.join(', ')
    : `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more`;

/** A checkpoint as it is called, and its measures. */
interface Named {
  readonly name: string;
  readonly measures: readonly Measure[];
}

/** With what the volumes among measures were measured, whether alike, and whether they are lower bounds: a sentence each. */
export function volumeNotes(checkpoints: readonly Named[]): readonly string[] {
  const bySettings = new Map<string, string[]>();
  const all = checkpoints.flatMap(({ name, measures }) =>
    measures.flatMap(measure => (measure.volume === undefined ? [] : [{ name, measure, volume: measure.volume }])),
  );
  for (const { name, volume } of all) {
    const text = volumeSettingsText(volume);
    bySettings.set(text, [...(bySettings.get(text) ?? []), name]);
  }
  const isAlike = all.every(({ volume }) => isSameVolume(volume, all[0]!.volume));
  return [
    ...[...bySettings].map(([text, names]) => `ln volume${isAlike ? '' : ` of ${someOf(names)}`}: ${text}.`),
    ...(isAlike
      ? []
      : ['Volumes by different priors are different quantities, and cannot be held against each other.']),
    ...(all.some(({ measure }) => isLowerBound(measure))
      ? [
          'ln volume ≥ is a lower bound only: too few directions make it up to tell what is missing, so that no difference between two of them is told.',
        ]
      : []),
  ];
}
