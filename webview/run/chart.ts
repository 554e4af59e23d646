/** A group of measures against the step: a line a run and measure, with uncertainties, gaps and what was smoothed. */
import type { ChartDataset } from 'chart.js';
import { type Band, bands } from '../charts/bands.ts';
import { type ChartPoint, type LineChartConfiguration, pluginsOf } from '../charts/lineChart.ts';
import { axisStyle, type ErrorBar, errorBars, type PlotStyle, withAlpha } from '../charts/plotStyle.ts';
import { type ScaleKind, scaleTicks } from '../view/scale.ts';
import { colorOf, type GapMark, gapMarks, markOf, type OpenEnd, openEnds, SECOND_DASH } from './marks.ts';
import type { RunAxis } from './view/axis.ts';
import type { ChartView, PointView, SeriesView } from './view/series.ts';

/** Up to so many points a line, each has its own mark and bar; beyond, some have, and a band is drawn. */
const MARKS = 60;
const CAP = 5;
/** Radii of the marks of a chart's first and second line, of which a single checkpoint shows nothing but the mark. */
const RADIUS = { first: 3, second: 2 } as const;

/** How far an uncertainty may stretch the axis, as a share of what the values span. */
const STRETCH = 0.6;

/** Room at either end of the values, as a share of the axis, and as a factor on a log scale. */
const ROOM = { linear: 0.06, log: 1.15 } as const;

const VALUE_TICKS = 5;

/** @param colors Of the runs, as `rgb(…)`. */
export function runChart(
  { group, scale, series }: ChartView,
  axis: RunAxis,
  style: PlotStyle,
  colors: readonly string[],
  tickCount: number,
): LineChartConfiguration {
  const drawn = series.map(of => new DrawnSeries(of, scale, colorOf(of.run.style, colors), style));
  const { low, high } = extent(drawn, scale);
  const valueLabels = new Map(
    scaleTicks({ kind: scale, low, high, unit: group.unit }, VALUE_TICKS)
      // There is room for marks beyond the ends, and there are no fractions.
      .filter(({ value }) => group.unit !== 'percent' || (value >= 0 && value <= 1))
      .map(({ value, label }) => [value, label]),
  );
  const labels = new Map(axis.ticks(tickCount).map(({ value, label }) => [value, label]));
  return {
    type: 'line',
    data: { datasets: drawn.flatMap(of => of.datasets) },
    plugins: pluginsOf(
      bands(drawn.flatMap(of => of.bands)),
      errorBars(drawn.flatMap(of => of.bars)),
      openEnds(drawn.flatMap(of => of.openEnds)),
      gapMarks(drawn.flatMap(of => of.gaps)),
    ),
    options: {
      animation: false,
      maintainAspectRatio: false,
      // What is pointed at is shown in all charts at once, by the page.
      events: [],
      scales: {
        x: {
          type: 'linear',
          min: axis.low,
          max: axis.high,
          ...axisStyle(style, axis.title, value => labels.get(value) ?? ''),
          afterBuildTicks: own => {
            own.ticks = [...labels.keys()].map(value => ({ value }));
          },
        },
        y: {
          type: scale === 'log' ? 'logarithmic' : 'linear',
          ...axisStyle(style, '', value => valueLabels.get(value) ?? ''),
          title: { display: false },
          min: low,
          max: high,
          afterBuildTicks: own => {
            own.ticks = [...valueLabels.keys()].map(value => ({ value }));
          },
        },
      },
    },
  };
}

/** Where a value is drawn; `null` where it has no logarithm. */
const heightOf = (value: number, scale: ScaleKind): number | null =>
  scale === 'log' ? Math.abs(value) || null : value;

function extent(drawn: readonly DrawnSeries[], scale: ScaleKind): { readonly low: number; readonly high: number } {
  const transform = scale === 'log' ? Math.log : (value: number) => value;
  const back = scale === 'log' ? Math.exp : (value: number) => value;
  const values = drawn.flatMap(of => of.heights.flatMap(value => value ?? [])).map(transform);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const known = drawn
    .flatMap(of => of.ends)
    .filter(value => scale !== 'log' || value > 0)
    .map(transform);
  // A single value is shown with all of its uncertainty.
  const reach = most > least ? STRETCH * (most - least) : Number.POSITIVE_INFINITY;
  const ends = known.map(value => Math.min(most + reach, Math.max(least - reach, value)));
  const span = Math.max(most, ...ends) - Math.min(least, ...ends) || Math.abs(most) * 0.1 || 1;
  const [low, high] = [Math.min(least, ...ends), Math.max(most, ...ends)];
  const room = scale === 'log' ? Math.log(ROOM.log) : ROOM.linear * span;
  return { low: back(low - room), high: back(high + room) };
}

/** What is drawn of a series. */
class DrawnSeries {
  readonly heights: readonly (number | null)[];
  readonly datasets: readonly ChartDataset<'line', ChartPoint[]>[];
  readonly bars: readonly ErrorBar[];
  readonly bands: readonly Band[];
  readonly openEnds: readonly OpenEnd[];
  readonly gaps: readonly GapMark[];
  /** Of all intervals, the ends. */
  readonly ends: readonly number[];

