/** What of volumes is drawn: each figure with its words and its table. */
import type { VolumeResult } from '../../worker/results.ts';
import type { LineChartConfiguration } from '../charts/lineChart.ts';
import type { PlotStyle } from '../charts/plotStyle.ts';
import type { FigureContent } from '../view/figure.ts';
import { classChart, cutoffChart, massChart, radiusChart } from './charts.ts';
import {
  classDescription,
  classTable,
  cutoffDescription,
  cutoffLegend,
  cutoffTable,
  massDescription,
  massLegend,
  massTable,
  radiusDescription,
  radiusLegend,
} from './view.ts';

/** The charts, in the order of the page, by what their files are called. */
export const volumeCharts = {
  masses: 'Masses of the Directions',
  radii: 'Radii of the Directions',
  cutoffs: 'Sensitivity to the Cutoff',
  classes: 'Classes',
} as const;

export type VolumeChartName = keyof typeof volumeCharts;

/** In the order of the page; only those that there is something of. */
export function figureContents(
  { local, function: ofFunction, provenance }: VolumeResult,
  style: PlotStyle,
): ReadonlyMap<VolumeChartName, FigureContent> {
  const contents = new Map<VolumeChartName, FigureContent>();
  const add = (
    name: VolumeChartName,
    chart: LineChartConfiguration | null,
    words: Omit<FigureContent, 'title' | 'chart'>,
  ): void => {
    if (chart !== null) contents.set(name, { title: volumeCharts[name], chart, ...words });
  };
  if (local !== null) {
    add('masses', massChart(local, style), {
      legend: massLegend(local),
      description: massDescription(local),
      table: massTable(local),
    });
    add('radii', radiusChart(local, style), {
      legend: radiusLegend(local),
      description: radiusDescription(local),
      table: massTable(local),
    });
    const parameters = provenance.parameters.count;
    add('cutoffs', cutoffChart(local, parameters, style), {
      legend: cutoffLegend(local),
      description: cutoffDescription(local, parameters),
      table: cutoffTable(local),
    });
  }
  if (ofFunction !== null) {
    add('classes', classChart(ofFunction, style), {
      legend: '● ln P of a class against the rest',
      description: classDescription(ofFunction),
      table: classTable(ofFunction),
    });
  }
  return contents;
}
