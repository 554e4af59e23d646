/** The measures of a checkpoint: which are drawn together, what they are called, and how one is written. Pure. */
import type { Measure, RunMeasureName } from '../../../worker/results.ts';
import { formatPercent, formatWithError } from '../../view/format.ts';
import { formatInterval, type QuantityForm } from '../../view/interval.ts';

/** Measures of one kind, which share a chart. */
export interface MeasureGroup {
  readonly title: string;
  readonly unit: 'number' | 'percent';
  /** The second one is drawn dashed. */
  readonly measures: readonly { readonly name: RunMeasureName; readonly label: string }[];
}

export const measureGroups: readonly MeasureGroup[] = [
  {
    title: 'Loss',
    unit: 'number',
    measures: [
      { name: 'train-loss', label: 'train' },
      { name: 'test-loss', label: 'test' },
    ],
  },
  {
    title: 'Accuracy',
    unit: 'percent',
    measures: [
      { name: 'train-accuracy', label: 'train' },
      { name: 'test-accuracy', label: 'test' },
    ],
  },
  { title: 'Gradient norm', unit: 'number', measures: [{ name: 'gradient-norm', label: '‖∇L‖' }] },
  {
    title: 'Extreme eigenvalues',
    unit: 'number',
    measures: [
      { name: 'lambda-max', label: 'λmax' },
      { name: 'lambda-min', label: 'λmin' },
    ],
  },
  { title: 'Trace of the Hessian', unit: 'number', measures: [{ name: 'trace', label: 'trace' }] },
  { title: 'Keskar sharpness, ε = 10⁻³', unit: 'number', measures: [{ name: 'keskar', label: 'φ' }] },
  { title: 'SAM sharpness', unit: 'number', measures: [{ name: 'sam', label: 'rise' }] },
  { title: 'Local volume, ln', unit: 'number', measures: [{ name: 'log-volume', label: 'ln volume' }] },
];

/** A measure's name where it stands alone. */
export const measureNames: Readonly<Record<RunMeasureName, string>> = {
  'train-loss': 'train loss',
  'test-loss': 'test loss',
  'train-accuracy': 'train accuracy',
  'test-accuracy': 'test accuracy',
  'gradient-norm': 'gradient norm',
  'lambda-max': 'λmax',
  'lambda-min': 'λmin',
  trace: 'trace',
  keskar: 'Keskar sharpness',
  sam: 'SAM sharpness',
  'log-volume': 'ln volume',
};

/** A measure with its uncertainty: `0.512 ± 0.011`, `1.23 (1.20 to 1.41)`, `≥ 1.20, not converged`. */
export function measureText({ value, lower, upper, converged }: Measure, unit: MeasureGroup['unit']): string {
  const verdict = converged ? '' : ', not converged';
  return `${formatInterval(value, lower, upper, unit === 'percent' ? percent : undefined)}${verdict}`;
}

const percent: QuantityForm = {
  plain: formatPercent,
  withError: (value, error) => `${formatWithError(100 * value, 100 * error)}%`.replace(' ±', '% ±'),
};
