import type { PanelState } from '../../webview/messages.ts';
import type { Eigenvalue, JsonNumber, Measure, RunMeasureName, SpectrumResult } from '../../worker/results.ts';

/** The size of Keskar's box that a run's measures have. */
const keskarEpsilon = 1e-3;

/**
 * A measure of a panel's checkpoint that its spectrum or its sharpness tells, computed perhaps on other rows than a run's
 * measures; `undefined` where neither does.
 */
export function panelMeasure(
  { spectrum, sharpness }: Pick<PanelState, 'spectrum' | 'sharpness'>,
  name: RunMeasureName,
): Measure<RunMeasureName> | undefined {
  const found = sharpness?.result?.measures.find(
    measure => measure.name === name && (measure.epsilon ?? keskarEpsilon) === keskarEpsilon && !measure.problem,
  );
  if (found !== undefined) {
    const { value, lower, upper, converged } = found;
    return { name, value, lower, upper, converged };
  }
  return spectrum?.result?.operator === 'hessian' ? spectralMeasure(spectrum.result, name) : undefined;
}

function spectralMeasure(
  { largest, smallest, sampling, trace, complete }: SpectrumResult,
  name: RunMeasureName,
): Measure<RunMeasureName> | undefined {
  switch (name) {
    case 'lambda-max':
      return largest[0] && eigenvalueMeasure(name, largest[0], sampling.largest);
    case 'lambda-min':
      return smallest[0] && eigenvalueMeasure(name, smallest[0], sampling.smallest);
    case 'trace':
      return trace && { name, value: trace.mean, ...within(trace.mean, trace.standardError), converged: complete };
    default:
      return undefined;
  }
}

const eigenvalueMeasure = (
  name: RunMeasureName,
  { value, residual, converged }: Eigenvalue,
  sampling: number | null,
): Measure<RunMeasureName> => ({ name, value, ...within(value, Math.hypot(residual, sampling ?? 0)), converged });

const within = (
  value: number,
  error: number | null,
): { readonly lower: JsonNumber | null; readonly upper: JsonNumber | null } =>
  error === null ? { lower: null, upper: null } : { lower: value - error, upper: value + error };
