/** What an interpolation says, in sentences for people. */
import type { Barrier, InterpolateResult, InterpolationCurve, JsonNumber } from './results.ts';

/** How whoever shows the sentences writes numbers. */
export interface NumberForm {
  readonly plain: (value: number) => string;
  readonly withError: (value: number, error: number | null) => string;
}

/** A difference of more standard errors than this is hardly chance. */
const ERRORS = 2;

const STATISTICS: Readonly<Record<InterpolationCurve['statistics'], string>> = {
  none: '',
  interpolated: ', statistics interpolated',
  recomputed: ', statistics recomputed',
};

/** `train`, `test, statistics recomputed`. */
export const curveLabel = ({ split, statistics }: Pick<InterpolationCurve, 'split' | 'statistics'>): string =>
  `${split}${STATISTICS[statistics]}`;

/**
 * A sentence for each curve whose barrier is known, one for each split whose barrier depends on the statistics, and one that says
 * what would change them. None where no barrier is known yet.
 */
export function barrierSentences(result: InterpolateResult, form: NumberForm): readonly string[] {
  const known = result.curves.filter(({ barrier }) => barrier !== null);
  if (known.length === 0) return [];
  return [
    ...known.map(curve => barrierSentence(result, curve, form)),
    ...statisticsSentences(known, form),
    whatChanges(result, known),
  ];
}

function barrierSentence({ t: positions }: InterpolateResult, curve: InterpolationCurve, form: NumberForm): string {
  const { value, standardError, t } = curve.barrier!;
  const where = `at t = ${form.plain(t)}`;
  const head = `${capitalized(curveLabel(curve))}:`;
  if (typeof value === 'string') {
    const loss = value === 'NaN' ? 'not a number, or an end has none' : 'infinite';
    return `${head} the loss is ${loss} ${where}, so that the barrier has no size.`;
  }
  const error = errorOf(standardError);
  if (value === 0) {
    const rise = Number(curve.rise[positions.indexOf(t)]);
    return `${head} no barrier; between the ends the loss nowhere rises above the straight line, and comes closest ${where} (${form.withError(rise, error)}).`;
  }
  if (!isBarrier(curve.barrier!)) {
    return `${head} no barrier beyond chance; the loss rises above the straight line by ${form.withError(value, error)} at most, ${where}.`;
  }
  return `${head} a barrier of ${form.withError(value, error)} ${where}.`;
}

/** Of a barrier that is none of chance: what recomputing the statistics leaves of it is the parameters' own. */
function statisticsSentences(known: readonly InterpolationCurve[], form: NumberForm): string[] {
  return (['train', 'test'] as const).flatMap(split => {
    const own = (statistics: InterpolationCurve['statistics']) =>
      known.find(curve => curve.split === split && curve.statistics === statistics)?.barrier;
    const [interpolated, recomputed] = [own('interpolated'), own('recomputed')];
    if (!interpolated || !recomputed || !isBarrier(interpolated)) return [];
    const [from, to] = [interpolated.value, recomputed.value];
    if (typeof from !== 'number' || typeof to !== 'number') return [];
    if (to >= from) {
      return [`On the ${split} split recomputed statistics do not lower the barrier: it is the parameters' own.`];
    }
    return [
      `On the ${split} split recomputed statistics lower the barrier from ${form.plain(from)} to ${form.plain(to)}: that much of it comes from interpolated statistics that do not fit the parameters between.`,
    ];
  });
}

/** The points bound a barrier from below, and the sample bounds its error. */
function whatChanges({ t }: InterpolateResult, known: readonly InterpolationCurve[]): string {
  const between = t.filter(own => own > 0 && own < 1).length;
  const rise =
    between === 1
      ? 'the rise at the one point between the ends'
      : `the largest rise among ${between} points between the ends`;
  const grid = `A barrier is ${rise}, so that more points can only raise it`;
  if (known.every(({ barrier }) => barrier!.standardError === null)) return `${grid}.`;
  return `${grid}; its standard error is that of the sample, example by example, and narrows with more examples.`;
}

/** Whether it is more than chance, as far as the sample tells. */
const isBarrier = ({ value, standardError }: Barrier): boolean =>
  Number(value) > ERRORS * (errorOf(standardError) ?? 0);

const errorOf = (error: JsonNumber | null): number | null => (typeof error === 'number' ? error : null);

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
