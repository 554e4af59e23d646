/** What the status item says of how sharp the minimum is that a checkpoint is in. Pure. */
import type { Measure, RunCheckpoint, RunMeasureName } from '../../worker/results.ts';
import { commands } from '../commands.ts';
import { commandLink, escapeMarkdown } from '../markdown.ts';
import { settingIds } from '../settings.ts';
import type { CheckpointOfRun } from './runSource.ts';
import { checkpointTooltip, measureTable, measuringText, nameOf, shortText } from './runTexts.ts';

export interface SharpnessText {
  /** With codicons; absent where no value is known. */
  readonly text?: string;
  /** Markdown: the measures, the trend, and what can be done. */
  readonly paragraphs: readonly string[];
  /** In words, for who hears it. */
  readonly accessibleLabel: string;
  /** Whether the run is being measured. */
  readonly isMeasuring: boolean;
  /** Whether the value is that of the checkpoint itself. */
  readonly isOwn: boolean;
}

/** A measure and the checkpoint that it is of. */
interface Known {
  readonly checkpoint: RunCheckpoint;
  readonly measure: Measure<RunMeasureName>;
}

/** The sharpness of a checkpoint by the chosen measure, else the last one known of its run before it. */
export function sharpnessText({ run, checkpoint }: CheckpointOfRun, name: RunMeasureName): SharpnessText {
  const checkpoints = run.result?.checkpoints ?? [];
  const position = checkpoints.indexOf(checkpoint);
  const known = checkpoints
    .slice(0, position + 1)
    .flatMap((each): readonly Known[] =>
      each.measures.filter(measure => measure.name === name).map(measure => ({ checkpoint: each, measure })),
    );
  const [before, last] = [known.at(-2), known.at(-1)];
  const isOwn = last?.checkpoint === checkpoint;
  const trend = isOwn && before !== undefined ? trendOf(before, last) : undefined;
  const links = [
    ...(run.measuring?.phase === 'running' || run.measuring?.phase === 'waiting'
      ? [commandLink('Pause Measuring', commands.pauseRun, run.folder)]
      : [commandLink('Measure This Run', commands.measureRun, run.folder)]),
    commandLink('Show Run', commands.showRun, run.folder),
    commandLink('Choose the Measure', 'workbench.action.openSettings', settingIds.statusBarMeasure),
  ];
  return {
    isMeasuring: run.measuring?.phase === 'running',
    isOwn,
    ...(last && { text: valueText(last, isOwn, trend) }),
    paragraphs: [
      checkpointTooltip(checkpoint),
      ...(trend === undefined ? [] : [escapeMarkdown(`${sentence(trend.words)}.`)]),
      ...(last === undefined || isOwn ? [] : [escapeMarkdown(`Last known: ${labelOf(last)}.`)]),
      escapeMarkdown(`Run ${run.label}${run.measuring === undefined ? '' : `: ${measuringText(run.measuring)}`}.`),
      links.join(' · '),
    ],
    accessibleLabel:
      last === undefined
        ? `no measure of ${nameOf(checkpoint)} yet`
        : [...(isOwn ? [] : ['last known']), labelOf(last), ...(trend === undefined ? [] : [trend.words])].join(', '),
  };
}

/** The same, by a measure that the checkpoint's panel has and its run, of which `known` tells, has not. */
export function withPanelMeasure(known: SharpnessText | undefined, measure: Measure<RunMeasureName>): SharpnessText {
  if (known?.isOwn) return known;
  const text = shortText(measure);
  return {
    isMeasuring: known?.isMeasuring ?? false,
    isOwn: true,
    text,
    paragraphs: [...(known?.paragraphs ?? []), measureTable([measure]), "As this checkpoint's panel has computed it."],
    accessibleLabel: `${text} of the checkpoint in the panel`,
  };
}

export interface Trend {
  readonly direction: 'up' | 'down' | 'unclear';
  readonly words: string;
}

const icons: Readonly<Record<Trend['direction'], string>> = {
  up: 'arrow-up',
  down: 'arrow-down',
  unclear: 'arrow-right',
};

/**
 * Whether a measure is larger or smaller than that of the checkpoint before. The difference of two numbers with errors is
 * clear where it exceeds the errors towards each other, added as independent ones are; an open end leaves all unclear.
 */
export function trendOf(before: Known, now: Known): Trend {
  const [a, b] = [before.measure, now.measure];
  const direction = directionOf(a, b);
  const than = `${shortText(a)} of ${nameOf(before.checkpoint)}`;
  if (direction === 'unclear') return { direction, words: `no clear change from ${than}` };
  return { direction, words: `${direction === 'up' ? 'higher' : 'lower'} than ${than}` };
}

function directionOf(before: Measure, now: Measure): Trend['direction'] {
  if (typeof before.value !== 'number' || typeof now.value !== 'number') return 'unclear';
  const difference = now.value - before.value;
  const [below, above] = difference > 0 ? [before, now] : [now, before];
  // From the smaller value upwards and from the larger one downwards.
  if (typeof below.upper !== 'number' || typeof above.lower !== 'number') return 'unclear';
  const uncertainty = Math.hypot(below.upper - Number(below.value), Number(above.value) - above.lower);
  if (!before.converged || !now.converged || !(Math.abs(difference) > uncertainty)) return 'unclear';
  return difference > 0 ? 'up' : 'down';
}

function valueText({ checkpoint, measure }: Known, isOwn: boolean, trend: Trend | undefined): string {
  if (!isOwn) return `${shortText(measure)} (${nameOf(checkpoint)})`;
  return trend === undefined ? shortText(measure) : `${shortText(measure)} $(${icons[trend.direction]})`;
}

const labelOf = ({ checkpoint, measure }: Known): string => `${shortText(measure)} of ${nameOf(checkpoint)}`;

const sentence = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
