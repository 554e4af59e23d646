import assert from 'node:assert/strict';
import { measureOfVolume } from '../../../worker/commands/volumeMeasure.ts';
import type { LocalVolume, LogVolume } from '../../../worker/results.ts';

const volume = (logVolume: LogVolume, more: Partial<LocalVolume> = {}): LocalVolume => ({
  basin: 'kl',
  cutoff: 0.01,
  prior: { sigma: 0.1, from: 'request' },
  preconditioner: 'none',
  logVolume,
  logMasses: [-100, -101, -102],
  radii: [1, 2, 'Infinity'],
  directions: 3,
  bracketError: 0.09,
  roundingError: 0.4,
  evaluations: 12,
  ...more,
});

const estimate: LogVolume = {
  value: -100,
  lower: -103.92,
  upper: -98.04,
  effectiveSamples: 150,
  deviation: 1,
  verdict: 'estimate',
};

describe('a volume as a measure', () => {
  it('has ends of one standard error where it is an estimate, with what radii leave open', () => {
    const { lower, upper, converged, volume: by } = measureOfVolume(volume(estimate));
    assert.ok(Math.abs(Number(lower) - (-100 - Math.hypot(2, 0.09, 0.4))) < 1e-9, String(lower));
    assert.ok(Math.abs(Number(upper) - (-100 + Math.hypot(1, 0.09, 0.4))) < 1e-9, String(upper));
    assert.equal(converged, true);
    assert.deepEqual(by, {
      basin: 'kl',
      cutoff: 0.01,
      prior: { sigma: 0.1, from: 'request' },
      preconditioner: 'none',
      directions: 3,
    });
  });

  it('has no upper end where it is a lower bound', () => {
    const { value, lower, upper } = measureOfVolume(
      volume({ ...estimate, upper: null, effectiveSamples: 1.2, verdict: 'lower bound' }),
    );
    assert.deepEqual([value, lower, upper], [-100, -103.92, null]);
  });

  it('has not converged with directions left, or where it is no number', () => {
    assert.equal(measureOfVolume(volume(estimate, { directions: 4 })).converged, false);
    assert.equal(measureOfVolume(volume({ ...estimate, value: 'NaN' })).converged, false);
  });
});
