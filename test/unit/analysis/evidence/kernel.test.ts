import assert from 'node:assert/strict';
import { jackknifeError, Kernel } from '../../../../worker/analysis/evidence/kernel.ts';
import { gaussians } from '../../../../worker/direction/gaussian.ts';

/** f_c(x) = Σ w_ci·x_i with standard normal weights, whose kernel is ⟨x, x'⟩. */
const inputs = [
  [1, 0, 0],
  [0.6, 0.8, 0],
  [0, 1, 2],
];
const outputs = 4;

function kernelOf(draws: number): Kernel {
  const kernel = new Kernel(inputs.length, 5);
  for (let draw = 0; draw < draws; draw++) {
    const weights = gaussians(['kernel', draw], 3 * outputs);
    const values = inputs.flatMap(x =>
      Array.from({ length: outputs }, (_, c) => x.reduce((sum, value, i) => sum + value * weights[3 * c + i]!, 0)),
    );
    kernel.add(Float64Array.from(values));
  }
  return kernel;
}

describe('the kernel of random networks', () => {
  it('is the inner product of inputs for a linear map', () => {
    const draws = 20_000;
    const matrix = kernelOf(draws).matrix();
    const error = 4 * Math.sqrt((2 * 25) / (draws * outputs));
    for (const [row, x] of inputs.entries()) {
      for (const [column, y] of inputs.entries()) {
        const exact = x.reduce((sum, value, index) => sum + value * y[index]!, 0);
        assert.ok(Math.abs(matrix[3 * row + column]! - exact) < error, `${matrix[3 * row + column]}, not ${exact}`);
      }
    }
  });

  it('of all groups is the mean of those without each', () => {
    const kernel = kernelOf(50);
    const parts = Array.from({ length: 5 }, (_, group) => kernel.matrix(group));
    for (const [index, value] of kernel.matrix().entries()) {
      assert.ok(Math.abs(parts.reduce((sum, part) => sum + part[index]! / 5, 0) - value) < 1e-12);
    }
    assert.equal(kernel.draws, 50);
  });

  it('has an error that jackknifing tells', () => {
    // Of a mean it is the usual standard error.
    const sample = [...gaussians(['sample'], 10)];
    const total = sample.reduce((sum, value) => sum + value, 0);
    const mean = total / 10;
    const usual = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 90);
    assert.ok(Math.abs(jackknifeError(sample.map(value => (total - value) / 9)) - usual) < 1e-12);
  });
});
