/** Chart.js with what the page's charts use of it. */
import {
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';

Chart.register(Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement, Tooltip);

export { Chart };

/** A point of a line; `null` interrupts it. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number | null;
}

export type LineChart = Chart<'line', ChartPoint[]>;

export type LineChartConfiguration = ChartConfiguration<'line', ChartPoint[]>;

/** Plugins that draw on a canvas and ask nothing of the chart's type. */
export const pluginsOf = (...plugins: readonly Plugin[]): NonNullable<LineChartConfiguration['plugins']> =>
  plugins as unknown as NonNullable<LineChartConfiguration['plugins']>;

/** Options of lines that are read at one position, all of them together. */
export const lineOptions = {
  animation: false,
  maintainAspectRatio: false,
  interaction: { mode: 'index', intersect: false },
} as const;
