/** The landscapes of the compared checkpoints side by side, in one scale. Pure. */

import { shortNames } from '../../../worker/checkpointNames.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { isComputed } from '../../view/cells.ts';
import { formatCoordinate, formatCount, formatNumber, formatPercent } from '../../view/format.ts';
import type { CellIndex, Reading } from '../../view/readout.ts';
import type { Settings } from '../../view/settings.ts';
import { type SurfaceView, surfaceView } from '../../view/viewModel.ts';
import type { ComparePanelState, Part } from '../messages.ts';

export interface Multiple {
  /** What it is called. */
  readonly name: string;
  /** The path as VS Code shows it. */
  readonly label: string;
  /** Null until something is computed. */
  readonly view: SurfaceView | null;
  readonly surface: SurfaceResult | null;
  /** Where it stands, or why there is none; empty where all is there. */
  readonly note: string;
  readonly isFailed: boolean;
}

export interface Multiples {
  readonly all: readonly Multiple[];
  /** One with the scale of all; null until something is computed. */
  readonly first: SurfaceView | null;
  /** What of the accuracy is drawn: only where all landscapes have one. */
  readonly hasAccuracy: boolean;
}

export function multiples(state: ComparePanelState, chosen: Settings): Multiples {
  const names = shortNames(state.checkpoints);
  const surfaces = state.surfaces.map(({ result }) => result ?? null);
  const computed = surfaces.filter(surface => surface !== null);
  const hasAccuracy = computed.length > 0 && computed.every(({ accuracy }) => accuracy !== null);
  const settings: Settings = { ...chosen, plane: 0, metric: hasAccuracy ? chosen.metric : 'loss' };
  const all = state.checkpoints.map((label, i): Multiple => {
    const surface = surfaces[i] ?? null;
    const part = state.surfaces[i] ?? { phase: 'idle' };
    return {
      name: names[i]!,
      label,
      surface,
      view: surface && surfaceView(surface, settings, computed),
      note: noteOf(part),
      isFailed: part.phase === 'failed' || part.phase === 'stopped',
    };
  });
  return { all, first: all.find(({ view }) => view !== null)?.view ?? null, hasAccuracy };
}

function noteOf({ phase, message, progress }: Part<SurfaceResult>): string {
  switch (phase) {
    case 'idle':
      return message ?? 'not computed';
    case 'waiting':
      return 'waiting';
    case 'computing':
      return progress === undefined
        ? 'loading'
        : `computing, ${formatCount(progress.done)} of ${formatCount(progress.total)} cells`;
    case 'done':
      return message ?? '';
    case 'cancelled':
      return message ?? 'cancelled';
    case 'failed':
      return message ?? 'failed; the log may say why';
    case 'stopped':
      return message ?? 'the engine stopped; the log may say why';
  }
}

/** More digits than elsewhere on the page: this is where the exact value is read. */
const DIGITS = 6;

/** The exact value of a cell of one of them. */
export function valueAt({ surface, view }: Multiple, { row, column }: CellIndex): string {
  if (surface === null || view === null) return '';
  const value = view.cells[row]?.[column];
  if (!isComputed(value)) return 'not computed yet';
  if (view.metric === 'accuracy') return formatPercent(value);
  const error = surface.standardError?.[row]?.[column];
  return `${formatNumber(value, DIGITS)}${isComputed(error) ? ` ± ${formatNumber(error, 2)}` : ''}`;
}

/** A cell's place, and what each of them is worth there. */
export function readingsOf({ all, first }: Multiples, cell: CellIndex): readonly Reading[] {
  if (first === null) return [];
  return [
    { label: 'x', value: formatCoordinate(first.x[cell.column] ?? 0) },
    { label: 'y', value: formatCoordinate(first.y[cell.row] ?? 0) },
    ...all.flatMap(own => {
      const value = valueAt(own, cell);
      return value === '' ? [] : [{ label: own.name, value }];
    }),
  ];
}

/** Along what the landscapes are drawn, in a sentence or two; of a result file, that it has none. */
export function directionsText({ options, checkpoints, measures, document }: ComparePanelState): string {
  if (document !== undefined) {
    return 'A comparison is saved without its landscapes; to see them side by side, compare the checkpoints themselves.';
  }
  const { seed, scaledTo, grid, range } = options;
  const names = shortNames(checkpoints);
  const how =
    scaledTo === 'own'
      ? 'each scaled to the filters of its own checkpoint (Li et al. 2018, arXiv 1712.09913)'
      : `all scaled to the filters of ${names[scaledTo] ?? 'the baseline'}, so that the tensors are identical`;
  const isMixed = (measures.result?.architectures.length ?? 1) > 1;
  return (
    `The same two random draws of seed ${seed}, ${how}; grid of ${formatCount(grid)} × ${formatCount(grid)} cells from ` +
    `${formatCoordinate(-range)} to ${formatCoordinate(range)} along both; one colour scale for all.` +
    (isMixed ? ' Draws belong to parameters by their names, so that different architectures share the seed alone.' : '')
  );
}
