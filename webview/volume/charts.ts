/** The charts of volumes: masses and radii of the directions, sensitivity to the cutoff, and classes. */
import { tickStep } from 'd3-array';
import type { FunctionVolume, LocalVolume } from '../../worker/results.ts';
import { type ChartPoint, type LineChartConfiguration, lineOptions, pluginsOf } from '../charts/lineChart.ts';
import { axisStyle, type ErrorBar, errorBars, levelLines, type PlotStyle, tooltipStyle } from '../charts/plotStyle.ts';
import { formatCount, formatNumber, formatTick } from '../view/format.ts';
import { finite, formatCutoff, formatLogVolume, formatNats } from './numbers.ts';
import { type CutoffView, classViews, cutoffViews, type DirectionView, directionViews, thinned } from './view.ts';

/** Around what is drawn, as a share of its range, so that no mark lies on the frame. */
const ROOM = 0.08;

interface Ends {
  readonly min: number;
  readonly max: number;
}

/** Ends of an axis about some values; a single value has one nat of room. */
function ends(values: readonly number[]): Ends {
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const room = ROOM * (high - low) || 1;
  return { min: low - room, max: high + room };
}

/** An axis between ends that are no round numbers, and have no ticks. */
function linearAxis(style: PlotStyle, name: string, { min, max }: Ends, tick: (value: number) => string) {
  const { ticks, ...rest } = axisStyle(style, name, tick);
  return { type: 'linear' as const, min, max, ...rest, ticks: { ...ticks, includeBounds: false } };
}

/** Ticks are written to the place that neighbours need: volumes differ in their last digits. */
const valuesAxis = (style: PlotStyle, name: string, across: Ends) =>
  linearAxis(style, name, across, value => formatTick(value, tickStep(across.min, across.max, 8)));

/** Ticks at whole numbers from `first` on. */
const placesAxis = (style: PlotStyle, name: string, first: number, last: number) => {
  const room = Math.max(0.5, 0.02 * (last - first));
  return linearAxis(style, name, { min: first - room, max: last + room }, place =>
    Number.isInteger(place) && place >= first ? formatCount(place) : '',
  );
};

const nearest = { mode: 'nearest', axis: 'xy', intersect: false } as const;

/** Sizes of marks, in CSS pixels. */
const MARK = { largest: 6, other: 3 } as const;

/** A mark without a line. */
const marks = (data: ChartPoint[], pointStyle: 'circle' | 'rectRot' | 'triangle', color: string, radius: number) => ({
  data,
  showLine: false,
  pointStyle,
  pointRadius: radius,
  pointBorderColor: color,
  pointBorderWidth: 1,
  pointBackgroundColor: color,
});

/** Null where no direction has a mass. */
export function massChart(local: LocalVolume, style: PlotStyle): LineChartConfiguration | null {
  const views = thinned(directionViews(local).filter(({ logMass }) => logMass !== null));
  const [largest, ...others] = views;
  if (largest === undefined) return null;
  const { value, lower } = local.logVolume;
  const levels = finite([value, lower]);
  const point = ({ rank, logMass }: DirectionView): ChartPoint => ({ x: rank, y: logMass });
  return {
    type: 'line',
    data: {
      datasets: [
        marks([point(largest)], 'rectRot', style.series[0] ?? style.color, MARK.largest),
        marks(others.map(point), 'circle', style.color, MARK.other),
      ],
    },
    plugins: pluginsOf(levelLines(levels, style.faint)),
    options: {
      ...lineOptions,
      interaction: nearest,
      scales: {
        x: placesAxis(style, 'direction, by rank', 1, views.at(-1)!.rank),
        y: valuesAxis(style, 'ln mass', ends([...views.map(({ logMass }) => logMass!), ...levels])),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `rank ${formatCount(items[0]?.parsed.x ?? 0)}`,
            label: ({ datasetIndex, dataIndex }) => directionLines(datasetIndex === 0 ? largest : others[dataIndex]!),
          },
        },
      },
    },
  };
}

const directionLines = ({ logMass, radius, drawn }: DirectionView): string[] => [
  `ln mass ${formatNats(logMass ?? '-Infinity')}`,
  radius === null ? 'no end before the prior’s' : `radius ${formatNumber(radius, 4)}`,
  `drawn as number ${formatCount(drawn)}`,
];

