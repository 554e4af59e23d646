import assert from 'node:assert/strict';
import { panelMeasure } from '../../../../extension/runs/panelMeasure.ts';
import { sharpnessText, withPanelMeasure } from '../../../../extension/runs/sharpnessText.ts';
import type { AnalysisState } from '../../../../webview/messages.ts';
import type { RunMeasureName, SharpnessMeasure, SpectrumResult } from '../../../../worker/results.ts';
import { checkpointOf, measureOf, runOf, runProvenance } from '../../../fixtures/runListings.ts';
import { spectrumOptions, wholeSpectrum } from '../../../fixtures/spectra.ts';

const spectrumWith = (more: Partial<SpectrumResult>): AnalysisState<'spectrum'> => ({
  phase: 'done',
  options: spectrumOptions,
  result: {
    ...wholeSpectrum,
    operator: 'hessian',
    largest: [{ value: 10, residual: 3, converged: true }],
    smallest: [{ value: -1, residual: 0.5, converged: false }],
    sampling: { largest: 4, smallest: null },
    trace: { mean: 50, standardError: 2, probes: 10 },
    complete: true,
    ...more,
  },
});

const sharpnessOf = (...measures: SharpnessMeasure[]): AnalysisState<'sharpness'> => ({
  phase: 'done',
  options: { measures: ['keskar'], rescaling: false, split: 'train' },
  result: {
    kind: 'sharpness',
    checkpoint: 'a.pt',
    loss: 1,
    measures,
    rescaling: null,
    complete: true,
    provenance: runProvenance,
  },
});

const evaluations = { losses: 1, gradients: 1 };
const keskar = (epsilon: number, value: number): SharpnessMeasure => ({
  name: 'keskar',
  epsilon,
  value,
  lower: value,
  upper: null,
  converged: true,
  evaluations,
});

describe('a measure that a panel has', () => {
  const cases: readonly [
    what: string,
    state: Parameters<typeof panelMeasure>[0],
    name: RunMeasureName,
    expected: ReturnType<typeof panelMeasure>,
  ][] = [
    ['nothing', {}, 'lambda-max', undefined],
    [
      'the largest eigenvalue, with both its errors',
      { spectrum: spectrumWith({}) },
      'lambda-max',
      measureOf('lambda-max', 10, 5),
    ],
    [
      'the smallest, which has not converged',
      { spectrum: spectrumWith({}) },
      'lambda-min',
      { ...measureOf('lambda-min', -1, 0.5), converged: false },
    ],
    ['the trace', { spectrum: spectrumWith({}) }, 'trace', measureOf('trace', 50, 2)],
    [
      'a trace without an error',
      { spectrum: spectrumWith({ trace: { mean: 50, standardError: null, probes: 1 } }) },
      'trace',
      { ...measureOf('trace', 50), lower: null, upper: null },
    ],
    ['a spectrum of another matrix', { spectrum: spectrumWith({ operator: 'ggn' }) }, 'lambda-max', undefined],
    ['no loss', { spectrum: spectrumWith({}) }, 'test-loss', undefined],
    [
      "Keskar's, in the box of a run's measures",
      { sharpness: sharpnessOf(keskar(5e-4, 1), keskar(1e-3, 2)) },
      'keskar',
      { name: 'keskar', value: 2, lower: 2, upper: null, converged: true },
    ],
    [
      'one that could not be had',
      { sharpness: sharpnessOf({ ...keskar(1e-3, 1), value: 'NaN', problem: 'No.' }) },
      'keskar',
      undefined,
    ],
  ];
  for (const [what, state, name, expected] of cases) {
    it(what, () => assert.deepEqual(panelMeasure(state, name), expected));
  }
});

describe('the sharpness in the status bar, of a checkpoint in a panel', () => {
  const own = measureOf('lambda-max', 10, 5);
  const known = (measured: boolean) => {
    const checkpoint = checkpointOf(2, 'measured', { measures: measured ? [measureOf('lambda-max', 7)] : [] });
    const run = { folder: '/w/a', label: 'a', result: runOf('a', [checkpoint]) };
    return sharpnessText({ run, checkpoint }, 'lambda-max');
  };
  it("is the run's, where that has one", () => assert.equal(withPanelMeasure(known(true), own).text, 'λmax 7.00'));
  it("is the panel's otherwise, also where there is no run", () => {
    for (const before of [known(false), undefined]) {
      const { text, paragraphs, accessibleLabel } = withPanelMeasure(before, own);
      assert.deepEqual([text, accessibleLabel], ['λmax 10.0', 'λmax 10.0 of the checkpoint in the panel']);
      assert.match(paragraphs.at(-2)!, /\| λmax \| 10\.0 ± 5\.0 \|/);
    }
  });
});
