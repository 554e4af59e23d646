/** What the charts of volumes show, from a result, in words and as tables. Pure. */
import type { FunctionVolume, JsonNumber, LocalVolume, LogVolume } from '../../worker/results.ts';
import { formatCount, formatNumber } from '../view/format.ts';
import { type TextTable, textTable } from '../view/table.ts';
import { finite, formatCutoff, formatLogVolume, formatNats } from './numbers.ts';

/** A direction that was followed. */
export interface DirectionView {
  /** From 1 for the largest mass. */
  readonly rank: number;
  /** In the order in which they were drawn, from 1. */
  readonly drawn: number;
  /** `null` where it is not finite. */
  readonly logMass: number | null;
  /** `null` where the basin has no end before the prior has. */
  readonly radius: number | null;
}

/** From the largest mass down; what has none comes last. */
export function directionViews({ logMasses, radii }: LocalVolume): DirectionView[] {
  return logMasses
    .map((logMass, i) => ({ drawn: i + 1, logMass: finiteOf(logMass), radius: finiteOf(radii[i] ?? 'Infinity') }))
    .toSorted(byMass)
    .map((direction, i) => ({ rank: i + 1, ...direction }));
}

const finiteOf = (value: JsonNumber): number | null => (typeof value === 'number' ? value : null);

type Mass = Pick<DirectionView, 'logMass'>;

const byMass = ({ logMass: one }: Mass, { logMass: other }: Mass): number =>
  one === null || other === null ? Number(one === null) - Number(other === null) : other - one;

/** As many marks as can be told apart, and lines of a table as can be read. */
const MARKS_MAX = 1000;
const LINES_MAX = 100;

/** Every k-th, the first among them. */
export function thinned<T>(values: readonly T[], most = MARKS_MAX): T[] {
  const stride = Math.ceil(values.length / most);
  return values.filter((_, i) => i % stride === 0);
}

/** Below so many effective directions the mean of all masses is the largest one's. */
const ALONE = 1.5;

const makesUp = ({ effectiveSamples }: LogVolume): string =>
  typeof effectiveSamples === 'number' && effectiveSamples < ALONE
    ? 'the largest, which makes up the mean nearly alone'
    : 'the largest';

export const massLegend = (local: LocalVolume): string =>
  [
    `◆ ${makesUp(local.logVolume)}`,
    '● another direction',
    `dashed: ln volume ${formatNats(local.logVolume.value)}, ln of the mean of all masses, and the lower end of its interval`,
  ].join(' · ');

export function massDescription(local: LocalVolume): string {
  const views = directionViews(local);
  const known = views.filter(({ logMass }) => logMass !== null);
  const [largest, second] = known;
  const missing = views.length - known.length;
  return [
    `ln of the prior’s mass that each of ${formatCount(views.length)} directions stands for, from the largest down.`,
    ...(largest === undefined
      ? []
      : [
          `Largest: ${formatNats(largest.logMass!)}${second === undefined ? '' : `, then ${formatNats(second.logMass!)}`}; smallest: ${formatNats(known.at(-1)!.logMass!)}.`,
        ]),
    `ln volume, ln of their mean: ${formatNats(local.logVolume.value)}.`,
    ...(missing === 0 ? [] : [`${formatCount(missing)} have no mass that is finite and are not drawn.`]),
  ].join(' ');
}

export function massTable(local: LocalVolume): TextTable {
  const views = directionViews(local);
  return textTable(
    tableTitle('Directions from the largest mass down', views.length),
    ['rank', 'ln mass', 'radius', 'drawn as number'],
    thinned(views, LINES_MAX).map(({ rank, logMass, radius, drawn }) => [
      formatCount(rank),
      logMass === null ? 'not finite' : formatNats(logMass),
      radius === null ? 'no end' : formatNumber(radius, 4),
      formatCount(drawn),
    ]),
  );
}

export const radiusLegend = (local: LocalVolume): string =>
  [
    `◆ ${makesUp(local.logVolume)}`,
    '● another direction',
    ...(local.radii.includes('Infinity') ? ['△ no end before the prior’s, at the right edge'] : []),
  ].join(' · ');

