/** The spectrum's charts as they go into a paper: dark on white, with a caption that says what they show. */
import type { SpectrumResult } from '../../worker/results.ts';
import { chartShapes } from '../charts/chartShapes.ts';
import type { LineChartConfiguration } from '../charts/lineChart.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { captioned, PAPER_WIDTH, paperTheme, shifted } from '../picture/paper.ts';
import type { Picture, Shape } from '../picture/shapes.ts';
import type { ScaleKind } from '../view/scale.ts';
import { densityChart } from './densityChart.ts';
import { eigenvalueChart } from './eigenvalueChart.ts';
import { lineChart } from './lineChart.ts';
import {
  densityDescription,
  eigenvalueDescription,
  eigenvalueLegend,
  lineLegend,
  lineViews,
  spectrumCaption,
  verdictText,
} from './view.ts';

export type SpectrumChartName = 'eigenvalues' | 'density' | 'lines';

/** One chart's height in CSS pixels. */
const HEIGHT = { eigenvalues: 280, density: 240, lines: 220 } as const;

const style = plotStyle({ ...paperTheme, foreground: 'rgb(0, 0, 0)' }, color => color);

/** Null where there is nothing to draw. */
export function spectrumPaper(which: SpectrumChartName, result: SpectrumResult, scale: ScaleKind): Picture | null {
  const { charts, text } = contents[which](result, scale);
  if (charts.length === 0) return null;
  const height = HEIGHT[which];
  const shapes = charts.map((chart, i): Shape => {
    const box = { left: 0, top: i * height, width: PAPER_WIDTH, height };
    return {
      kind: 'clip',
      box,
      shapes: chartShapes(chart, box.width, box.height).map(shape => shifted(shape, 0, box.top)),
    };
  });
  return captioned(`${text} ${verdictText(result)} ${spectrumCaption(result)}`, shapes, charts.length * height);
}

interface Content {
  readonly charts: readonly LineChartConfiguration[];
  readonly text: string;
}

const contents: Readonly<Record<SpectrumChartName, (result: SpectrumResult, scale: ScaleKind) => Content>> = {
  eigenvalues: (result, scale) => ({
    charts: [eigenvalueChart(result, scale, style)],
    text: `${eigenvalueDescription(result)} ${eigenvalueLegend(result, scale)}.`,
  }),
  density: result => {
    const chart = densityChart(result, style);
    return { charts: chart === null ? [] : [chart], text: densityDescription(result) };
  },
  lines: result => {
    const views = lineViews(result);
    return {
      charts: views.map(view => lineChart(view, style)),
      text: `Loss at θ + t·v along eigenvectors v of length 1 (${views[0] ? lineLegend(views[0]) : ''}); bars are standard errors over the sample.`,
    };
  },
};
