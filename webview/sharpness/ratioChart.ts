/** How each measure goes with α, relative to itself at α = 1. */
import { type LineChartConfiguration, pluginsOf } from '../charts/lineChart.ts';
import { axisStyle, levelLines, type PlotStyle, tooltipStyle, valueAxis } from '../charts/plotStyle.ts';
import { formatCoordinate } from '../view/format.ts';
import { alphasOf, type RatioLine, ratioText } from './rescaling.ts';

/** How marks differ, beside their colours: what Chart.js calls them, whether they are filled, and as a letter. */
const marks = [
  { pointStyle: 'circle', filled: true, glyph: '●' },
  { pointStyle: 'triangle', filled: true, glyph: '▲' },
  { pointStyle: 'rect', filled: true, glyph: '■' },
  { pointStyle: 'rectRot', filled: true, glyph: '◆' },
  { pointStyle: 'circle', filled: false, glyph: '○' },
  { pointStyle: 'triangle', filled: false, glyph: '△' },
  { pointStyle: 'rect', filled: false, glyph: '□' },
  { pointStyle: 'rectRot', filled: false, glyph: '◇' },
  { pointStyle: 'cross', filled: false, glyph: '+' },
  { pointStyle: 'crossRot', filled: false, glyph: '×' },
  { pointStyle: 'star', filled: false, glyph: '∗' },
] as const;

const markOf = (index: number) => marks[index % marks.length]!;

/** What the marks stand for. */
export const ratioLegend = (lines: readonly RatioLine[]): string =>
  lines.map(({ label }, i) => `${markOf(i).glyph}\u00a0${label}`).join(' · ');

/** Around the ratios, as factors, so that a level line does not lie on the frame. */
const ROOM = 1.6;

export function ratioChart(lines: readonly RatioLine[], style: PlotStyle): LineChartConfiguration {
  const alphas = alphasOf(lines);
  const shown = lines.flatMap(({ ratios }) =>
    ratios.flatMap(({ ratio }) => (ratio !== null && ratio > 0 ? [ratio] : [])),
  );
  return {
    type: 'line',
    data: {
      datasets: lines.map(({ label, ratios, invariant }, i) => {
        const { pointStyle, filled } = markOf(i);
        // What does not move recedes behind what does.
        const color = invariant === true ? style.faint : (style.series[i % style.series.length] ?? style.color);
        return {
          label,
          data: ratios.map(({ alpha, ratio }) => ({ x: alpha, y: ratio !== null && ratio > 0 ? ratio : null })),
          borderColor: color,
          borderWidth: 1.5,
          pointStyle,
          pointRadius: 4.5,
          pointBorderWidth: 1.5,
          pointBorderColor: color,
          pointBackgroundColor: filled ? color : style.background,
          segment: {},
        };
      }),
    },
    plugins: pluginsOf(levelLines([1], style.faint)),
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: {
          type: 'logarithmic',
          ...axisStyle(style, 'α, log', formatCoordinate),
          min: Math.min(1, ...alphas) / 1.1,
          max: Math.max(1, ...alphas) * 1.1,
          afterBuildTicks: axis => {
            axis.ticks = alphas.map(value => ({ value }));
          },
        },
        y: {
          ...valueAxis(style, 'value at α / value at 1', 'log'),
          min: Math.min(1, ...shown) / ROOM,
          max: Math.max(1, ...shown) * ROOM,
        },
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `α = ${formatCoordinate(items[0]?.parsed.x ?? 1)}`,
            label: ({ dataset, parsed }) => `${dataset.label}: ${ratioText(parsed.y ?? Number.NaN)}`,
          },
        },
      },
    },
  };
}