export function radiusDescription(local: LocalVolume): string {
  const ends = finite(local.radii);
  const open = local.radii.length - ends.length;
  const [largest] = directionViews(local);
  return [
    `Each direction by how far the basin reaches along it and ln of the mass it stands for.`,
    ...(ends.length === 0
      ? []
      : [
          `Radii from ${formatNumber(
            ends.reduce((least, own) => Math.min(least, own)),
            4,
          )} to ${formatNumber(
            ends.reduce((most, own) => Math.max(most, own)),
            4,
          )}.`,
        ]),
    ...(largest?.radius == null ? [] : [`That of the largest mass is ${formatNumber(largest.radius, 4)}.`]),
    ...(open === 0 ? [] : [`${formatCount(open)} ${open === 1 ? 'has' : 'have'} no end before the prior’s.`]),
  ].join(' ');
}

/** ln volume at a cutoff. */
export interface CutoffView {
  readonly cutoff: number;
  readonly logVolume: LogVolume;
}

/** Those that a logarithmic axis has a place for. */
export const cutoffViews = ({ sensitivity }: LocalVolume): CutoffView[] =>
  (sensitivity?.cutoffs ?? [])
    .map((cutoff, i) => ({ cutoff, logVolume: sensitivity!.logVolumes[i]! }))
    .filter(({ cutoff, logVolume }) => cutoff > 0 && typeof logVolume.value === 'number')
    .toSorted((one, other) => one.cutoff - other.cutoff);

export const cutoffLegend = ({ sensitivity }: LocalVolume): string =>
  [
    ...(sensitivity?.logVolumes.some(({ verdict }) => verdict === 'lower bound')
      ? ['▲ lower bound, its upper end open']
      : []),
    ...(sensitivity?.logVolumes.some(({ verdict }) => verdict === 'estimate') ? ['● estimate'] : []),
    'bar: interval',
    'dashed: slope D/2 of a quadratic basin inside a wide prior',
  ].join(' · ');

export function cutoffDescription({ sensitivity }: LocalVolume, parameters: number): string {
  const views = sensitivity?.cutoffs.map(
    (cutoff, i) => `${formatCutoff(cutoff)}: ${formatLogVolume(sensitivity.logVolumes[i]!)}`,
  );
  return `ln volume by cutoff: ${views?.join('; ') ?? ''}. Slope d ln volume/d ln cutoff: ${formatNumber(sensitivity?.slope ?? 'NaN')}, where a quadratic basin inside a wide prior has D/2 = ${formatCount(parameters / 2)}.`;
}

export const cutoffTable = ({ sensitivity }: LocalVolume): TextTable =>
  textTable(
    'ln volume by cutoff',
    ['cutoff', 'ln volume', 'from these directions', 'effective directions', 'verdict'],
    (sensitivity?.cutoffs ?? []).map((cutoff, i) => {
      const logVolume = sensitivity!.logVolumes[i]!;
      return [
        formatCutoff(cutoff),
        formatLogVolume(logVolume),
        formatNats(logVolume.value),
        formatNumber(logVolume.effectiveSamples, 2),
        logVolume.verdict === 'lower bound' ? 'lower bound only' : 'estimate',
      ];
    }),
  );

/** ln P of a class against the rest. */
export interface ClassView {
  readonly index: number;
  readonly part: number;
}

export const classViews = ({ parts }: FunctionVolume): ClassView[] => parts.map((part, index) => ({ index, part }));

/** So many classes can be told one by one. */
const CLASSES_TOLD = 20;

export function classDescription(volume: FunctionVolume): string {
  const views = classViews(volume);
  const told =
    views.length <= CLASSES_TOLD ? views : views.toSorted((one, other) => one.part - other.part).slice(0, CLASSES_TOLD);
  const which = told.length === views.length ? '' : `, the least likely of ${formatCount(views.length)}`;
  return `ln P of each class against the rest, which together make ${formatNats(volume.logProbability)}${which}: ${told.map(({ index, part }) => `${index}: ${formatNumber(part)}`).join('; ')}.`;
}

export function classTable(volume: FunctionVolume): TextTable {
  const views = classViews(volume);
  return textTable(
    tableTitle('ln P by class', views.length),
    ['class', 'ln P'],
    thinned(views, LINES_MAX).map(({ index, part }) => [formatCount(index), formatNumber(part, 4)]),
  );
}

/** What a table of so many lines is called, of which it may show only some. */
function tableTitle(title: string, count: number): string {
  const shown = Math.ceil(count / Math.ceil(count / LINES_MAX));
  return count <= LINES_MAX
    ? title
    : `${title}; ${formatCount(shown)} of ${formatCount(count)}, the exported CSV file has all`;
}
