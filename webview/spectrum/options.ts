/** The form that asks for a spectrum: from options to what its fields hold, and back. Pure. */
import type { Interval } from '../../worker/results.ts';
import type { SpectrumEstimate, SpectrumOptions } from '../messages.ts';
import { formatBytes, formatCount, formatDuration } from '../view/format.ts';

/** What the fields hold; numbers as they are typed. */
export interface SpectrumDraft {
  readonly operator: SpectrumOptions['operator'];
  readonly largest: string;
  readonly smallest: string;
  readonly along: string;
  readonly density: boolean;
  readonly byTensor: boolean;
  readonly split: SpectrumOptions['split'];
}

export type SpectrumNumber = 'largest' | 'smallest' | 'along';

/** The worker knows the same limit of the pairs; said here, a typing error costs no request. */
const limits: Readonly<Record<SpectrumNumber, { readonly most: number; readonly rule: string }>> = {
  largest: { most: 500, rule: 'From 0 to 500 of the largest eigenvalues can be computed.' },
  smallest: { most: 500, rule: 'From 0 to 500 of the smallest eigenvalues can be computed.' },
  along: { most: 10, rule: 'The loss is drawn along 0 to 10 eigenvectors of each end.' },
};

const PAIRS_MAX = 500;

export const spectrumDraftOf = (options: SpectrumOptions): SpectrumDraft => ({
  ...options,
  largest: String(options.largest),
  smallest: String(options.smallest),
  along: String(options.along),
});

/** What the draft is likely to take, or why it cannot be computed. */
export function spectrumCostText(options: SpectrumOptions | string, estimate: SpectrumEstimate | undefined): string {
  if (typeof options === 'string') return options;
  if (estimate === undefined || !sameSpectrum(estimate.options, options)) return 'Estimating…';
  const { products, seconds, memoryBytes } = estimate;
  const interval = ({ least, most }: Interval, format: (value: number) => string): string =>
    format(least) === format(most) ? format(most) : `${format(least)} to ${format(most)}`;
  const parts = [
    ...(products === null ? [] : [`about ${interval(products, formatCount)} products of the matrix`]),
    seconds === null
      ? 'time known once the first are computed'
      : interval(seconds, value => formatDuration(Math.max(1, value))),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]),
  ];
  return `Cost: ${parts.join(', ')}.`;
}

const sameSpectrum = (one: SpectrumOptions, other: SpectrumOptions): boolean =>
  (Object.keys(one) as (keyof SpectrumOptions)[]).every(name => one[name] === other[name]);

export function isSpectrumNumber(draft: SpectrumDraft, name: SpectrumNumber): boolean {
  const value = draft[name].trim() === '' ? Number.NaN : Number(draft[name]);
  return Number.isInteger(value) && value >= 0 && value <= limits[name].most;
}

/** The options a draft asks for, or one sentence on what is wrong. */
export function spectrumOptionsOf(draft: SpectrumDraft): SpectrumOptions | string {
  const wrong = (['largest', 'smallest', 'along'] as const).find(name => !isSpectrumNumber(draft, name));
  if (wrong !== undefined) return limits[wrong].rule;
  const [largest, smallest] = [Number(draft.largest), Number(draft.smallest)];
  if (largest + smallest < 1 || largest + smallest > PAIRS_MAX) {
    return `From 1 to ${PAIRS_MAX} eigenvalues can be computed, both ends together.`;
  }
  return { ...draft, largest, smallest, along: Number(draft.along) };
}
