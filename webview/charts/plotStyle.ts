/** How charts look in a theme, for Chart.js: colours, fonts, grid and tooltip. */
import type { Chart, Plugin, Scale } from 'chart.js';
import { formatNumber, formatTick } from '../view/format.ts';
import { type ScaleKind, scaleTicks } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';

export interface PlotStyle {
  /** Lines and marks. */
  readonly color: string;
  /** What stands behind. */
  readonly faint: string;
  readonly background: string;
  /** Lines that are told apart, the most distinct first. */
  readonly series: readonly string[];
  readonly font: { readonly family: string; readonly size: number };
  readonly grid: { readonly color: string };
  readonly title: (text: string) => {
    display: true;
    text: string;
    color: string;
    font: { family: string; size: number };
  };
}

/** `toOpaque` writes a colour as `rgb(…)`, without its alpha. */
export function plotStyle(theme: Theme, toOpaque: (color: string) => string): PlotStyle {
  const color = toOpaque(theme.foreground);
  const font = { family: theme.fontFamily, size: theme.fontSize * 0.92 };
  return {
    color,
    faint: theme.isHighContrast ? color : withAlpha(color, 0.45),
    background: toOpaque(theme.background),
    series: theme.series.map(toOpaque),
    font,
    grid: { color: withAlpha(color, theme.isHighContrast ? 0.5 : 0.12) },
    title: text => ({ display: true, text, color: toOpaque(theme.muted), font }),
  };
}

/** Options of an axis in the style, for its title and how a tick is written. */
export const axisStyle = ({ title, color, font, grid }: PlotStyle, name: string, tick: (value: number) => string) => ({
  title: title(name),
  ticks: { color, font, maxTicksLimit: 8, callback: (value: string | number) => tick(Number(value)) },
  grid,
  border: { color: grid.color },
});

/** An axis of values: on a log scale with the ticks that the contour map's scale has too. */
export const valueAxis = (style: PlotStyle, name: string, kind: ScaleKind) => ({
  type: kind === 'log' ? ('logarithmic' as const) : ('linear' as const),
  ...axisStyle(style, kind === 'log' ? `${name}, log` : name, value =>
    kind === 'log' ? formatTick(value, value) : formatNumber(value),
  ),
  ...(kind === 'log' && {
    afterBuildTicks: (axis: Scale): void => {
      axis.ticks = scaleTicks({ kind, low: axis.min, high: axis.max, unit: 'number' }, 6).map(({ value }) => ({
        value,
      }));
    },
  }),
});

/** Options of a tooltip in the style. */
export const tooltipStyle = ({ background, color }: PlotStyle) =>
  ({
    animation: false,
    backgroundColor: background,
    borderColor: color,
    borderWidth: 1,
    titleColor: color,
    bodyColor: color,
  }) as const;

/** `color` is opaque, as `rgb(…)`. */
export const withAlpha = (color: string, alpha: number): string =>
  color.replace('rgb(', 'rgba(').replace(')', `, ${alpha})`);

/** A vertical interval about a position, in the units of the axes. */
export interface ErrorBar {
  readonly x: number;
  readonly low: number;
  readonly high: number;
  /** Of its caps, in CSS pixels. */
  readonly width: number;
  readonly color: string;
}

/** Draws intervals below the marks; what lies beyond the axis ends at the chart's edge. */
export const errorBars = (bars: readonly ErrorBar[]): Plugin => ({
  id: 'errorBars',
  beforeDatasetsDraw: chart =>
    insideAxes(chart, (ctx, across, up) => {
      ctx.lineWidth = 1;
      for (const { x, low, high, width, color } of bars) {
        const at = across.getPixelForValue(x);
        const [from, to] = [low, high].map(value => pixelOf(up, value, BEYOND)) as [number, number];
        ctx.strokeStyle = color;
        ctx.beginPath();
        ctx.moveTo(at, from);
        ctx.lineTo(at, to);
        for (const end of [from, to]) {
          ctx.moveTo(at - width / 2, end);
          ctx.lineTo(at + width / 2, end);
        }
        ctx.stroke();
      }
    }),
});

/** CSS pixels by which an interval without an end goes on below a chart, so that no cap is seen. */
const BEYOND = 10;

/** Draws with both axes, and nothing beyond them. */
export function insideAxes(
  { ctx, chartArea: { left, top, right, bottom }, scales: { x, y } }: Chart,
  draw: (ctx: Chart['ctx'], across: Scale, up: Scale) => void,
): void {
  if (x === undefined || y === undefined) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  draw(ctx, x, y);
  ctx.restore();
}

/** Where a value stands on a vertical axis. A logarithm knows no zero: what reaches it goes on to the lower edge, and `beyond`. */
export const pixelOf = (up: Scale, value: number, beyond = 0): number =>
  up.type === 'logarithmic' && value <= 0 ? up.bottom + beyond : up.getPixelForValue(value);

/** Draws dashed horizontal lines at values of the y axis that it shows. */
export const levelLines = (levels: readonly number[], color: string): Plugin => ({
  id: 'levelLines',
  beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales: { y } }) {
    if (y === undefined) return;
    ctx.save();
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.setLineDash([5, 5]);
    for (const level of levels) {
      const at = y.getPixelForValue(level);
      if (!(at >= top && at <= bottom)) continue;
      ctx.beginPath();
      ctx.moveTo(left, at);
      ctx.lineTo(right, at);
      ctx.stroke();
    }
    ctx.restore();
  },
});
