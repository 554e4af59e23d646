/** The loss along a filter-normalized direction, before and after each rescaling. */
import { type LineChartConfiguration, lineOptions } from '../charts/lineChart.ts';
import { axisStyle, type PlotStyle, tooltipStyle, valueAxis } from '../charts/plotStyle.ts';
import { formatCoordinate, formatNumber } from '../view/format.ts';
import { preferredScale } from '../view/scale.ts';
import type { CurveView } from './rescaling.ts';

/** Curves that lie on each other are told apart by being thinner, the later the thinner. */
const WIDTHS = [13, 11, 9, 7, 5, 3, 1] as const;

export function curveChart({ t, lines }: CurveView, style: PlotStyle): LineChartConfiguration {
  const values = lines.flatMap(({ loss }) => loss.filter(value => value !== null));
  const scale = preferredScale(Math.min(...values), Math.max(...values));
  return {
    type: 'line',
    data: {
      // The first is drawn last by Chart.js, so the widest one comes at the end.
      datasets: lines
        .map(({ alpha, loss }, i) => ({
          label: `α = ${formatCoordinate(alpha)}`,
          data: t.map((x, at) => ({ x, y: loss[at] ?? null })),
          borderColor: i === lines.length - 1 ? style.color : (style.series[i % style.series.length] ?? style.color),
          borderWidth: WIDTHS[Math.min(i, WIDTHS.length - 1)]!,
          pointRadius: 0,
          segment: {},
        }))
        .reverse(),
    },
    options: {
      ...lineOptions,
      scales: {
        x: {
          type: 'linear',
          min: t[0] ?? -1,
          max: t.at(-1) ?? 1,
          ...axisStyle(style, 't, along the direction', formatCoordinate),
        },
        y: valueAxis(style, 'loss', scale),
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `t = ${formatNumber(items[0]?.parsed.x ?? 0)}`,
            label: ({ dataset, parsed }) => `${dataset.label}: ${formatNumber(parsed.y ?? Number.NaN)}`,
          },
        },
      },
    },
  };
}
