/** The offer to measure local volumes besides, with what that costs. */
import './volumeOffer.css';
import { button } from '../controls/button.ts';
import { element } from '../dom.ts';

const COST =
  'The local volume is measured only where you ask for it, since it takes longer than all other measures together: of each checkpoint some hundred products of its curvature, then five to six passes over the sample along each of 100 random directions. As a rule it is a lower bound only.';

export const volumeOffer = (measure: () => void): HTMLElement =>
  element(
    'div',
    { class: 'volume-offer' },
    button('Measure Local Volume', measure),
    element('p', { class: 'hint' }, COST),
  );
