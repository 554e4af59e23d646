/** The scale that colours and heights share: linear or logarithmic, from the lowest to the highest value. */
import { tickStep, ticks } from 'd3-array';
import { formatNumber, formatPercent, formatTick } from './format.ts';

export type ScaleKind = 'linear' | 'log';

/** A value on the scale with its text. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Scale {
  readonly kind: ScaleKind;
  readonly low: number;
  readonly high: number;
  readonly unit: 'number' | 'percent';
}

/** Above this ratio of the highest to the lowest loss, a linear scale would show a single dark spot in a flat bowl. */
const LOG_RATIO = 30;

/** Ends that differ by less, relatively, are one value to whoever reads the ticks. */
const SAME = 1e-9;

/** Whether a logarithm exists for every value in [low, high]. */
export const allowsLog = (low: number, high: number): boolean => low > 0 && high > low;

/** The scale that suits the range: logarithmic where all is positive and spans more than a factor of 30. */
export const preferredScale = (low: number, high: number): ScaleKind =>
  allowsLog(low, high) && high / low > LOG_RATIO ? 'log' : 'linear';

/** Where a value lies on the scale: 0 at its low end, 1 at its high end, ½ where both ends are one. */
export function toUnit(scale: Scale, value: number): number {
  const [low, high, at] = [scale.low, scale.high, value].map(transform(scale)) as [number, number, number];
  return high > low ? (at - low) / (high - low) : 0.5;
}

/** The value as contour lines interpolate it: its logarithm on a log scale. */
export const transform =
  (scale: Scale): ((value: number) => number) =>
  // Halving keeps a difference of two finite numbers finite.
  value =>
    scale.kind === 'log' ? Math.log10(value) : value / 2;

/** About `count` round values within the scale, in ascending order. */
export function scaleTicks(scale: Scale, count: number): Tick[] {
  const { low, high, unit, kind } = scale;
  if (!(high - low > SAME * Math.abs(high)))
    return [{ value: low, label: unit === 'percent' ? formatPercent(low) : formatNumber(low) }];
  if (kind === 'log' && high / low >= 8) {
    return logTicks(low, high, count).map(value => ({ value, label: formatTick(value, value) }));
  }
  const values = ticks(low, high, count).filter(value => value >= low && value <= high);
  const step = tickStep(low, high, count);
  return values.map(value => ({
    value,
    label: unit === 'percent' ? `${formatTick(100 * value, 100 * step)}%` : formatTick(value, step),
  }));
}

/** 1, 2, 5 times powers of ten where few decades are spanned; else powers of ten, leaving some out where there are many. */
function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high) - Math.log10(low);
  const mantissas = decades * 3 <= count ? [1, 2, 5] : decades * 2 <= count ? [1, 3] : [1];
  const stride = Math.max(1, Math.ceil(decades / count));
  const values: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    if (exponent % stride !== 0) continue;
    for (const mantissa of mantissas) values.push(Number(`${mantissa}e${exponent}`));
  }
  return values.filter(value => value >= low && value <= high);
}
