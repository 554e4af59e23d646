import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findRadius, type RadiusOptions } from '../../../../worker/analysis/volume/radius.ts';

const options: RadiusOptions = { cutoff: 0.01, start: 1, farthest: 1e6, tolerance: 1e-7 };

async function check(
  divergence: (r: number) => number,
  radius: number,
  { most, ...own }: Partial<RadiusOptions> & { readonly most: number },
): Promise<void> {
  const found = await findRadius(async r => divergence(r), { ...options, ...own });
  const { tolerance } = { ...options, ...own };
  assert.equal(found.end, 'found');
  assert.ok(
    Math.abs(Math.log(found.radius / radius)) <= 2 * found.relativeError + 1e-12,
    `${found.radius}, not ${radius}`,
  );
  assert.ok(found.relativeError <= tolerance, String(found.relativeError));
  assert.ok(found.evaluations <= most, `${found.evaluations} evaluations`);
}

describe('the end of a basin along a ray', () => {
  it('is found in a few evaluations where the divergence is quadratic', () => check(r => 4 * r * r, 0.05, { most: 5 }));

  it('is found from anywhere', async () => {
    for (const start of [1e-9, 1e-3, 0.05, 1, 1e5]) await check(r => 4 * r * r, 0.05, { start, most: 14 });
  });

  it('is found where the divergence is steep, flat, stepped or not a number', async () => {
    await check(r => r ** 40, 0.01 ** (1 / 40), { most: 20 });
    await check(r => r ** 0.1, 1e-20, { most: 60 });
    await check(r => (r < 3 ? 0 : 1), 3, { most: 60 });
    await check(r => (r < 3 ? 1e-5 : Number.NaN), 3, { most: 60 });
    await check(r => (r < 3 ? 1e-5 : Number.POSITIVE_INFINITY), 3, { most: 60 });
  });

  it('is open where the cutoff is not reached', async () => {
    const found = await findRadius(async () => 1e-3, options);
    assert.deepEqual({ ...found, evaluations: 0 }, { radius: 1e6, relativeError: 0, end: 'open', evaluations: 0 });
  });

  it('is the point itself where all around lies outside', async () => {
    assert.equal((await findRadius(async () => 1, options)).radius, 0);
  });

  it('is bracketed to the tolerance for any growing divergence', () =>
    fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.3, max: 8, noNaN: true }),
        fc.double({ min: 1e-4, max: 1e4, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.constantFrom(1e-3, 1, 1e3),
        async (power, scale, bend, start) => {
          const divergence = (r: number): number => scale * r ** power * (1 + bend * Math.tanh(r));
          const found = await findRadius(async r => divergence(r), { ...options, start, farthest: 1e12 });
          if (found.end === 'open') return assert.ok(divergence(1e12) < options.cutoff);
          const beside = (side: number): number => divergence(found.radius * Math.exp(side * 2.1 * options.tolerance));
          assert.ok(beside(-1) <= options.cutoff && beside(1) >= options.cutoff, JSON.stringify(found));
        },
      ),
    ));
});
