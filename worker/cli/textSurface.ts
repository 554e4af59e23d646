import type { Cell } from '../results.ts';

/** Characters from low loss to high, where there are no colours. */
const RAMP = ' .:-=+*#%@';

/** Viridis (Smith & van der Walt 2015) at equal steps, from low to high. */
const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

const MAX_COLUMNS = 51;

/**
 * A grid as rows of two characters a cell, on a logarithmic scale where every number is above 0; the highest y is on
 * top. `?` is a cell that is not finite, `·` one not computed.
 */
export function textSurface(cells: readonly (readonly Cell[])[], color: boolean): string[] {
  const finite = cells.flat().filter(cell => typeof cell === 'number');
  if (finite.length === 0) return [];
  const low = Math.min(...finite);
  const scale = low > 0 ? Math.log : (value: number) => value;
  const [from, to] = [scale(low), scale(Math.max(...finite))];
  const step = Math.ceil(Math.max(cells.length, cells[0]!.length) / MAX_COLUMNS);
  const every = <T>(list: readonly T[]): T[] => list.filter((_, index) => index % step === 0);

  const draw = (cell: Cell): string => {
    if (cell === null) return '··';
    if (typeof cell === 'string') return '??';
    const height = to > from ? (scale(cell) - from) / (to - from) : 0;
    const colors = color ? VIRIDIS.length : RAMP.length;
    const index = Math.min(colors - 1, Math.floor(height * colors));
    if (!color) return RAMP[index]!.repeat(2);
    return `\x1b[48;2;${VIRIDIS[index]!.join(';')}m  `;
  };
  return every(cells)
    .reverse()
    .map(row => every(row).map(draw).join('') + (color ? '\x1b[0m' : ''));
}
