/** What of an interpolation is drawn: each figure with its words and its table. */
import type { InterpolateResult } from '../../worker/results.ts';
import type { PlotStyle } from '../charts/plotStyle.ts';
import type { FigureContent } from '../view/figure.ts';
import type { ScaleKind } from '../view/scale.ts';
import { interpolationChart } from './chart.ts';
import { type EndNames, type LineMetric, lineLegend, lineView } from './view.ts';

const TITLES: Readonly<Record<LineMetric, string>> = {
  loss: 'Loss between the Checkpoints',
  accuracy: 'Accuracy between the Checkpoints',
};

/** Only those that there is something of. `scale` is that of the loss. */
export function figureContents(
  result: InterpolateResult,
  names: EndNames,
  scale: ScaleKind,
  style: PlotStyle,
): ReadonlyMap<LineMetric, FigureContent> {
  const contents = new Map<LineMetric, FigureContent>();
  for (const metric of ['loss', 'accuracy'] as const) {
    const view = lineView(result, metric, names, scale);
    if (view === null) continue;
    contents.set(metric, {
      title: TITLES[metric],
      legend: lineLegend(view),
      description: view.description,
      chart: interpolationChart(view, style),
      table: view.table,
    });
  }
  return contents;
}
