/** The choices that change the display at once and cost nothing: metric, scale, colours, contour levels, view. */
import { element } from '../dom.ts';
import { type ColorMapName, colorMapNames } from '../view/colormap.ts';
import type { ScaleKind } from '../view/scale.ts';
import { type LevelCount, levelCounts, type Metric, type Settings } from '../view/settings.ts';
import type { SurfaceView } from '../view/viewModel.ts';
import { button } from './button.ts';
import { Segmented } from './segmented.ts';
import { Select } from './select.ts';

const mapLabels: Readonly<Record<ColorMapName, string>> = { viridis: 'Viridis', cividis: 'Cividis', magma: 'Magma' };

const levelLabel = (levels: LevelCount): string =>
  levels === 'auto' ? 'Automatic' : levels === 0 ? 'None' : `About ${levels}`;

export class DisplayBar {
  readonly element: HTMLElement;
  readonly #metric: Segmented<Metric>;
  readonly #scale: Segmented<ScaleKind>;
  readonly #map: Select<ColorMapName>;
  readonly #levels: Select<`${LevelCount}`>;
  readonly #reset: HTMLElement;

  /** `others` stand at the end of the row. */
  constructor(choose: (chosen: Partial<Settings>) => void, reset: () => void, ...others: readonly HTMLElement[]) {
    this.#metric = new Segmented<Metric>(
      'Metric',
      [
        { value: 'loss', label: 'Loss' },
        { value: 'accuracy', label: 'Accuracy' },
      ],
      metric => choose({ metric }),
    );
    this.#scale = new Segmented<ScaleKind>(
      'Scale',
      [
        { value: 'linear', label: 'Linear' },
        { value: 'log', label: 'Log' },
      ],
      scale => choose({ scale }),
    );
    this.#map = new Select<ColorMapName>('Colors', colorMap => choose({ colorMap }));
    this.#levels = new Select<`${LevelCount}`>('Levels', text => {
      choose({ levels: levelCounts.find(count => String(count) === text) ?? 'auto' });
    });
    this.#reset = button('Reset View', reset);
    this.element = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Display' },
      this.#metric.element,
      this.#scale.element,
      this.#map.element,
      this.#levels.element,
      this.#reset,
      element('span', { class: 'spring' }),
      ...others,
    );
  }

  show({ colorMap, levels }: Settings, view: SurfaceView, hasAccuracy: boolean): void {
    this.#metric.element.hidden = !hasAccuracy;
    this.#metric.show(view.metric, true);
    const why =
      view.metric === 'accuracy'
        ? 'Accuracy is shown on a linear scale.'
        : 'A logarithm needs every value to be above zero.';
    this.#scale.show(view.scale?.kind ?? 'linear', view.canBeLog, why);
    this.#map.show(
      colorMapNames.map(value => ({ value, label: mapLabels[value] })),
      colorMap,
    );
    this.#levels.show(
      levelCounts.map(count => ({ value: `${count}`, label: levelLabel(count) })),
      `${levels}`,
    );
  }
}
