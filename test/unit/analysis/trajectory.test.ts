import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type CheckpointSet, gramMatrix, sumsOfDifferences } from '../../../worker/analysis/gram.ts';
import {
  type CheckpointPlane,
  planeThroughThree,
  principalPlane,
  randomWalkShares,
} from '../../../worker/analysis/trajectory.ts';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { dot, norm } from '../../../worker/vector.ts';
import { never } from '../objective/problems.ts';

/** Checkpoints in memory, their parameters in tensors of the given shapes. */
function inMemory(thetas: readonly Float32Array[], shapes: readonly (readonly number[])[]): CheckpointSet {
  const sizes = shapes.map(shape => shape.reduce((product, size) => product * size, 1));
  return {
    count: thetas.length,
    slots: shapes.map(shape => ({ shape })),
    read: async (checkpoint, slot, rows) => {
      const start = sizes.slice(0, slot).reduce((sum, size) => sum + size, 0);
      const rowSize = sizes[slot]! / (shapes[slot]![0] ?? 1);
      const [from, to] = rows ? [rows.from * rowSize, rows.to * rowSize] : [0, sizes[slot]!];
      return thetas[checkpoint]!.slice(start + from, start + to);
    },
  };
}

const vectors = (...lists: readonly (readonly number[])[]): Float32Array[] =>
  lists.map(list => Float32Array.from(list));

const flat = (thetas: readonly Float32Array[]): CheckpointSet => inMemory(thetas, [[thetas[0]!.length]]);

const gramOf = (thetas: readonly Float32Array[], origin = thetas.length - 1): Promise<Matrix> =>
  gramMatrix(flat(thetas), origin, never);

const near = (actual: number, expected: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, and not ${expected} ± ${tolerance}`);

/** Holds the places of checkpoints against what the directions themselves give. */
function checkPlaces(
  thetas: readonly Float32Array[],
  origin: number,
  { points }: CheckpointPlane,
  { x, y }: { readonly x: Float32Array; readonly y: Float32Array },
): void {
  near(norm(x), 1, 1e-6, 'length of x');
  near(norm(y), 1, 1e-6, 'length of y');
  near(dot(x, y), 0, 1e-6, 'product of the directions');
  assert.deepEqual(points[origin], { x: 0, y: 0, distance: 0 });
  const largest = Math.max(...thetas.map(theta => norm(theta.map((value, index) => value - thetas[origin]![index]!))));
  for (const [index, theta] of thetas.entries()) {
    const change = Float64Array.from(theta, (value, place) => value - thetas[origin]![place]!);
    const [along, across] = [dot(change, x), dot(change, y)];
    const rest = change.map((value, place) => value - along * x[place]! - across * y[place]!);
    near(points[index]!.x, along, 2e-6 * largest, `x of ${index}`);
    near(points[index]!.y, across, 2e-6 * largest, `y of ${index}`);
    near(points[index]!.distance, norm(rest), 2e-6 * largest, `distance of ${index}`);
  }
}

describe('principal components of checkpoints', () => {
  it('are those of the centred checkpoints, however few of their numbers are held at a time', async () => {
    const shapes = [[3, 4], [], [5], [7, 2, 1]] as const;
    const size = 12 + 1 + 5 + 14;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 11 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.nat(),
        fc.constantFrom(1, 100, 1e9),
        async (count, seed, place, heldBytes) => {
          const thetas = Array.from({ length: count }, (_, index) =>
            Float32Array.from(gaussians([seed, index], size), value => 10 + value),
          );
          const origin = place % count;
          const set = inMemory(thetas, shapes);
          const read: number[] = [];
          const plane = principalPlane(
            await gramMatrix(set, origin, never, (done, total) => read.push(done / total), heldBytes),
          )!;
          assert.deepEqual([read.at(-1), read.toSorted((a, b) => a - b)], [1, read]);
          checkPlaces(thetas, origin, plane, await sumsOfDifferences(set, origin, plane.factors, never));
          const means = Array.from({ length: size }, (_, at) => thetas.reduce((sum, own) => sum + own[at]!, 0) / count);
          const centred = new Matrix(thetas.map(own => means.map((mean, at) => own[at]! - mean)));
          const covariance = centred.mmul(centred.transpose());
          const values = new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues;
          const shares = values.sort((a, b) => b - a).map(value => value / covariance.trace());
          assert.equal(plane.explained.length, Math.min(count - 1, 10));
          for (const [index, share] of plane.explained.entries()) near(share, shares[index]!, 1e-9, `share ${index}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begin at the side of x and y from which the run comes, whichever checkpoint the plane is drawn through', async () => {
    const thetas = Array.from({ length: 6 }, (_, index) => Float32Array.from(gaussians([5, index], 40)));
    for (const origin of thetas.keys()) {
      const { points } = principalPlane(await gramOf(thetas, origin))!;
      const [first, second] = points.filter((_, index) => index !== origin);
      assert.ok(first!.x > 0 && first!.y > 0, `${origin}: ${JSON.stringify([first, second])}`);
    }
  });

  it('of a random walk are as theory says', async () => {
    const [points, dimensions] = [300, 20_000];
    const thetas = [new Float32Array(dimensions)];
    for (let step = 1; step < points; step++) {
      const last = thetas.at(-1)!;
      const draw = gaussians([1, step], dimensions);
      thetas.push(last.map((value, index) => value + draw[index]!));
    }
    const { explained } = principalPlane(await gramOf(thetas))!;
    near(explained[0]!, 0.609, 0.01, 'first');
    near(explained[1]!, 0.152, 0.01, 'second');
    for (const [index, share] of randomWalkShares(points).entries()) {
      near(explained[index]!, share, 0.01, `share ${index}`);
    }
  }).timeout(60_000);

  it('of a random walk in the limit are the eigenvalues of its centred products', () => {
    for (let points = 2; points < 30; points++) {
      const means = Array.from({ length: points }, (_, at) => at - (at * (at + 1)) / 2 / points);
      const mean = means.reduce((sum, value) => sum + value, 0) / points;
      const centred = means.map((own, row) => means.map((other, column) => Math.min(row, column) - own - other + mean));
      const matrix = new Matrix(centred);
      const values = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
      const shares = values.sort((a, b) => b - a).map(value => value / matrix.trace());
      const expected = randomWalkShares(points);
      assert.equal(expected.length, Math.min(points - 1, 10));
      for (const [index, share] of expected.entries()) near(share, shares[index]!, 1e-12, `${index} of ${points}`);
    }
    near(randomWalkShares(1e6)[0]!, 6 / Math.PI ** 2, 1e-11, 'the limit');
  });

  const none: Readonly<Record<string, readonly Float32Array[]>> = {
    'one checkpoint': vectors([1, 2, 3]),
    'two checkpoints': vectors([1, 2, 3], [3, 2, 1]),
    'equal checkpoints': vectors([1, 2, 3], [1, 2, 3], [1, 2, 3]),
    'two checkpoints, one of them twice': vectors([1, 2, 3], [3, 2, 1], [1, 2, 3]),
    'checkpoints on a line': vectors([1, 2, 3], [2, 3, 4], [4, 5, 6], [0, 1, 2]),
    'a model of one parameter': vectors([1], [2], [4]),
  };
  for (const [what, thetas] of Object.entries(none)) {
    it(`span no plane: ${what}`, async () => assert.equal(principalPlane(await gramOf(thetas)), null));
  }

  it('show where checkpoints are not finite', async () => {
    const gram = await gramOf(vectors([1, 2], [Number.NaN, 0], [3, 5]));
    assert.deepEqual(
      gram.diagonal().map(value => Number.isFinite(value)),
      [true, false, true],
    );
  });
});

