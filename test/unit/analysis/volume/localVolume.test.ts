import assert from 'node:assert/strict';
import { logGamma } from '../../../../worker/analysis/special.ts';
import { logMean } from '../../../../worker/analysis/volume/estimate.ts';
import { type Basin, localVolume, type VolumeState } from '../../../../worker/analysis/volume/localVolume.ts';
import {
  curvatureFloor,
  diagonal,
  identity,
  leadingEigenvectors,
  type Preconditioner,
} from '../../../../worker/analysis/volume/preconditioner.ts';
import { gaussians } from '../../../../worker/direction/gaussian.ts';

const dimension = 40;
const curvature = Float64Array.from({ length: dimension }, (_, index) => 1 + index ** 2);
const cutoff = 1e-2;

/** ½ Σ h v² ≤ c about 0, in float64 but for the points themselves. */
const ellipsoid = (own = cutoff): Basin => ({
  origin: new Float32Array(dimension),
  cutoff: own,
  concurrency: 2,
  divergence: async theta => theta.reduce((sum, value, index) => sum + (curvature[index]! * value * value) / 2, 0),
});

/** ln of the ellipsoid's volume: π^(D/2)/Γ(D/2 + 1)·Π √(2c/h). */
const exactVolume = (own = cutoff): number =>
  (dimension / 2) * Math.log(Math.PI) -
  logGamma(dimension / 2 + 1) +
  curvature.reduce((sum, value) => sum + Math.log((2 * own) / value) / 2, 0);

/** So wide that its density is the same all over the basin. */
const sigma = 1e6;
const flatDensity = (dimension / 2) * Math.log(2 * Math.PI * sigma ** 2);

async function measure(
  preconditioner: Preconditioner,
  directions: number,
  basin = ellipsoid(),
): Promise<VolumeState & { readonly logVolume: ReturnType<typeof logMean> }> {
  const draw = (index: number) => gaussians(['volume', index], dimension);
  let last: VolumeState | null = null;
  const plan = { prior: { sigma }, directions, preconditioner, draw, tolerance: 1e-7 };
  for await (last of localVolume(basin, plan, new AbortController().signal));
  const logVolume = logMean(
    last!.rays.map(({ logMass }) => logMass + flatDensity),
    0,
  );
  return { ...last!, logVolume };
}

describe('the volume of an ellipsoid', () => {
  const floor = 0;
  it('is exact with its own preconditioner, whatever the direction', async () => {
    const { logVolume, rays } = await measure(diagonal(curvature, floor), 10);
    assert.ok(Math.abs(logVolume.value - exactVolume()) < 1e-6, String(logVolume.value - exactVolume()));
    assert.ok(logVolume.deviation < 1e-6, String(logVolume.deviation));
    assert.ok(rays.every(({ error, isOpen }) => error <= 1e-7 && !isOpen));
  });

  it('is exact with its eigenvectors, and better with some of them than with none', async () => {
    const pairs = Array.from(curvature, (value, index) => {
      const vector = new Float64Array(dimension);
      vector[index] = 1;
      return { value, vector };
    });
    const all = await measure(leadingEigenvectors(pairs, 1, dimension, floor), 10);
    assert.ok(Math.abs(all.logVolume.value - exactVolume()) < 1e-6);
    const others = pairs.slice(0, 30).reduce((sum, { value }) => sum + value, 0) / 30;
    const some = await measure(leadingEigenvectors(pairs.slice(30), others, dimension, floor), 200);
    const none = await measure(identity, 200);
    assert.ok(some.logVolume.deviation < none.logVolume.deviation);
    for (const { logVolume } of [some, none]) {
      // Lower-biased, which the verdict says.
      assert.ok(logVolume.lower < exactVolume());
      assert.ok(logVolume.verdict === 'lower bound' || (logVolume.upper ?? 0) > exactVolume());
    }
  });

  it('grows as the cutoff to the power of D/2', async () => {
    const volumes = await Promise.all(
      [1e-2, 4e-2].map(own =>
        measure(diagonal(curvature, floor), 5, ellipsoid(own)).then(state => state.logVolume.value),
      ),
    );
    const slope = (volumes[1]! - volumes[0]!) / Math.log(4);
    assert.ok(Math.abs(slope / (dimension / 2) - 1) < 0.02, String(slope));
  });

  it('takes few evaluations a direction, and the same directions whatever their number', async () => {
    const few = await measure(identity, 8);
    const many = await measure(identity, 40);
    assert.ok(many.evaluations / 40 < 9, String(many.evaluations / 40));
    assert.deepEqual(few.rays, many.rays.slice(0, 8));
    assert.ok(many.rounding !== null && many.rounding < 1e-3, String(many.rounding));
  });
});

describe('a basin without an end', () => {
  it('holds all of the prior', async () => {
    const origin = gaussians(['theta'], dimension);
    const basin: Basin = { ...ellipsoid(), origin: Float32Array.from(origin), divergence: async () => 0 };
    const draw = (index: number) => gaussians(['volume', index], dimension);
    let last: VolumeState | null = null;
    const plan = { prior: { sigma: 1 }, directions: 4000, preconditioner: identity, draw, tolerance: 0.1 };
    for await (last of localVolume(basin, plan, new AbortController().signal));
    const { value, lower, upper, verdict } = logMean(
      last!.rays.map(({ logMass }) => logMass),
      0,
    );
    assert.ok(last!.rays.every(({ isOpen }) => isOpen));
    // Seen from far off its middle, most of the prior lies in few directions.
    assert.ok(lower < 0.01, String(value));
    if (verdict === 'estimate') assert.ok(upper! > -0.01, String(value));
  });
});

describe('the floor of a curvature', () => {
  it('makes the prior the preconditioner where the function is flat', () => {
    const flat = diagonal([0, 0], curvatureFloor(1e-2, 2, 3));
    const steep = diagonal([1e6, 0], curvatureFloor(1e-2, 2, 3));
    assert.ok(Math.abs(flat.logDeterminant - Math.log(900)) < 1e-9, String(flat.logDeterminant));
    const vector = Float64Array.of(1, 1);
    steep.apply(vector);
    assert.ok(Math.abs(vector[0]! * 1000 - 1) < 1e-6 && Math.abs(vector[1]! - 30) < 1e-9, vector.join());
  });
});
