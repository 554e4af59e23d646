/** What the spectrum's pictures and tables show, from a result. Pure. */
import type { Eigenvalue, EigenvectorLine, JsonNumber, SpectrumResult, Split } from '../../worker/results.ts';
import { formatCount, formatDuration, formatNumber, formatPercent, formatWithError } from '../view/format.ts';
import type { NumberGroup, NumberRow } from '../view/numbers.ts';
import { preferredScale, type ScaleKind } from '../view/scale.ts';
import { type TextTable, textTable } from '../view/table.ts';

/** An eigenvalue with both of its errors. */
export interface EigenvalueView extends Eigenvalue {
  readonly end: 'largest' | 'smallest';
  /** Its rank from the top where n is the lowest: `1`, `2`, …, `n−1`, `n`. */
  readonly rank: string;
  /** Standard error over the sample; `null` where it is not known, as for all but the first of each end. */
  readonly sampling: number | null;
}

/** From the largest down to the smallest, as far as either end is known. */
export function eigenvalueViews({ largest, smallest, sampling }: SpectrumResult): EigenvalueView[] {
  return [
    ...largest.map(
      (pair, i): EigenvalueView => ({
        ...pair,
        end: 'largest',
        rank: `${i + 1}`,
        sampling: i === 0 ? sampling.largest : null,
      }),
    ),
    ...smallest
      .map(
        (pair, i): EigenvalueView => ({
          ...pair,
          end: 'smallest',
          rank: i === 0 ? 'n' : `n−${i}`,
          sampling: i === 0 ? sampling.smallest : null,
        }),
      )
      .reverse(),
  ];
}

/** `27.80 ± 0.02`, and what that is worth. */
const eigenvalueText = ({ value, residual, converged }: Eigenvalue): string =>
  `${formatWithError(value, residual)}${converged ? '' : ', not converged'}`;

export function eigenvalueTable(result: SpectrumResult): TextTable {
  return textTable(
    `Eigenvalues of the ${matrixOf(result)}, with their residuals: some eigenvalue lies in each interval`,
    ['rank', 'value ± residual', 'converged', 'standard error over the sample'],
    eigenvalueViews(result).map(({ rank, value, residual, converged, sampling }) => [
      rank,
      formatWithError(value, residual),
      converged ? 'yes' : 'no',
      sampling === null ? '' : `± ${formatNumber(sampling, 2)}`,
    ]),
  );
}

/** The extreme eigenvalues with both errors, and how many have converged, in sentences. */
export function eigenvalueDescription(result: SpectrumResult): string {
  const views = eigenvalueViews(result);
  if (views.length === 0) return 'No eigenvalue is known yet.';
  const open = views.filter(({ converged }) => !converged).length;
  const extreme = (end: 'largest' | 'smallest'): string => {
    const first = result[end][0];
    if (first === undefined) return '';
    const { [end]: error } = result.sampling;
    const sampled = error === null ? '' : `, and ± ${formatNumber(error, 2)} from sample to sample`;
    return ` ${capitalized(end)}: ${eigenvalueText(first)} (numerical)${sampled}.`;
  };
  const count =
    open === 0
      ? `${counted(views.length)}, all converged.`
      : `${counted(views.length)}, ${formatCount(open)} of them not converged.`;
  return `${count}${extreme('largest')}${extreme('smallest')}`;
}

const counted = (count: number): string => `${formatCount(count)} ${count === 1 ? 'eigenvalue' : 'eigenvalues'}`;

/** What the marks of the eigenvalues' chart mean. */
export function eigenvalueLegend(result: SpectrumResult, scale: ScaleKind): string {
  const views = eigenvalueViews(result);
  return [
    ...(scale === 'log'
      ? ['● above zero', ...(views.some(({ value }) => value < 0) ? ['▲ below zero, drawn at its size'] : [])]
      : ['● eigenvalue']),
    ...(views.some(({ converged }) => !converged) ? ['✕ not converged'] : []),
    'narrow bar: numerical interval',
    ...(views.some(({ sampling }) => sampling !== null) ? ['wide bar: standard error over the sample'] : []),
    `dashed: τ = ${formatNumber(result.tau)}`,
  ].join(' · ');
}

