/** What a run's charts show: lines of values with their uncertainty, and gaps with their causes. Pure. */
import type {
  JsonNumber,
  Measure,
  RunCheckpoint,
  RunMeasureName,
  RunResult,
  VolumeSettings,
} from '../../../worker/results.ts';
import { isSameVolume } from '../../../worker/volumeSettings.ts';
import { formatCount } from '../../view/format.ts';
import { allowsLog, preferredScale, type ScaleKind } from '../../view/scale.ts';
import { axisKindOf, firstWritten, positionOf, positionText, type RunAxis, runAxis } from './axis.ts';
import { type MeasureGroup, measureGroups, measureText } from './measures.ts';
import type { RunView } from './settings.ts';
import { smoothed } from './smoothing.ts';

/** Why a checkpoint has no value to draw. */
export type GapCause = 'unmeasured' | 'incomplete' | 'failed' | 'stale' | 'not finite';

/** A run with the place it keeps among all runs, by which it is told from others. */
export interface StyledRun {
  readonly label: string;
  readonly result: RunResult;
  /** Which colour and mark it has. */
  readonly style: number;
}

/** A checkpoint with its place on the axis. */
export interface PlacedCheckpoint {
  readonly checkpoint: RunCheckpoint;
  readonly position: number;
  readonly x: number;
}

export interface PointView {
  readonly x: number;
  /** `null` is a gap. */
  readonly value: number | null;
  /** `null` where that end is open. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly converged: boolean;
  /** Whether its checkpoint's file is still there. */
  readonly present: boolean;
  readonly gap: GapCause | null;
}

export interface SeriesView {
  readonly run: StyledRun;
  readonly measure: RunMeasureName;
  readonly label: string;
  /** Whether it is the second of its group. */
  readonly isSecond: boolean;
  /** In the order of the axis. */
  readonly points: readonly PointView[];
  /** Of each point the smoothed value; `null` where nothing is smoothed. */
  readonly smoothed: readonly (number | null)[] | null;
}

export interface ChartView {
  readonly group: MeasureGroup;
  readonly scale: ScaleKind;
  readonly series: readonly SeriesView[];
  /** What is drawn in a sentence or two. */
  readonly description: string;
}

export interface PlacedRun extends StyledRun {
  /** In the order of the axis; those without a place on it are left out. */
  readonly placed: readonly PlacedCheckpoint[];
}

/** All charts of a page with the axis they share. */
export interface RunCharts {
  readonly axis: RunAxis;
  readonly runs: readonly PlacedRun[];
  /** Those of which at least one value is known. */
  readonly charts: readonly ChartView[];
}

/** Null where no checkpoint has a place on any axis. */
export function runCharts(runs: readonly StyledRun[], view: RunView): RunCharts | null {
  const kind = axisKindOf(
    runs.map(({ result }) => result),
    view.axis,
  );
  const positioned = runs.map(run => {
    const first = firstWritten(run.result);
    const own = run.result.checkpoints.flatMap(checkpoint => {
      const position = positionOf(checkpoint, kind, first);
      return position === null ? [] : [{ checkpoint, position }];
    });
    return { ...run, own };
  });
  const positions = positioned.flatMap(({ own }) => own.map(({ position }) => position));
  if (positions.length === 0) return null;
  const axis = runAxis(kind, view.axisScale, positions);
  const placed = positioned.map(
    ({ own, ...run }): PlacedRun => ({
      ...run,
      placed: own
        .flatMap(({ checkpoint, position }) => {
          const x = axis.place(position);
          return x === null ? [] : [{ checkpoint, position, x }];
        })
        .toSorted((a, b) => a.x - b.x),
    }),
  );
  return { axis, runs: placed, charts: measureGroups.flatMap(group => chartView(group, placed, axis, view) ?? []) };
}

