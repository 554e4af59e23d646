/** Against what the measures are drawn: a checkpoint's step, epoch or time, on a linear or a logarithmic axis. Pure. */
import type { RunCheckpoint, RunResult } from '../../../worker/results.ts';
import { axisTicks } from '../../picture/axes.ts';
import { formatCount, formatDuration, formatNumber } from '../../view/format.ts';
import { type ScaleKind, scaleTicks } from '../../view/scale.ts';

export const axisKinds = ['step', 'epoch', 'time'] as const;

export type AxisKind = (typeof axisKinds)[number];

/** A place on the axis with its label. */
export interface AxisTick {
  readonly value: number;
  readonly label: string;
}

/** The axis that all charts of the page share. */
export interface RunAxis {
  readonly kind: AxisKind;
  readonly title: string;
  /** The place of a position, in the units of what is drawn; `null` where there is none. */
  readonly place: (position: number | null) => number | null;
  readonly low: number;
  readonly high: number;
  readonly ticks: (count: number) => readonly AxisTick[];
}

/**
 * Where a checkpoint is: its step, its epoch, or the seconds from the run's first checkpoint to it; `null` where that is
 * not known.
 */
export function positionOf(checkpoint: RunCheckpoint, kind: AxisKind, first: number): number | null {
  return kind === 'time' ? (checkpoint.written - first) / 1000 : checkpoint[kind];
}

/** When the run's first checkpoint was written, in milliseconds since the epoch. */
export const firstWritten = ({ checkpoints }: RunResult): number =>
  checkpoints.reduce((first, { written }) => Math.min(first, written), Number.POSITIVE_INFINITY);

/** The kinds of axis on which every run has a place. */
export const axesOf = (runs: readonly RunResult[]): readonly AxisKind[] =>
  axisKinds.filter(
    kind => kind === 'time' || runs.every(({ checkpoints }) => checkpoints.some(own => own[kind] !== null)),
  );

/** The axis that is wanted, else the one by which the first run is ordered, else the first that all runs have. */
export function axisKindOf(runs: readonly RunResult[], wanted: AxisKind | null): AxisKind {
  const there = axesOf(runs);
  return [wanted, runs[0]?.order].find(kind => kind != null && there.includes(kind)) ?? there[0] ?? 'time';
}

/** Free space at either end, as a share of the axis. */
const MARGIN = 0.03;

/** Decades left of the first position above zero at which zero stands on a logarithmic axis. */
const ZERO = 0.4;

export function runAxis(kind: AxisKind, scale: ScaleKind, positions: readonly number[]): RunAxis {
  const above = positions.filter(position => position > 0);
  return scale === 'log' && above.length > 0
    ? logarithmic(kind, Math.min(...above), Math.max(...above), above.length < positions.length)
    : linear(kind, positions);
}

function linear(kind: AxisKind, positions: readonly number[]): RunAxis {
  const { unit, name } = kind === 'time' ? timeUnit(Math.max(0, ...positions)) : { unit: 1, name: kind };
  const [from, to] = [Math.min(...positions) / unit, Math.max(...positions) / unit];
  return {
    kind,
    title: kind === 'time' ? `${name} since the first checkpoint` : name,
    place: position => (position === null ? null : position / unit),
    ...widened(from, to),
    ticks: count =>
      axisTicks({ from, to }, count)
        .filter(({ value }) => kind === 'time' || Number.isInteger(value) || from === to)
        .map(({ value, label }) => ({ value, label: Number.isInteger(value) ? formatCount(value) : label })),
  };
}

function logarithmic(kind: AxisKind, low: number, high: number, hasZero: boolean): RunAxis {
  const { unit, name } = kind === 'time' ? timeUnit(high) : { unit: 1, name: kind };
  const place = (value: number): number => Math.log10(value / unit);
  const zero = place(low) - ZERO;
  return {
    kind,
    title: `${kind === 'time' ? `${name} since the first checkpoint` : name}, log`,
    place: position => (position === null || position < 0 ? null : position === 0 ? zero : place(position)),
    ...widened(hasZero ? zero : place(low), place(high)),
    ticks: count => [
      ...(hasZero ? [{ value: zero, label: '0' }] : []),
      ...scaleTicks({ kind: 'log', low: low / unit, high: high / unit, unit: 'number' }, count).map(
        ({ value, label }) => ({ value: Math.log10(value), label }),
      ),
    ],
  };
}

/** A single position is in the middle of its axis. */
function widened(from: number, to: number): { readonly low: number; readonly high: number } {
  const margin = to > from ? MARGIN * (to - from) : 1;
  return { low: from - margin, high: to + margin };
}

const timeUnits = [
  { unit: 1, name: 'seconds' },
  { unit: 60, name: 'minutes' },
  { unit: 3600, name: 'hours' },
  { unit: 86_400, name: 'days' },
] as const;

/** The largest unit of which the longest time has at least two. */
const timeUnit = (seconds: number): (typeof timeUnits)[number] =>
  timeUnits.findLast(({ unit }) => seconds >= 2 * unit) ?? timeUnits[0];

/** A position in words: `step 504`, `epoch 12`, `3 min 20 s after the first`. */
export function positionText(kind: AxisKind, position: number | null): string {
  if (position === null) return `no ${kind} known`;
  if (kind === 'time') return `${formatDuration(position)} after the first`;
  return `${kind} ${Number.isInteger(position) ? formatCount(position) : formatNumber(position)}`;
}
