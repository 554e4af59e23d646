import { shortNames } from '../checkpointNames.ts';
import {
  type ComparedCheckpoint,
  type CompareResult,
  type Difference,
  type Eigenvalue,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
} from '../results.ts';
import { formatNumber, formatWithError } from '../text.ts';
import { volumeNotes } from '../volumeSettings.ts';
import { measureCell, RUN_MEASURE_LABELS, reasonOf } from './formatRun.ts';
import { formatProvenance, percent, table } from './lines.ts';

/** Checkpoints side by side, a row a measure, and below how they differ from the baseline. */
export function formatCompare(result: CompareResult): string[] {
  const { checkpoints, baseline, warnings, complete } = result;
  const provenance = checkpoints[baseline]?.provenance;
  const names = shortNames(checkpoints.map(({ checkpoint }) => checkpoint));
  const isOpen = checkpoints.some(({ measures, largest, smallest }) =>
    [...measures, ...largest, ...smallest].some(({ converged }) => !converged),
  );
  return [
    `${checkpoints.length} checkpoints${complete ? '' : ', not all measured'}`,
    '',
    ...table(['measure', ...names], valueRows(checkpoints)),
    ...(isOpen ? ['? has not converged.'] : []),
    ...volumeNotes(checkpoints.map(({ measures }, index) => ({ name: names[index]!, measures }))),
    ...checkpoints.flatMap(({ checkpoint, problem }) => (problem === undefined ? [] : [reasonOf(checkpoint, problem)])),
    ...differences(result, names, baseline),
    ...(provenance === undefined ? [] : ['', 'The baseline:', ...formatProvenance(provenance)]),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map(warning => `Warning: ${warning}`)]),
  ];
}

function valueRows(checkpoints: readonly ComparedCheckpoint[]): string[][] {
  const measured = RUN_MEASURE_NAMES.filter(name => checkpoints.some(({ measures }) => find(measures, name)));
  return [
    ...measured.map(name => [
      RUN_MEASURE_LABELS[name],
      ...checkpoints.map(({ measures }) => measureCell(find(measures, name))),
    ]),
    ...eigenvalueRows(checkpoints, 'largest'),
    ...eigenvalueRows(checkpoints, 'smallest'),
  ];
}

function eigenvalueRows(checkpoints: readonly ComparedCheckpoint[], end: 'largest' | 'smallest'): string[][] {
  const most = Math.max(...checkpoints.map(own => own[end].length));
  return Array.from({ length: most }, (_, index) => [
    `λ ${end} ${index + 1}`,
    ...checkpoints.map(own => eigenvalueCell(own[end][index])),
  ]);
}

/** An eigenvalue with its residual; how far the sample leaves it open stands with λmax. */
function eigenvalueCell(pair: Eigenvalue | undefined): string {
  if (pair === undefined) return '';
  const text = formatWithError(pair.value, pair.residual);
  return pair.converged ? text : `${text} ?`;
}

const MARKS: Readonly<Record<Difference['verdict'], string>> = { higher: '▲', lower: '▼', none: '=', unknown: '?' };

/** How each differs from the baseline, and what the marks mean and leave unsaid. */
function differences(result: CompareResult, names: readonly string[], baseline: number): string[] {
  const own = result.differences[baseline] ?? [];
  const others = names.flatMap((_, place) => (place === baseline ? [] : [place]));
  const all = others.flatMap(place => own[place] ?? []);
  if (all.length === 0) return [];
  const measured = RUN_MEASURE_NAMES.filter(name => find(all, name));
  const rows = measured.map(name => [
    RUN_MEASURE_LABELS[name],
    ...others.map(place => differenceCell(find(own[place] ?? [], name))),
  ]);
  const tested = all.filter(({ verdict, value }) => verdict !== 'unknown' && value !== 0);
  return [
    '',
    `Differences from ${names[baseline]}`,
    ...table(['measure', ...others.map(place => names[place]!)], rows),
    '▲ higher, ▼ lower: by more than two standard errors of the difference, and rounding; = by less, which can be chance; ? nothing says how large chance is.',
    ...(all.some(({ isPaired, value }) => isPaired && value !== 0)
      ? [
          'paired: example by example on the same rows, so that what these share cancels; else both errors are taken as independent.',
        ]
      : []),
    ...(tested.length > 1
      ? [
          `${tested.length} differences are told at once: where there is none, about one in twenty shows by chance, and nothing is corrected for that.`,
        ]
      : []),
    'Each checkpoint is one training: what tells two trainings apart need not tell two ways to train apart.',
  ];
}

function differenceCell(difference: Difference | undefined): string {
  if (difference === undefined) return '';
  const { verdict, isPaired, value } = difference;
  if (value === 0 && verdict === 'none') return MARKS.none;
  return `${MARKS[verdict]} ${amount(difference)}${isPaired ? ' paired' : ''}`;
}

/** A signed number with its error; of accuracies in points of a hundred. */
function amount({ name, value, standardError: error }: Difference): string {
  if (typeof value === 'string') return value;
  const sign = value > 0 ? '+' : '';
  if (!isAccuracy(name)) return `${sign}${error === 0 ? formatNumber(value) : formatWithError(value, error)}`;
  const points = error ? formatWithError(100 * value, 100 * error) : percent(value).replace(' %', '');
  return `${sign}${points} points`;
}

const isAccuracy = (name: RunMeasureName): boolean => name === 'train-accuracy' || name === 'test-accuracy';

const find = <T extends { readonly name: RunMeasureName }>(all: readonly T[], name: RunMeasureName): T | undefined =>
  all.find(own => own.name === name);
