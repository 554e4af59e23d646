/** What of a spectrum is drawn: each figure with its words and its table. */
import type { SpectrumResult } from '../../worker/results.ts';
import type { PlotStyle } from '../charts/plotStyle.ts';
import type { FigureContent } from '../view/figure.ts';
import { formatNumber } from '../view/format.ts';
import type { ScaleKind } from '../view/scale.ts';
import { densityChart } from './densityChart.ts';
import { eigenvalueChart } from './eigenvalueChart.ts';
import { lineChart } from './lineChart.ts';
import {
  densityDescription,
  densityTable,
  eigenvalueDescription,
  eigenvalueLegend,
  eigenvalueTable,
  lineLegend,
  lineViews,
} from './view.ts';

/** By a name that stays the same while a result grows. `scale` is that of the eigenvalues. */
export function figureContents(
  result: SpectrumResult,
  scale: ScaleKind,
  style: PlotStyle,
): ReadonlyMap<string, FigureContent> {
  const density = densityChart(result, style);
  const contents = new Map<string, FigureContent>();
  if (result.largest.length + result.smallest.length > 0) {
    contents.set('eigenvalues', {
      title: 'Eigenvalues',
      legend: eigenvalueLegend(result, scale),
      description: eigenvalueDescription(result),
      chart: eigenvalueChart(result, scale, style),
      table: eigenvalueTable(result),
    });
  }
  if (density !== null) {
    contents.set('density', {
      title: 'Density',
      legend: `Each eigenvalue counts one, drawn as a Gaussian of standard deviation ${formatNumber(result.density!.sigma)}.`,
      description: densityDescription(result),
      chart: density,
      table: densityTable(result)!,
    });
  }
  for (const view of lineViews(result)) {
    contents.set(view.title, {
      title: `Loss ${view.title.charAt(0).toLowerCase()}${view.title.slice(1)}`,
      legend: lineLegend(view),
      description: view.description,
      chart: lineChart(view, style),
      table: view.table,
    });
  }
  return contents;
}
