/** The table of the measures, from a result: in groups, each with its uncertainty and its verdict. Pure. */
import type { SharpnessMeasure, SharpnessName, SharpnessResult } from '../../worker/results.ts';
import { SHARPNESS_TEXTS, sharpnessLabel } from '../../worker/sharpnessTexts.ts';
import { formatCoordinate, formatCount, formatNumber } from '../view/format.ts';
import { formatInterval } from '../view/interval.ts';
import type { MeasureGroup, MeasureRow, RescalingVerdict } from '../view/measures.ts';
import { type TextTable, textTable } from '../view/table.ts';
import { ratiosOf, ratioText } from './rescaling.ts';

/** Measures that look at the loss in the same way, in the order of the page. */
export const sharpnessGroups: readonly { readonly title: string; readonly names: readonly SharpnessName[] }[] = [
  { title: 'Worst case', names: ['keskar', 'keskar-subspace', 'sam', 'adaptive'] },
  { title: 'Average', names: ['average'] },
  { title: 'Curvature', names: ['lambda-max', 'trace', 'relative-flatness'] },
  { title: 'Function space', names: ['fisher-rao'] },
];

/** Groups without a measure are left out. */
export const measureGroups = (result: SharpnessResult): MeasureGroup[] =>
  sharpnessGroups
    .map(({ title, names }) => ({
      title,
      rows: names.flatMap(name =>
        result.measures.filter(own => own.name === name).map(measure => rowOf(measure, result)),
      ),
    }))
    .filter(({ rows }) => rows.length > 0);

function rowOf(measure: SharpnessMeasure, result: SharpnessResult): MeasureRow {
  const { name, value, lower, upper, converged, problem, quadratic, tenIterations } = measure;
  const hasValue = value !== 'NaN';
  return {
    label: sharpnessLabel(measure),
    about: SHARPNESS_TEXTS[name],
    value: hasValue ? formatInterval(value, lower, upper) : null,
    isRough: hasValue && !converged,
    notes: [
      ...(problem === undefined ? [] : [problem]),
      ...(quadratic === undefined ? [] : [`quadratic model: ${formatNumber(quadratic)}`]),
      ...(tenIterations === undefined ? [] : [`after ten iterations: ${formatNumber(tenIterations)}`]),
      passes(measure),
    ].filter(note => note !== ''),
    ...(isChecked(result) && { rescaling: verdictOf(measure) }),
  };
}

/** `31 gradients, 12 losses`. */
function passes({ evaluations: { losses, gradients, products = 0 } }: SharpnessMeasure): string {
  const counted = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`];
  return [
    ...counted(gradients, 'gradient', 'gradients'),
    ...counted(losses, 'loss', 'losses'),
    ...counted(products, 'product', 'products'),
  ].join(', ');
}

function verdictOf(measure: SharpnessMeasure): RescalingVerdict {
  const { invariant, rescaled } = measure;
  if (rescaled === undefined) return { kind: 'unknown', text: 'not checked', note: null };
  if (invariant === undefined) return { kind: 'unknown', text: 'not known yet', note: null };
  return {
    kind: invariant ? 'stays' : 'moves',
    text: invariant ? 'does not move' : 'moves',
    note: invariant ? null : movement(measure),
  };
}

/** `50 times at α = 10`: where it moved farthest. */
function movement(measure: SharpnessMeasure): string | null {
  const lost = measure.rescaled?.find(({ value }) => typeof value === 'string');
  if (lost !== undefined) return `not finite at α = ${formatCoordinate(lost.alpha)}`;
  const [farthest] = ratiosOf(measure)
    .flatMap(({ alpha, ratio }) => (ratio === null || ratio <= 0 || alpha === 1 ? [] : [{ alpha, ratio }]))
    .toSorted((one, other) => Math.abs(Math.log(other.ratio)) - Math.abs(Math.log(one.ratio)));
  return farthest === undefined ? null : `${ratioText(farthest.ratio)} at α = ${formatCoordinate(farthest.alpha)}`;
}

/** Whether anything is known of how the measures stand a rescaling. */
export const isChecked = ({ rescaling, measures }: SharpnessResult): boolean =>
  rescaling !== null || measures.some(({ rescaled }) => rescaled !== undefined);

/** What was found, in a sentence or two. */
export function sharpnessVerdict(result: SharpnessResult): string {
  const known = result.measures.filter(({ value }) => value !== 'NaN');
  const rough = known.filter(({ converged }) => !converged).length;
  const missing = result.measures.length - known.length;
  const found =
    `${counted(known.length)}, ${rough === 0 ? 'all converged' : `${formatCount(rough)} of them not converged`}` +
    `${missing === 0 ? '' : `; ${formatCount(missing)} more ${missing === 1 ? 'does' : 'do'} not apply or could not be computed`}.`;
  const moved = result.measures.filter(({ invariant }) => invariant === false).length;
  const stayed = result.measures.filter(({ invariant }) => invariant === true).length;
  if (moved + stayed === 0) return found;
  const those = (count: number, one: string, many: string): string =>
    `${formatCount(count)} ${count === 1 ? one : many}`;
  return `${found} A rescaling that leaves the function as it is moves ${moved} of them; ${those(stayed, 'does not move', 'do not move')}.`;
}

const counted = (count: number): string => `${formatCount(count)} ${count === 1 ? 'measure' : 'measures'}`;

/** The same table as text for print and for the alternative of a picture. */
export const measuresTable = (result: SharpnessResult): TextTable =>
  textTable(
    'Measures of sharpness',
    ['measure', 'value', 'converged', ...(isChecked(result) ? ['under rescaling'] : [])],
    measureGroups(result).flatMap(({ rows }) =>
      rows.map(({ label, value, isRough, rescaling }) => [
        label,
        value ?? 'no value',
        value === null ? '' : isRough ? 'no' : 'yes',
        ...(rescaling ? [[rescaling.text, rescaling.note].filter(text => text !== null).join(', ')] : []),
      ]),
    ),
  );
