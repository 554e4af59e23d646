/** The measures of the compared checkpoints, and how each differs from that of the pinned one. Pure. */
import type { CompareResult, Difference, Measure, RunMeasureName } from '../../../worker/results.ts';
import { RUN_MEASURE_NAMES } from '../../../worker/results.ts';
import { measureGroups, measureText } from '../../run/view/measures.ts';
import { formatNumber, formatPercent, formatWithError } from '../../view/format.ts';
import { type TextTable, textTable } from '../../view/table.ts';
import type { MeasuresPart } from '../messages.ts';

export type Verdict = Difference['verdict'];

/** How a measure differs from the pinned checkpoint's. */
export interface DifferenceView {
  readonly verdict: Verdict;
  /** A shape that tells verdicts apart without colours. */
  readonly mark: string;
  /** The verdict in words: `higher`, `no difference told`. */
  readonly words: string;
  /** The number with its error, `+0.012 ± 0.003`. */
  readonly value: string;
  /** Whether both were measured example by example on the same rows. */
  readonly isPaired: boolean;
}

export interface MeasureCell {
  /** The value with its uncertainty; a sentence or a dash where there is none. */
  readonly text: string;
  readonly isKnown: boolean;
  /** Null in the pinned checkpoint's column, and where one of both has no value. */
  readonly difference: DifferenceView | null;
}

export interface MeasureRow {
  readonly name: RunMeasureName;
  readonly title: string;
  readonly cells: readonly MeasureCell[];
}

/** What a measure is called as a row's heading. */
const titles: Readonly<Record<RunMeasureName, string>> = {
  'train-loss': 'Loss, train',
  'test-loss': 'Loss, test',
  'train-accuracy': 'Accuracy, train',
  'test-accuracy': 'Accuracy, test',
  'gradient-norm': '‖∇L‖',
  'lambda-max': 'λmax',
  'lambda-min': 'λmin',
  trace: 'Trace',
  keskar: 'Keskar φ, ε = 10⁻³',
  sam: 'SAM rise, ρ = 0.05',
  'log-volume': 'ln volume',
};

const marks: Readonly<Record<Verdict, string>> = { higher: '▲', lower: '▼', none: '=', unknown: '?' };
const words: Readonly<Record<Verdict, string>> = {
  higher: 'higher',
  lower: 'lower',
  none: 'no difference told',
  unknown: 'not known',
};

/** Of all measures that are known of one of them, in the order of their names. `baseline`: the pinned checkpoint's place. */
export function measureRows({ checkpoints, differences }: CompareResult, baseline: number): readonly MeasureRow[] {
  return RUN_MEASURE_NAMES.filter(name => checkpoints.some(({ measures }) => find(measures, name) !== undefined)).map(
    name => ({
      name,
      title: titles[name],
      cells: checkpoints.map(({ measures }, index): MeasureCell => {
        const own = find(measures, name);
        if (own === undefined) return { text: 'not measured', isKnown: false, difference: null };
        const found = differences[baseline]?.[index]?.find(each => each.name === name);
        return {
          text: measureText(own, unitOf(name)),
          isKnown: true,
          difference: index === baseline || found === undefined ? null : differenceView(found),
        };
      }),
    }),
  );
}

/** Whether there is a checkpoint whose volume can be measured besides what is measured. */
export const lacksVolumes = ({ phase, result }: MeasuresPart): boolean =>
  phase === 'done' &&
  (result?.checkpoints.some(
    ({ measures, problem }) => problem === undefined && find(measures, 'log-volume') === undefined,
  ) ??
    false);

/** The same as a table of texts. */
export function measureTable(rows: readonly MeasureRow[], names: readonly string[], baseline: number): TextTable {
  return textTable(
    `Measures, with differences from ${names[baseline]}`,
    ['measure', ...names],
    rows.map(({ title, cells }) => [
      title,
      ...cells.map(({ text, difference }) => (difference === null ? text : `${text}; ${differenceText(difference)}`)),
    ]),
  );
}

/** `+0.012 ± 0.003, higher, paired`. */
export const differenceText = ({ value, words: verdict, isPaired }: DifferenceView): string =>
  `${value}, ${verdict}${isPaired ? ', paired' : ''}`;

function differenceView({ name, value, standardError, verdict, isPaired }: Difference): DifferenceView {
  return {
    verdict,
    mark: marks[verdict],
    words: words[verdict],
    isPaired,
    value: signed(
      typeof value === 'string'
        ? formatNumber(value)
        : unitOf(name) === 'percent'
          ? percentagePoints(value, standardError)
          : value === 0
            ? '0'
            : formatWithError(value, standardError),
      value,
    ),
  };
}

/** A difference of fractions is none of a fraction. */
function percentagePoints(value: number, error: Difference['standardError']): string {
  const text =
    value === 0
      ? '0'
      : typeof error === 'number' && error > 0
        ? formatWithError(100 * value, 100 * error)
        : formatPercent(value).replace('%', '');
  return `${text} pp`;
}

const signed = (text: string, value: Difference['value']): string =>
  typeof value === 'number' && value > 0 ? (text.startsWith('(') ? text.replace('(', '(+') : `+${text}`) : text;

const find = <Name extends string>(measures: readonly Measure<Name>[], name: Name): Measure<Name> | undefined =>
  measures.find(measure => measure.name === name);

const percents = new Set(
  measureGroups.filter(({ unit }) => unit === 'percent').flatMap(({ measures }) => measures.map(({ name }) => name)),
);
const unitOf = (name: RunMeasureName): 'number' | 'percent' => (percents.has(name) ? 'percent' : 'number');

/** What the table leaves unsaid, and where it is said in full. */
export const measureNotes: readonly string[] = [
  'A value stands with about one standard error over the sample, or with what its computation leaves open. ▲ higher and ▼ lower: the difference is more than two of its standard errors, and than rounding; = no difference told: it may be chance; ? not known: nothing says how large chance is, as with the best value that a search has found, or with a volume that is a lower bound (≥).',
  'Paired: both were measured example by example on the same rows, so that what these share cancels and the error is smaller than those of the two values tell; else both errors are taken as independent. Where there is no difference, about one verdict in twenty tells one by chance, so that among many measures and checkpoints some will; nothing is corrected for that. Each checkpoint is one training: what tells two trainings apart need not tell two ways to train apart.',
  'Flat and sharp are told by numbers that change when layers are rescaled without changing the function (Dinh et al. 2017, arXiv 1703.04933): between checkpoints of one run a difference in λmax, trace or φ says something, between architectures or differently scaled networks little. Keskar et al. 2017, arXiv 1609.04836; Foret et al. 2021, arXiv 2010.01412.',
];
