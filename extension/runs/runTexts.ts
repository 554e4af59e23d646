/** What the view of runs and the status item say of a run and its checkpoints. Pure. */
import { measureGroups, measureNames, measureText } from '../../webview/run/view/measures.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTime,
} from '../../webview/view/format.ts';
import type { Measure, RunCheckpoint, RunMeasureName } from '../../worker/results.ts';
import { escapeMarkdown } from '../markdown.ts';
import type { Measuring, RunState } from './runSource.ts';

/** How a row of the view looks and reads. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  /** The name of a codicon, and of the colour it has where it has one of its own. */
  readonly icon: string;
  readonly color?: string;
  /** All of it in words, for who hears it. */
  readonly accessibleLabel: string;
}

/** What a checkpoint's row can be: what a `when` clause asks of it. */
export type CheckpointStanding = RunCheckpoint['state'] | 'gone';

/** A file that is gone is that before all else. */
export const standingOf = ({ present, state }: RunCheckpoint): CheckpointStanding => (present ? state : 'gone');

const standings: Readonly<
  Record<
    CheckpointStanding,
    {
      readonly icon: string;
      readonly color?: string;
      readonly words: string;
      /** What a row says of it beside the icon, where it does. */
      readonly mark?: string;
    }
  >
> = {
  measured: { icon: 'pass', words: 'measured' },
  partial: { icon: 'circle-filled', words: 'measured in part' },
  stale: {
    icon: 'history',
    color: 'list.warningForeground',
    words: 'measured with other settings, model or data than now',
    mark: 'stale',
  },
  unmeasured: { icon: 'circle-large-outline', words: 'not measured yet' },
  incomplete: { icon: 'ellipsis', words: 'still being written', mark: 'being written' },
  failed: { icon: 'error', color: 'list.errorForeground', words: 'cannot be measured' },
  gone: { icon: 'circle-slash', words: 'deleted or written over since it was measured', mark: 'gone' },
};

/** A row of a checkpoint. `measure` is the one that stands for its sharpness. */
export function checkpointRow(checkpoint: RunCheckpoint, measure: RunMeasureName): RowText {
  const { file, reason } = checkpoint;
  const standing = standingOf(checkpoint);
  const { icon, color, words, mark } = standings[standing];
  const measures = [...(isLoss(measure) ? [] : valuesOf(checkpoint, measure)), ...lossOf(checkpoint)];
  const places = positionOf(checkpoint);
  // A row is narrow: what the file's name tells is not repeated, and there is one loss, whose split the tooltip names.
  const untold = places.filter(place => !numbersIn(file).includes(numbersIn(place)[0] ?? Number.NaN));
  const marks = standing === 'failed' && reason !== undefined ? [reasonOf(reason)] : mark === undefined ? [] : [mark];
  return {
    label: file,
    description: [...untold, ...measures.map(each => shortText(each).replace(/^(test|train) /, '')), ...marks].join(
      ' · ',
    ),
    icon,
    ...(color !== undefined && { color }),
    accessibleLabel: [file, ...places, ...measures.map(shortText), reason ?? words].join(', '),
  };
}

/** A checkpoint's measures with their uncertainties, and when, on what and where they were computed: Markdown. */
export function checkpointTooltip(checkpoint: RunCheckpoint): string {
  const { file, bytes, written, reason, measures } = checkpoint;
  const standing = standings[standingOf(checkpoint)].words;
  const facts = [...positionOf(checkpoint), sizeOf(bytes), `written ${formatTime(new Date(written).toISOString())}`];
  return [
    `**${escapeMarkdown(file)}**`,
    escapeMarkdown(`${facts.join(', ')}: ${standing}.`),
    ...(reason === undefined ? [] : [escapeMarkdown(reason)]),
    ...(measures.length === 0 ? [] : [measureTable(measures), escapeMarkdown(computedLine(checkpoint))]),
  ].join('\n\n');
}

/** The row of a run. */
export function runRow(run: RunState): RowText {
  const { label, problem, measuring } = run;
  const progress = measuring === undefined ? [] : [measuringText(measuring)];
  const description = [...(problem === undefined ? countsOf(run) : ['cannot be listed']), ...progress].join(' · ');
  return {
    label,
    description,
    icon: measuring?.phase === 'running' ? 'loading~spin' : problem === undefined ? 'folder' : 'warning',
    ...(problem !== undefined && { color: 'list.warningForeground' }),
    accessibleLabel: ['run', label, description].filter(text => text !== '').join(', '),
  };
}

/** The row that stands for the checkpoints before those that have one. */
export function restRow(count: number): RowText {
  const label = `${formatCount(count)} earlier checkpoints`;
  const description = "are not listed here; the run's panel shows them";
  return { label, description, icon: 'ellipsis', accessibleLabel: `${label} ${description}` };
}

