import assert from 'node:assert/strict';
import fc from 'fast-check';
import { coordinates } from '../../../worker/analysis/grid.ts';
import { spreadOf } from '../../../worker/analysis/spread.ts';
import type { Cell, PlaneSurface } from '../../../worker/results.ts';
import { surface } from '../../fixtures/panelStates.ts';

const { plane } = surface('coarse');

/** A plane whose loss is a function of the place. */
const planeOf = (x: readonly number[], y: readonly number[], loss: (x: number, y: number) => Cell): PlaneSurface => ({
  plane,
  loss: y.map(yAt => x.map(xAt => loss(xAt, yAt))),
  accuracy: null,
  standardError: null,
});

describe('spread between planes', () => {
  const x = coordinates(5, 1);
  const y = coordinates(3, 1);

  it('is the mean and the sample standard deviation of each cell', () => {
    const { loss } = spreadOf(
      x,
      y,
      [1, 2, 6].map(value => planeOf(x, y, at => value + at)),
    );
    assert.deepEqual(
      loss.mean,
      y.map(() => x.map(at => 3 + at)),
    );
    assert.ok(loss.deviation.flat().every(value => Math.abs(Number(value) - Math.sqrt(7)) < 1e-12));
  });

  it('waits for every plane, and says what is not finite', () => {
    const { loss } = spreadOf(x, y, [
      planeOf(x, y, () => 1),
      planeOf(x, y, at => (at === -1 ? null : at === 1 ? 'Infinity' : at === 0 ? 'NaN' : 2)),
    ]);
    assert.deepEqual(loss.mean[0], [null, 1.5, 'NaN', 1.5, 'Infinity']);
    assert.deepEqual(loss.deviation[0]!.slice(2, 5), ['NaN', Math.sqrt(0.5), 'NaN']);
  });

  it('has a profile of the distance alone where the loss depends on nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 }), (half, planes) => {
        const axis = coordinates(2 * half + 1, 2);
        const { profile } = spreadOf(
          axis,
          axis,
          Array.from({ length: planes + 1 }, () => planeOf(axis, axis, Math.hypot)),
        );
        const ring = 2 / half;
        assert.equal(profile.distance.length, half + 1);
        assert.equal(profile.distance[0], 0);
        assert.ok(Math.abs(profile.distance.at(-1)! - 2) < 1e-12);
        for (const [index, distance] of profile.distance.entries()) {
          assert.ok(Math.abs(Number(profile.loss.mean[index]) - distance) <= ring / 2);
          assert.ok(Number(profile.loss.deviation[index]) < 1e-12);
        }
      }),
    );
  });

  it('keeps each plane in the profile, and a ring open until it is complete', () => {
    const { profile } = spreadOf(x, x, [
      planeOf(x, x, () => 1),
      planeOf(x, x, (xAt, yAt) => (xAt === 1 && yAt === 0 ? null : 3)),
    ]);
    assert.deepEqual(profile.distance, [0, 0.5, 1]);
    assert.deepEqual(profile.loss.planes, [
      [1, 1, 1],
      [3, 3, null],
    ]);
    assert.deepEqual(profile.loss.mean, [2, 2, null]);
  });

  it('has no rings in a single cell, and those of a line in a line', () => {
    const line = [planeOf(x, [0], () => 1), planeOf(x, [0], () => 2)];
    assert.deepEqual(spreadOf(x, [0], line).profile.distance, [0, 0.5, 1]);
    assert.deepEqual(spreadOf([0], [0], [planeOf([0], [0], () => 1)]).profile.distance, []);
  });
});
