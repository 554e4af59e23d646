import { csv } from '../worker/csv.ts';
import type { Eigenvalue, JsonNumber, ProbeMean, SpectrumResult, Uncertain } from '../worker/results.ts';

const heading = ['quantity', 'index', 'name', 'at', 'value', 'error', 'sampling_error', 'converged'] as const;

type Row = readonly [
  quantity: string,
  index: number | '',
  name: string,
  at: number | '',
  value: JsonNumber,
  error?: JsonNumber | null,
  samplingError?: number | null,
  converged?: boolean,
];

/**
 * A spectrum as comma-separated values, a line a number: what it is, its place (from 1) or its tensor, where on a curve,
 * the value, and its error: the residual of an eigenvalue, the standard error of anything else.
 */
export function spectrumCsv(result: SpectrumResult): string {
  const { largest, smallest, sampling, trace, frobenius, effectiveRank, negative, tau, noise, density } = result;
  const pairs = (end: 'largest' | 'smallest', own: readonly Eigenvalue[]): Row[] =>
    own.map(
      ({ value, residual, converged }, i): Row => [
        `eigenvalue_${end}`,
        i + 1,
        '',
        '',
        value,
        residual,
        i === 0 ? sampling[end] : null,
        converged,
      ],
    );
  const mean = (quantity: string, of: ProbeMean, name = ''): Row => [quantity, '', name, '', of.mean, of.standardError];
  const uncertain = (quantity: string, of: Uncertain | undefined): Row[] =>
    of === undefined ? [] : [[quantity, '', '', '', of.value, of.uncertainty]];
  const rows: Row[] = [
    ...pairs('largest', largest),
    ...pairs('smallest', smallest),
    ...(trace ? [mean('trace', trace)] : []),
    ...uncertain('frobenius_norm', frobenius),
    ...uncertain('effective_rank', effectiveRank),
    ...uncertain('count_below_minus_tau', negative?.count),
    ...uncertain('share_below_minus_tau', negative?.share),
    ['tau', '', '', '', tau],
    ['rounding', '', '', '', noise],
    ...(density?.x.map((x, i): Row => ['density', '', '', x, density.y[i]!]) ?? []),
    ...(result.byTensor ?? []).flatMap(({ name, largest: { value, residual, converged }, trace: own }): Row[] => [
      ['tensor_eigenvalue_largest', 1, name, '', value, residual, null, converged],
      mean('tensor_trace', own, name),
    ]),
    ...(result.along ?? []).flatMap(({ end, index, t, splits }) =>
      Object.entries(splits).flatMap(([split, { loss, standardError }]) =>
        t.map((at, i): Row => [`loss_along_${end}_${split}`, index + 1, '', at, loss[i]!, standardError?.[i] ?? null]),
      ),
    ),
  ];
  // A row may end early.
  return csv(
    heading,
    rows.map(row => heading.map((_, i) => row[i])),
  );
}
