/** The form that asks for another landscape: from options to what its fields hold, and back. Pure. */
import type { Estimate, GridOptions, SurfaceOptions } from '../messages.ts';
import { formatBytes, formatCoordinate, formatCount, formatDuration } from './format.ts';
import { shortNames } from './names.ts';

/** What the fields hold; numbers as they are typed. */
export interface Draft {
  readonly plane: SurfaceOptions['plane']['kind'];
  readonly seed: string;
  readonly planes: string;
  readonly perturb: 'weights' | 'all';
  /** Path of the directions file; empty where none is chosen. */
  readonly file: string;
  /** Paths of the two other checkpoints of the plane `three`; empty where none is chosen. */
  readonly through: readonly [string, string];
  readonly statistics: NonNullable<SurfaceOptions['statistics']>;
  readonly split: SurfaceOptions['split'];
  readonly grid: GridOptions['kind'];
  readonly seconds: string;
  readonly columns: string;
  readonly rows: string;
  readonly range: string;
}

/** The fields that hold a number. */
export type NumberName = 'seed' | 'planes' | 'seconds' | 'columns' | 'rows' | 'range';

interface Limits {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** What is said where the number lies beyond. */
  readonly rule: string;
}

/** The worker knows the same limits of the grid; said here, a typing error costs no request. */
const limits: Readonly<Record<NumberName, Limits>> = {
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER, isWhole: true, rule: 'The seed is a whole number from 0 on.' },
  planes: { least: 1, most: 100, isWhole: true, rule: 'From 1 to 100 planes can be compared.' },
  seconds: { least: 1, most: 86_400, isWhole: false, rule: 'The time is from 1 s to a day.' },
  columns: { least: 1, most: 1001, isWhole: true, rule: 'A grid has from 1 to 1,001 columns.' },
  rows: { least: 1, most: 1001, isWhole: true, rule: 'A grid has from 1 to 1,001 rows.' },
  range: { least: Number.MIN_VALUE, most: 1e6, isWhole: false, rule: 'The range is a number above 0.' },
};

const defaults: Draft = {
  plane: 'random',
  seed: '0',
  planes: '1',
  perturb: 'weights',
  file: '',
  through: ['', ''],
  statistics: 'held',
  split: 'train',
  grid: 'size',
  seconds: '60',
  columns: '51',
  rows: '51',
  range: '1',
};

/** What the fields begin with; `grid` is the size that a budget arrived at, where there is one. */
export function draftOf(
  { plane, split, grid, range, statistics }: SurfaceOptions,
  reached?: { readonly columns: number; readonly rows: number },
): Draft {
  const size = grid.kind === 'size' ? grid : reached;
  return {
    ...defaults,
    plane: plane.kind,
    ...(plane.kind === 'random' && {
      seed: String(plane.seed),
      planes: String(plane.planes),
      perturb: plane.perturb,
    }),
    ...(plane.kind === 'file' && { file: plane.file }),
    ...(plane.kind === 'three' && { through: plane.through }),
    ...(statistics && { statistics }),
    split,
    grid: grid.kind,
    ...(grid.kind === 'budget' && { seconds: String(grid.seconds) }),
    ...(size && { columns: String(size.columns), rows: String(size.rows) }),
    range: String(range),
  };
}

/** The fields that count for a draft, in their order. */
export function numbersOf({ plane, grid }: Draft): readonly NumberName[] {
  return [
    ...(plane === 'random' ? (['seed', 'planes'] as const) : []),
    ...(grid === 'budget' ? (['seconds'] as const) : (['columns', 'rows'] as const)),
    'range',
  ];
}

/** Whether what was typed is a number within the limits. */
export function isValid(draft: Draft, name: NumberName): boolean {
  const { least, most, isWhole } = limits[name];
  const value = draft[name].trim() === '' ? Number.NaN : Number(draft[name]);
  return value >= least && value <= most && (!isWhole || Number.isInteger(value));
}

/** The options a draft asks for, or one sentence on what is missing. */
export function optionsOf(draft: Draft): SurfaceOptions | string {
  const wrong = numbersOf(draft).find(name => !isValid(draft, name));
  if (wrong !== undefined) return limits[wrong].rule;
  if (draft.plane === 'file' && draft.file === '') return 'Choose the file that holds the two directions.';
  if (draft.plane === 'three' && draft.through.includes('')) return 'Choose the two other checkpoints of the plane.';
  return {
    plane: planeOf(draft),
    split: draft.split,
    grid:
      draft.grid === 'budget'
        ? { kind: 'budget', seconds: Number(draft.seconds) }
        : { kind: 'size', columns: Number(draft.columns), rows: Number(draft.rows) },
    range: Number(draft.range),
    ...(draft.statistics === 'recomputed' && { statistics: 'recomputed' }),
  };
}