  constructor(series: SeriesView, scale: ScaleKind, color: string, style: PlotStyle) {
    const { points, run } = series;
    const isDense = points.length > MARKS;
    const isSmoothed = series.smoothed !== null;
    const faint = withAlpha(color, 0.35);
    const rawColor = isSmoothed ? faint : color;
    this.heights = points.map(({ value }) => (value === null ? null : heightOf(value, scale)));
    const line = (heights: readonly (number | null)[], more: object): ChartDataset<'line', ChartPoint[]> =>
      ({
        data: points.map(({ x }, i) => ({ x, y: heights[i] ?? null })),
        pointRadius: 0,
        borderDash: series.isSecond ? [...SECOND_DASH] : [],
        spanGaps: false,
        // Drawn as lines rather than from a cached outline, which only a canvas knows.
        segment: {},
        ...more,
      }) as ChartDataset<'line', ChartPoint[]>;
    const marks = points.map((point, i) => markAt(point, i, series, scale, isDense));
    this.datasets = [
      line(this.heights, {
        borderColor: rawColor,
        borderWidth: isSmoothed ? 1 : 1.5,
        pointStyle: marks.map(mark => mark ?? false),
        pointRadius: marks.map(mark => (mark === null ? 0 : series.isSecond ? RADIUS.second : RADIUS.first)),
        pointBorderWidth: 1.25,
        pointBorderColor: rawColor,
        pointBackgroundColor: points.map(({ present }) => (present ? rawColor : style.background)),
      }),
      ...(series.smoothed === null
        ? []
        : [
            line(
              series.smoothed.map(value => (value === null ? null : heightOf(value, scale))),
              { borderColor: color, borderWidth: 2 },
            ),
          ]),
    ];
    const intervals = points.flatMap((point, i) => {
      const height = this.heights[i];
      return height == null ? [] : [intervalOf(point, height)];
    });
    this.ends = intervals.flatMap(({ low, high }) => [low, high]);
    this.bars = isDense
      ? []
      : intervals
          .filter(({ low, high }) => high > low)
          .map(interval => ({ ...interval, width: CAP, color: withAlpha(color, isSmoothed ? 0.35 : 0.6) }));
    this.bands = isDense ? bandsOf(points, this.heights, withAlpha(color, 0.18)) : [];
    this.openEnds = points.flatMap(({ x, lower, upper, value }, i): OpenEnd[] => {
      const y = this.heights[i];
      if (y == null || isDense || (lower === null) === (upper === null)) return [];
      // At its size, a value below zero grows downwards.
      const isUp = (upper === null) !== (scale === 'log' && value! < 0);
      return [{ x, y, direction: isUp ? 'up' : 'down', color: rawColor }];
    });
    this.gaps = points.flatMap(({ x, gap }): GapMark[] =>
      gap === null
        ? []
        : [
            {
              x,
              cause: gap,
              color:
                gap === 'unmeasured'
                  ? withAlpha(colorOfGap(run.style, color, style), 0.7)
                  : colorOfGap(run.style, color, style),
            },
          ],
    );
  }
}

/** A single run's gaps need no colour. */
const colorOfGap = (style: number, color: string, plot: PlotStyle): string => (style === 0 ? plot.color : color);

/** Of a dense line every n-th point is marked, and all that are special or have no neighbours to be joined with. */
function markAt(
  point: PointView,
  index: number,
  { points, run }: SeriesView,
  scale: ScaleKind,
  isDense: boolean,
): string | null {
  if (point.value === null) return null;
  if (!point.converged) return 'crossRot';
  if (scale === 'log' && point.value < 0) return 'line';
  const isAlone = points[index - 1]?.value == null && points[index + 1]?.value == null;
  const stride = isDense ? Math.ceil(points.length / (MARKS / 3)) : 1;
  return index % stride === 0 || isAlone ? markOf(run.style) : null;
}

/** The interval about a point as it is drawn: an open end is at the value itself. */
function intervalOf(
  { x, value, lower, upper }: PointView,
  height: number,
): { readonly x: number; readonly low: number; readonly high: number } {
  const [below, above] = [value! - (lower ?? value!), (upper ?? value!) - value!];
  return value !== height
    ? { x, low: height - above, high: height + below }
    : { x, low: height - below, high: height + above };
}

/** The stretches without a gap that are longer than a point. */
function bandsOf(points: readonly PointView[], heights: readonly (number | null)[], color: string): Band[] {
  const stretches: { x: number; low: number; high: number }[][] = [[]];
  for (const [i, point] of points.entries()) {
    const height = heights[i];
    if (height == null) stretches.push([]);
    else stretches.at(-1)!.push(intervalOf(point, height));
  }
  return stretches.filter(stretch => stretch.length > 1).map(stretch => ({ points: stretch, color }));
}
