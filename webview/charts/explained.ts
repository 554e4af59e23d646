/** The shares of a run's principal components as points, and those of a random walk as a dashed line. */
import type { PrincipalComponents } from '../../worker/results.ts';
import { explainedTable, explainedText } from '../view/explained.ts';
import type { FigureContent } from '../view/figure.ts';
import { formatPercent } from '../view/format.ts';
import { type LineChartConfiguration, lineOptions } from './lineChart.ts';
import { axisStyle, type PlotStyle, tooltipStyle } from './plotStyle.ts';

/** More components than this are too small to be told apart. */
const MOST = 10;

export const explainedFigure = (principal: PrincipalComponents, style: PlotStyle): FigureContent => ({
  title: 'Explained Variance',
  legend: `●\u00a0this run · dashed: a pure random walk of as many checkpoints. ${explainedText(principal)}`,
  description: explainedText(principal),
  chart: explainedChart(principal, style),
  table: explainedTable(principal),
});

function explainedChart({ explained, randomWalk }: PrincipalComponents, style: PlotStyle): LineChartConfiguration {
  const shown = explained.slice(0, MOST);
  const points = (shares: readonly number[]) => shares.slice(0, MOST).map((y, i) => ({ x: i + 1, y }));
  const [own = style.color] = style.series;
  return {
    type: 'line',
    data: {
      datasets: [
        {
          label: 'this run',
          data: points(shown),
          borderColor: own,
          backgroundColor: own,
          borderWidth: 1.5,
          pointRadius: 3.5,
        },
        {
          label: 'random walk',
          data: points(randomWalk),
          borderColor: style.faint,
          backgroundColor: style.background,
          borderWidth: 1.5,
          borderDash: [5, 4],
          pointRadius: 0,
        },
      ],
    },
    options: {
      ...lineOptions,
      scales: {
        x: {
          type: 'linear',
          ...axisStyle(style, 'principal component', String),
          min: 0.5,
          max: shown.length + 0.5,
          afterBuildTicks: axis => {
            axis.ticks = shown.map((_, i) => ({ value: i + 1 }));
          },
        },
        y: {
          type: 'linear',
          ...axisStyle(style, 'share of the variance', value => formatPercent(value, 0)),
          min: 0,
          max: 1,
        },
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          callbacks: {
            title: items => `component ${items[0]?.parsed.x ?? ''}`,
            label: ({ dataset, parsed }) => `${dataset.label}: ${formatPercent(parsed.y ?? Number.NaN)}`,
          },
        },
      },
    },
  };
}
