/** The choices that change the charts at once and cost nothing: axis, scales, smoothing. */
import { Segmented } from '../controls/segmented.ts';
import { Select } from '../controls/select.ts';
import { Slider } from '../controls/slider.ts';
import { element } from '../dom.ts';
import { formatNumber } from '../view/format.ts';
import type { ScaleKind } from '../view/scale.ts';
import { type AxisKind, axesOf, axisKindOf, axisKinds } from './view/axis.ts';
import type { ChartView, StyledRun } from './view/series.ts';
import { type RunView, SMOOTHING_MAX } from './view/settings.ts';

const axisLabels: Readonly<Record<AxisKind, string>> = { step: 'Step', epoch: 'Epoch', time: 'Time' };

export class RunDisplayBar {
  readonly element: HTMLElement;
  readonly #axis: Select<AxisKind>;
  readonly #axisScale: Segmented<ScaleKind>;
  readonly #scale: Select<RunView['scale']>;
  readonly #smoothing: Slider;

  /** `others` stand at the end of the row. */
  constructor(choose: (chosen: Partial<RunView>) => void, ...others: readonly HTMLElement[]) {
    this.#axis = new Select<AxisKind>('Against', axis => choose({ axis }));
    this.#axisScale = new Segmented<ScaleKind>(
      'Scale of the axis',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      axisScale => choose({ axisScale }),
    );
    this.#scale = new Select<RunView['scale']>('Values', scale => choose({ scale }));
    this.#smoothing = new Slider('Smoothing', { slide: smoothing => choose({ smoothing }) });
    this.element = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Display' },
      this.#axis.element,
      this.#axisScale.element,
      this.#scale.element,
      this.#smoothing.element,
      element('span', { class: 'spring' }),
      ...others,
    );
  }

  /** Without charts there is nothing to choose; what else is in the row stays. */
  show({ axis, axisScale, scale, smoothing }: RunView, runs: readonly StyledRun[], charts: readonly ChartView[]): void {
    const results = runs.map(({ result }) => result);
    for (const choice of [this.#axis, this.#axisScale, this.#scale]) choice.element.hidden = charts.length === 0;
    const there = axesOf(results);
    this.#axis.show(
      axisKinds.filter(kind => there.includes(kind)).map(value => ({ value, label: axisLabels[value] })),
      axisKindOf(results, axis),
    );
    this.#axisScale.show(axisScale, true);
    this.#scale.show(
      [
        { value: 'auto', label: 'Automatic' },
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      scale,
    );
    // A line of two points has nothing to be smoothed.
    this.#smoothing.element.hidden = charts.every(({ series }) => series.every(({ points }) => points.length < 3));
    this.#smoothing.show(
      smoothing,
      { most: SMOOTHING_MAX, step: 0.01 },
      smoothing === 0 ? 'none' : formatNumber(smoothing, 2),
    );
  }
}
