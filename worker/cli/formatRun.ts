import {
  type Measure,
  RUN_MEASURE_NAMES,
  type RunCheckpoint,
  type RunMeasureName,
  type RunResult,
} from '../results.ts';
import { volumeNotes } from '../volumeSettings.ts';
import { formatProvenance, interval, percent, table } from './lines.ts';

/** What each measure is called at the head of a column or a row. */
export const RUN_MEASURE_LABELS: Readonly<Record<RunMeasureName, string>> = {
  'train-loss': 'train loss',
  'test-loss': 'test loss',
  'train-accuracy': 'train accuracy',
  'test-accuracy': 'test accuracy',
  'gradient-norm': '‖gradient‖',
  'lambda-max': 'λmax',
  'lambda-min': 'λmin',
  trace: 'trace',
  keskar: 'Keskar φ',
  sam: 'SAM rise',
  'log-volume': 'ln volume',
};

/** The checkpoints of a run, a line each, and their measures with their errors. */
export function formatRun({ folder, order, checkpoints, complete }: RunResult): string[] {
  const shown = RUN_MEASURE_NAMES.filter(name => checkpoints.some(({ measures }) => measureOf(measures, name)));
  const rows = checkpoints.map(checkpoint => [
    placeOf(checkpoint),
    checkpoint.file,
    checkpoint.present ? checkpoint.state : `${checkpoint.state}, gone`,
    ...shown.map(name => measureCell(measureOf(checkpoint.measures, name))),
  ]);
  const places = order === 'time' ? 'written' : order;
  const provenance = checkpoints.findLast(checkpoint => checkpoint.provenance !== undefined)?.provenance;
  const isOpen = checkpoints.some(({ measures }) => measures.some(({ converged }) => !converged));
  return [
    `${folder}: ${checkpoints.length} ${checkpoints.length === 1 ? 'checkpoint' : 'checkpoints'}${complete ? '' : ', not all measured'}`,
    '',
    ...table([places, 'checkpoint', 'state', ...shown.map(name => RUN_MEASURE_LABELS[name])], rows),
    '',
    ...checkpoints.flatMap(({ file, reason }) => (reason === undefined ? [] : [reasonOf(file, reason)])),
    ...(isOpen ? ['? has not converged.'] : []),
    ...volumeNotes(checkpoints.map(({ file, measures }) => ({ name: file, measures }))),
    ...(provenance === undefined ? [] : ['The last one measured:', ...formatProvenance(provenance)]),
  ];

  function placeOf({ step, epoch, written }: RunCheckpoint): string {
    const place = order === 'step' ? step : order === 'epoch' ? epoch : new Date(written).toISOString().slice(0, 19);
    return place === null ? '' : String(place);
  }
}

const measureOf = (measures: RunCheckpoint['measures'], name: RunMeasureName): Measure<RunMeasureName> | undefined =>
  measures.find(own => own.name === name);

/** A measure with its uncertainty, marked where it has not converged; empty where it is not known. */
export function measureCell(measure: Measure<RunMeasureName> | undefined): string {
  if (measure === undefined) return '';
  const { name, value, converged } = measure;
  // An accuracy's errors are the binomial's, which the number of examples tells.
  const isAccuracy = name === 'train-accuracy' || name === 'test-accuracy';
  const text = isAccuracy && typeof value === 'number' ? percent(value) : interval(measure);
  return converged ? text : `${text} ?`;
}

/** Most reasons name the file; the others are given it. */
export const reasonOf = (file: string, reason: string): string =>
  reason.includes(file) ? reason : `${file}: ${reason}`;