/** Null where no radius is known. */
export function radiusChart(local: LocalVolume, style: PlotStyle): LineChartConfiguration | null {
  const views = thinned(directionViews(local).filter(({ logMass }) => logMass !== null));
  const radii = views.flatMap(({ radius }) => (radius === null ? [] : [radius]));
  if (radii.length === 0) return null;
  const across = ends(radii);
  // What has no end stands beyond all others.
  const edge = across.max;
  const isOpen = radii.length < views.length;
  const point = ({ radius, logMass }: DirectionView): ChartPoint => ({ x: radius ?? edge, y: logMass });
  const [largest, ...others] = views as [DirectionView, ...DirectionView[]];
  const ended = others.filter(({ radius }) => radius !== null);
  const open = others.filter(({ radius }) => radius === null);
  const sets = [[largest], ended, open];
  return {
    type: 'line',
    data: {
      datasets: [
        marks([point(largest)], 'rectRot', style.series[0] ?? style.color, MARK.largest),
        marks(ended.map(point), 'circle', style.color, MARK.other),
        { ...marks(open.map(point), 'triangle', style.color, MARK.other + 1), pointBackgroundColor: style.background },
      ],
    },
    options: {
      ...lineOptions,
      interaction: nearest,
      scales: {
        x: valuesAxis(style, 'radius', isOpen ? ends([across.min, edge]) : across),
        y: valuesAxis(style, 'ln mass', ends(views.map(({ logMass }) => logMass!))),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: () => '',
            label: ({ datasetIndex, dataIndex }) => directionLines(sets[datasetIndex]![dataIndex]!),
          },
        },
      },
    },
  };
}

/** In CSS pixels. */
const CAP = 8;

/** Beyond the cutoffs, as a factor. */
const CUTOFF_ROOM = 2;

/** Null where other cutoffs were not tried. */
export function cutoffChart(local: LocalVolume, parameters: number, style: PlotStyle): LineChartConfiguration | null {
  const views = cutoffViews(local);
  const [first] = views;
  if (first === undefined) return null;
  const height = ({ logVolume }: CutoffView): number => Number(logVolume.value);
  const middle = views.find(({ cutoff }) => cutoff === local.cutoff) ?? first;
  const reach = { least: first.cutoff / CUTOFF_ROOM, most: views.at(-1)!.cutoff * CUTOFF_ROOM };
  const quadratic = (cutoff: number): ChartPoint => ({
    x: cutoff,
    y: height(middle) + (parameters / 2) * Math.log(cutoff / middle.cutoff),
  });
  const bars = views.map(
    ({ cutoff, logVolume: { value, lower, upper } }): ErrorBar => ({
      x: cutoff,
      low: Number(typeof lower === 'number' ? lower : value),
      high: Number(typeof upper === 'number' ? upper : value),
      width: CAP,
      color: style.color,
    }),
  );
  return {
    type: 'line',
    data: {
      datasets: [
        {
          data: views.map(view => ({ x: view.cutoff, y: height(view) })),
          borderColor: style.color,
          borderWidth: 1.5,
          segment: {},
          pointStyle: views.map(({ logVolume }) => (logVolume.verdict === 'lower bound' ? 'triangle' : 'circle')),
          pointRadius: 5,
          pointBorderColor: style.color,
          pointBackgroundColor: style.color,
        },
        {
          data: [reach.least, middle.cutoff, reach.most].map(quadratic),
          borderColor: style.faint,
          borderWidth: 1,
          borderDash: [5, 5],
          segment: {},
          pointRadius: 0,
          pointHitRadius: 0,
        },
      ],
    },
    plugins: pluginsOf(errorBars(bars)),
    options: {
      ...lineOptions,
      interaction: nearest,
      scales: {
        x: {
          type: 'logarithmic',
          min: reach.least,
          max: reach.most,
          ...axisStyle(style, `cutoff${local.basin === 'kl' ? ', nats of KL' : ', of the loss'}, log`, formatCutoff),
          afterBuildTicks: axis => {
            axis.ticks = views.map(({ cutoff }) => ({ value: cutoff }));
          },
        },
        // The quadratic basin's line may leave the frame, or what was measured would look level beside it.
        y: valuesAxis(style, 'ln volume', ends(bars.flatMap(({ low, high }) => [low, high]))),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          filter: ({ datasetIndex }) => datasetIndex === 0,
          callbacks: {
            title: items => `cutoff ${formatCutoff(items[0]?.parsed.x ?? 0)}`,
            label: ({ dataIndex }) => {
              const { logVolume } = views[dataIndex]!;
              return [
                `ln volume ${formatLogVolume(logVolume)}`,
                ...(logVolume.verdict === 'lower bound'
                  ? [`${formatNats(logVolume.value)} from these directions`, 'lower bound only']
                  : []),
              ];
            },
          },
        },
      },
    },
  };
}

/** Null where there is one problem of two classes. */
export function classChart(volume: FunctionVolume, style: PlotStyle): LineChartConfiguration | null {
  const views = thinned(classViews(volume));
  if (views.length < 2) return null;
  return {
    type: 'line',
    data: {
      datasets: [
        marks(
          views.map(({ index, part }) => ({ x: index, y: part })),
          'circle',
          style.color,
          MARK.other + 1,
        ),
      ],
    },
    options: {
      ...lineOptions,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: placesAxis(style, 'class', 0, views.at(-1)!.index),
        y: valuesAxis(style, 'ln P', ends(views.map(({ part }) => part))),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `class ${items[0]?.parsed.x ?? ''}`,
            label: ({ parsed }) => `ln P ${formatNumber(parsed.y ?? Number.NaN, 4)}`,
          },
        },
      },
    },
  };
}
