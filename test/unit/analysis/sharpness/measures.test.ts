import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adaptiveSharpness } from '../../../../worker/analysis/sharpness/adaptive.ts';
import { averageSharpness } from '../../../../worker/analysis/sharpness/average.ts';
import { largestEigenvalue, trace } from '../../../../worker/analysis/sharpness/curvature.ts';
import { fisherRao } from '../../../../worker/analysis/sharpness/fisherRao.ts';
import { keskar } from '../../../../worker/analysis/sharpness/keskar.ts';
import {
  type ComputeSharpness,
  DEFAULT_SHARPNESS,
  type SharpnessOptions,
} from '../../../../worker/analysis/sharpness/measure.ts';
import { SharpnessPoint } from '../../../../worker/analysis/sharpness/point.ts';
import { relativeFlatness } from '../../../../worker/analysis/sharpness/relativeFlatness.ts';
import { samAscent } from '../../../../worker/analysis/sharpness/sam.ts';
import type { SharpnessMeasure } from '../../../../worker/results.ts';
import { CASES, DIGITS_MLP, engines, never, withClosedForm, withProblem } from '../../objective/problems.ts';
import { measuresOf } from './measures.ts';

after(() => engines.dispose());

const ALPHAS = [1, 2, 5, 10];

/** The first document of a measure at the α-scaling toy ½(w₁w₂ − 1)² at (α, 1/α). */
const ofToy = (
  alpha: number,
  compute: ComputeSharpness,
  options: Partial<SharpnessOptions> = {},
): Promise<SharpnessMeasure> =>
  withClosedForm(`alpha-scaling-${alpha}`, async ({ objective }) => {
    const point = new SharpnessPoint(objective, objective.origin, 0);
    const [measure] = await measuresOf(compute, point, { ...DEFAULT_SHARPNESS, ...options });
    return measure!;
  });

describe('measures of sharpness of the rescaled toy', () => {
  before(function () {
    if (CASES) return;
    console.log('      skipped: BASIN_CASES is not set');
    this.skip();
  });

  it('λmax and trace are α² + 1/α²', async () => {
    for (const alpha of ALPHAS) {
      const expected = alpha ** 2 + alpha ** -2;
      for (const compute of [largestEigenvalue, trace]) {
        const { name, value, converged } = await ofToy(alpha, compute);
        assert.ok(Math.abs((value as number) - expected) < 1e-3 * expected, `${name} at ${alpha}: ${value}`);
        assert.equal(converged, true);
      }
    }
  });

  it('average-case sharpness is σ² + σ⁴/2 at every α, since perturbations are relative to the parameters', async () => {
    const sigma = 0.1;
    const expected = sigma ** 2 + sigma ** 4 / 2;
    const values = await Promise.all(ALPHAS.map(alpha => ofToy(alpha, averageSharpness, { sigma, draws: 400 })));
    for (const { value, noise } of values) {
      assert.ok(Math.abs((value as number) - expected) < 4 * noise!, `${value} ± ${noise}, not ${expected}`);
      assert.ok(noise! < 0.1 * expected);
      assert.ok(Math.abs((value as number) - (values[0]!.value as number)) < 1e-4 * expected);
    }
  });

  it('adaptive worst-case sharpness is ½·(2ρ + ρ²)² at every α, since the box scales with the parameters', async () => {
    const rho = 0.002;
    const expected = 0.5 * (2 * rho + rho ** 2) ** 2;
    for (const alpha of ALPHAS) {
      const { value, upper, converged } = await ofToy(alpha, adaptiveSharpness, { adaptiveRho: rho });
      assert.ok(Math.abs((value as number) - expected) < 1e-3 * expected, `${value}, not ${expected}`);
      assert.deepEqual([upper, converged], [null, true]);
    }
  });

  it("SAM's step has no direction at the stationary point, the Fisher–Rao norm no examples, and the toy no last layer", async () => {
    const { value, problem } = await ofToy(2, samAscent);
    assert.deepEqual([value, problem], ['NaN', 'The gradient is zero here, so there is no step to go up.']);
    const norm = await ofToy(2, fisherRao);
    assert.equal(norm.value, 'NaN');
    assert.match(norm.problem!, /losses of single examples/);
    const flatness = await ofToy(2, relativeFlatness);
    assert.equal(flatness.value, 'NaN');
    assert.match(flatness.problem!, /does not end with one/);
  });
});

