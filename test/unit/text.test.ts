import assert from 'node:assert/strict';
import { formatNumber, formatWithError } from '../../worker/text.ts';

describe('numbers in sentences', () => {
  const cases: readonly (readonly [value: number, error: number | null, text: string])[] = [
    [0.00623, 0.0017, '0.0062 ± 0.0017'],
    [0.5, 0.0996, '0.50 ± 0.10'],
    [-0.00001, 0.0012, '0.0000 ± 0.0012'],
    [-0.4, 12, '0 ± 12'],
    [-0.6, 12, '-1 ± 12'],
    [0, 0.002, '0.0000 ± 0.0020'],
    [-1e-9, 2e-6, '(0.0 ± 2.0)e-6'],
    [-3.2e7, 1e5, '(-3.200 ± 0.010)e7'],
    [-0.1, null, '-0.1'],
    [3, 0, '3 ± 0'],
  ];
  for (const [value, error, text] of cases) {
    it(`are ${text}`, () => assert.equal(formatWithError(value, error), text));
  }

  it('have no sign where they are 0', () => assert.equal(formatNumber(-0), '0'));
});
