/** Several random planes: each small, to choose from, and how far they differ. Hidden where there is one plane only. */
import type { SurfaceResult } from '../../worker/results.ts';
import { ProfileChart } from '../charts/profile.ts';
import { element, setText } from '../dom.ts';
import { paint, prepare } from '../picture/canvas.ts';
import { thumbnailGeometry, thumbnailPicture } from '../picture/contourPicture.ts';
import { profileView } from '../view/profile.ts';
import type { PlaneChoice, Settings } from '../view/settings.ts';
import type { Theme } from '../view/theme.ts';
import { planesOf, type SurfaceView, surfaceView } from '../view/viewModel.ts';

const SIZE = 74;

export class PlanesPart {
  readonly element: HTMLElement;
  readonly #choices = element('fieldset', { class: 'planes' });
  readonly #profile = new ProfileChart();
  readonly #profileText = element('p', { class: 'hint' });
  readonly #choose: (plane: PlaneChoice) => void;
  readonly #thumbnails = new Map<PlaneChoice, { input: HTMLInputElement; canvas: HTMLCanvasElement }>();

  constructor(choose: (plane: PlaneChoice) => void) {
    this.#choose = choose;
    this.element = element(
      'section',
      { class: 'several', 'aria-label': 'Several random planes' },
      this.#choices,
      element('div', {}, this.#profile.element, this.#profileText),
    );
  }

  /** `shown` is the view of the large pictures, whose scale decides on the profile's. */
  draw(surface: SurfaceResult, settings: Settings, shown: SurfaceView, theme: Theme): void {
    const planes = planesOf(surface);
    this.element.hidden = planes.length < 2;
    if (planes.length < 2) return;
    const choices: PlaneChoice[] = [...planes.keys(), ...(surface.spread ? (['mean', 'deviation'] as const) : [])];
    this.#build(choices);
    for (const [choice, { input, canvas }] of this.#thumbnails) {
      input.checked = choice === shown.plane;
      const view = surfaceView(surface, { ...settings, plane: choice, levels: 0 });
      const geometry = thumbnailGeometry(view, SIZE, window.devicePixelRatio || 1);
      const target = prepare(canvas, geometry.width, geometry.height);
      paint(target, thumbnailPicture(view, geometry, settings.colorMap), theme);
    }
    const profile = profileView(surface, shown.metric);
    this.#profile.element.hidden = profile === null;
    setText(this.#profileText, profile?.description ?? 'How far the planes differ is shown once all have their cells.');
    if (profile !== null) this.#profile.draw(profile, theme, shown.scale?.kind ?? 'linear');
  }

  #build(choices: readonly PlaneChoice[]): void {
    if ([...this.#thumbnails.keys()].join() === choices.join()) return;
    this.#thumbnails.clear();
    this.#choices.replaceChildren(
      element('legend', {}, 'Random planes'),
      ...choices.map(choice => {
        const input = element('input', { type: 'radio', name: 'plane' });
        const canvas = element('canvas', { 'aria-hidden': 'true' });
        input.addEventListener('change', () => this.#choose(choice));
        this.#thumbnails.set(choice, { input, canvas });
        return element('label', {}, input, canvas, element('span', {}, labelOf(choice)));
      }),
    );
  }
}

const labelOf = (choice: PlaneChoice): string =>
  choice === 'mean' ? 'Mean' : choice === 'deviation' ? 'Deviation' : `Plane ${choice + 1}`;
