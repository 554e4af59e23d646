import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { surface } from '../../../worker/commands/surface.ts';
import type { Cell, SurfaceResult } from '../../../worker/results.ts';
import { CASES, CNN_REFERENCE, DIGITS_CNN, DIGITS_MLP, engines, never, withProblem } from './problems.ts';

/** What PyTorch computed in float64 for a checkpoint; see each reference.json's note. */
interface Reference {
  readonly loss: number;
  readonly accuracy: number;
  readonly test_loss?: number;
  readonly test_accuracy?: number;
  /** Coordinates of the surface: `grid` for both axes, else `x` and `y`. */
  readonly grid?: readonly number[];
  readonly x?: readonly number[];
  readonly y?: readonly number[];
  readonly loss_surface_rows_y_columns_x?: readonly (readonly number[])[];
  readonly accuracy_surface?: readonly (readonly number[])[];
}

interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly reference: string;
  /** The directions of a checkpoint's surface. */
  directions(checkpoint: string): string;
}

const directionsName = (checkpoint: string): string =>
  `directions_${checkpoint
    .replace(/^runs\//, '')
    .replace(/\.pt$/, '')
    .replace('/', '_')}.npz`;

const workspaces: Workspace[] = [
  {
    name: 'digits-cnn',
    folder: DIGITS_CNN,
    reference: join(CNN_REFERENCE, 'reference.json'),
    directions: checkpoint => join(CNN_REFERENCE, directionsName(checkpoint)),
  },
  { name: 'digits-mlp', folder: DIGITS_MLP, reference: join(DIGITS_MLP, 'reference.json'), directions: () => '' },
];
if (CASES) {
  for (const name of ['mnist-lenet', 'cifar10-resnet20']) {
    const folder = join(CASES, name);
    const directions = (checkpoint: string) =>
      join(folder, name === 'mnist-lenet' ? directionsName(checkpoint) : 'directions_resnet20.npz');
    workspaces.push({ name, folder, reference: join(folder, 'reference.json'), directions });
  }
}

const closeTo = (value: Cell, expected: number, relative: number, absolute: number): boolean =>
  typeof value === 'number' && Math.abs(value - expected) <= Math.max(relative * Math.abs(expected), absolute);

after(() => engines.dispose());

for (const workspace of workspaces) {
  const { checkpoints } = JSON.parse(readFileSync(workspace.reference, 'utf8')) as {
    checkpoints: Record<string, Reference>;
  };
  describe(`${workspace.name} against PyTorch`, () => {
    for (const [name, reference] of Object.entries(checkpoints)) {
      const checkpoint = join(workspace.folder, name);
      const splits = [['train', reference.loss, reference.accuracy] as const];
      const more =
        reference.test_loss === undefined ? [] : [['test', reference.test_loss, reference.test_accuracy!] as const];
      for (const [split, loss, accuracy] of [...splits, ...more]) {
        it(`${name}: ${split} loss within 1e-5, accuracy exactly`, () =>
          withProblem({ checkpoint, split }, async ({ objective }) => {
            const evaluation = await objective.evaluate(objective.origin, never);
            assert.ok(closeTo(evaluation.loss, loss, 1e-5, 1e-7), `${evaluation.loss}, not ${loss}`);
            assert.equal(evaluation.accuracy, accuracy);
          }));
      }
      const rows = reference.loss_surface_rows_y_columns_x;
      if (rows) {
        it(`${name}: every cell of the surface within 1e-4`, async function () {
          this.timeout(120_000);
          const size = { columns: rows[0]!.length, rows: rows.length };
          const result = await lastOf(checkpoint, workspace.directions(name), size);
          coordinatesMatch(result.x, reference.grid ?? reference.x!);
          coordinatesMatch(result.y, reference.grid ?? reference.y!);
          rows.forEach((expected, row) => {
            expected.forEach((loss, column) => {
              const cell = result.loss[row]![column]!;
              assert.ok(closeTo(cell, loss, 1e-4, 0), `cell ${row}, ${column}: ${cell}, not ${loss}`);
            });
          });
        });
      }
    }
  });
}

if (!CASES) {
  describe('further cases', () => {
    it('are skipped, because BASIN_CASES does not name their folder', function () {
      this.skip();
    });
  });
}

async function lastOf(
  checkpoint: string,
  plane: string,
  grid: { columns: number; rows: number },
): Promise<SurfaceResult> {
  let last: SurfaceResult | null = null;
  const request = { checkpoint, plane, grid, range: 1, threads: 2 };
  for await (const { result } of surface(request, { engines, signal: never })) last = result;
  assert.ok(last?.complete);
  return last;
}

function coordinatesMatch(own: readonly number[], expected: readonly number[]): void {
  assert.equal(own.length, expected.length);
  own.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) < 1e-12);
  });
}
