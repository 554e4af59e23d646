/** The loss along an eigenvector, on each split, with standard errors. */
import { type LineChartConfiguration, lineOptions, pluginsOf } from '../charts/lineChart.ts';
import { axisStyle, type ErrorBar, errorBars, type PlotStyle, tooltipStyle, valueAxis } from '../charts/plotStyle.ts';
import { formatCoordinate, formatNumber, formatWithError } from '../view/format.ts';
import type { LineView } from './view.ts';

const CAP = 3;

export function lineChart({ title, scale, t, splits }: LineView, style: PlotStyle): LineChartConfiguration {
  const bars = splits.flatMap(({ loss, standardError }) =>
    t.flatMap((x, i): ErrorBar[] => {
      const [value, error] = [loss[i], standardError?.[i]];
      if (value == null || error == null) return [];
      return [{ x, low: value - error, high: value + error, width: CAP, color: style.faint }];
    }),
  );
  return {
    type: 'line',
    data: {
      datasets: splits.map(({ split, loss }) => ({
        label: split,
        data: t.map((x, i) => ({ x, y: loss[i] ?? null })),
        borderColor: style.color,
        borderWidth: split === 'train' ? 1.5 : 1,
        pointRadius: 2.5,
        pointBorderWidth: 1,
        pointBorderColor: style.color,
        pointBackgroundColor: split === 'train' ? style.color : style.background,
        segment: {},
      })),
    },
    plugins: pluginsOf(errorBars(bars)),
    options: {
      ...lineOptions,
      scales: {
        x: {
          type: 'linear',
          min: t[0] ?? -1,
          max: t.at(-1) ?? 1,
          ...axisStyle(style, `t, ${title.charAt(0).toLowerCase()}${title.slice(1)}`, formatCoordinate),
        },
        y: valueAxis(style, 'loss', scale),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `t = ${formatNumber(items[0]?.parsed.x ?? 0)}`,
            label: ({ dataset, dataIndex, parsed }) => {
              const error = splits.find(({ split }) => split === dataset.label)?.standardError?.[dataIndex] ?? null;
              return `${dataset.label}: ${formatWithError(parsed.y ?? Number.NaN, error)}`;
            },
          },
        },
      },
    },
  };
}
