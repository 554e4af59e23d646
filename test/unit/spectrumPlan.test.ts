import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SymmetricOperator } from '../../worker/analysis/krylov.ts';
import { spectrum } from '../../worker/analysis/spectrum.ts';
import { gigabytes, surfaceBytes } from '../../worker/commands/memoryPlan.ts';
import type { SpectrumRequest } from '../../worker/protocol.ts';
import { DENSITY, expectedProducts, leastColumns, planVectors, type VectorPlan } from '../../worker/spectrumPlan.ts';
import { never } from './objective/problems.ts';

type Wanted = Partial<SpectrumRequest>;

/** What a problem of so many parameters plans with one session, once it has been opened for a spectrum. */
function plan(parameters: number, wanted: Wanted, limit: number): VectorPlan {
  const memoryBytes = surfaceBytes({ parameters, constants: 0 }, 1, leastColumns(wanted));
  const problem = { memoryBytes, objective: { origin: { length: parameters } } };
  return planVectors(problem, wanted, limit);
}

describe('the memory of a spectrum', () => {
  // 20 + 1 pairs of a network of 25 million parameters.
  const large = 25e6;
  const cases: readonly [what: string, wanted: Wanted, limit: number, basis: number, chains: number, memory: string][] =
    [
      ['as much as it likes', {}, 64e9, 124, 1, '27.1 GB'],
      ['16 GB', {}, 16e9, 68, 1, '15.9 GB'],
      ['hardly any', {}, 8.2e9, 29, 1, '8.1 GB'],
      ['as much as it likes, and a density', { trace: true, density: true }, 128e9, 124, 4, '79.9 GB'],
      ['32 GB, and a density', { trace: true, density: true }, 32e9, 70, 1, '31.9 GB'],
    ];
  for (const [what, wanted, limit, basis, chains, memory] of cases) {
    it(`with ${what} is planned for`, () => {
      const planned = plan(large, wanted, limit);
      assert.deepEqual([planned.basis, planned.chains, gigabytes(planned.memoryBytes)], [basis, chains, memory]);
      assert.ok(planned.memoryBytes <= limit);
    });
  }

  it('is no larger than θ has room for', () => {
    assert.equal(plan(30, {}, 64e9).basis, 30);
  });

  const measured: readonly [what: string, wanted: Wanted, limit: number][] = [
    ['a search with restarts', { largest: 6, smallest: 2 }, 0],
    ['trace and density with restarts', { largest: 6, smallest: 2, trace: true, density: true }, 0],
    ['trace and density with room', { largest: 3, smallest: 1, trace: true, density: true }, 1e12],
  ];
  for (const [what, wanted, limit] of measured) {
    it(`that ${what} takes is what was planned`, async function () {
      this.timeout(120_000);
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const size = 8_000;
      const { basis, chains, memoryBytes } = plan(size, wanted, limit);
      const inUse = (): number => {
        collect();
        return process.memoryUsage().arrayBuffers;
      };
      const before = inUse();
      let peak = 0;
      let products = 0;
      const operator: SymmetricOperator = {
        size,
        async apply(vectors) {
          const images = vectors.map(vector => vector.map((value, index) => value * (size / (index + 1))));
          // Collecting takes its time; what grows and what is let go is seen often enough.
          if (products++ % 5 === 0) peak = Math.max(peak, inUse() - before);
          return images;
        },
      };
      const { largest = 0, smallest = 0, trace, density } = wanted;
      const settings = {
        largest,
        smallest,
        tolerance: 1e-2,
        basis,
        maxProducts: 100,
        seed: 0,
        traceProbes: trace ? 8 : 0,
        density: density ? { probes: 4, steps: DENSITY.steps, block: chains } : null,
      };
      for await (const _ of spectrum(operator, settings, never));
      const columns = Math.round(peak / (8 * size));
      const fixed = surfaceBytes({ parameters: size, constants: 0 }, 1, 0);
      const planned = (memoryBytes - fixed) / (8 * size);
      // What other tests of the process left behind comes and goes too: some hundred kilobytes, a few vectors.
      assert.ok(columns <= planned + 3, `${columns} vectors at once, and ${planned} were planned`);
    });
  }
});

describe('the products that a spectrum is likely to take', () => {
  const sizes = [1000, 10, 2400, 30];
  const cases: readonly [what: string, wanted: Wanted, sizes: readonly number[], least: number, most: number][] = [
    ['twenty pairs and one', {}, sizes, 47, 135],
    ['one pair', { largest: 1, smallest: 0 }, sizes, 23, 75],
    ['more pairs than there are', { largest: 20 }, [3, 2], 7, 7],
    ['probes', { trace: true, density: true }, sizes, 347, 635],
    ['every tensor', { byTensor: true }, sizes, 132, 341],
    ['lines', { along: 1 }, sizes, 52, 145],
  ];
  for (const [what, wanted, own, least, most] of cases) {
    it(`with ${what}`, () => assert.deepEqual(expectedProducts(wanted, own), { least, most }));
  }
});