describe('measures of sharpness of a network', () => {
  const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');
  const eigenvalues = JSON.parse(readFileSync(join(DIGITS_MLP, 'eigenvalues_step_00300.json'), 'utf8')) as number[];

  it('λmax and trace are those of the full Hessian, and one search for eigenvalues serves both', async () => {
    await withProblem({ checkpoint }, async ({ objective }) => {
      const point = new SharpnessPoint(objective, objective.origin, 0);
      const [largest] = await measuresOf(largestEigenvalue, point, DEFAULT_SHARPNESS);
      const expected = Math.max(...eigenvalues);
      assert.ok(
        Math.abs((largest!.value as number) - expected) < 1e-4 * expected,
        `${largest!.value}, not ${expected}`,
      );
      assert.ok((largest!.upper as number) > expected && (largest!.lower as number) < expected);
      const [sum] = await measuresOf(trace, point, DEFAULT_SHARPNESS);
      const whole = eigenvalues.reduce((total, value) => total + value, 0);
      assert.ok(
        Math.abs((sum!.value as number) - whole) < 4 * sum!.noise!,
        `${sum!.value} ± ${sum!.noise}, not ${whole}`,
      );
      assert.equal(sum!.evaluations.products, DEFAULT_SHARPNESS.traceProbes);
      const [alone] = await measuresOf(trace, new SharpnessPoint(objective, objective.origin, 0), DEFAULT_SHARPNESS);
      assert.equal(alone!.value, sum!.value);
    });
  });

  it('the quadratic model stands beside φ where the spectrum is known, and near it in a small box', async () => {
    await withProblem({ checkpoint }, async ({ objective }) => {
      const point = new SharpnessPoint(objective, objective.origin, 0);
      const options = { ...DEFAULT_SHARPNESS, epsilons: [1e-5] };
      const [unknown] = await measuresOf(keskar, point, options);
      assert.equal(unknown!.quadratic, undefined);
      await measuresOf(largestEigenvalue, point, options);
      const [known] = await measuresOf(keskar, point, options);
      const ratio = (known!.quadratic as number) / (known!.value as number);
      assert.ok(ratio > 0.97 && ratio <= 1.01, `${ratio}`);
    });
  });

  it('the Fisher–Rao norm is the root mean square of how fast each loss grows as all parameters grow', async () => {
    await withProblem({ checkpoint, samples: 300 }, async ({ objective }) => {
      const { origin } = objective;
      const [norm] = await measuresOf(fisherRao, new SharpnessPoint(objective, origin, 0), DEFAULT_SHARPNESS);
      const t = 1e-3;
      const at = async (factor: number) =>
        (
          await objective.evaluate(
            origin.map(x => x * factor),
            never,
          )
        ).perExample!;
      const [more, less] = [await at(1 + t), await at(1 - t)];
      const squares = more.map((loss, index) => ((loss - less[index]!) / (2 * t)) ** 2);
      const expected = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
      assert.ok(Math.abs((norm!.value as number) - expected) < 1e-3 * expected, `${norm!.value}, not ${expected}`);
    });
  });

  it('adaptive worst-case sharpness never falls as fewer examples share a perturbation', async () => {
    await withProblem({ checkpoint, samples: 60 }, async ({ objective }) => {
      const measures: SharpnessMeasure[] = [];
      for (const m of [60, 128, 25, 5, 1]) {
        const point = new SharpnessPoint(objective, objective.origin, 0);
        measures.push(...(await measuresOf(adaptiveSharpness, point, { ...DEFAULT_SHARPNESS, m })));
      }
      const values = measures.map(({ value }) => value as number);
      const [all, more, ...smaller] = values as [number, number, number, number, number];
      assert.equal(more, all);
      assert.ok(all > 0 && smaller[0]! > all && smaller[2]! > smaller[1]!, `${values}`);
      assert.deepEqual(
        measures.map(({ m }) => m),
        [60, 60, 25, 5, 1],
      );
    });
  });

  it("relative flatness is the sum over the last layer's blocks of the Hessian, each weighted by the rows' product", async () => {
    await withProblem({ checkpoint, samples: 100 }, async ({ objective }) => {
      const { origin, slots } = objective;
      const [flatness] = await measuresOf(
        relativeFlatness,
        new SharpnessPoint(objective, origin, 0),
        DEFAULT_SHARPNESS,
      );
      // [outputs, features], as PyTorch keeps it.
      const slot = slots.filter(({ shape }) => shape.length === 2).at(-1)!;
      const [outputs, features] = slot.shape as [number, number];
      const at = (row: number, column: number): number => slot.offset + row * features + column;
      const derivatives = objective.differentiate(origin);
      let expected = 0;
      for (let feature = 0; feature < features; feature++) {
        const units = Array.from({ length: outputs }, (_, row) => {
          const unit = new Float64Array(origin.length);
          unit[at(row, feature)] = 1;
          return unit;
        });
        const products = await derivatives.hessianVectorProducts(units, never);
        for (let s = 0; s < outputs; s++) {
          for (let t = 0; t < outputs; t++) {
            let inner = 0;
            for (let k = 0; k < features; k++) inner += origin[at(s, k)]! * origin[at(t, k)]!;
            expected += inner * products[s]![at(t, feature)]!;
          }
        }
      }
      await derivatives.close();
      assert.deepEqual([outputs, features], [10, 24]);
      assert.ok(
        Math.abs((flatness!.value as number) - expected) < 1e-4 * expected,
        `${flatness!.value}, not ${expected}`,
      );
      assert.ok((flatness!.lower as number) < expected && (flatness!.upper as number) > expected);
    });
  });

  it('average-case sharpness is half the curvature along perturbations where they are small', async () => {
    await withProblem({ checkpoint, samples: 300 }, async ({ objective }) => {
      const { origin } = objective;
      const point = new SharpnessPoint(objective, origin, 0);
      const sigma = 0.02;
      const [average] = await measuresOf(averageSharpness, point, { ...DEFAULT_SHARPNESS, sigma, draws: 40 });
      // E ½·ξᵀ·D·H·D·ξ is half the trace of D·H·D with D = σ|θ|, here from other, Rademacher, probes.
      const derivatives = objective.differentiate(origin);
      let sum = 0;
      const probes = 60;
      for (let probe = 0; probe < probes; probe++) {
        const v = Float64Array.from(
          origin,
          (x, index) => sigma * x * (Math.sin(1e4 * (probe + 1) * (index + 1)) < 0 ? -1 : 1),
        );
        const [product] = await derivatives.hessianVectorProducts([v], never);
        sum += v.reduce((total, x, index) => total + x * product![index]!, 0);
      }
      await derivatives.close();
      const expected = sum / (2 * probes);
      assert.ok(
        Math.abs((average!.value as number) - expected) < 4 * average!.noise! + 0.1 * expected,
        `${average!.value} ± ${average!.noise}, not ${expected}`,
      );
      assert.equal(average!.evaluations.losses, 81);
    });
  });
});
