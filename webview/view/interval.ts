/** A number with the ends of what is known of it, as people read it. Pure. */
import type { JsonNumber } from '../../worker/results.ts';
import { formatNumber, formatWithError } from './format.ts';

/** How a quantity is written: as a number, or as a percentage. */
export interface QuantityForm {
  readonly plain: (value: JsonNumber, digits?: number) => string;
  readonly withError: (value: number, error: number) => string;
}

const asNumber: QuantityForm = { plain: formatNumber, withError: formatWithError };

/** Ends whose distances from the value differ by less than this share are written as one error. */
const ASYMMETRY = 0.1;

/** Below this share of the value an error shows in none of the digits that are written. */
const NEGLIGIBLE = 5e-6;

/** Significant digits of a lower end. */
const DIGITS = 5;

/**
 * `0.512 ± 0.011`, `1.23 (1.20 to 1.41)`, or `≥ 0.25250` where the upper end is open; an end is open where it is `null`, and
 * a number without ends is written alone.
 */
export function formatInterval(
  value: JsonNumber,
  lower: JsonNumber | null,
  upper: JsonNumber | null,
  form = asNumber,
): string {
  if (typeof value === 'string' || (lower === null && upper === null)) return form.plain(value);
  if (lower === null) return beyond('≤', value, upper!, form);
  if (upper === null) return beyond('≥', value, lower, form);
  const between = (): string => `${form.plain(value)} (${form.plain(lower)} to ${form.plain(upper)})`;
  if (typeof lower === 'string' || typeof upper === 'string') return between();
  const [below, above] = [value - lower, upper - value];
  if (below === 0 && above === 0) return form.plain(value);
  if (Math.abs(above - below) > ASYMMETRY * Math.max(above, below)) return between();
  return form.withError(value, (above + below) / 2);
}

/** What has been found may hold an error of its own; without one it is rounded away, so that what is written holds. */
function beyond(sign: '≤' | '≥', value: number, end: JsonNumber, form: QuantityForm): string {
  const error = typeof end === 'string' ? 0 : Math.abs(value - end);
  if (error > NEGLIGIBLE * Math.abs(value)) return `${sign} ${form.withError(value, error)}`;
  // A value that is written with fewer digits than these stays as it is.
  if (Number(value.toPrecision(DIGITS)) === value) return `${sign} ${form.plain(value, DIGITS)}`;
  const place = 10 ** (Math.floor(Math.log10(Math.abs(value))) - DIGITS + 1);
  const rounded = sign === '≥' ? Math.floor(value / place) : Math.ceil(value / place);
  return `${sign} ${form.plain(rounded * place, DIGITS)}`;
}
