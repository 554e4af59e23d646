/** An interpolation as its charts, tables and sentences show it. Pure. */
import { barrierSentences, curveLabel } from '../../worker/interpolateTexts.ts';
import type { Cell, InterpolateResult, InterpolationCurve } from '../../worker/results.ts';
import { howComputed, sampleText } from '../view/caption.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent, formatWithError } from '../view/format.ts';
import { allowsLog, preferredScale, type ScaleKind } from '../view/scale.ts';
import { type TextTable, textTable } from '../view/table.ts';

export type LineMetric = 'loss' | 'accuracy';

/** What the checkpoints at t = 0 and t = 1 are called. */
export type EndNames = readonly [string, string];

/** By which marks curves are told apart: a form for the statistics, filled for the training split. */
export interface CurveStyle {
  readonly form: 'circle' | 'rect';
  readonly isFilled: boolean;
  /** As it stands in a legend. */
  readonly mark: string;
}

/** One quantity on the line, point by point. */
export interface CurveView {
  readonly label: string;
  readonly style: CurveStyle;
  /** `null` where it is not computed, or not finite. */
  readonly values: readonly (number | null)[];
  readonly standardError: readonly (number | null)[] | null;
  /** Positions where it was computed and is not finite. */
  readonly failed: readonly number[];
}

export interface LineView {
  readonly metric: LineMetric;
  readonly t: readonly number[];
  readonly names: EndNames;
  readonly scale: ScaleKind;
  readonly curves: readonly CurveView[];
  /** One or two sentences that stand for the picture. */
  readonly description: string;
  readonly table: TextTable;
}

/** Of the loss, or of the accuracy where the loss has classes; null where nothing of it is known. */
export function lineView(
  result: InterpolateResult,
  metric: LineMetric,
  names: EndNames,
  scale: ScaleKind,
): LineView | null {
  const { t } = result;
  const curves = result.curves.flatMap(curve => curveView(curve, metric, t));
  if (curves.every(({ values, failed }) => failed.length === 0 && values.every(value => value === null))) return null;
  return {
    metric,
    t,
    names,
    scale: metric === 'loss' ? scale : 'linear',
    curves,
    description: description(result, metric, curves, names),
    table: metric === 'loss' ? lossTable(result, curves, names) : accuracyTable(result, curves, names),
  };
}

function curveView(curve: InterpolationCurve, metric: LineMetric, t: readonly number[]): CurveView[] {
  const cells: readonly Cell[] | null = curve[metric];
  if (cells === null) return [];
  const errors: readonly Cell[] | null = metric === 'loss' ? curve.standardError : curve.accuracyStandardError;
  return [
    {
      label: curveLabel(curve),
      style: styleOf(curve),
      values: cells.map(finite),
      standardError: errors?.map(finite) ?? null,
      failed: t.filter((_, i) => typeof cells[i] === 'string'),
    },
  ];
}

function styleOf({ split, statistics }: InterpolationCurve): CurveStyle {
  const isFilled = split === 'train';
  return statistics === 'recomputed'
    ? { form: 'rect', isFilled, mark: isFilled ? '■' : '□' }
    : { form: 'circle', isFilled, mark: isFilled ? '●' : '○' };
}

/** The scale that suits the losses, and whether a logarithm exists for all of them. */
export function lossScales({ curves }: InterpolateResult): {
  readonly preferred: ScaleKind;
  readonly hasLog: boolean;
} {
  const losses = curves.flatMap(({ loss }) => loss.flatMap(cell => finite(cell) ?? []));
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return { preferred: preferredScale(low, high), hasLog: allowsLog(low, high) };
}

/** What the marks mean. */
export function lineLegend({ curves }: LineView): string {
  const marks = curves.map(({ label, style }) => `${style.mark} ${label}`);
  const hasErrors = curves.some(({ standardError }) => standardError !== null);
  const hasFailed = curves.some(({ failed }) => failed.length > 0);
  return [
    ...marks,
    ...(hasErrors ? ['bands: ± one standard error over the sample'] : []),
    ...(hasFailed ? ['✕ not finite'] : []),
  ].join(' · ');
}

/** What the line says of the barrier, the most important first. */
export const lineSentences = (result: InterpolateResult): readonly string[] =>
  barrierSentences(result, { plain: formatCoordinate, withError: formatWithError });

