import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type BoxFunction,
  type BoxOptions,
  type BoxState,
  maximizeInBox,
} from '../../../../worker/analysis/sharpness/box.ts';
import { gaussians } from '../../../../worker/direction/gaussian.ts';
import { never } from '../../objective/problems.ts';

const OPTIONS: BoxOptions = { tolerance: 1e-7, base: 0, maxGradients: 400 };

/** bᵀu + ½·uᵀQu, where Q = sign·M·Mᵀ/size + shift·I with Gaussian M. */
function quadratic(size: number, seed: number, sign: -1 | 1, shift: number) {
  const linear = gaussians(['linear', seed], size);
  const rows = Array.from({ length: size }, (_, row) => gaussians(['row', seed, row], size));
  const matrix = rows.map((a, row) =>
    rows.map((b, column) => (sign * a.reduce((sum, x, k) => sum + x * b[k]!, 0)) / size + (row === column ? shift : 0)),
  );
  const evaluate: BoxFunction = async u => {
    const product = Float64Array.from(matrix, row => row.reduce((sum, value, index) => sum + value * u[index]!, 0));
    return {
      value: u.reduce((sum, x, index) => sum + x * (linear[index]! + 0.5 * product[index]!), 0),
      gradient: product.map((x, index) => x + linear[index]!),
    };
  };
  return evaluate;
}

async function run(evaluate: BoxFunction, start: Float64Array, options = OPTIONS): Promise<BoxState[]> {
  const states: BoxState[] = [];
  for await (const state of maximizeInBox(evaluate, start, options, never)) states.push(state);
  return states;
}

/** How far the gradient still moves a coordinate within the box. */
async function projectedGradient(evaluate: BoxFunction, point: Float64Array): Promise<number> {
  const { gradient } = await evaluate(point, never);
  return Math.max(
    ...gradient.map((slope, index) => Math.abs(Math.min(Math.max(point[index]! + slope, -1), 1) - point[index]!)),
  );
}

describe('the maximum in a box', () => {
  it('is found of concave quadratics: no slope leads into the box, wherever the search begins', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(1000), fc.nat(1000), async (size, seed, from) => {
        const evaluate = quadratic(size, seed, -1, -0.05);
        const starts = [new Float64Array(size), gaussians(['from', from], size).map(x => Math.max(-1, Math.min(1, x)))];
        const ends = await Promise.all(starts.map(async start => (await run(evaluate, start)).at(-1)!));
        for (const { end, point } of ends) {
          assert.equal(end, 'stationary');
          assert.ok((await projectedGradient(evaluate, point)) < 1e-2);
        }
        assert.ok(Math.abs(ends[0]!.value - ends[1]!.value) <= 1e-8 * Math.abs(ends[0]!.value), 'one maximum');
      }),
      { numRuns: 60 },
    );
  });

  it('is a vertex of convex quadratics, reached in a few steps that each rise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.nat(1000), async (size, seed) => {
        const evaluate = quadratic(size, seed, 1, 0.01);
        const states = await run(evaluate, new Float64Array(size));
        const last = states.at(-1)!;
        assert.equal(last.end, 'stationary');
        assert.ok(last.point.every(value => Math.abs(value) === 1));
        assert.ok(states.every((state, index) => index === 0 || state.value > states[index - 1]!.value));
        assert.ok(last.gradients <= 20, `${last.gradients} gradients`);
      }),
      { numRuns: 60 },
    );
  });

  it('is stationary and no smaller than the start where curvature has both signs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.nat(1000), async (size, seed) => {
        const evaluate = quadratic(size, seed, 1, -1);
        const start = gaussians(['start', seed], size).map(x => Math.max(-1, Math.min(1, x)));
        const states = await run(evaluate, start);
        const last = states.at(-1)!;
        assert.equal(last.end, 'stationary');
        assert.ok((await projectedGradient(evaluate, last.point)) < 1e-2);
      }),
      { numRuns: 60 },
    );
  });

  it('ends where gradients run out, and at once where the start is stationary', async () => {
    const evaluate = quadratic(30, 1, -1, -0.05);
    const cut = (await run(evaluate, new Float64Array(30), { ...OPTIONS, maxGradients: 3 })).at(-1)!;
    assert.deepEqual([cut.end, cut.gradients], ['gradients', 3]);
    const flat: BoxFunction = async u => ({ value: 0, gradient: new Float64Array(u.length) });
    const still = await run(flat, new Float64Array(4));
    assert.deepEqual(
      still.map(({ end, gradients, iterations }) => ({ end, gradients, iterations })),
      [{ end: 'stationary', gradients: 1, iterations: 0 }],
    );
  });

  it('does not leave for where the function is no number', async () => {
    const evaluate: BoxFunction = async ([x]) => ({
      value: x! > 0.4 ? Number.NaN : x!,
      gradient: Float64Array.of(x! > 0.4 ? Number.NaN : 1),
    });
    const last = (await run(evaluate, Float64Array.of(0))).at(-1)!;
    assert.ok(last.value > 0.3 && last.value <= 0.4, `${last.value}`);
  });
});
