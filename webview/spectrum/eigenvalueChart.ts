/** Eigenvalues by rank, each with its interval; those that have not converged are crosses. */
import type { SpectrumResult } from '../../worker/results.ts';
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
import { formatNumber, formatWithError } from '../view/format.ts';
import type { ScaleKind } from '../view/scale.ts';
import { eigenvalueViews } from './view.ts';

/** Ranks left free between the two ends. */
const GAP = 1;

/** How far the axis goes on beyond the smallest and the largest size, as a factor. */
const ROOM = 2;

/** Widths of the bars' caps, in CSS pixels. */
const CAP = { numerical: 6, sampling: 12 } as const;

export function eigenvalueChart(result: SpectrumResult, scale: ScaleKind, style: PlotStyle): LineChartConfiguration {
  const views = eigenvalueViews(result);
  const isLog = scale === 'log';
  const at = (i: number): number => i + (views[i]?.end === 'smallest' && result.largest.length > 0 ? GAP : 0);
  const height = (value: number): number | null => (isLog ? Math.abs(value) || null : value);
  const bars = views.flatMap(({ value, residual, sampling }, i): ErrorBar[] => {
    const middle = isLog ? Math.abs(value) : value;
    const bar = (error: number, width: number, color: string): ErrorBar => ({
      x: at(i),
      low: middle - error,
      high: middle + error,
      width,
      color,
    });
    return [
      ...(sampling === null ? [] : [bar(sampling, CAP.sampling, style.faint)]),
      bar(residual, CAP.numerical, style.color),
    ];
  });
  const sizes = [...views.map(({ value }) => Math.abs(value)), result.tau].filter(size => size > 0);
  const ranks = new Map(views.map(({ rank }, i) => [at(i), rank]));
  const marks = views.map(({ value, converged }) =>
    converged ? (isLog && value < 0 ? ('triangle' as const) : ('circle' as const)) : ('crossRot' as const),
  );
  return {
    type: 'line',
    data: {
      datasets: [
        {
          data: views.map(({ value }, i) => ({ x: at(i), y: height(value) })),
          showLine: false,
          pointStyle: marks,
          pointRadius: views.map(({ converged }) => (converged ? 4 : 5)),
          pointBackgroundColor: style.color,
          pointBorderColor: style.color,
          pointBorderWidth: views.map(({ converged }) => (converged ? 0 : 2)),
        },
      ],
    },
    plugins: pluginsOf(errorBars(bars), levelLines(isLog ? [result.tau] : [result.tau, -result.tau], style.faint)),
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: -0.6,
          max: at(views.length - 1) + 0.6,
          ...axisStyle(style, 'rank', value => ranks.get(value) ?? ''),
          afterBuildTicks: axis => {
            axis.ticks = [...ranks.keys()].map(value => ({ value }));
          },
          grid: { display: false },
        },
        y: {
          ...valueAxis(style, isLog ? '|λ|' : 'λ', scale),
          ...(isLog && { min: Math.min(...sizes) / ROOM, max: Math.max(...sizes) * ROOM }),
        },
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `rank ${views[items[0]?.dataIndex ?? 0]?.rank ?? ''}`,
            label: ({ dataIndex }) => {
              const { value, residual, converged, sampling } = views[dataIndex]!;
              return [
                `λ ${formatWithError(value, residual)}`,
                ...(sampling === null ? [] : [`± ${formatNumber(sampling, 2)} over the sample`]),
                ...(converged ? [] : ['not converged']),
              ];
            },
          },
        },
      },
    },
  };
}
