import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DEFAULT_SHARPNESS } from '../../../../worker/analysis/sharpness/measure.ts';
import { SharpnessPoint } from '../../../../worker/analysis/sharpness/point.ts';
import { randomSubspace, subspaceProblem } from '../../../../worker/analysis/sharpness/spaces.ts';
import { SHARPNESS } from '../../../../worker/analysis/sharpness/table.ts';
import { BasinError } from '../../../../worker/errors.ts';
import { findRescalings, rescale } from '../../../../worker/model/rescaling.ts';
import { SHARPNESS_NAMES, type SharpnessName } from '../../../../worker/results.ts';
import { dot } from '../../../../worker/vector.ts';
import { CASES, DIGITS_CNN, DIGITS_MLP, engines, withProblem } from '../../objective/problems.ts';
import { measuresOf } from './measures.ts';

after(() => engines.dispose());

describe('the table of measures of sharpness', () => {
  it('has every name once', () => {
    assert.deepEqual(SHARPNESS.map(({ name }) => name).sort(), [...SHARPNESS_NAMES].sort());
  });

  const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');
  // Small, since every measure runs.
  const options = { ...DEFAULT_SHARPNESS, draws: 2, m: 20, traceProbes: 4 };

  for (const { name, compute } of SHARPNESS) {
    it(`${name}: the same for a seed to the last bit, between its ends, and stopped by the signal`, async () => {
      await withProblem({ checkpoint, samples: 40 }, async ({ objective }) => {
        const point = (): SharpnessPoint => new SharpnessPoint(objective, objective.origin, 7);
        const measures = await measuresOf(compute, point(), options);
        assert.deepEqual(await measuresOf(compute, point(), options), measures);
        for (const measure of measures) {
          const { value, lower, upper, evaluations } = measure;
          assert.equal(measure.name, name);
          assert.ok((value as number) > 0 && Number(lower) <= Number(value));
          assert.ok(upper === null || Number(upper) >= Number(value));
          assert.ok(evaluations.losses + evaluations.gradients + evaluations.products! > 0);
        }
        const stopped = (async () => {
          for await (const _ of compute(point(), options, AbortSignal.abort())) assert.fail('it went on');
        })();
        await assert.rejects(stopped, (error: unknown) => error instanceof BasinError && error.kind === 'interrupted');
      });
    });
  }

  it('keskar of a LeNet on 2000 images takes 60 gradients at most, in a box of 1e-3', async function () {
    this.timeout(600_000);
    if (!CASES) {
      console.log('      skipped: BASIN_CASES is not set');
      this.skip();
    }
    const file = join(CASES, 'mnist-lenet/runs/batch-2000/epoch_120.pt');
    await withProblem({ checkpoint: file }, async ({ objective }) => {
      assert.equal(objective.samples, 2000);
      const { compute } = SHARPNESS.find(({ name }) => name === 'keskar')!;
      const point = new SharpnessPoint(objective, objective.origin, 0);
      const [measure] = await measuresOf(compute, point, { ...DEFAULT_SHARPNESS, epsilons: [1e-3] });
      const { evaluations, value, converged } = measure!;
      assert.ok(evaluations.gradients <= 60, `${evaluations.gradients} gradients`);
      assert.ok(converged && (value as number) > 10, `${value}`);
    });
  });
});

describe('measures of a network two of whose layers are rescaled', () => {
  /** Those that the definition makes the same for the same function; 1e-2 for rounding, and what it does to a search. */
  const invariant: readonly SharpnessName[] = ['fisher-rao', 'average', 'relative-flatness', 'adaptive'];
  const moving: readonly SharpnessName[] = ['lambda-max', 'trace', 'keskar', 'sam'];
  const options = { ...DEFAULT_SHARPNESS, epsilons: [1e-3], draws: 4, m: 50, traceProbes: 4 };

  it('stay where their perturbations scale with the parameters, and move where they do not', async () => {
    await withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt'), samples: 100 }, async problem => {
      const { objective } = problem;
      const { origin, slots, graph } = objective;
      const pair = findRescalings(graph).found.at(-1)!;
      for (const name of [...invariant, ...moving]) {
        const { compute } = SHARPNESS.find(entry => entry.name === name)!;
        const at = async (theta: Float32Array): Promise<number> => {
          const [measure] = await measuresOf(compute, new SharpnessPoint(objective, theta, 0), options);
          return measure!.value as number;
        };
        const [before, after] = [await at(origin), await at(rescale(origin, slots, pair, 8))];
        const moved = Math.abs(after / before - 1);
        if (invariant.includes(name)) assert.ok(moved < 1e-2, `${name}: ${before}, then ${after}`);
        else assert.ok(moved > 0.05, `${name}: ${before}, then ${after}`);
      }
    });
  });
});

describe('a random subspace', () => {
  it('has a box of ε(|z| + 1) around the coordinates z that the pseudo-inverse gives the checkpoint', () => {
    const slots = [
      { name: 'a', key: 'a', shape: [40, 10], offset: 0, size: 400 },
      { name: 'b', key: 'b', shape: [100], offset: 400, size: 100 },
    ];
    const stepsOf = (theta: Float32Array, epsilon: number): Float64Array[] => {
      const space = randomSubspace(theta, slots, 3)(epsilon);
      return Array.from({ length: space.size }, (_, index) => {
        const unit = new Float64Array(space.size);
        unit[index] = 1;
        return Float64Array.from(space.at(unit), (value, at) => value - theta[at]!);
      });
    };
    // Around zero the box is ε in every coordinate, and its steps are the columns themselves.
    const columns = stepsOf(new Float32Array(500), 1);
    assert.equal(columns.length, 100);
    const z = columns.map((_, index) => index - 30);
    const theta = new Float32Array(500).map((_, at) =>
      columns.reduce((sum, column, index) => sum + column[at]! * z[index]!, 0),
    );
    for (const [index, step] of stepsOf(theta, 0.5).entries()) {
      const column = columns[index]!;
      const radius = dot(step, column) / dot(column, column);
      const expected = 0.5 * (Math.abs(z[index]!) + 1);
      assert.ok(Math.abs(radius - expected) < 1e-3, `column ${index}: ${radius}, not ${expected}`);
      // Standard normal numbers, as many as θ has.
      assert.ok(Math.abs(dot(column, column) / 500 - 1) < 0.4);
    }
  });

  it('is not drawn where its columns would not fit', () => {
    assert.equal(subspaceProblem(270_000), null);
    assert.match(subspaceProblem(25_600_000)!, /takes 9\.5 GiB of 25600000 parameters/);
  });
});
