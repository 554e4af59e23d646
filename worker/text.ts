/** Numbers in sentences and tables. */

/** A value with five digits that matter. */
export const formatNumber = (value: number): string =>
  value === 0 || !Number.isFinite(value) || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
    ? String(Number(value.toPrecision(5)))
    : value.toExponential(4);

/** `0.0062 ± 0.0017`: the error with two digits, and the value to the same place; the value alone without an error. */
export function formatWithError(value: number, error: number | null): string {
  if (error === null) return formatNumber(value);
  if (!(error > 0) || !Number.isFinite(error) || !Number.isFinite(value)) return `${formatNumber(value)} ± ${error}`;
  // The last place of the error's two digits; rounding first, so that 0.0996 counts as 0.10.
  const place = Math.floor(Math.log10(Number(error.toPrecision(2)))) - 1;
  const exponent = Math.floor(Math.log10(Math.max(Math.abs(value), error)));
  if (exponent >= -4 && exponent < 6) {
    const decimals = Math.max(0, -place);
    return `${fixed(value, decimals)} ± ${fixed(error, decimals)}`;
  }
  const scaled = (number: number): string => fixed(number / 10 ** exponent, Math.max(0, exponent - place));
  return `(${scaled(value)} ± ${scaled(error)})e${exponent}`;
}

/** With so many decimals; a number that rounds to 0 has no sign. */
const fixed = (number: number, decimals: number): string => number.toFixed(decimals).replace(/^-(?=0\.?0*$)/, '');
