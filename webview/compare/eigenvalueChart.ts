/** Eigenvalues of several checkpoints by rank, each with its interval; those that have not converged are crosses. */
import { type LineChartConfiguration, pluginsOf } from '../charts/lineChart.ts';
import {
  axisStyle,
  type ErrorBar,
  errorBars,
  levelLines,
  type PlotStyle,
  tooltipStyle,
  valueAxis,
} from '../charts/plotStyle.ts';
import { colorOf, markOf } from '../run/marks.ts';
import { formatWithError } from '../view/format.ts';
import type { ScaleKind } from '../view/scale.ts';
import type { EigenvaluesView } from './view/eigenvalues.ts';

/** What the checkpoints of a rank take of the room between two ranks. */
const SPREAD = 0.6;

/** Width of the bars' caps, in CSS pixels. */
const CAP = 5;

/** How far a logarithmic axis goes on beyond the smallest and the largest size, as a factor. */
const ROOM = 2;

export function eigenvalueChart(
  { ranks, all }: EigenvaluesView,
  names: readonly string[],
  scale: ScaleKind,
  style: PlotStyle,
): LineChartConfiguration {
  const isLog = scale === 'log';
  const at = (place: number, index: number): number =>
    place + (all.length > 1 ? SPREAD * (index / (all.length - 1) - 0.5) : 0);
  const height = (value: number): number | null => (isLog ? Math.abs(value) || null : value);
  const sizes = all.flatMap(own => own.map(({ value }) => Math.abs(value))).filter(size => size > 0);
  return {
    type: 'line',
    data: {
      datasets: all.map((own, index) => {
        const color = colorOf(index, style.series);
        return {
          label: names[index] ?? '',
          data: own.map(({ value, place }) => ({ x: at(place, index), y: height(value) })),
          showLine: false,
          pointStyle: own.map(({ value, converged }) =>
            converged ? (isLog && value < 0 ? ('line' as const) : markOf(index)) : ('crossRot' as const),
          ),
          pointRadius: 4,
          pointBackgroundColor: color,
          pointBorderColor: color,
          pointBorderWidth: own.map(({ value, converged }) => (converged && !(isLog && value < 0) ? 0 : 2)),
        };
      }),
    },
    plugins: pluginsOf(
      errorBars(
        all.flatMap((own, index) =>
          own.map(({ value, residual, place }): ErrorBar => {
            const middle = isLog ? Math.abs(value) : value;
            return {
              x: at(place, index),
              low: middle - residual,
              high: middle + residual,
              width: CAP,
              color: colorOf(index, style.series),
            };
          }),
        ),
      ),
      levelLines(isLog ? [] : [0], style.faint),
    ),
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: -0.6,
          max: ranks.length - 0.4,
          ...axisStyle(style, 'rank', value => ranks[value] ?? ''),
          afterBuildTicks: axis => {
            axis.ticks = ranks.map((_, value) => ({ value }));
          },
          grid: { display: false },
        },
        y: {
          ...valueAxis(style, isLog ? '|λ|' : 'λ', scale),
          ...(isLog && sizes.length > 0 && { min: Math.min(...sizes) / ROOM, max: Math.max(...sizes) * ROOM }),
        },
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: () => '',
            label: ({ dataset, datasetIndex, dataIndex }) => {
              const own = all[datasetIndex]?.[dataIndex];
              if (own === undefined) return '';
              const rank = ranks[own.place] ?? '';
              return `${dataset.label}, rank ${rank}: ${formatWithError(own.value, own.residual)}${own.converged ? '' : ', not converged'}`;
            },
          },
        },
      },
    },
  };
}
