/** The loss, or the accuracy, on the line between two checkpoints, with errors as bands and both ends marked. */
import type { Plugin } from 'chart.js';
import { type Band, bands } from '../charts/bands.ts';
import { type LineChartConfiguration, lineOptions, pluginsOf } from '../charts/lineChart.ts';
import { axisStyle, type PlotStyle, tooltipStyle, valueAxis, withAlpha } from '../charts/plotStyle.ts';
import { formatCoordinate, formatNumber, formatPercent, formatWithError } from '../view/format.ts';
import type { CurveView, EndNames, LineMetric, LineView } from './view.ts';

/** Of the test split. */
const DASH = [6, 4];

/** Room for the ends' names above the chart, in font sizes. */
const NAMES = 2;

export function interpolationChart(view: LineView, style: PlotStyle): LineChartConfiguration {
  const { metric, t, curves, scale, names } = view;
  // Pages tell checkpoints apart by the first colours of the series.
  const colors = curves.map(({ style: { form } }) =>
    form === 'circle' ? style.color : (style.series[3] ?? style.color),
  );
  return {
    type: 'line',
    data: {
      datasets: curves.map(({ label, values, style: { form, isFilled } }, i) => ({
        label,
        data: t.map((x, at) => ({ x, y: values[at] ?? null })),
        borderColor: colors[i]!,
        borderWidth: 1.5,
        borderDash: isFilled ? [] : DASH,
        pointStyle: form,
        pointRadius: 3,
        pointBorderWidth: 1.25,
        pointBorderColor: colors[i]!,
        pointBackgroundColor: isFilled ? colors[i]! : style.background,
        // Drawn as lines rather than from a cached outline, which only a canvas knows.
        segment: {},
      })),
    },
    plugins: pluginsOf(
      bands(curves.flatMap((curve, i) => bandsOf(curve, t, withAlpha(colors[i]!, 0.18)))),
      ends(names, style),
      crosses(
        curves.flatMap(({ failed }) => failed),
        style.color,
      ),
    ),
    options: {
      ...lineOptions,
      layout: { padding: { top: NAMES * style.font.size } },
      scales: {
        x: { type: 'linear', min: t[0] ?? 0, max: t.at(-1) ?? 1, ...axisStyle(style, 't', formatCoordinate) },
        y: {
          ...(metric === 'loss'
            ? valueAxis(style, 'loss', scale)
            : { type: 'linear', ...axisStyle(style, 'accuracy', value => `${formatCoordinate(100 * value)}%`) }),
          ...reachOf(view),
        },
      },
      plugins: {
        tooltip: {
          ...tooltipStyle(style),
          displayColors: false,
          callbacks: {
            title: items => `t = ${formatNumber(items[0]?.parsed.x ?? 0)}`,
            label: ({ datasetIndex, dataIndex }) => valueText(metric, curves[datasetIndex], dataIndex),
          },
        },
      },
    },
  };
}

function valueText(metric: LineMetric, curve: CurveView | undefined, place: number): string {
  const value = curve?.values[place];
  if (curve === undefined || value == null) return '';
  const error = curve.standardError?.[place] ?? null;
  if (metric === 'loss') return `${curve.label}: ${formatWithError(value, error)}`;
  return `${curve.label}: ${formatPercent(value)}${error === null ? '' : ` ± ${formatPercent(error)}`}`;
}

/** The axis holds the bands too; on a log scale not what reaches towards 0. */
function reachOf({ metric, scale, curves }: LineView): {
  readonly suggestedMin?: number;
  readonly suggestedMax?: number;
} {
  const ends = curves.flatMap(({ values, standardError }) =>
    values.flatMap((value, i) => {
      const error = standardError?.[i];
      return value === null || error == null ? [] : [value - error, value + error];
    }),
  );
  const possible = metric === 'accuracy' ? ends.filter(end => end >= 0 && end <= 1) : ends;
  if (possible.length === 0) return {};
  const suggestedMax = Math.max(...possible);
  return scale === 'log' ? { suggestedMax } : { suggestedMin: Math.min(...possible), suggestedMax };
}

/** The stretches without a gap that are longer than a point. */
function bandsOf({ values, standardError }: CurveView, t: readonly number[], color: string): Band[] {
  const stretches: { x: number; low: number; high: number }[][] = [[]];
  for (const [i, x] of t.entries()) {
    const [value, error] = [values[i], standardError?.[i]];
    if (value == null || error == null) stretches.push([]);
    else stretches.at(-1)!.push({ x, low: value - error, high: value + error });
  }
  return stretches.filter(stretch => stretch.length > 1).map(points => ({ points, color }));
}

/** Marks both ends with their names above the chart; a name that is too long keeps its end, which tells it from others. */
const ends = (names: EndNames, { font, color, faint }: PlotStyle): Plugin => ({
  id: 'ends',
  beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales: { x: across } }) {
    if (across === undefined) return;
    ctx.save();
    ctx.font = `${font.size}px ${font.family}`;
    ctx.lineWidth = 1;
    for (const [end, name] of names.entries()) {
      const at = across.getPixelForValue(end);
      ctx.strokeStyle = faint;
      ctx.setLineDash([2, 3]);
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, bottom);
      ctx.stroke();
      const room = (right - left) / 2 - font.size;
      let shown = name;
      while (shown.length > 1 && ctx.measureText(shown).width > room) shown = `…${shown.slice(2)}`;
      const half = ctx.measureText(shown).width / 2;
      // Each keeps to its half of the chart.
      const [from, to] = end === 0 ? [left, (left + right) / 2] : [(left + right) / 2, right];
      ctx.fillStyle = color;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'bottom';
      ctx.fillText(shown, Math.min(Math.max(at, from + half), to - half), top - 8);
    }
    ctx.restore();
  },
});

const CROSS = 3;

/** Marks at the chart's foot what is not finite. */
const crosses = (positions: readonly number[], color: string): Plugin => ({
  id: 'crosses',
  afterDatasetsDraw({ ctx, chartArea: { bottom }, scales: { x: across } }) {
    if (across === undefined) return;
    const y = bottom - 6;
    ctx.save();
    ctx.lineWidth = 1;
    ctx.strokeStyle = color;
    for (const position of positions) {
      const x = across.getPixelForValue(position);
      ctx.beginPath();
      ctx.moveTo(x - CROSS, y - CROSS);
      ctx.lineTo(x + CROSS, y + CROSS);
      ctx.moveTo(x - CROSS, y + CROSS);
      ctx.lineTo(x + CROSS, y - CROSS);
      ctx.stroke();
    }
    ctx.restore();
  },
});
