import assert from 'node:assert/strict';
import {
  formatCoordinate,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTick,
  formatTime,
  formatWithError,
} from '../../../webview/view/format.ts';

function check<Arguments extends readonly unknown[]>(
  format: (...args: Arguments) => string,
  cases: readonly (readonly [...Arguments, string])[],
): void {
  describe(format.name, () => {
    for (const row of cases) {
      const expected = row.at(-1) as string;
      const args = row.slice(0, -1) as unknown as Arguments;
      it(`${args.join(', ')} is ${expected}`, () => assert.equal(format(...args), expected));
    }
  });
}

check(formatNumber as (value: number | 'NaN' | 'Infinity' | '-Infinity') => string, [
  [0, '0'],
  [-0, '0'],
  [0.006163505, '0.00616'],
  [9.996, '10.0'],
  [999.7, '1,000'],
  [-65.482, '−65.5'],
  [12345.6, '12,300'],
  [0.00001234, '1.23 × 10⁻⁵'],
  [1e30, '1.00 × 10³⁰'],
  [-2.5e-9, '−2.50 × 10⁻⁹'],
  ['NaN', 'not a number'],
  ['-Infinity', '−∞'],
  [Number.POSITIVE_INFINITY, '∞'],
]);
check(formatWithError as (value: number | 'NaN', error: number | 'NaN' | null) => string, [
  [0.006163505, 0.00057, '0.00616 ± 0.00057'],
  [65.482, 1.234, '65.5 ± 1.2'],
  [2.3, null, '2.30'],
  [2.3, 0, '2.30 ± 0'],
  ['NaN', 0.1, 'not a number'],
  [2.3, 'NaN', '2.30 ± not a number'],
  [1234.5, 99.96, '1,230 ± 100'],
  [0, 0.012, '0.000 ± 0.012'],
  [0.00000616, 0.00000057, '(6.16 ± 0.57) × 10⁻⁶'],
  [0.001, 2, '0.0 ± 2.0'],
]);
check(formatTick, [
  [0, 0.5, '0'],
  [-0.5, 0.5, '−0.5'],
  [1, 0.5, '1.0'],
  [40, 20, '40'],
  [0.3, 0.1, '0.3'],
  [2.2, 0.2, '2.2'],
  [100000, 100000, '100,000'],
  [1e6, 1e6, '10⁶'],
  [-1e6, 1e6, '−10⁶'],
  [2e30, 2e30, '2×10³⁰'],
  [1e-5, 1e-5, '10⁻⁵'],
  [2.2e-8, 2e-9, '2.2×10⁻⁸'],
]);
check(formatCoordinate, [
  [0, '0'],
  [-1, '−1'],
  [0.30000000000000004, '0.3'],
  [-0.24, '−0.24'],
  [100, '100'],
]);
check(formatPercent as (fraction: number | 'NaN') => string, [
  [1, '100%'],
  [0, '0%'],
  [0.9702457956, '97.02%'],
  [0.099609375, '9.96%'],
]);
check(formatCount, [
  [7, '7'],
  [2601, '2,601'],
]);
check(formatDuration, [
  [0.42, '0.4 s'],
  [3, '3 s'],
  [9.97, '10 s'],
  [42.4, '42 s'],
  [200, '3 min 20 s'],
  [3599.6, '1 h'],
  [3900, '1 h 5 min'],
]);

describe('formatTime', () => {
  it('writes a moment in words', () => assert.match(formatTime('2026-08-08T14:03:00Z'), /^\d Aug 2026, \d\d:\d\d$/));
  it('leaves alone what is no moment', () => assert.equal(formatTime('yesterday'), 'yesterday'));
});