/** Whether two options ask for the same. */
export const sameOptions = (a: SurfaceOptions, b: SurfaceOptions): boolean =>
  JSON.stringify(normal(a)) === JSON.stringify(normal(b));

/** Whether a plane is made of checkpoints, whose box the grid then spans. */
export const isOfCheckpoints = (kind: Draft['plane']): boolean => kind === 'pca' || kind === 'three';

/** What the choice of a normalisation's statistics means, in a sentence or two. */
export function statisticsText({ plane, statistics }: Pick<Draft, 'plane' | 'statistics'>): string {
  if (statistics === 'recomputed')
    return 'BatchNorm uses the means and variances that the sample has at each point. It costs more than holding those of the checkpoint.';
  return isOfCheckpoints(plane)
    ? 'BatchNorm uses the means and variances of this checkpoint everywhere. Far from it, as at the other checkpoints, they no longer fit, and the loss can be high for that reason alone.'
    : 'BatchNorm uses the means and variances of this checkpoint everywhere.';
}

/** The options in a line: `random plane of seed 0, 51 × 51 cells, range ±1, train split`. */
export function optionsText({ plane, split, grid, range, statistics }: SurfaceOptions): string {
  return [
    planeText(plane),
    grid.kind === 'budget'
      ? `as fine as fits into ${formatDuration(grid.seconds)}`
      : `${formatCount(grid.columns)} × ${formatCount(grid.rows)} cells`,
    isOfCheckpoints(plane.kind)
      ? `${formatCoordinate(range)} × the checkpoints’ box`
      : `range ±${formatCoordinate(range)}`,
    `${split} split`,
    ...(statistics === 'recomputed' ? ['statistics recomputed'] : []),
  ].join(', ');
}

/** What the draft costs, or why it cannot be computed. `isProblem`: it stands in the way of computing. */
export function costText(
  options: SurfaceOptions | string,
  estimate: Estimate | undefined,
): { readonly text: string; readonly isProblem: boolean } {
  if (typeof options === 'string') return { text: options, isProblem: true };
  if (estimate === undefined || !sameOptions(estimate.options, options))
    return { text: 'Estimating…', isProblem: false };
  if (estimate.problem !== undefined) return { text: estimate.problem, isProblem: true };
  const { cells, seconds, memoryBytes } = estimate;
  const parts = [
    ...(cells === null ? [] : [`${formatCount(cells)} ${cells === 1 ? 'cell' : 'cells'}`]),
    ...(seconds === null
      ? ['time known once the first cells are computed']
      : [`about ${formatDuration(Math.max(1, seconds))}`]),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]),
  ];
  return { text: `Cost: ${parts.join(', ')}.`, isProblem: false };
}

function planeOf({ plane, seed, planes, perturb, file, through }: Draft): SurfaceOptions['plane'] {
  switch (plane) {
    case 'random':
      return { kind: 'random', seed: Number(seed), planes: Number(planes), perturb };
    case 'file':
      return { kind: 'file', file };
    case 'eigen':
    case 'pca':
      return { kind: plane };
    case 'three':
      return { kind: 'three', through };
  }
}

function planeText(plane: SurfaceOptions['plane']): string {
  switch (plane.kind) {
    case 'random':
      return randomText(plane);
    case 'file':
      return `directions of ${nameOf(plane.file)}`;
    case 'eigen':
      return 'plane of the two leading eigenvectors';
    case 'pca':
      return 'principal components of the run';
    case 'three':
      return `plane through ${throughText(plane.through)}`;
  }
}

function randomText({ seed, planes, perturb }: Extract<SurfaceOptions['plane'], { kind: 'random' }>): string {
  const which =
    planes === 1 ? `random plane of seed ${seed}` : `${planes} random planes of seeds ${seed} to ${seed + planes - 1}`;
  return perturb === 'all' ? `${which}, all parameters` : which;
}

/** The two other checkpoints of a plane through three, by what tells them apart. */
export const throughText = (through: Draft['through']): string =>
  through.includes('') ? 'none chosen' : shortNames(through).join(' and ');

export const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** The same fields in the same order. */
const normal = ({ plane, split, grid, range, statistics = 'held' }: SurfaceOptions): unknown[] => [
  plane.kind === 'random' ? [plane.seed, plane.planes, plane.perturb] : planeText(plane),
  plane.kind === 'file' ? plane.file : plane.kind === 'three' ? plane.through : '',
  split,
  statistics,
  grid.kind === 'budget' ? grid.seconds : [grid.columns, grid.rows],
  range,
];
