import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { below, densityCurve, type SpectralMeasure, spectralMeasure } from '../../../worker/analysis/density.ts';
import { type EigenpairState, eigenpairs, type SymmetricOperator } from '../../../worker/analysis/krylov.ts';
import { basisSize } from '../../../worker/analysis/sizes.ts';
import { estimateTrace, type TraceEstimate, type TraceOptions } from '../../../worker/analysis/trace.ts';
import { operatorOf } from './operators.ts';

const never = new AbortController().signal;

/** Every eigenvalue of a trained network's loss Hessian, from PyTorch in float64; see test/fixtures/digits-mlp. */
const hessian = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/digits-mlp/eigenvalues_step_00300.json'), 'utf8'),
) as readonly number[];

async function lastOf<T>(states: AsyncIterable<T>): Promise<T> {
  let last: T | undefined;
  for await (const state of states) last = state;
  return last!;
}

const solved = (operator: SymmetricOperator, largest: number): Promise<EigenpairState> =>
  lastOf(
    eigenpairs(
      operator,
      {
        largest,
        smallest: 1,
        tolerance: 1e-4,
        basis: basisSize(largest + 1, operator.size),
        maxProducts: 1000,
        seed: 0,
      },
      never,
    ),
  );

const traceOf = (operator: SymmetricOperator, options: Partial<TraceOptions>): Promise<TraceEstimate> =>
  lastOf(estimateTrace(operator, { probes: 20, seed: 0, block: 4, ...options }, never));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const close = (value: number, expected: number, error: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= error, `${what}: ${value}, not ${expected} ± ${error}`);

describe('trace and Frobenius norm', () => {
  it('two standard errors cover the trace as often as they should, over 200 seeds', async function () {
    this.timeout(240_000);
    // The bulk only, so that a draw costs little; what a subspace holds is exact and covers nothing.
    const bulk = hessian.filter((_, index) => index % 8 === 0);
    const operator = operatorOf(bulk);
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { trace } = await traceOf(operator, { seed, probes: 30 });
      if (Math.abs(trace.mean - sum(bulk)) <= 2 * trace.standardError!) covered++;
    }
    assert.ok(covered >= 184 && covered <= 196, `${covered} of 200`);
  });

  it('a Krylov subspace leaves little to estimate', async () => {
    const operator = operatorOf(hessian);
    const { subspace } = await solved(operator, 20);
    const [plain, deflated] = [await traceOf(operator, {}), await traceOf(operator, { subspace })];
    for (const { trace } of [plain, deflated]) close(trace.mean, sum(hessian), 3 * trace.standardError!, 'trace');
    const squares = sum(hessian.map(value => value ** 2));
    close(deflated.squares.mean, squares, 3 * deflated.squares.standardError! + 1e-6 * squares, 'squares');
    assert.ok(deflated.trace.standardError! < plain.trace.standardError! / 1.5);
    assert.ok(deflated.squares.standardError! < plain.squares.standardError! / 50);
  });

  it('a subspace that is the whole space leaves nothing', async () => {
    const values = [4, 2, -1];
    const operator = operatorOf(values);
    const { subspace } = await solved(operator, 3);
    const { trace, squares, probes } = await traceOf(operator, { subspace });
    close(trace.mean, 5, 1e-12, 'trace');
    close(squares.mean, 21, 1e-11, 'squares');
    assert.deepEqual([trace.standardError, probes], [0, 0]);
  });

  it("Hutchinson's variance is the known one", async () => {
    // A(i, j) = (i + j)/10 for n = 10: trace 11, and a variance of 2·Σ_{i≠j} A² = 244.2 a probe.
    const operator: SymmetricOperator = {
      size: 10,
      apply: async vectors =>
        vectors.map(v =>
          v.map((_, row) => v.reduce((total, value, column) => total + ((row + column + 2) / 10) * value, 0)),
        ),
    };
    const { trace } = await traceOf(operator, { probes: 20_000, block: 100 });
    close(trace.mean, 11, 4 * Math.sqrt(244.2 / 20_000), 'trace');
    // The variance of a variance of 20 000 probes is some per cent.
    close(trace.standardError! ** 2 * 20_000, 244.2, 0.05 * 244.2, 'variance');
  });
});

const measured = (
  operator: SymmetricOperator,
  known: readonly { value: number; vector: Float64Array }[],
  options = {},
): Promise<SpectralMeasure> =>
  lastOf(spectralMeasure(operator, { known, probes: 8, steps: 30, seed: 0, block: 4, ...options }, never));

describe('spectral density', () => {
  const integral = (measure: SpectralMeasure): number => {
    const { x, y } = densityCurve(measure);
    return sum(y) * (x[1]! - x[0]!);
  };

  it('counts the eigenvalues of a Hessian below a threshold, within its uncertainty', async function () {
    this.timeout(240_000);
    const operator = operatorOf(hessian);
    const { largest, smallest, subspace } = await solved(operator, 20);
    const known = [
      ...largest.map((pair, index) => ({ value: pair.value, vector: subspace.vector('largest', index) })),
      ...smallest.map((pair, index) => ({ value: pair.value, vector: subspace.vector('smallest', index) })),
    ];
    const measure = await measured(operator, known, { steps: 80 });
    const top = Math.max(...hessian);
    for (const tau of [1e-3, 3e-3, 1e-2].map(share => share * top)) {
      const { count, share } = below(measure, -tau);
      const negative = hessian.filter(value => value < -tau);
      close(count.value, negative.length, 2 * count.uncertainty, `below −${tau}`);
      assert.ok(count.uncertainty < 0.5 * negative.length + 3, `uncertainty ${count.uncertainty}`);
      const absolute = sum(hessian.map(Math.abs));
      close(share.value, sum(negative.map(Math.abs)) / absolute, 2 * share.uncertainty + 1e-3, 'share');
    }
    close(integral(measure), hessian.length, 0.01 * hessian.length, 'integral');
  });

  it('is right for tiny eigenvalues, for fewer dimensions than steps and after a breakdown', async () => {
    for (const values of [
      [1e-9, 2e-9, 6e-9, -1e-9],
      [1, 1, 1, 1, 1, -1],
      [3, 3, 3, -2, -2],
      [7, 8],
    ]) {
      const measure = await measured(operatorOf(values), [], { probes: 400 });
      const middle = (Math.min(...values) + Math.max(...values)) / 2;
      const { count } = below(measure, middle);
      close(count.value, values.filter(value => value < middle).length, 3 * count.uncertainty + 1e-9, String(values));
      close(integral(measure), values.length, 0.02 * values.length, `integral of ${values}`);
    }
  });

  it('knows everything where every pair is known', async () => {
    const operator = operatorOf([2, -1]);
    const { largest, subspace } = await solved(operator, 2);
    const known = largest.map((pair, index) => ({ value: pair.value, vector: subspace.vector('largest', index) }));
    const { count } = below(await measured(operator, known), 0);
    assert.deepEqual(count, { value: 1, uncertainty: 0 });
  });
});