/** Eigenvalues span orders of magnitude nearly always. */
export function eigenvalueScale(result: SpectrumResult): ScaleKind {
  const sizes = eigenvalueViews(result)
    .map(({ value }) => Math.abs(value))
    .filter(size => size > 0);
  return preferredScale(Math.min(...sizes), Math.max(...sizes));
}

export interface CurvePoint {
  readonly x: number;
  /** `null` where nothing is drawn. */
  readonly y: number | null;
}

/** Below this share of a single eigenvalue's peak a density is only the tail of the Gaussians it is drawn with. */
const TAIL = 0.01;

/** The density where it counts eigenvalues; null where it was not estimated. */
export function densityPoints({ density }: SpectrumResult): CurvePoint[] | null {
  if (density === undefined) return null;
  const floor = TAIL / (density.sigma * Math.sqrt(2 * Math.PI));
  return density.x.map((x, i) => ({ x, y: density.y[i]! >= floor ? density.y[i]! : null }));
}

export function densityDescription(result: SpectrumResult): string {
  const { density, negative, tau } = result;
  if (density === undefined) return '';
  const below = negative
    ? ` Below −τ = ${formatNumber(-tau)}: ${formatWithError(negative.count.value, negative.count.uncertainty)} eigenvalues.`
    : '';
  return (
    `Eigenvalues a unit of λ, from ${density.probes} random probes of ${density.steps} steps, each drawn as a Gaussian of ` +
    `standard deviation ${formatNumber(density.sigma)}; what is less than a hundredth of one eigenvalue is left out.${below}`
  );
}

/** As many lines of a table as can be read. */
const TABLE_ROWS = 100;

export function densityTable(result: SpectrumResult): TextTable | null {
  const points = densityPoints(result)?.filter(({ y }) => y !== null);
  if (!points) return null;
  const stride = Math.ceil(points.length / TABLE_ROWS);
  return textTable(
    `Density of eigenvalues${stride > 1 ? `; every ${ordinal(stride)} point, the exported CSV file has all` : ''}`,
    ['λ', 'eigenvalues a unit'],
    points.filter((_, i) => i % stride === 0).map(({ x, y }) => [formatNumber(x), formatNumber(y!)]),
  );
}

const ordinal = (count: number): string => (count === 2 ? 'second' : count === 3 ? 'third' : `${count}th`);

/** The loss along one eigenvector. */
export interface LineView {
  readonly title: string;
  readonly scale: ScaleKind;
  readonly t: readonly number[];
  readonly splits: readonly {
    readonly split: Split;
    /** `null` where it is not finite. */
    readonly loss: readonly (number | null)[];
    readonly standardError: readonly (number | null)[] | null;
  }[];
  readonly description: string;
  readonly table: TextTable;
}

