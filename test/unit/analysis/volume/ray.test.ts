import assert from 'node:assert/strict';
import { logMean } from '../../../../worker/analysis/volume/estimate.ts';
import { logMassOfRay } from '../../../../worker/analysis/volume/ray.ts';
import { gaussians } from '../../../../worker/direction/gaussian.ts';
import { dot, norm } from '../../../../worker/vector.ts';

const sigma = 1;

/** The ray integrals of a ball of radius r about θ in D dimensions, one a direction. */
function rays(dimension: number, radius: number, length: number, directions: number): number[] {
  const theta = new Float64Array(dimension);
  theta[0] = length;
  return Array.from({ length: directions }, (_, index) => {
    const draw = gaussians(['ball', dimension, index], dimension);
    const projection = dot(theta, draw) / norm(draw);
    return logMassOfRay({ dimension, squaredNorm: length ** 2, projection, radius }, { sigma });
  });
}

describe('the mass of a prior along a ray', () => {
  // SciPy 1.10: chi2.logcdf(r², D).
  for (const [dimension, radius, logMass] of [
    [2, 0.01, -9.90351255243196],
    [2, 100, 0.0],
    [10, 1, -8.66734403983606],
    [100, 5, -34.41213761432659],
    [100, 30, 0.0],
    [3000, 50, -26.285198895860457],
    [3000, 60, -1.5387691121305854e-13],
  ] as const) {
    it(`is χ²’s distribution about the prior’s middle: D = ${dimension}, r = ${radius}`, () => {
      const mass = logMassOfRay({ dimension, squaredNorm: 0, projection: 0, radius }, { sigma });
      assert.ok(Math.abs(mass - logMass) < 1e-9, `${mass}, not ${logMass}`);
    });
  }

  it('is all of the prior where the basin has no end', () => {
    const mass = logMassOfRay(
      { dimension: 500, squaredNorm: 0, projection: 0, radius: Number.POSITIVE_INFINITY },
      { sigma },
    );
    assert.ok(Math.abs(mass) < 1e-9, String(mass));
  });

  it('is the normal distribution in one dimension', () => {
    const mass = (projection: number) =>
      logMassOfRay({ dimension: 1, squaredNorm: 1, projection, radius: 3 }, { sigma });
    // Between −2 and 4 of a standard normal variable: both directions' means.
    assert.ok(Math.abs(Math.log((Math.exp(mass(1)) + Math.exp(mass(-1))) / 2) - Math.log(0.977218197)) < 1e-8);
  });

  // Closed forms: the non-central χ² distribution (SciPy 1.10, ncx2.logcdf(r², D, ‖θ‖²)).
  const exact = [
    { dimension: 10, radius: 1, length: 0, logMass: -8.66734403983606, verdict: 'estimate' },
    { dimension: 50, radius: 2, length: 5, logMass: -54.1527254986411, verdict: 'estimate' },
    { dimension: 200, radius: 5, length: 10, logMass: -167.5282297842249, verdict: 'lower bound' },
    { dimension: 1000, radius: 20, length: 20, logMass: -287.20321880171355, verdict: 'lower bound' },
  ] as const;
  for (const { dimension, radius, length, logMass, verdict } of exact) {
    it(`gives the mass of a ball: D = ${dimension}, ‖θ‖ = ${length}: ${verdict}`, () => {
      const found = logMean(rays(dimension, radius, length, 4000), 0);
      assert.equal(found.verdict, verdict);
      if (verdict === 'estimate') {
        assert.ok(found.upper !== null && found.upper >= logMass - 1e-9, `${found.upper} below ${logMass}`);
        assert.ok(found.lower <= logMass + 1e-9, `${found.lower} above ${logMass}`);
      } else {
        assert.ok(found.effectiveSamples < 100);
        assert.equal(found.upper, null);
        assert.ok(found.lower < logMass);
      }
    });
  }
});
