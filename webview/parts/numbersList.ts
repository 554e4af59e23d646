/** The numbers beside the pictures. */
import type { SurfaceResult } from '../../worker/results.ts';
import { element } from '../dom.ts';
import { type NumberGroup, numberGroups } from '../view/numbers.ts';
import type { PlaneChoice } from '../view/settings.ts';

export class NumbersList {
  readonly element = element('div', { class: 'numbers' });

  show(surface: SurfaceResult, choice: PlaneChoice): void {
    this.element.replaceChildren(...numberSections(numberGroups(surface, choice)));
  }
}

/** A section for each group, with a line a number. */
export const numberSections = (groups: readonly NumberGroup[]): HTMLElement[] =>
  groups.map(({ title, rows }) =>
    element(
      'section',
      {},
      element('h2', {}, title),
      element(
        'dl',
        {},
        ...rows.flatMap(({ label, value, note }) => [
          element('dt', {}, label),
          element('dd', {}, value, ...(note === undefined ? [] : [element('span', { class: 'small' }, note)])),
        ]),
      ),
    ),
  );
