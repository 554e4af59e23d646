/** A chart with its words. */
import type { LineChartConfiguration } from '../charts/lineChart.ts';
import type { TextTable } from './table.ts';

/** What a figure shows. */
export interface FigureContent {
  readonly title: string;
  /** What the marks mean. */
  readonly legend: string;
  /** One or two sentences that stand for the picture. */
  readonly description: string;
  readonly chart: LineChartConfiguration;
  readonly table: TextTable;
}
