/** Leading eigenvalues of the compared checkpoints, rank by rank. Pure. */
import type { CompareResult, Eigenvalue } from '../../../worker/results.ts';
import { formatWithError } from '../../view/format.ts';
import type { ScaleKind } from '../../view/scale.ts';
import { type TextTable, textTable } from '../../view/table.ts';

/** An eigenvalue of one of the checkpoints. */
export interface RankedEigenvalue extends Eigenvalue {
  /** The place of its rank on the axis. */
  readonly place: number;
}

export interface EigenvaluesView {
  /** What each place of the axis is called: `1`, `2`, … and `−1` for the smallest. */
  readonly ranks: readonly string[];
  /** By checkpoint. */
  readonly all: readonly (readonly RankedEigenvalue[])[];
}

/** Null where none is known. */
export function eigenvaluesView({ checkpoints }: CompareResult): EigenvaluesView | null {
  const most = (end: 'largest' | 'smallest'): number => Math.max(0, ...checkpoints.map(own => own[end].length));
  const [largest, smallest] = [most('largest'), most('smallest')];
  if (largest + smallest === 0) return null;
  return {
    ranks: [
      ...Array.from({ length: largest }, (_, i) => String(i + 1)),
      ...Array.from({ length: smallest }, (_, i) => `−${smallest - i}`),
    ],
    all: checkpoints.map(own => [
      ...own.largest.map((eigenvalue, i) => ({ ...eigenvalue, place: i })),
      ...own.smallest.map((eigenvalue, i) => ({ ...eigenvalue, place: largest + smallest - 1 - i })).toReversed(),
    ]),
  };
}

export function eigenvaluesTable({ ranks, all }: EigenvaluesView, names: readonly string[]): TextTable {
  return textTable(
    'Eigenvalues of the Hessian by rank (rows), with residuals',
    ['rank', ...names],
    ranks.map((rank, place) => [rank, ...all.map(own => textOf(own.find(each => each.place === place)))]),
  );
}

const textOf = (eigenvalue: Eigenvalue | undefined): string =>
  eigenvalue === undefined
    ? 'not computed'
    : `${formatWithError(eigenvalue.value, eigenvalue.residual)}${eigenvalue.converged ? '' : ', not converged'}`;

/** `a: λmax 12.3 ± 0.1, λmin −0.2 ± 0.01. b: …` */
export function eigenvaluesDescription({ checkpoints }: CompareResult, names: readonly string[]): string {
  return checkpoints
    .flatMap(({ largest: [largest], smallest: [smallest] }, i) => {
      const ends = [
        ...(largest === undefined ? [] : [`largest ${textOf(largest)}`]),
        ...(smallest === undefined ? [] : [`smallest ${textOf(smallest)}`]),
      ];
      return ends.length === 0 ? [] : [`${names[i]}: ${ends.join(', ')}.`];
    })
    .join(' ');
}

/** What the marks mean. */
export function eigenvaluesLegend({ all }: EigenvaluesView, scale: ScaleKind): string {
  const open = all.flat().filter(({ converged }) => !converged).length;
  const negative = scale === 'log' && all.flat().some(({ value }) => value < 0);
  return `Colours and marks as above, by rank from the largest to the smallest (−1); bars: value ± residual.${open > 0 ? ' ×: not converged.' : ''}${negative ? ' A stroke in place of the mark: negative.' : ''}`;
}
