/** The form that asks for a convexity map: what its fields hold, what they ask for and what that costs. Pure. */
import type { ConvexityOptions, PanelState, PlaneOptions } from '../messages.ts';
import { isOfCheckpoints } from '../view/computation.ts';
import { formatCoordinate, formatCount, formatDuration, formatNumber } from '../view/format.ts';

/** What the fields hold, as it is typed. */
export interface ConvexityDraft {
  readonly columns: string;
  readonly rows: string;
  readonly range: string;
}

export type ConvexityNumber = keyof ConvexityDraft;

/** The worker knows the same limit; said here, a typing error costs no request. */
const GRID_MAX = 101;

/** After so many products the worker leaves a cell as it is. */
const PRODUCTS_MAX = 60;

const rules: Readonly<Record<ConvexityNumber, string>> = {
  columns: `A convexity map has from 1 to ${GRID_MAX} columns.`,
  rows: `A convexity map has from 1 to ${GRID_MAX} rows.`,
  range: 'The range is a number above 0.',
};

export const convexityDraftOf = ({ columns, rows, range }: ConvexityOptions): ConvexityDraft => ({
  columns: String(columns),
  rows: String(rows),
  range: String(range),
});

export function isConvexityNumber(draft: ConvexityDraft, name: ConvexityNumber): boolean {
  const value = draft[name].trim() === '' ? Number.NaN : Number(draft[name]);
  return name === 'range'
    ? value > 0 && Number.isFinite(value)
    : Number.isInteger(value) && value >= 1 && value <= GRID_MAX;
}

/** The options a draft asks for in a plane, or one sentence on what is wrong. */
export function convexityOptionsOf(
  draft: ConvexityDraft,
  { plane, split }: Pick<ConvexityOptions, 'plane' | 'split'>,
): ConvexityOptions | string {
  const wrong = (['columns', 'rows', 'range'] as const).find(name => !isConvexityNumber(draft, name));
  if (wrong !== undefined) return rules[wrong];
  return { plane, split, columns: Number(draft.columns), rows: Number(draft.rows), range: Number(draft.range) };
}

/** Whose units are those of a map's range. */
const ownPlane = { kind: 'random', seed: 0, planes: 1, perturb: 'weights' } as const;

/**
 * The plane and the split that the landscape was asked for with; of several planes the first, and random directions
 * instead of a plane made of checkpoints, whose grid is their box.
 */
export function landscapePlane({ options, convexity }: PanelState): Pick<ConvexityOptions, 'plane' | 'split'> | null {
  if (options === undefined) return convexity?.options ?? null;
  const { plane, split } = options;
  if (isOfCheckpoints(plane.kind)) return { plane: ownPlane, split };
  return { plane: plane.kind === 'random' ? { ...plane, planes: 1 } : plane, split };
}

/** What a map would be of, beside a landscape in a plane of some kind. */
export function planeSummary(
  { plane, split }: Pick<ConvexityOptions, 'plane' | 'split'>,
  landscape: PlaneOptions['kind'] = plane.kind,
): string {
  if (isOfCheckpoints(landscape))
    return `In the plane of random directions of seed ${ownPlane.seed}, since no map is made in a plane of checkpoints; on the ${split} split.`;
  const which =
    plane.kind === 'random'
      ? `random directions of seed ${plane.seed}`
      : plane.kind === 'file'
        ? 'directions of a file'
        : 'leading eigenvectors';
  return `In the landscape's plane (${which}), on the ${split} split.`;
}

/** How long a product of the Hessian with a vector took, in seconds; null where none was made. */
export function secondsPerProduct({ convexity, spectrum }: PanelState): number | null {
  for (const result of [convexity?.result, spectrum?.result]) {
    if (result !== undefined && result.products > 0) return result.provenance.seconds / result.products;
  }
  return null;
}

/** What a map of so many cells takes, said before it is paid. */
export function convexityCost({ columns, rows }: ConvexityOptions, seconds: number | null): string {
  const cells = columns * rows;
  const most = cells * PRODUCTS_MAX;
  const products = `${formatCount(cells)} ${cells === 1 ? 'cell' : 'cells'} of up to ${PRODUCTS_MAX} products each, ${formatCount(most)} at most`;
  if (seconds === null) return `${products}; how long one takes is known once a map or a spectrum was computed.`;
  const each =
    seconds < 1 ? `${formatCoordinate(Number((1000 * seconds).toPrecision(2)))} ms` : `${formatNumber(seconds, 2)} s`;
  return `${products}; at ${each} a product, as here before, at most ${formatDuration(most * seconds)}.`;
}
