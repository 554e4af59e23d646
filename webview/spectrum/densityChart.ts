/** The density of eigenvalues, on a log axis, with the largest and smallest that are known below it. */
import type { SpectrumResult } from '../../worker/results.ts';
import type { LineChartConfiguration } from '../charts/lineChart.ts';
import { axisStyle, type PlotStyle, tooltipStyle, valueAxis } from '../charts/plotStyle.ts';
import { formatCoordinate, formatNumber } from '../view/format.ts';
import { densityPoints } from './view.ts';

/** Null where no density was estimated. */
export function densityChart(result: SpectrumResult, style: PlotStyle): LineChartConfiguration | null {
  const points = densityPoints(result);
  if (points === null) return null;
  return {
    type: 'line',
    data: {
      datasets: [
        {
          data: points,
          borderColor: style.color,
          borderWidth: 1.5,
          pointRadius: 0,
          // Straight lines would be averaged by pixel columns, which frays steep flanks.
          cubicInterpolationMode: 'monotone',
          // Drawn as lines rather than from a cached outline, which only a canvas knows.
          segment: {},
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: { type: 'linear', ...axisStyle(style, 'λ', formatCoordinate) },
        y: valueAxis(style, 'eigenvalues a unit of λ', 'log'),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `λ ${formatNumber(items[0]?.parsed.x ?? 0)}`,
            label: ({ parsed }) => `${formatNumber(parsed.y ?? Number.NaN)} eigenvalues a unit`,
          },
        },
      },
    },
  };
}
