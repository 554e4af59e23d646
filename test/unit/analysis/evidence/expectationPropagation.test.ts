import assert from 'node:assert/strict';
import { logEvidence } from '../../../../worker/analysis/evidence/expectationPropagation.ts';

const { signal } = new AbortController();

async function check(
  covariance: readonly (readonly number[])[],
  labels: readonly (1 | -1)[],
  expected: number,
  tolerance: number,
): Promise<void> {
  const found = await logEvidence(Float64Array.from(covariance.flat()), labels, signal);
  assert.ok(found.converged);
  assert.ok(Math.abs(found.logEvidence - expected) <= tolerance, `${found.logEvidence}, not ${expected}`);
}

const ones = (count: number): number[][] => Array.from({ length: count }, () => new Array<number>(count).fill(1));

describe('the evidence of labels under a Gaussian process', () => {
  // One function value f ~ N(0, 1) behind all labels: ∫Φ(f)^N N(f) df = 1/(N + 1). The approximation's own values are
  // those of an independent implementation in NumPy.
  const alike = [
    [1, -0.6931471805599452],
    [2, -1.1004282546787683],
    [3, -1.3899509519885909],
    [10, -2.4100766646350307],
    [100, -4.646708928969954],
  ] as const;
  for (const [count, approximate] of alike) {
    it(`of ${count} points with one value is 1/${count + 1}, as far as the approximation goes`, async () => {
      const labels = new Array<1>(count).fill(1);
      await check(ones(count), labels, approximate, 1e-6);
      await check(ones(count), labels, -Math.log(count + 1), 0.04);
    });
  }

  // P(y₁f₁ + e₁ > 0, y₂f₂ + e₂ > 0) is an orthant of a normal distribution of correlation k₁₂/√((k₁₁ + 1)(k₂₂ + 1)).
  const orthant = (k: number, sign: 1 | -1): number => 1 / 4 + (sign * Math.asin(k / 2)) / (2 * Math.PI);
  for (const sign of [1, -1] as const) {
    it(`of two points is an orthant’s probability: labels + and ${sign > 0 ? '+' : '−'}`, async () => {
      const kernel = [
        [1, 0.5],
        [0.5, 1],
      ];
      const found = await logEvidence(Float64Array.from(kernel.flat()), [1, sign], signal);
      assert.ok(Math.abs(Math.exp(found.logEvidence) - orthant(0.5, sign)) < 1e-4, String(found.logEvidence));
    });
  }

  it('of independent points is 2⁻ᴺ', () =>
    check(
      Array.from({ length: 30 }, (_, row) => Array.from({ length: 30 }, (_, column) => (row === column ? 7 : 0))),
      Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? 1 : -1)),
      30 * Math.log(0.5),
      1e-9,
    ));

  it('is that of the labels turned over', async () => {
    const kernel = Array.from({ length: 20 }, (_, row) =>
      Array.from({ length: 20 }, (_, column) => Math.exp(-((row - column) ** 2) / 20)),
    );
    const labels = Array.from({ length: 20 }, (_, index): 1 | -1 => (Math.sin(index) > 0 ? 1 : -1));
    const one = await logEvidence(Float64Array.from(kernel.flat()), labels, signal);
    await check(
      kernel,
      labels.map(label => (label === 1 ? -1 : 1)),
      one.logEvidence,
      1e-9,
    );
  });

  it('is refused where the kernel is no covariance', () =>
    assert.rejects(logEvidence(Float64Array.of(1, 2, 2, 1), [1, -1], signal), /no covariance/));

  it('can be interrupted', async () => {
    const stop = new AbortController();
    const labels = new Array<1>(600).fill(1);
    const found = logEvidence(Float64Array.from(ones(600).flat()), labels, stop.signal);
    stop.abort();
    await assert.rejects(found, { kind: 'interrupted' });
  });
});
