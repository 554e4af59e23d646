/** A run as a table: a line a checkpoint, with what was measured and what is wrong. Pure. */
import type { RunMeasureName } from '../../../worker/results.ts';
import { formatCount, formatTime } from '../../view/format.ts';
import type { TextTable } from '../../view/table.ts';
import { measureGroups, measureNames, measureText } from './measures.ts';
import { stateText } from './reading.ts';
import type { StyledRun } from './series.ts';

const units = new Map(measureGroups.flatMap(({ unit, measures }) => measures.map(({ name }) => [name, unit] as const)));

/** In the run's order; of measures those of which it has a value. */
export function runTable({ label, result }: StyledRun): TextTable {
  const names = [...units.keys()].filter(name =>
    result.checkpoints.some(({ measures }) => measures.some(own => own.name === name)),
  );
  return {
    title: `Checkpoints of ${label} with their measures and uncertainties`,
    corner: 'checkpoint',
    columns: ['step', 'epoch', ...names.map(name => measureNames[name]), 'state', 'written'],
    rows: result.checkpoints.map(({ file, step, epoch, written, measures, ...of }) => ({
      heading: file,
      cells: [
        step === null ? '' : formatCount(step),
        epoch === null ? '' : formatCount(epoch),
        ...names.map(name => cell(name, measures)),
        stateText({ file, step, epoch, written, measures, ...of }),
        formatTime(new Date(written).toISOString()),
      ],
    })),
  };
}

function cell(name: RunMeasureName, measures: StyledRun['result']['checkpoints'][number]['measures']): string {
  const own = measures.find(measure => measure.name === name);
  return own === undefined ? '' : measureText(own, units.get(name) ?? 'number');
}
