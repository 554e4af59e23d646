/** What of sharpness is drawn: each figure with its words and its table. */
import type { SharpnessResult } from '../../worker/results.ts';
import type { PlotStyle } from '../charts/plotStyle.ts';
import type { FigureContent } from '../view/figure.ts';
import { curveChart } from './curveChart.ts';
import { ratioChart, ratioLegend } from './ratioChart.ts';
import { curveView, ratioDescription, ratioLines, ratioTable } from './rescaling.ts';

export type SharpnessChartName = 'ratios' | 'curve';

/** In the order of the page; only those that there is something of. */
export function figureContents(
  result: SharpnessResult,
  style: PlotStyle,
): ReadonlyMap<SharpnessChartName, FigureContent> {
  const contents = new Map<SharpnessChartName, FigureContent>();
  const lines = ratioLines(result);
  if (lines.length > 0) {
    contents.set('ratios', {
      title: 'Measures under Rescaling',
      legend: ratioLegend(lines),
      description: ratioDescription(result),
      chart: ratioChart(lines, style),
      table: ratioTable(result),
    });
  }
  if (result.rescaling !== null && result.rescaling.curve.t.length > 0) {
    const view = curveView(result.rescaling);
    contents.set('curve', {
      title: 'Filter-Normalized Curve under Rescaling',
      legend:
        'The loss along one direction at each α, the thinnest at the largest α: what is filter-normalized does not move.',
      description: view.description,
      chart: curveChart(view, style),
      table: view.table,
    });
  }
  return contents;
}
