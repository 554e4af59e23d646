import assert from 'node:assert/strict';
import {
  type EigenpairOptions,
  type EigenpairState,
  eigenpairs,
  type SymmetricOperator,
} from '../../../worker/analysis/krylov.ts';
import { basisSize } from '../../../worker/analysis/sizes.ts';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { norm } from '../../../worker/vector.ts';
import { operatorOf } from './operators.ts';

const never = new AbortController().signal;

async function solve(operator: SymmetricOperator, options: Partial<EigenpairOptions>): Promise<EigenpairState> {
  const { largest = 5, smallest = 1 } = options;
  const whole = {
    largest,
    smallest,
    tolerance: 1e-6,
    basis: basisSize(largest + smallest, operator.size),
    maxProducts: 2000,
    seed: 0,
    ...options,
  };
  let last: EigenpairState | null = null;
  for await (const state of eigenpairs(operator, whole, never)) last = state;
  return last!;
}

const close = (value: number, expected: number, error: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= error, `${what}: ${value}, not ${expected}`);

/** Every pair within its residual of the eigenvalue of its rank, and as converged as it says. */
function check(state: EigenpairState, values: readonly number[], tolerance: number): void {
  const scale = Math.max(...values.map(Math.abs));
  const descending = [...values].sort((a, b) => b - a);
  state.largest.forEach((pair, index) => {
    close(pair.value, descending[index]!, Math.max(pair.residual, 1e-14 * scale), `largest ${index}`);
    assert.ok(!pair.converged || pair.residual <= tolerance * Math.abs(pair.value));
  });
  state.smallest.forEach((pair, index) => {
    close(pair.value, descending.at(-1 - index)!, Math.max(pair.residual, 1e-14 * scale), `smallest ${index}`);
  });
}

const decaying = Array.from({ length: 400 }, (_, index) => 10 * 0.9 ** index - 0.1);

describe('eigenpairs at both ends', () => {
  const cases: readonly (readonly [string, readonly number[], Partial<EigenpairOptions>])[] = [
    ['a decaying spectrum', decaying, { largest: 12, smallest: 0 }],
    [
      'both ends',
      Array.from({ length: 300 }, (_, index) => (index < 150 ? index ** 2 : -(index ** 1.5))),
      { smallest: 4 },
    ],
    ['a small basis, restarted', decaying, { largest: 6, smallest: 0, basis: 16 }],
    ['a block of three', decaying, { largest: 6, smallest: 0, block: 3 }],
    ['a repeated eigenvalue', [5, 5, 5, 4, ...decaying.map(value => value / 10)], { largest: 5, smallest: 0 }],
    ['fewer dimensions than columns', [3, 1, -2, 0.5], { largest: 3, smallest: 1 }],
    ['more pairs than dimensions', [3, 1, -2], { largest: 20, smallest: 5 }],
    ['one dimension', [7], {}],
    ['the identity, which breaks down at once', new Array<number>(50).fill(1), { largest: 4, smallest: 1 }],
    ['rank two', [9, -4, ...new Array<number>(60).fill(0)], { largest: 1, smallest: 1 }],
  ];
  for (const [name, values, options] of cases) {
    it(name, async () => {
      const state = await solve(operatorOf(values), options);
      check(state, values, 1e-6);
      assert.equal(state.end, 'converged');
      assert.equal(state.largest.length, Math.min(options.largest ?? 5, values.length));
    });
  }

  it('gives unit vectors with the residuals it states', async () => {
    const operator = operatorOf(decaying);
    const { largest, subspace } = await solve(operator, { largest: 4, smallest: 0 });
    for (const [index, pair] of largest.entries()) {
      const vector = subspace.vector('largest', index);
      close(norm(vector), 1, 1e-10, 'length');
      const [image] = await operator.apply([vector], never);
      const residual = norm(image!.map((value, at) => value - pair.value * vector[at]!));
      assert.ok(residual <= 1.5 * pair.residual + 1e-12, `residual ${residual}, stated ${pair.residual}`);
    }
  });

  it('needs fewer products when it starts from a neighbour', async () => {
    const cold = await solve(operatorOf(decaying), { largest: 3, smallest: 0 });
    const neighbour = [0, 1, 2].map(index => cold.subspace.vector('largest', index));
    const warm = await solve(operatorOf(decaying.map(value => value * 1.001)), {
      largest: 3,
      smallest: 0,
      start: neighbour,
    });
    assert.equal(warm.end, 'converged');
    assert.ok(warm.products < cold.products, `${warm.products} against ${cold.products}`);
  });

  it('says that rounding keeps a pair from converging, and never calls it converged', async () => {
    let draws = 0;
    const noisy = operatorOf(decaying, v => {
      const error = gaussians(['noise', draws++], v.length);
      for (let index = 0; index < v.length; index++) v[index]! += 1e-6 * error[index]!;
    });
    const state = await solve(noisy, { largest: 3, smallest: 1, tolerance: 1e-5 });
    // 20 errors of 1e-6 make 2e-5: below 1e-5 of the largest, which is 10, above that of the smallest, which is 0.1.
    close(state.noise, 2e-5, 5e-6, 'noise');
    assert.deepEqual([state.end, state.largest[0]!.converged, state.smallest[0]!.converged], ['noise', true, false]);
    check(state, decaying, 1e-5);
  });

  it('the Laplacian: the largest to 1e-5, the smallest not converged rather than wrong', async () => {
    const size = 1000;
    const laplacian: SymmetricOperator = {
      size,
      apply: async vectors =>
        vectors.map(v => v.map((value, index) => 2 * value - (v[index - 1] ?? 0) - (v[index + 1] ?? 0))),
    };
    const state = await solve(laplacian, { largest: 2, smallest: 1, tolerance: 1e-4, basis: 60, maxProducts: 200 });
    assert.equal(state.smallest[0]!.converged, false);
    assert.ok(state.smallest[0]!.residual > Math.abs(state.smallest[0]!.value) * 1e-4);
    const exact = (k: number) => 2 - 2 * Math.cos((Math.PI * k) / (size + 1));
    close(state.largest[0]!.value, exact(size), 1e-3, 'largest');
    assert.equal(state.end, 'products');
  });

  it('a cancelled search leaves the last state as it was', async () => {
    const stop = new AbortController();
    const operator = operatorOf(decaying);
    const states: EigenpairState[] = [];
    const options = { largest: 5, smallest: 0, tolerance: 1e-9, basis: 60, maxProducts: 500, seed: 0 };
    const guarded: SymmetricOperator = {
      size: operator.size,
      apply: (vectors, signal) => {
        signal.throwIfAborted();
        return operator.apply(vectors, signal);
      },
    };
    await assert.rejects(async () => {
      for await (const state of eigenpairs(guarded, options, stop.signal)) {
        states.push(state);
        if (states.length === 12) stop.abort();
      }
    });
    assert.equal(states.length, 12);
    check(states[11]!, decaying, 1e-9);
  });

  it('says that a product is not finite', async () => {
    const operator = operatorOf(decaying, v => v.fill(Number.NaN));
    await assert.rejects(solve(operator, {}), { kind: 'computation', message: /is not finite/ });
  });

  it('the same seed gives the same numbers', async () => {
    const [one, other] = [await solve(operatorOf(decaying), {}), await solve(operatorOf(decaying), {})];
    assert.deepEqual(one.largest, other.largest);
  });
});
