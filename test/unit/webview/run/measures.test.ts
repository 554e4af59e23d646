import assert from 'node:assert/strict';
import { type MeasureGroup, measureGroups, measureText } from '../../../../webview/run/view/measures.ts';
import { type Measure, RUN_MEASURE_NAMES } from '../../../../worker/results.ts';

describe('the measures of a run', () => {
  it('have each their place in one chart', () => {
    const names = measureGroups.flatMap(({ measures }) => measures.map(({ name }) => name));
    assert.deepEqual(names.toSorted(), RUN_MEASURE_NAMES.toSorted());
  });

  const check = (expected: string, of: Partial<Measure>, unit: MeasureGroup['unit'] = 'number'): void => {
    const measure: Measure = { name: 'a', value: 1, lower: 1, upper: 1, converged: true, ...of };
    it(expected, () => assert.equal(measureText(measure, unit), expected));
  };
  check('1.00', {});
  check('0.512 ± 0.011', { value: 0.512, lower: 0.501, upper: 0.523 });
  check('1.23 (1.20 to 1.41)', { value: 1.23, lower: 1.2, upper: 1.41 });
  check('≥ 1.230 ± 0.030', { value: 1.23, lower: 1.2, upper: null });
  check('≤ 1.23 ± 0.18', { value: 1.23, lower: null, upper: 1.41 });
  check('1.23', { value: 1.23, lower: null, upper: null });
  check('−0.50 ± 0.10, not converged', { value: -0.5, lower: -0.6, upper: -0.4, converged: false });
  check('not a number', { value: 'NaN', lower: null, upper: null });
  check('∞', { value: 'Infinity', lower: 'Infinity', upper: 'Infinity' });
  check('3.00 (2.00 to ∞)', { value: 3, lower: 2, upper: 'Infinity' });
  check('90.8% ± 1.1%', { value: 0.908, lower: 0.897, upper: 0.919 }, 'percent');
  check('100%', { value: 1, lower: 1, upper: 1 }, 'percent');
});