function chartView(
  group: MeasureGroup,
  runs: readonly PlacedRun[],
  axis: RunAxis,
  view: RunView,
): ChartView | undefined {
  // What one run has a value of, the others lack, and show so.
  const there = group.measures.filter(({ name }) =>
    runs.some(({ placed }) => pointViews(placed, name).some(({ value }) => value !== null)),
  );
  const series = runs.flatMap(run =>
    there.map(({ name, label }): SeriesView => {
      const isSecond = name !== group.measures[0]?.name;
      const points = pointViews(run.placed, name);
      const line =
        view.smoothing > 0
          ? smoothed(
              points.map(({ value }) => value),
              view.smoothing,
            )
          : null;
      return { run, measure: name, label, isSecond, points, smoothed: line };
    }),
  );
  if (series.length === 0) return undefined;
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const description = series.map(of => seriesText(of, group, axis, runs.length > 1)).join(' ');
  return { group, scale: scaleOf(group, values, view.scale), series, description };
}

/** Fractions stay linear; on a logarithmic scale a value below zero is drawn at its size. */
function scaleOf({ unit }: MeasureGroup, values: readonly number[], wanted: RunView['scale']): ScaleKind {
  if (unit === 'percent') return 'linear';
  if (wanted === 'auto') return preferredScale(Math.min(...values), Math.max(...values));
  const sizes = values.map(Math.abs).filter(size => size > 0);
  return wanted === 'log' && allowsLog(Math.min(...sizes), Number.POSITIVE_INFINITY) ? 'log' : 'linear';
}

/** One line is of one quantity: of volumes, those that were measured like the newest checkpoint's. */
function pointViews(placed: readonly PlacedCheckpoint[], name: RunMeasureName): PointView[] {
  const current = placed.filter(({ checkpoint }) => checkpoint.state !== 'stale');
  const volume = current.flatMap(({ checkpoint }) => measureIn(checkpoint, name)?.volume ?? []).at(-1);
  return placed.map(own => pointView(own, measureIn(own.checkpoint, name), volume));
}

const measureIn = ({ measures }: RunCheckpoint, name: RunMeasureName): Measure | undefined =>
  measures.find(own => own.name === name);

function pointView(
  { checkpoint, x }: PlacedCheckpoint,
  measure: Measure | undefined,
  volume: VolumeSettings | undefined,
): PointView {
  const isOther = measure?.volume !== undefined && volume !== undefined && !isSameVolume(measure.volume, volume);
  const gap = isOther ? 'stale' : gapOf(checkpoint, measure?.value);
  return {
    x,
    value: gap === null && typeof measure?.value === 'number' ? measure.value : null,
    lower: finite(measure?.lower),
    upper: finite(measure?.upper),
    converged: measure?.converged ?? false,
    present: checkpoint.present,
    gap,
  };
}

/** What was measured with other settings belongs on no line with what is measured now. */
function gapOf({ state }: RunCheckpoint, value: JsonNumber | undefined): GapCause | null {
  if (state === 'stale') return 'stale';
  if (value === undefined) return state === 'failed' || state === 'incomplete' ? state : 'unmeasured';
  return typeof value === 'number' ? null : 'not finite';
}

const finite = (value: JsonNumber | null | undefined): number | null => (typeof value === 'number' ? value : null);

function seriesText(
  { run, measure, label, points }: SeriesView,
  { unit }: MeasureGroup,
  { kind }: RunAxis,
  isNamed: boolean,
): string {
  const known = (run as PlacedRun).placed.flatMap(({ checkpoint, position }, i) =>
    points[i]?.value == null ? [] : [{ measure: checkpoint.measures.find(({ name }) => name === measure)!, position }],
  );
  const name = isNamed ? `${run.label}, ${label}` : label;
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no checkpoint has a value.`;
  const text = (at: typeof first): string => `${measureText(at.measure, unit)} at ${positionText(kind, at.position)}`;
  const gaps = points.length - known.length;
  const left =
    gaps === 0 ? '' : `; ${formatCount(gaps)} ${gaps === 1 ? 'checkpoint has' : 'checkpoints have'} no value`;
  return known.length === 1
    ? `${name}: ${text(first)}${left}.`
    : `${name}: from ${text(first)} to ${text(last)}, over ${formatCount(known.length)} checkpoints${left}.`;
}