export function lineViews({ along = [] }: SpectrumResult): LineView[] {
  return along.map(line => {
    const splits = (['train', 'test'] as const).flatMap(split => {
      const own = line.splits[split];
      return own === undefined
        ? []
        : [{ split, loss: own.loss.map(finite), standardError: own.standardError?.map(finite) ?? null }];
    });
    const values = splits.flatMap(({ loss }) => loss).filter(value => value !== null);
    const title = `Along the ${line.end} eigenvector${line.index === 0 ? '' : ` ${line.index + 1}`}, λ = ${formatNumber(line.eigenvalue)}`;
    return {
      title,
      scale: preferredScale(Math.min(...values), Math.max(...values)),
      t: line.t,
      splits,
      description: lineDescription(line, splits),
      table: textTable(
        `Loss ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
        ['t', ...splits.map(({ split }) => `${split} loss`)],
        line.t.map((t, i) => [
          formatNumber(t),
          ...splits.map(({ loss, standardError }) =>
            loss[i] == null ? 'not finite' : formatWithError(loss[i], standardError?.[i] ?? null),
          ),
        ]),
      ),
    };
  });
}

function lineDescription({ t }: EigenvectorLine, splits: LineView['splits']): string {
  const reach = formatNumber(Math.abs(t[0] ?? 0));
  const sentences = splits.map(({ split, loss }) => {
    const low = loss.reduce<number>(
      (best, value, i) => (value !== null && (loss[best] == null || value < loss[best]) ? i : best),
      0,
    );
    const [first, here, last] = [loss[0], loss[Math.floor(loss.length / 2)], loss.at(-1)].map(numberText);
    return ` On the ${split} split: ${first} at the left end, ${here} at the checkpoint, ${last} at the right end; lowest ${numberText(loss[low])} at t = ${formatNumber(t[low] ?? 0)}.`;
  });
  return `Loss at θ + t·v for t from −${reach} to ${reach}, v of length 1; bars are standard errors over the sample.${sentences.join('')}`;
}

const numberText = (value: number | null | undefined): string => (value == null ? 'not finite' : formatNumber(value));

export const lineLegend = ({ splits }: LineView): string =>
  splits.map(({ split }) => `${split === 'train' ? '●' : '○'} ${split}`).join(' · ');

/** The numbers beside the charts. */
export function spectrumNumbers(result: SpectrumResult): NumberGroup[] {
  const { trace, frobenius, effectiveRank, negative, tau, noise, products, provenance, tolerance } = result;
  const matrix: NumberRow[] = [];
  if (trace) {
    const exact = trace.probes === 0;
    matrix.push({
      label: 'Trace',
      value: formatWithError(trace.mean, trace.standardError === 0 ? null : trace.standardError),
      note: exact ? 'exact' : `± standard error of ${trace.probes} probes`,
    });
  }
  const uncertain = (label: string, of: typeof frobenius, note?: string): void => {
    if (of) {
      matrix.push({ label, value: formatWithError(of.value, of.uncertainty), ...(note !== undefined && { note }) });
    }
  };
  uncertain('Norm ‖H‖', frobenius, '√Σλ²');
  uncertain('Effective rank', effectiveRank, '(Σλ)²/Σλ²');
  if (negative) {
    matrix.push({
      label: 'Below −τ',
      value: formatWithError(negative.count.value, negative.count.uncertainty),
      note: `of ${formatCount(provenance.parameters.count)} eigenvalues; ${formatPercent(negative.share.value)} of Σ|λ|`,
    });
  }
  matrix.push({ label: 'τ', value: formatNumber(tau), note: 'smaller in size counts as flat' });
  return [
    { title: capitalized(matrixOf(result)), rows: matrix },
    {
      title: 'Computation',
      rows: [
        { label: 'Products', value: formatCount(products), note: 'of the matrix with a vector' },
        { label: 'Time', value: formatDuration(provenance.seconds) },
        {
          label: 'Tolerance',
          value: formatNumber(tolerance, 1),
          note: 'of |λ|, at which a residual counts as converged',
        },
        { label: 'Rounding', value: formatNumber(noise, 2), note: "length of a product's error" },
      ],
    },
  ];
}

/** The blocks of the single tensors; null where they were not asked for. */
export function tensorTable({ byTensor }: SpectrumResult): TextTable | null {
  if (byTensor === undefined) return null;
  return textTable(
    'The diagonal blocks of the single tensors',
    ['tensor', 'largest ± residual', 'converged', 'trace ± standard error'],
    byTensor.map(({ name, largest, trace }) => [
      name,
      formatWithError(largest.value, largest.residual),
      largest.converged ? 'yes' : 'no',
      formatWithError(trace.mean, trace.standardError === 0 ? null : trace.standardError),
    ]),
  );
}

export const matrixOf = ({ operator }: Pick<SpectrumResult, 'operator'>): string =>
  operator === 'ggn' ? 'Gauss–Newton matrix' : 'Hessian';

/** What it says of the checkpoint, with the page's minus sign. */
export const verdictText = ({ verdict }: SpectrumResult): string => verdict.replace(/(^|[\s(])-(?=[\d.])/g, '$1−');

/** What was computed, in a sentence, for the caption. */
export function spectrumCaption(result: SpectrumResult): string {
  const { checkpoint, provenance } = result;
  const { model, data, split, samples, mode, engine, device, dtype, loss } = provenance;
  const sample = data === undefined ? '' : `, ${formatCount(samples)} examples of the ${split} split of ${data.file}`;
  return (
    `${capitalized(matrixOf(result))} of the mean ${loss} of ${checkpoint} in ${model.file}${sample}, ` +
    `${mode.batchNorm === 'held' ? 'BatchNorm statistics held' : 'no BatchNorm'}. ` +
    `Computed by ${engine} on ${device}, ${dtype}: ${formatCount(result.products)} products, ${formatDuration(provenance.seconds)}.`
  );
}

const finite = (value: JsonNumber): number | null => (typeof value === 'number' ? value : null);

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
