/** What all results as text are made of. */
import type { Measure, Provenance } from '../results.ts';
import { formatNumber, formatWithError } from '../text.ts';
import { formatDuration } from './progressBar.ts';

/** Which statistics normalisations used. */
const STATISTICS: Readonly<Record<Provenance['mode']['batchNorm'], string | null>> = {
  held: 'statistics held at the checkpoint’s',
  interpolated: 'statistics interpolated as the parameters are',
  recomputed: 'statistics recomputed over the sample at every point',
  none: null,
};

/** From what a result was computed, and how. */
export function formatProvenance(provenance: Provenance): string[] {
  return [
    ...pairs([
      ['checkpoint', provenance.checkpoint.file],
      ['model', provenance.model.file],
      ['data', dataOf(provenance)],
      ['parameters', parametersOf(provenance)],
      ['loss function', provenance.loss],
      ['BatchNorm', STATISTICS[provenance.mode.batchNorm]],
      ['engine', `${provenance.engine}, ${provenance.device}, ${provenance.threads} threads, ${provenance.dtype}`],
      ['time', formatDuration(provenance.seconds)],
    ]),
    ...provenance.notes.map(note => `Note: ${note}`),
  ];
}

/** The examples; null where the loss takes none. */
export const dataOf = ({ data, split, samples, rows: [from, to] }: Provenance): string | null =>
  data ? `${data.file}, ${split}, ${samples} examples of rows ${from} to ${to}` : null;

const parametersOf = ({ parameters: { count, include, exclude } }: Provenance): string =>
  [String(count), ...include, ...exclude.map(pattern => `not ${pattern}`)].join(', ');

/** A number with its standard error, as documents hold them. */
export const withError = (value: number | string, error: number | string | null): string =>
  `${formatNumber(Number(value))}${error === null ? '' : ` ± ${Number(error).toPrecision(2)} (standard error)`}`;

export const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(4))} %`;

/** `0.124 ± 0.016`; `≥ 1.875` of a search; both ends where they lie at different distances. */
export function interval({ value, lower, upper }: Measure): string {
  const [own, from, to] = [value, lower, upper].map(end => (end === null ? null : Number(end))) as [
    number,
    number | null,
    number | null,
  ];
  if (from === null && to === null) return formatNumber(own);
  if (to === null) return `≥ ${formatNumber(own)}`;
  if (from === null) return `≤ ${formatNumber(own)}`;
  const [below, above] = [own - from, to - own];
  const isEven = Math.abs(below - above) <= 1e-6 * Math.max(below, above);
  return isEven ? formatWithError(own, above) : `${formatNumber(own)} (${formatNumber(from)} … ${formatNumber(to)})`;
}

/** Names and values in two columns; what has no value is left out. */
export function pairs(entries: readonly (readonly [string, string | null])[]): string[] {
  const shown = entries.filter(([, value]) => value !== null);
  const width = Math.max(20, ...shown.map(([name]) => name.length + 2));
  return shown.map(([name, value]) => name.padEnd(width) + value);
}

/** Columns under their titles. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]!.length)));
  return [head, ...rows].map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
