/** Numbers, counts and times as people read them. Every number on the page is written by one of these functions. */
import type { JsonNumber } from '../../worker/results.ts';

/** A number with `digits` significant digits; very large and very small ones as a power of ten. */
export function formatNumber(value: JsonNumber, digits = 3): string {
  if (typeof value === 'string') return spelled[value];
  if (!Number.isFinite(value)) return spelled[String(value) as keyof typeof spelled];
  if (value === 0) return '0';
  // Rounding first, so that 9.996 counts as a number of two digits before the point.
  const rounded = Number(value.toPrecision(digits));
  const exponent = exponentOf(rounded);
  return isPlain(exponent) ? fixed(rounded, digits - 1 - exponent) : scientific(rounded, exponent, digits - 1);
}

/** `0.00616 ± 0.00057`: the error with two digits, the value to the same place. */
export function formatWithError(value: JsonNumber, error: JsonNumber | null): string {
  if (typeof value === 'string' || error === null) return formatNumber(value);
  if (typeof error === 'string' || !(error > 0)) return `${formatNumber(value)} ± ${formatNumber(error)}`;
  const place = exponentOf(Number(error.toPrecision(2))) - 1;
  const exponent = value === 0 ? place + 1 : Math.max(exponentOf(value), place + 1);
  if (isPlain(exponent)) return `${fixed(value, -place)} ± ${fixed(error, -place)}`;
  const scale = (v: number): string => fixed(v / 10 ** exponent, exponent - place);
  return `(${scale(value)} ± ${scale(error)}) × 10${superscript(exponent)}`;
}

/** A position on an axis, or a tick, written to the place its neighbours need. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const exponent = exponentOf(value);
  if (!isPlain(exponent)) {
    const mantissa = Number((value / 10 ** exponent).toPrecision(6));
    const decimals = Math.max(0, exponent - exponentOf(step));
    return Math.abs(mantissa) === 1 && decimals === 0
      ? `${mantissa < 0 ? minus : ''}10${superscript(exponent)}`
      : `${fixed(mantissa, Math.min(decimals, 6))}×10${superscript(exponent)}`;
  }
  return fixed(value, step > 0 && Number.isFinite(step) ? clamp(-exponentOf(step * 1.0000001), 0, 10) : 3);
}

/** A coordinate without needless zeros: −0.24, 1, 0. */
export function formatCoordinate(value: number): string {
  return formatNumber(Number(value.toFixed(10)), 3)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** A count with thousands set off: 2,601. */
export const formatCount = (count: number): string => withMinus(count.toLocaleString('en-US'));

/** A fraction as a percentage; `100%` and `0%` only where it is exactly that, or where no decimals are wanted. */
export function formatPercent(fraction: JsonNumber, decimals = 2): string {
  if (typeof fraction === 'string') return spelled[fraction];
  return fraction === 0 || fraction === 1 ? `${100 * fraction}%` : `${fixed(100 * fraction, decimals)}%`;
}

/** A duration in its largest two units: 0.4 s, 42 s, 3 min 20 s, 1 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${fixed(seconds, Number.isInteger(seconds) ? 0 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** Memory in its largest unit, in powers of ten as memory limits are given: 340 MB, 1.2 GB. */
export function formatBytes(bytes: number): string {
  const [size, unit] = bytes < 1e9 ? [Math.max(1, bytes / 1e6), 'MB'] : [bytes / 1e9, 'GB'];
  return `${size < 9.95 && unit === 'GB' ? fixed(size, 1) : fixed(size, 0)} ${unit}`;
}

/** A moment (ISO 8601) in the reader's own time zone; what is no moment is returned as it is. */
export function formatTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

const minus = '−';
const spelled = { NaN: 'not a number', Infinity: '∞', '-Infinity': `${minus}∞` } as const;

/** Decimal exponent: 0 for 1 to 9.99…, −3 for 0.001. */
function exponentOf(value: number): number {
  return Number(Math.abs(value).toExponential().split('e')[1]);
}

const isPlain = (exponent: number): boolean => exponent >= -4 && exponent < 6;

function fixed(value: number, decimals: number): string {
  const places = Math.max(0, decimals);
  // Negative decimals round to tens, hundreds and so on.
  const rounded = decimals < 0 ? Math.round(value * 10 ** decimals) * 10 ** -decimals : value;
  const text = rounded.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
  return withMinus(text === '-0' || /^-0\.0+$/.test(text) ? text.slice(1) : text);
}

const scientific = (value: number, exponent: number, decimals: number): string =>
  `${fixed(Number(value.toExponential(decimals).split('e')[0]), decimals)} × 10${superscript(exponent)}`;

const superscript = (exponent: number): string =>
  [...String(exponent)].map(digit => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

const withMinus = (text: string): string => text.replace('-', minus);

const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
