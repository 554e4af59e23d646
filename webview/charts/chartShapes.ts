/** A chart as shapes, for print. */
import { BasicPlatform, type ChartItem } from 'chart.js';
import { measureOnPaper, paperTheme } from '../picture/paper.ts';
import { Recorder } from '../picture/recorder.ts';
import type { Shape } from '../picture/shapes.ts';
import { Chart, type LineChartConfiguration } from './lineChart.ts';

/** Draws the chart on something that takes down its shapes, `width` × `height` CSS pixels large. */
export function chartShapes(
  { options, ...configuration }: LineChartConfiguration,
  width: number,
  height: number,
): Shape[] {
  const recorder = new Recorder(width, height, measureOnPaper, paperTheme.fontSize);
  const chart = new Chart(recorder as unknown as ChartItem, {
    ...configuration,
    platform: BasicPlatform,
    options: { ...options, responsive: false, devicePixelRatio: 1, events: [] },
  });
  chart.destroy();
  return recorder.shapes;
}
