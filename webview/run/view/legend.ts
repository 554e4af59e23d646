/** What the special marks of the charts mean, of those that are drawn. Pure. */
import type { ChartView, GapCause, PointView } from './series.ts';

/** The marks at the foot, with what each may mean. */
const gapSigns: readonly { readonly sign: string; readonly causes: readonly (readonly [GapCause, string])[] }[] = [
  { sign: '|', causes: [['unmeasured', 'not measured']] },
  { sign: '◇', causes: [['stale', 'measured with other settings']] },
  { sign: '○', causes: [['incomplete', 'incomplete']] },
  {
    sign: '×',
    causes: [
      ['failed', 'failed'],
      ['not finite', 'not finite'],
    ],
  },
];

/** Empty where nothing is special. */
export function marksText(charts: readonly ChartView[], smoothing: number): string {
  const points = charts.flatMap(({ series }) => series.flatMap(own => own.points));
  const known = points.filter(({ value }) => value !== null);
  const some = (is: (point: PointView) => boolean): boolean => known.some(is);
  const isBelowOnLog = charts.some(
    ({ scale, series }) =>
      scale === 'log' && series.some(own => own.points.some(({ value }) => value !== null && value < 0)),
  );
  const causes = new Set(points.flatMap(({ gap }) => gap ?? []));
  const gaps = gapSigns.flatMap(({ sign, causes: own }) => {
    const texts = own.filter(([cause]) => causes.has(cause)).map(([, text]) => text);
    return texts.length === 0 ? [] : [`${sign} ${texts.join(' or ')}`];
  });
  return [
    ...(some(({ lower, upper, value }) => (lower ?? value) !== (upper ?? value))
      ? ['bars and bands: uncertainty']
      : []),
    ...(some(({ lower, upper }) => (lower === null) !== (upper === null)) ? ['arrow: that end is open'] : []),
    ...(some(({ converged }) => !converged) ? ['✕ not converged'] : []),
    ...(some(({ present }) => !present) ? ['hollow: measured before the file went'] : []),
    ...(isBelowOnLog ? ['− below zero, drawn at its size'] : []),
    ...(gaps.length > 0 ? [`at the foot: ${gaps.join(', ')}`] : []),
    ...(smoothing > 0 ? ['faint: the values themselves; strong: smoothed for the eye'] : []),
  ].join(' · ');
}
