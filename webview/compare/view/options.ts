/** With what the landscapes are computed: as the reader types it, and in words. Pure. */
import type { Split } from '../../../worker/results.ts';
import type { CompareOptions } from '../messages.ts';

/** The form's fields as they are typed. */
export interface Draft {
  readonly split: Split;
  readonly directions: 'own' | 'identical';
  readonly grid: string;
  readonly range: string;
  readonly seed: string;
}

/** So many cells a side a map beside others can show. */
const GRID_MAX = 201;

export const draftOf = ({ split, scaledTo, grid, range, seed }: CompareOptions): Draft => ({
  split,
  directions: scaledTo === 'own' ? 'own' : 'identical',
  grid: String(grid),
  range: String(range),
  seed: String(seed),
});

/** Of a draft without a problem. `baseline`: the place of the pinned checkpoint. */
export const optionsOf = ({ split, directions, grid, range, seed }: Draft, baseline: number): CompareOptions => ({
  split,
  scaledTo: directions === 'own' ? 'own' : baseline,
  grid: Number(grid),
  range: Number(range),
  seed: Number(seed),
});

/** Which field cannot be computed with, and why. */
export function problemOf({ grid, range, seed }: Draft): {
  readonly field: 'grid' | 'range' | 'seed';
  readonly sentence: string;
} | null {
  if (!isWhole(grid, 2, GRID_MAX)) return { field: 'grid', sentence: `A side has from 2 to ${GRID_MAX} cells.` };
  const reach = Number(range);
  if (range.trim() === '' || !Number.isFinite(reach) || reach <= 0) {
    return { field: 'range', sentence: 'The range must be a number above 0.' };
  }
  if (!isWhole(seed, 0, Number.MAX_SAFE_INTEGER)) {
    return { field: 'seed', sentence: 'The seed must be a whole number of 0 or more.' };
  }
  return null;
}

const isWhole = (typed: string, least: number, most: number): boolean => {
  const value = Number(typed);
  return typed.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most;
};

/** `train split, 25×25 cells, range ±1, seed 0, scaled to each checkpoint`. */
export const optionsText = ({ split, grid, range, seed, scaledTo }: CompareOptions, names: readonly string[]): string =>
  `${split} split, ${grid}×${grid} cells, range ±${range}, seed ${seed}, ` +
  (scaledTo === 'own'
    ? 'directions scaled to each checkpoint'
    : `identical directions, scaled to ${names[scaledTo] ?? 'the baseline'}`);
