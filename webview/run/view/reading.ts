/** What is read at a place of the axis: of each run the checkpoint nearest to it, and its values. Pure. */
import type { RunCheckpoint } from '../../../worker/results.ts';
import { formatTime } from '../../view/format.ts';
import { type AxisKind, positionText } from './axis.ts';
import { type MeasureGroup, measureText } from './measures.ts';
import type { GapCause, PlacedRun, RunCharts, SeriesView } from './series.ts';

/** A run's checkpoint at the place that is read. */
export interface RunReading {
  readonly run: PlacedRun;
  /** Its place among the run's placed checkpoints. */
  readonly index: number;
  readonly checkpoint: RunCheckpoint;
  /** `epoch_012.pt, step 504`. */
  readonly heading: string;
  /** What is to be known of it: when it was written, and its state with the reason. */
  readonly note: string;
}

/**
 * Of each run that has a checkpoint on the axis, the one nearest to `x`.
 *
 * @param chosen Of the first run, the one to be read, which may not be the only one at its place.
 */
export const readingsAt = ({ runs, axis }: RunCharts, x: number, chosen?: number): RunReading[] =>
  runs.flatMap((run, i) => {
    const places = run.placed.map(own => own.x);
    const index = i === 0 && chosen !== undefined ? chosen : nearest(places, x);
    const own = run.placed[index];
    return own === undefined ? [] : [reading(run, index, axis.kind)];
  });

/** The place of the checkpoint of any run that is nearest to `x`; null where there is none. */
export function nearestPlace({ runs }: RunCharts, x: number): number | null {
  const places = runs.flatMap(({ placed }) => placed.map(own => own.x));
  return places[nearest(places, x)] ?? null;
}

function nearest(places: readonly number[], x: number): number {
  let best = -1;
  for (const [i, place] of places.entries()) {
    if (best < 0 || Math.abs(place - x) < Math.abs(places[best]! - x)) best = i;
  }
  return best;
}

function reading(run: PlacedRun, index: number, kind: AxisKind): RunReading {
  const { checkpoint, position } = run.placed[index]!;
  return {
    run,
    index,
    checkpoint,
    heading: `${checkpoint.file}, ${positionText(kind, position)}`,
    note: `written ${formatTime(new Date(checkpoint.written).toISOString())} · ${stateText(checkpoint)}`,
  };
}

const states: Readonly<Record<RunCheckpoint['state'], string>> = {
  measured: 'measured',
  partial: 'measured in part',
  stale: 'measured with other settings, model or data than now',
  unmeasured: 'not measured',
  incomplete: 'still being written',
  failed: 'could not be measured',
};

/** Where a checkpoint stands, with the reason where there is one. */
export function stateText({ state, reason, present }: RunCheckpoint): string {
  const gone = present ? '' : ', its file is gone';
  return reason === undefined ? `${states[state]}${gone}` : `${states[state]}${gone}: ${reason}`;
}

/** Why there is no value, in a word or two. */
export const gapTexts: Readonly<Record<GapCause, string>> = {
  unmeasured: 'not measured',
  incomplete: 'incomplete',
  failed: 'failed',
  stale: 'other settings',
  'not finite': 'not finite',
};

/** A series' value at a reading of its run, or why there is none. */
export function valueText(
  { points, measure }: SeriesView,
  { unit }: MeasureGroup,
  { index, checkpoint }: RunReading,
): string {
  const point = points[index];
  if (point?.gap != null) return gapTexts[point.gap];
  const own = checkpoint.measures.find(({ name }) => name === measure);
  return own === undefined ? gapTexts.unmeasured : measureText(own, unit);
}

/** What a screen reader says of a place: every run's checkpoint with all values that are drawn. */
export function spokenText({ charts, runs }: RunCharts, readings: readonly RunReading[]): string {
  return readings
    .map(own => {
      const values = charts.flatMap(({ group, series }) =>
        series
          .filter(({ run }) => run.style === own.run.style)
          .map(of => `${group.title} ${of.label}: ${valueText(of, group, own)}`),
      );
      const name = runs.length > 1 ? `${own.run.label}, ` : '';
      return [`${name}${own.heading}`, ...(values.length > 0 ? values : [stateText(own.checkpoint)])].join('; ');
    })
    .join('. ');
}
