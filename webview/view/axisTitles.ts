/** What the axes of a plane are. Pure. */
import type { Plane } from '../../worker/results.ts';
import { formatPercent } from './format.ts';

export interface AxisTitle {
  /** Where there is room for a letter or two. */
  readonly short: string;
  readonly long: string;
}

export interface AxisTitles {
  readonly x: AxisTitle;
  readonly y: AxisTitle;
}

const directions: AxisTitles = {
  x: { short: 'x', long: 'x, first direction' },
  y: { short: 'y', long: 'y, second direction' },
};

/** In a plane made of checkpoints the axes are distances between parameters, of which the title says so. */
export function axisTitles({ kind, principal }: Plane): AxisTitles {
  switch (kind) {
    case 'pca':
      return { x: component(1, principal?.explained[0]), y: component(2, principal?.explained[1]) };
    case 'three':
      return {
        x: { short: 'A to B', long: 'from A towards B, distance' },
        y: { short: 'across', long: 'across, towards C, distance' },
      };
    default:
      return directions;
  }
}

const component = (index: number, share: number | undefined): AxisTitle => ({
  short: `PC ${index}`,
  long: `PC ${index}${share === undefined ? '' : ` (${formatPercent(share, 1)})`}, distance`,
});