/** What is known of a run, and why it cannot be listed or measured: Markdown. */
export function runTooltip(run: RunState): string {
  const { label, problem, measuring, result } = run;
  const gone = result?.checkpoints.filter(({ present }) => !present).length ?? 0;
  const counts = [...countsOf(run), ...(gone > 0 ? [`${formatCount(gone)} remembered that are gone`] : [])];
  return [
    `**${escapeMarkdown(label)}**`,
    ...(counts.length === 0 ? [] : [escapeMarkdown(`${counts.join(', ')}.`)]),
    ...(problem === undefined ? [] : [escapeMarkdown(problem)]),
    ...(measuring === undefined ? [] : [escapeMarkdown(measuringText(measuring))]),
    ...(measuring?.message === undefined ? [] : [escapeMarkdown(measuring.message)]),
  ].join('\n\n');
}

function countsOf({ result }: RunState): readonly string[] {
  if (result === undefined) return [];
  const there = result.checkpoints.filter(({ present }) => present);
  const measured = there.filter(({ state }) => state === 'measured').length;
  return [
    `${formatCount(there.length)} checkpoint${there.length === 1 ? '' : 's'}`,
    ...(measured > 0 ? [`${formatCount(measured)} measured`] : []),
  ];
}

/** How the measuring of a run goes, in a few words. */
export function measuringText({ phase, progress, current }: Measuring): string {
  const done = progress === undefined ? '' : ` ${formatCount(progress.done)} of ${formatCount(progress.total)}`;
  switch (phase) {
    case 'running': {
      const { remainingSeconds = null } = progress ?? {};
      const left = remainingSeconds === null ? '' : `, about ${formatDuration(remainingSeconds)} left`;
      const what = current == null ? '' : `, ${measureNames[current.measure]}`;
      return `measuring${done}${what}${left}`;
    }
    case 'waiting':
      return 'waits to measure';
    case 'paused':
      return `paused${done && ` after${done}`}`;
    case 'spent':
      return 'stopped, as the time for it is spent';
    case 'failed':
      return 'measuring failed';
  }
}

/** A checkpoint in a few words: `epoch 24`, else its file's name. */
export const nameOf = (checkpoint: RunCheckpoint): string => positionOf(checkpoint)[0] ?? checkpoint.file;

/** A measure's number without its uncertainty: `λmax 12.3`. */
export function shortText({ name, value, lower, upper, converged }: Measure<RunMeasureName>): string {
  const number = unitOf(name) === 'percent' ? formatPercent(value) : formatNumber(value);
  // A number that is a bound, or that did not come to its end, is not said as if it were the value.
  const bound = upper === null ? '≥ ' : lower === null ? '≤ ' : converged ? '' : '≈ ';
  return `${measureNames[name]} ${bound}${number}`;
}

/** A table of measures with their uncertainties: Markdown. */
export const measureTable = (measures: readonly Measure<RunMeasureName>[]): string =>
  [
    '| | |',
    '|---|---|',
    ...measures.map(measure => `| ${measureNames[measure.name]} | ${measureText(measure, unitOf(measure.name))} |`),
  ].join('\n');

/** When, on what and where a checkpoint's measures were computed. */
export function computedLine({ provenance }: RunCheckpoint): string {
  if (provenance === undefined) return '';
  const { data, rows, samples, engine, device, time, checkpoint, model } = provenance;
  const on =
    data === undefined ? '' : ` on ${formatCount(samples)} rows of ${data.file}, ${rows[0]} to ${rows[1] - 1},`;
  return `Computed ${formatTime(time)}${on} with ${model.file} by ${engine} on ${device}. Checkpoint ${checkpoint.digest.slice(0, 12)}.`;
}

const unitOf = (name: RunMeasureName): 'number' | 'percent' =>
  measureGroups.find(({ measures }) => measures.some(measure => measure.name === name))?.unit ?? 'number';

function positionOf({ step, epoch }: RunCheckpoint): readonly string[] {
  return [
    ...(epoch === null ? [] : [`epoch ${formatCount(epoch)}`]),
    ...(step === null ? [] : [`step ${formatCount(step)}`]),
  ];
}

const numbersIn = (text: string): readonly number[] => (text.replaceAll(',', '').match(/\d+/g) ?? []).map(Number);

/** The unit of memory is too large for the smallest checkpoints. */
const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${formatCount(Math.ceil(bytes / 1000))} kB` : formatBytes(bytes);

const valuesOf = ({ measures }: RunCheckpoint, wanted: RunMeasureName): readonly Measure<RunMeasureName>[] =>
  measures.filter(({ name }) => name === wanted);

/** The loss on data that the network was not trained on, else on what it was. */
function lossOf(checkpoint: RunCheckpoint): readonly Measure<RunMeasureName>[] {
  const test = valuesOf(checkpoint, 'test-loss');
  return test.length > 0 ? test : valuesOf(checkpoint, 'train-loss');
}

const isLoss = (name: RunMeasureName): boolean => name === 'test-loss' || name === 'train-loss';

/** A sentence names its file first, which the row does already. */
const reasonOf = (reason: string): string => reason.replace(/^[^:\s]+: /, '');