function description({ t }: InterpolateResult, metric: LineMetric, curves: readonly CurveView[], names: EndNames) {
  const [zero, one] = [t.indexOf(0), t.indexOf(1)];
  const text = metric === 'loss' ? formatNumber : formatPercent;
  const valueAt = ({ values, failed }: CurveView, place: number): string => {
    const value = values[place];
    return value != null ? text(value) : failed.includes(t[place]!) ? 'not finite' : 'not computed';
  };
  const sentences = curves.map(curve => {
    const extreme = curve.values.reduce<number>((best, value, i) => {
      const before = curve.values[best];
      if (value === null || t[i]! < 0 || t[i]! > 1) return best;
      return before == null || (metric === 'loss' ? value > before : value < before) ? i : best;
    }, zero);
    const which = metric === 'loss' ? 'highest' : 'lowest';
    return ` ${curve.label}: ${valueAt(curve, zero)} at ${names[0]}, ${valueAt(curve, one)} at ${names[1]}, between them ${which} ${valueAt(curve, extreme)} at t = ${formatCoordinate(t[extreme]!)}.`;
  });
  return `${metric === 'loss' ? 'Loss' : 'Accuracy'} on the straight line from ${names[0]} (t = 0) to ${names[1]} (t = 1), and beyond both.${sentences.join('')}`;
}

/** A row a position; an end has its name beside it. */
function headingOf(t: number, names: EndNames): string {
  const name = t === 0 ? names[0] : t === 1 ? names[1] : null;
  return name === null ? formatCoordinate(t) : `${formatCoordinate(t)}, ${name}`;
}

/** Beside each loss how far it lies above the straight line between the ends' losses. */
function lossTable({ t, curves: own }: InterpolateResult, curves: readonly CurveView[], names: EndNames): TextTable {
  const cell = (value: Cell | undefined, error: Cell | undefined): string =>
    // The rise is exactly 0 at either end.
    value == null ? 'not computed' : formatWithError(value, error || null);
  return textTable(
    'Loss on the line, and its rise above the straight line between the losses of both ends, by t (rows)',
    ['t', ...curves.flatMap(({ label }) => [`${label}: loss`, 'rise'])],
    t.map((at, i) => [
      headingOf(at, names),
      ...own.flatMap(({ loss, standardError, rise, riseStandardError }) => [
        cell(loss[i], standardError?.[i]),
        cell(rise[i], riseStandardError?.[i]),
      ]),
    ]),
  );
}

function accuracyTable({ t }: InterpolateResult, curves: readonly CurveView[], names: EndNames): TextTable {
  return textTable(
    'Accuracy on the line, by t (rows)',
    ['t', ...curves.map(({ label }) => label)],
    t.map((at, i) => [
      headingOf(at, names),
      ...curves.map(({ values, standardError }) => {
        const [value, error] = [values[i], standardError?.[i]];
        if (value == null) return 'not known';
        return error == null ? formatPercent(value) : `${formatPercent(value)} ± ${formatPercent(error)}`;
      }),
    ]),
  );
}

/** What was computed, in two sentences. */
export function lineCaption({ curves, t, distance, norms }: InterpolateResult, names: EndNames): string {
  const [first] = curves;
  if (first === undefined) return '';
  const { provenance } = first;
  const splits = [...new Map(curves.map(curve => [curve.split, sampleText(curve.provenance)])).values()];
  const statistics =
    first.statistics === 'none'
      ? 'no BatchNorm'
      : 'BatchNorm statistics interpolated as the parameters are, and recomputed at every point over the examples that are shown';
  return (
    `Mean ${provenance.loss} in ${provenance.model.file} at θA + t·(θB − θA), A ${names[0]} and B ${names[1]}, ${formatCount(t.length)} points: ${splits.join('; ')}; ${statistics}. ` +
    `‖θB − θA‖ = ${formatNumber(distance)}, ‖θA‖ = ${formatNumber(norms[0])}, ‖θB‖ = ${formatNumber(norms[1])}. ${howComputed(provenance)}`
  );
}

const finite = (cell: Cell): number | null => (typeof cell === 'number' ? cell : null);
