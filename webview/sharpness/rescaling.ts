/** What the rescaling check shows, from a result: each measure relative to itself at α = 1. Pure. */
import type { JsonNumber, RescalingCheck, SharpnessMeasure, SharpnessResult } from '../../worker/results.ts';
import { sharpnessLabel } from '../../worker/sharpnessTexts.ts';
import { formatCoordinate, formatCount, formatNumber } from '../view/format.ts';
import { formatInterval } from '../view/interval.ts';
import { type TextTable, textTable } from '../view/table.ts';

/** A measure at an α, relative to itself at α = 1; `null` where one of the two is not finite, or the latter zero. */
export interface Ratio {
  readonly alpha: number;
  readonly ratio: number | null;
}

/** How one measure goes with α. */
export interface RatioLine {
  readonly label: string;
  readonly ratios: readonly Ratio[];
  /** Absent until every α is there. */
  readonly invariant: boolean | undefined;
}

export function ratiosOf({ rescaled = [], value }: SharpnessMeasure): Ratio[] {
  const own = rescaled.find(({ alpha }) => alpha === 1)?.value ?? value;
  return rescaled
    .map(({ alpha, value: at }) => ({
      alpha,
      ratio: typeof at === 'number' && typeof own === 'number' && own !== 0 ? at / own : null,
    }))
    .toSorted((one, other) => one.alpha - other.alpha);
}

/** `50 times`, `0.02 times`. */
export const ratioText = (ratio: number): string => `${formatNumber(ratio)} times`;

/** Every measure that was checked, each from its smallest α upwards. */
export const ratioLines = ({ measures }: SharpnessResult): RatioLine[] =>
  measures
    .filter(({ rescaled }) => rescaled !== undefined && rescaled.length > 0)
    .map(measure => ({
      label: sharpnessLabel(measure),
      ratios: ratiosOf(measure),
      invariant: measure.invariant,
    }));

/** Every α of some lines, from the smallest upwards. */
export const alphasOf = (lines: readonly RatioLine[]): number[] =>
  [...new Set(lines.flatMap(({ ratios }) => ratios.map(({ alpha }) => alpha)))].toSorted((one, other) => one - other);

/** What was rescaled, in sentences: the pair, and that the function stayed as it was. */
export function rescalingText({ pair, pairs, alphas, change }: RescalingCheck): string {
  const others = pairs > 1 ? ` (one of ${formatCount(pairs)} such pairs)` : '';
  const through = pair.through.length === 0 ? '' : `, with ${listed(pair.through)} between them${others}`;
  return (
    `${listed(pair.multiplied)} ${are(pair.multiplied)} multiplied by α and ${listed(pair.divided)} divided by it${through}. ` +
    `The function stays as it was: for α from ${formatCoordinate(Math.min(...alphas))} to ${formatCoordinate(Math.max(...alphas))} ` +
    `no number that the network puts out changed by more than ${formatNumber(largestOf(change), 2)} of the largest.`
  );
}

const largestOf = (values: readonly JsonNumber[]): JsonNumber =>
  values.reduce<JsonNumber>((most, own) => (greater(own, most) ? own : most), 0);

const greater = (one: JsonNumber, other: JsonNumber): boolean =>
  typeof one === 'string' || (typeof other === 'number' && one > other);

const are = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');

/** `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? 'nothing') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What the chart of the ratios shows, in sentences. */
export function ratioDescription(result: SharpnessResult): string {
  const lines = ratioLines(result);
  const named = (invariant: boolean): string =>
    listed(lines.filter(line => line.invariant === invariant).map(({ label }) => label));
  const [moved, stayed] = [true, false].map(is => lines.filter(({ invariant }) => invariant === !is).length);
  return [
    'Each measure at α, divided by itself at α = 1; a level line is a measure that does not move.',
    ...(moved ? [`Moved by the rescaling: ${named(false)}.`] : []),
    ...(stayed ? [`Not moved: ${named(true)}.`] : []),
  ].join(' ');
}

/** The values themselves, and their ratios, a row a measure. */
export function ratioTable(result: SharpnessResult): TextTable {
  const alphas = alphasOf(ratioLines(result));
  return textTable(
    'Measures before and after the rescaling, and in brackets how many times as large as before',
    ['measure', ...alphas.map(alpha => `α = ${formatCoordinate(alpha)}`)],
    result.measures
      .filter(({ rescaled }) => rescaled !== undefined)
      .map(measure => [
        sharpnessLabel(measure),
        ...alphas.map(alpha => {
          const at = measure.rescaled?.find(own => own.alpha === alpha);
          if (at === undefined) return 'not computed';
          const ratio = ratiosOf(measure).find(own => own.alpha === alpha)?.ratio ?? null;
          const times = alpha === 1 || ratio === null ? '' : ` (${formatNumber(ratio)})`;
          return `${formatInterval(at.value, at.lower, at.upper)}${times}`;
        }),
      ]),
  );
}

/** The loss along one filter-normalized direction before and after: the same curve again and again. */
export interface CurveView {
  readonly t: readonly number[];
  readonly lines: readonly { readonly alpha: number; readonly loss: readonly (number | null)[] }[];
  readonly description: string;
  readonly table: TextTable;
}

export function curveView({ alphas, curve: { t, loss, deviation } }: RescalingCheck): CurveView {
  const lines = loss.map((values, i) => ({ alpha: alphas[i]!, loss: values.map(finite) }));
  return {
    t,
    lines,
    description:
      'The loss along one random direction, drawn alike at every α and normalized to the filters there, so that it must not ' +
      `move: nowhere does it by more than ${formatNumber(largestOf(deviation), 2)} of itself.`,
    table: textTable(
      'Loss along a filter-normalized direction',
      ['t', ...lines.map(({ alpha }) => `α = ${formatCoordinate(alpha)}`)],
      t.map((at, i) => [formatCoordinate(at), ...lines.map(line => text(line.loss[i]))]),
    ),
  };
}

const finite = (value: JsonNumber): number | null => (typeof value === 'number' ? value : null);

const text = (value: number | null | undefined): string => (value == null ? 'not finite' : formatNumber(value));
