import type { JsonNumber, RescalingCheck, SharpnessMeasure, SharpnessResult } from '../results.ts';
import { SHARPNESS_TEXTS, sharpnessLabel } from '../sharpnessTexts.ts';
import { formatNumber } from '../text.ts';
import { formatProvenance, interval, pairs, table } from './lines.ts';

/** Measures with their uncertainties, what each becomes under a rescaling, and what each means. */
export function formatSharpness(result: SharpnessResult): string[] {
  const { measures, rescaling, rescalingProblem } = result;
  const rows = measures.map(measure => [
    sharpnessLabel(measure),
    measure.problem === undefined ? interval(measure) : 'none',
    measure.converged ? 'yes' : 'no',
    measure.quadratic === undefined ? '' : number(measure.quadratic),
    passes(measure),
  ]);
  return [
    ...table(['measure', 'value', 'converged', 'quadratic model', 'losses, gradients, products'], rows),
    ...measures.flatMap(({ problem, ...measure }) =>
      problem === undefined ? [] : [`${sharpnessLabel(measure)}: ${problem}`],
    ),
    '',
    ...(rescaling ? [...formatRescaling(rescaling, measures), ''] : []),
    ...(rescalingProblem === undefined ? [] : [rescalingProblem, '']),
    ...meanings(measures),
    '',
    ...pairs([['loss', number(result.loss)]]),
    ...formatProvenance(result.provenance),
  ];
}

const number = (value: JsonNumber): string => formatNumber(Number(value));

const passes = ({ evaluations: { losses, gradients, products = 0 } }: SharpnessMeasure): string =>
  [losses, gradients, products].join(', ');

function formatRescaling(check: RescalingCheck, measures: readonly SharpnessMeasure[]): string[] {
  const { pair, alphas, change, curve } = check;
  const shown = measures.filter(({ rescaled }) => rescaled !== undefined);
  const rows = shown.map(({ rescaled, invariant, ...measure }) => [
    sharpnessLabel(measure),
    ...alphas.map(alpha => {
      const found = rescaled?.find(one => one.alpha === alpha);
      return found ? Number(Number(found.value).toPrecision(3)).toString() : '';
    }),
    invariant === undefined ? '' : invariant ? 'yes' : 'no',
  ]);
  const through = pair.through.length > 0 ? `, with ${pair.through.join(', ')} between` : '';
  const largest = (values: readonly JsonNumber[]) => String(Number(Math.max(...values.map(Number)).toPrecision(2)));
  const which = check.pairs === 1 ? 'the only such pair' : `the last of ${check.pairs} such pairs`;
  return [
    `Rescaled: ${pair.multiplied.join(', ')} times α, ${pair.divided.join(', ')} divided by α${through}; ${which}.`,
    `The network's outputs change by ${largest(change)} of the largest at most, and the loss along a filter-normalised direction by ${largest(curve.deviation)} of itself.`,
    ...(shown.length === 0 ? [] : table(['measure', ...alphas.map(alpha => `α = ${alpha}`), 'invariant'], rows)),
  ];
}

/** Each measure once, however many sizes it has. */
function meanings(measures: readonly SharpnessMeasure[]): string[] {
  const names = [...new Set(measures.map(({ name }) => name))];
  return names.map(name => {
    const { label, meaning, source } = SHARPNESS_TEXTS[name];
    return `${label}: ${meaning} (${source})`;
  });
}
