/** Metric against distance from the checkpoint, a thin line a plane, with the mean and its standard deviation. */
import type { ChartDataset } from 'chart.js';
import { element } from '../dom.ts';
import { opaque } from '../theme.ts';
import { formatCoordinate } from '../view/format.ts';
import type { ProfileView, Values } from '../view/profile.ts';
import type { ScaleKind } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import { formatMetric } from '../view/viewModel.ts';
import { Chart, type ChartPoint, type LineChart, lineOptions } from './lineChart.ts';
import { plotStyle, tooltipStyle, withAlpha } from './plotStyle.ts';

export class ProfileChart {
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', { role: 'img' });
  #chart: LineChart | null = null;

  constructor() {
    this.element = element('div', { class: 'profile' }, this.#canvas);
  }

  draw(view: ProfileView, theme: Theme, scale: ScaleKind): void {
    this.#canvas.setAttribute('aria-label', view.description);
    this.#chart?.destroy();
    const style = plotStyle(theme, opaque);
    const { color, faint, grid, font, title } = style;
    const values = (of: Values): ChartPoint[] => view.distance.map((x, i) => ({ x, y: of[i] ?? null }));
    const line = (label: string, of: Values, more: Partial<ChartDataset<'line'>>): ChartDataset<'line'> =>
      ({ label, data: values(of), pointRadius: 0, borderWidth: 1, ...more }) as ChartDataset<'line'>;
    // A logarithm needs every value above zero; one standard deviation below the mean may not be.
    const isLog =
      scale === 'log' && [view.mean, view.low, ...view.planes].every(of => of.every(v => v === null || v > 0));
    this.#chart = new Chart<'line', ChartPoint[]>(this.#canvas, {
      type: 'line',
      data: {
        datasets: [
          line('mean − standard deviation', view.low, { borderWidth: 0, fill: false }),
          line('mean + standard deviation', view.high, {
            borderWidth: 0,
            fill: '-1',
            backgroundColor: withAlpha(color, 0.16),
          }),
          ...view.planes.map((plane, i) => line(`plane ${i + 1}`, plane, { borderColor: faint, borderDash: [3, 3] })),
          line('mean', view.mean, { borderColor: color, borderWidth: 2, pointRadius: 2, backgroundColor: color }),
        ] as ChartDataset<'line', ChartPoint[]>[],
      },
      options: {
        ...lineOptions,
        scales: {
          x: {
            type: 'linear',
            max: view.distance.at(-1) ?? 1,
            title: title('distance from the checkpoint, √(x² + y²)'),
            ticks: { color, font, callback: value => formatCoordinate(Number(value)) },
            grid,
          },
          y: {
            type: isLog ? 'logarithmic' : 'linear',
            title: title(view.metric),
            ticks: { color, font, maxTicksLimit: 6, callback: value => tickText(view.metric, Number(value)) },
            grid,
          },
        },
        plugins: {
          tooltip: {
            ...tooltipStyle(style),
            callbacks: {
              title: items => `distance ${formatCoordinate(items[0]?.parsed.x ?? 0)}`,
              label: ({ dataset, parsed }) => `${dataset.label}: ${formatMetric(view.metric, parsed.y ?? Number.NaN)}`,
            },
          },
        },
      },
    });
  }
}

const tickText = (metric: ProfileView['metric'], value: number): string =>
  metric === 'accuracy' ? formatMetric(metric, value) : formatCoordinate(value);
