/** An interpolation as text for a terminal. */
import { barrierSentences, curveLabel } from '../interpolateTexts.ts';
import type { Cell, InterpolateResult, InterpolationCurve } from '../results.ts';
import { formatNumber, formatWithError } from '../text.ts';
import { dataOf, formatProvenance, pairs, percent, table } from './lines.ts';
import { textCurves } from './textCurves.ts';

/** Above this ratio of the highest to the lowest loss, a linear scale would show one peak in a flat line. */
const LOG_RATIO = 30;

export function formatInterpolation(result: InterpolateResult): string[] {
  const { checkpoint, other, curves, distance, norms, provenance } = result;
  const splits = curves.filter(({ split }, index) => curves.findIndex(own => own.split === split) === index);
  const notes = [...new Set(curves.flatMap(curve => curve.provenance.notes))];
  const sentences = barrierSentences(result, { plain: formatNumber, withError: formatWithError });
  return [
    ...picture(result),
    '',
    ...(sentences.length > 0 ? sentences : ['No barrier is known yet: points between the checkpoints are missing.']),
    '',
    ...numbers(result),
    '',
    ...pairs([
      ['A, at t = 0', checkpoint],
      ['B, at t = 1', other.file],
      ['‖B − A‖', formatNumber(distance)],
      ['‖A‖, ‖B‖', norms.map(formatNumber).join(', ')],
      [
        'BatchNorm',
        curves.length > splits.length ? 'statistics interpolated as the parameters are, and recomputed' : null,
      ],
      ...splits.slice(1).map(({ provenance: own }) => ['data', dataOf(own)] as const),
    ]),
    // Both kinds of statistics were named above.
    ...formatProvenance({ ...provenance, mode: { ...provenance.mode, batchNorm: 'none' }, notes }),
  ];
}

function markOf({ split, statistics }: InterpolationCurve): string {
  const isTrain = split === 'train';
  return statistics === 'recomputed' ? (isTrain ? '■' : '□') : isTrain ? '●' : '○';
}

function picture({ t, curves }: InterpolateResult): string[] {
  const drawn = curves.map(curve => ({ mark: markOf(curve), values: curve.loss.map(finite) }));
  const known = drawn.flatMap(({ values }) => values.filter(value => value !== null));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const scale = low > 0 && high > LOG_RATIO * low ? 'log' : 'linear';
  const ends = (position: number): string | null => (position === 0 ? 'A' : position === 1 ? 'B' : null);
  const lines = textCurves(t, drawn, scale, value => value.toPrecision(2), ends);
  const legend = curves.map(curve => `${markOf(curve)} ${curveLabel(curve)}`).join(', ');
  return [`Loss${scale === 'log' ? ', log scale' : ''}: ${legend}`, ...lines];
}

function numbers({ t, curves }: InterpolateResult): string[] {
  const cell = (value: Cell | undefined): string => (value == null ? '' : formatNumber(Number(value)));
  const hasAccuracy = curves.some(({ accuracy }) => accuracy !== null);
  const rows = t.map((at, place) => [
    formatNumber(at),
    ...curves.flatMap(({ loss, accuracy }) => [
      cell(loss[place]),
      ...(hasAccuracy ? [accuracy?.[place] == null ? '' : percent(accuracy[place])] : []),
    ]),
  ]);
  const heads = curves.flatMap(curve => [`${markOf(curve)} ${curve.split}`, ...(hasAccuracy ? ['accuracy'] : [])]);
  return table(['t', ...heads], rows);
}

const finite = (cell: Cell): number | null => (typeof cell === 'number' ? cell : null);