describe('the plane through three checkpoints', () => {
  it('holds all of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 50 }), async (seed, size) => {
        const thetas = [0, 1, 2].map(index => Float32Array.from(gaussians([seed, index], size)));
        const plane = planeThroughThree(await gramOf(thetas, 0))!;
        checkPlaces(thetas, 0, plane, await sumsOfDifferences(flat(thetas), 0, plane.factors, never));
        const [, b, c] = plane.points;
        assert.ok(b!.x > 0 && b!.y === 0 && c!.y > 0, JSON.stringify(plane.points));
      }),
    );
  });

  const none: Readonly<Record<string, readonly Float32Array[]>> = {
    'on a line': vectors([1, 2, 3], [2, 3, 4], [4, 5, 6]),
    'the first and the second equal': vectors([1, 2, 3], [1, 2, 3], [4, 1, 6]),
    'the first and the third equal': vectors([1, 2, 3], [4, 1, 6], [1, 2, 3]),
    'the last two equal': vectors([1, 2, 3], [4, 1, 6], [4, 1, 6]),
    'all equal': vectors([1, 2], [1, 2], [1, 2]),
  };
  for (const [what, thetas] of Object.entries(none)) {
    it(`is none: ${what}`, async () => assert.equal(planeThroughThree(await gramOf(thetas, 0)), null));
  }
});

describe('reading of checkpoints for a plane', () => {
  const thetas = Array.from({ length: 5 }, (_, index) => Float32Array.from(gaussians([7, index], 30)));

  it('ends when it is interrupted, between two checkpoints', async () => {
    const stop = new AbortController();
    const set = flat(thetas);
    const read: number[] = [];
    const interrupting: CheckpointSet = {
      ...set,
      read: (checkpoint, ...part) => {
        read.push(checkpoint);
        if (checkpoint === 1) stop.abort();
        return set.read(checkpoint, ...part);
      },
    };
    await assert.rejects(gramMatrix(interrupting, 4, stop.signal), { kind: 'interrupted' });
    assert.deepEqual(read, [4, 0, 1]);
    const plane = principalPlane(await gramOf(thetas))!;
    await assert.rejects(sumsOfDifferences(set, 4, plane.factors, stop.signal), { kind: 'interrupted' });
  });

  it('passes on what goes wrong', async () => {
    const broken = { ...flat(thetas), read: () => Promise.reject(new Error('gone')) };
    await assert.rejects(gramMatrix(broken, 0, never), /gone/);
  });
});
