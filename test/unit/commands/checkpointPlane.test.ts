import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gramMatrix, sumsOfDifferences } from '../../../worker/analysis/gram.ts';
import { principalPlane } from '../../../worker/analysis/trajectory.ts';
import { convexity } from '../../../worker/commands/convexity.ts';
import { directions } from '../../../worker/commands/directions.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { surface } from '../../../worker/commands/surface.ts';
import { checkpointsOfRun, openCheckpointSet } from '../../../worker/commands/trajectorySource.ts';
import type { SurfaceRequest } from '../../../worker/protocol.ts';
import type { SurfaceResult, SurfaceUpdate } from '../../../worker/results.ts';
import { CASES, DIGITS_CNN, DIGITS_MLP, engines, never, withProblem } from '../objective/problems.ts';

const mlp = (step: string): string => join(DIGITS_MLP, `runs/sgd/step_${step}.pt`);
const cnn = (name: string): string => join(DIGITS_CNN, `runs/${name}.pt`);
const base = { samples: 60, threads: 2, grid: { columns: 5, rows: 3 } };
const pca: SurfaceRequest = { ...base, checkpoint: mlp('00960'), plane: 'pca' };

after(() => engines.dispose());

/** Every update of a request; interrupted once so many points are there. */
async function compute(request: SurfaceRequest, until = Number.POSITIVE_INFINITY): Promise<readonly SurfaceUpdate[]> {
  const stop = new AbortController();
  const updates: SurfaceUpdate[] = [];
  try {
    for await (const update of surface(request, { engines, signal: stop.signal })) {
      updates.push(update);
      if (update.progress.done >= until) stop.abort();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return updates;
}

const last = async (request: SurfaceRequest): Promise<SurfaceResult> => (await compute(request)).at(-1)!.result;

function near(actual: unknown, expected: unknown, tolerance: number, what: string): void {
  const difference = Math.abs(Number(actual) - Number(expected));
  assert.ok(difference <= tolerance, `${what}: ${actual}, and not ${expected} ± ${tolerance}`);
}

/** Files of the path by their names alone. */
const files = ({ path }: SurfaceResult): readonly string[] =>
  path!.map(({ checkpoint }) => checkpoint.file.split('/').at(-1)!);

describe('the plane of the principal components of a run', () => {
  it('holds the checkpoints in order, each with its own loss and that at its projection', async () => {
    const result = await last(pca);
    const { path, plane, origin, x, y } = result;
    assert.deepEqual(
      files(result),
      ['00000', '00030', '00100', '00300', '00960'].map(step => `step_${step}.pt`),
    );
    assert.deepEqual(
      path!.map(({ step }) => step),
      [0, 30, 100, 300, 960],
    );
    assert.deepEqual([plane.kind, plane.normalization, plane.principal?.checkpoints], ['pca', 'unit', 5]);
    assert.equal(plane.principal!.explained.length, 4);
    near(
      plane.principal!.explained.reduce((sum, share) => sum + share, 0),
      1,
      1e-12,
      'all shares',
    );
    near(plane.norms.x, 1, 1e-6, 'x');
    near(plane.norms.y, 1, 1e-6, 'y');
    near(plane.cosine, 0, 1e-6, 'cosine');
    const { grid: _, plane: __, ...target } = pca;
    for (const [index, step] of ['00000', '00030', '00100', '00300', '00960'].entries()) {
      const own = await loss({ ...target, checkpoint: mlp(step) }, { engines, signal: never });
      const point = path![index]!;
      assert.deepEqual([point.loss, point.accuracy], [own.loss, own.accuracy]);
      assert.equal(point.checkpoint.digest, own.provenance.checkpoint.digest);
      assert.ok(point.x > x[0]! && point.x < x.at(-1)! && point.y > y[0]! && point.y < y.at(-1)!);
      assert.notEqual(point.projectedLoss, null);
    }
    assert.deepEqual(path!.at(-1), { ...path!.at(-1), x: 0, y: 0, distance: 0, projectedLoss: origin.loss });
    assert.ok(path!.slice(0, 4).every(({ distance }) => distance > 0));
    assert.deepEqual([result.evaluations, result.complete], [{ cells: 15, examples: 25 * 60 }, true]);
  });

  it('is around the box of the checkpoints, and grows with the range', async () => {
    const [once, twice] = [await last(pca), await last({ ...pca, range: 2 })];
    const extent = (places: readonly number[]): number => Math.max(...places) - Math.min(...places);
    const [width, height] = (['x', 'y'] as const).map(axis => extent(once.path!.map(point => point[axis])));
    const margin = Math.max(width!, height!) / 5;
    near(extent(once.x), width! + 2 * margin, 1e-9, 'width');
    near(extent(once.y), height! + 2 * margin, 1e-9, 'height');
    near(extent(twice.x), 2 * extent(once.x), 1e-9, 'width at range 2');
    near(twice.y[1], once.y[1], 1e-9, 'the middle at range 2');
  });

  it('is the same whichever checkpoint it is drawn through, but for where that lies', async () => {
    const [one, other] = [await last(pca), await last({ ...pca, checkpoint: mlp('00100') })];
    const { explained } = one.plane.principal!;
    for (const [index, share] of other.plane.principal!.explained.entries())
      near(share, explained[index], 1e-9, 'share');
    const [shift] = other.path!.map((point, index) => point.x - one.path![index]!.x);
    for (const [index, point] of other.path!.entries()) near(point.x - one.path![index]!.x, shift, 1e-5, 'shift');
    assert.equal(other.path![2]!.distance, 0);
  });

  it('has its path after the first pass, before the fine cells', async () => {
    const updates = await compute({ ...pca, samples: 2000, grid: { columns: 61, rows: 61 } });
    const before = updates.filter(
      ({ result }) =>
        !result.complete && result.path!.every(point => point.loss !== null && point.projectedLoss !== null),
    );
    assert.ok(before.length > 0, 'never');
    assert.ok(before[0]!.result.evaluations.cells < 61 * 61, String(before[0]!.result.evaluations.cells));
  }).timeout(60_000);

  it('chooses a grid within a budget that begins in the corners of the box', async () => {
    const { grid: _, ...request } = pca;
    const { x, complete, budget } = await last({ ...request, budgetSeconds: 20 });
    assert.deepEqual([x.length, complete, budget?.seconds], [51, true, 20]);
  }).timeout(60_000);

  it('is a plane of a directions file that is written of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-pca-'));
    try {
      const file = join(folder, 'd.npz');
      const { plane: _, grid: __, ...target } = pca;
      await directions({ ...target, plane: 'pca', perturb: 'weights', file }, { engines, signal: never });
      const { path } = await last(pca);
      const { x, y, projectedLoss } = path![1]!;
      const { plane } = await last({ ...pca, plane: file, grid: { columns: 1, rows: 1 } });
      assert.deepEqual([plane.kind, plane.norms], ['file', (await last(pca)).plane.norms]);
      // The projection of a checkpoint, as the corner of a grid on the plane of the file.
      const half = Math.max(Math.abs(x), Math.abs(y));
      const along = await last({ ...pca, plane: file, grid: { columns: 2, rows: 2 }, range: half });
      const across = await last({ ...pca, grid: { columns: 1, rows: 1 } });
      assert.equal(across.path![1]!.projectedLoss, projectedLoss);
      assert.equal(along.complete, true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a surface with a path that is kept', () => {
  let store: string;
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'basin-path-'));
  });
  afterEach(() => rm(store, { recursive: true }));

  const timeless = ({ provenance: { time: _, seconds: __, ...same }, ...rest }: SurfaceResult): unknown => ({
    ...rest,
    provenance: same,
  });

  it('goes on where it was interrupted, path and cells', async () => {
    const request = { ...pca, grid: { columns: 41, rows: 41 } };
    const whole = await last(request);
    for (const until of [30, 75]) {
      await rm(store, { recursive: true });
      const part = (await compute({ ...request, store }, until)).at(-1)!;
      const again = await compute({ ...request, store });
      assert.ok(again[0]!.progress.done >= part.progress.done && !part.result.complete, String(part.progress.done));
      assert.deepEqual(timeless(again.at(-1)!.result), timeless(whole));
    }
  });

  it('is complete once its path is, also where that comes last', async () => {
    const request = { ...pca, store, grid: { columns: 3, rows: 3 } };
    const [first] = (await compute(request)).slice(-1);
    const again = await compute(request);
    assert.equal(again.length, 1);
    assert.deepEqual([again[0]!.result, again[0]!.progress.done], [first!.result, 9 + 10]);
  });

  it('is known again under the names that its files have now, and is another with another checkpoint in the run', async () => {
    const project = join(store, 'project');
    await cp(DIGITS_MLP, project, { recursive: true });
    const run = join(project, 'runs/sgd');
    const request = { ...pca, store: join(store, 'kept'), checkpoint: join(run, 'step_00960.pt') };
    const first = (await compute(request)).at(-1)!;
    await rename(join(run, 'step_00030.pt'), join(run, 'step_00031.pt'));
    const again = await compute(request);
    assert.deepEqual([again.length, again[0]!.key], [1, first.key]);
    assert.deepEqual([files(again[0]!.result)[1], again[0]!.result.path![1]!.step], ['step_00031.pt', 31]);
    await rm(join(run, 'step_00031.pt'));
    const other = (await compute(request)).at(-1)!;
    assert.notEqual(other.key, first.key);
    assert.equal(other.result.path!.length, 4);
  });
});

describe('the plane through three checkpoints', () => {
  /** Every checkpoint's own loss beside that at its projection. */
  async function losses(request: SurfaceRequest): Promise<readonly (readonly [own: number, projected: number])[]> {
    const { path, plane } = await last({ ...request, plane: 'three' });
    assert.deepEqual([plane.kind, path!.map(({ distance }) => distance)], ['three', [0, 0, 0]]);
    return path!.map(({ loss: own, projectedLoss }) => [Number(own), Number(projectedLoss)] as const);
  }

  it('has each at its own loss, where no normalisation has statistics', async () => {
    const request = { ...base, checkpoint: mlp('00960'), through: [mlp('00000'), mlp('00100')] } as const;
    for (const [own, projected] of await losses(request)) near(projected, own, 1e-4, 'loss');
    const { path, x } = await last({ ...request, plane: 'three' });
    assert.deepEqual([path![1]!.y, path!.map(({ step }) => step)], [0, [960, 0, 100]]);
    assert.ok(path![1]!.x > 0 && path![2]!.y > 0 && x[0]! < 0);
  });

  const through = [cnn('batch-1024/epoch_480'), cnn('batch-32/epoch_004')] as const;
  const request: SurfaceRequest = { ...base, samples: 200, checkpoint: cnn('batch-32/epoch_024'), through };

  it('has each at its own loss with statistics recomputed', async () => {
    const all = await losses({ ...request, statistics: 'recomputed' });
    for (const [own, projected] of all) near(projected, own, 1e-4, 'loss');
  });

  it('with statistics held, has each at its own loss beside that with those of the origin', async () => {
    const [origin, ...others] = await losses(request);
    assert.equal(origin![0], origin![1]);
    for (const [index, [own, projected]] of others.entries()) {
      const { grid: _, through: __, ...target } = request;
      const { loss: expected } = await loss({ ...target, checkpoint: through[index]! }, { engines, signal: never });
      near(own, expected, 1e-6, 'own loss');
      assert.ok(Math.abs(projected - own) > 0.01, `${projected} and ${own}`);
    }
  });

  const refused: readonly [what: string, request: Partial<SurfaceRequest>, message: RegExp][] = [
    ['no others', { through: undefined as never }, /needs two more checkpoints; give them as --plane three:FILE,FILE/],
    [
      'the same twice',
      { through: [through[0], through[0]] },
      /epoch_480\.pt are equal or lie on a line, and span no plane/,
    ],
    [
      'another architecture',
      { through: [through[0], mlp('00000')] },
      /step_00000\.pt is not of the architecture of .*epoch_024\.pt/,
    ],
    ['a file that is not there', { through: [through[0], cnn('gone')] }, /gone\.pt/],
    ['several planes', { planes: 2 }, /several planes are random ones/],
  ];
  for (const [what, changes, message] of refused) {
    it(`is refused: ${what}`, async () => {
      await assert.rejects(compute({ ...request, plane: 'three', ...changes }), { message });
    });
  }

  it('is no plane for a map of convexity', async () => {
    await assert.rejects(
      async () => {
        for await (const _ of convexity(
          { ...base, checkpoint: mlp('00960'), plane: 'pca' },
          { engines, signal: never },
        ));
      },
      { kind: 'usage', message: /made of several; take random, eigen or a directions file/ },
    );
  });
});

describe('the checkpoints of a run that a plane is made of', () => {
  let project: string;
  let run: string;
  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), 'basin-run-'));
    await cp(DIGITS_MLP, project, { recursive: true });
    run = join(project, 'runs/sgd');
  });
  afterEach(() => rm(project, { recursive: true }));

  const request = (file = 'step_00960.pt'): SurfaceRequest => ({
    ...pca,
    checkpoint: join(run, file),
    grid: { columns: 1, rows: 1 },
  });
  const keep = async (...kept: readonly string[]): Promise<void> => {
    for (const file of await readdir(run)) if (!kept.includes(file)) await rm(join(run, file));
  };

  it('leave out what does not fit or is not whole, and say so', async () => {
    await copyFile(cnn('batch-32/epoch_024'), join(run, 'other_00500.pt'));
    await writeFile(join(run, 'step_00970.pt'), '');
    await writeFile(join(run, 'notes.txt'), 'no checkpoint');
    const { path, provenance } = await last(request());
    assert.equal(path!.length, 5);
    assert.equal(provenance.notes.length, 2, provenance.notes.join('\n'));
    assert.match(provenance.notes.join('\n'), /Left out of the plane: .*other_00500\.pt/);
    assert.match(provenance.notes.join('\n'), /Left out of the plane: step_00970\.pt: an empty file/);
  });

  it('are told of once where they differ in what is held fixed', async () => {
    const { path, provenance } = await last({ ...request(), parameters: ['fc1.*'] });
    assert.equal(path!.length, 5);
    const notes = provenance.notes.filter(note => /other values there/.test(note));
    assert.equal(notes.length, 2, provenance.notes.join('\n'));
    assert.match(notes[1]!, /^3 more checkpoints of the folder have other values there too/);
  });

  it('may not be written anew while the plane is computed', async () => {
    const updates = surface({ ...request(), grid: { columns: 3, rows: 3 } }, { engines, signal: never });
    await updates.next();
    await copyFile(join(run, 'step_00300.pt'), join(run, 'step_00100.pt'));
    await assert.rejects(
      async () => {
        for await (const _ of updates);
      },
      { kind: 'input', message: /step_00100\.pt: was written anew while the plane was computed; compute it again/ },
    );
  });

  it('are not read on when that is interrupted', async () => {
    const computation = surface(request(), { engines, signal: AbortSignal.abort() });
    await assert.rejects(computation.next(), { kind: 'interrupted' });
  });

  it('count once, however many copies there are', async () => {
    const { plane } = await last(request());
    await copyFile(join(run, 'step_00300.pt'), join(run, 'best.pt'));
    await symlink('step_00960.pt', join(run, 'last.pt'));
    for (const file of ['step_00960.pt', 'last.pt']) {
      const again = await last(request(file));
      assert.deepEqual(again.plane, plane);
      assert.match(
        again.provenance.notes.join('\n'),
        /best\.pt holds the same parameters as .*step_00300\.pt, and counts once/,
      );
    }
    const best = await last(request('best.pt'));
    assert.deepEqual(files(best), ['step_00000.pt', 'step_00030.pt', 'step_00100.pt', 'best.pt', 'step_00960.pt']);
    assert.deepEqual(best.path![3], { ...best.path![3], x: 0, y: 0 });
  });

  it('must be three at least, and no line', async () => {
    await keep('step_00960.pt');
    await assert.rejects(last(request()), { kind: 'input', message: /holds no other checkpoint of its architecture/ });
    await copyFile(mlp('00000'), join(run, 'step_00000.pt'));
    await assert.rejects(last(request()), { kind: 'input', message: /one other checkpoint.*basin interpolate/ });
    await mkdir(join(run, 'folder.pt'));
    await copyFile(mlp('00000'), join(run, 'step_00001.pt'));
    await copyFile(mlp('00960'), join(run, 'step_00961.pt'));
    await assert.rejects(last(request()), {
      kind: 'input',
      message: /the 4 checkpoints of its folder are equal or lie on a line/,
    });
  });

  it('are taken at even distances where they are too many', async () => {
    await withProblem({ checkpoint: join(run, 'step_00960.pt') }, async problem => {
      const { checkpoints, origin, notes } = await checkpointsOfRun(
        problem,
        join(run, 'step_00960.pt'),
        never,
        () => {},
        3,
      );
      assert.deepEqual(
        checkpoints.map(({ position }) => position.step),
        [0, 300, 960],
      );
      assert.deepEqual([origin, notes], [2, ['Of 5 checkpoints, 3 were taken, at even distances in their order.']]);
    });
  });

  it('are read part by part where they are large, with the same result', async () => {
    await withProblem({ checkpoint: join(run, 'step_00960.pt') }, async problem => {
      const made = await checkpointsOfRun(problem, join(run, 'step_00960.pt'), never);
      const [held, parts] = await Promise.all(
        [1e9, 0].map(async heldBytes => {
          const set = await openCheckpointSet(problem, made, never, heldBytes);
          try {
            const gram = await gramMatrix(set, made.origin, never, () => {}, heldBytes === 0 ? 1000 : heldBytes);
            return {
              gram,
              directions: await sumsOfDifferences(set, made.origin, principalPlane(gram)!.factors, never),
            };
          } finally {
            await set.close();
          }
        }),
      );
      assert.deepEqual(parts!.directions, held!.directions);
      for (const [index, row] of parts!.gram.to2DArray().entries()) {
        for (const [column, value] of row.entries())
          near(value, held!.gram.get(index, column), 1e-12 * value, 'product');
      }
    });
  });
});

describe("principal components of MNIST's runs", () => {
  /**
   * By numpy 1.24: the singular values of the checkpoints in float64 less their mean, squared and divided by their sum; and
   * the first checkpoint's x and y about the last one, and its distance from the plane.
   */
  const references = {
    'batch-64/epoch_024': {
      explained: [0.836003152921074, 0.11027111674765203, 0.024874692823638897, 0.01023384719781248],
      first: [8.484649243652264, 1.1657152499212637, 1.0804910303888131],
    },
    'batch-2000/epoch_120': {
      explained: [0.8573472101442365, 0.10950721486692569, 0.02748263421689089, 0.00464141512267404],
      first: [9.234807068805129, 1.4521471557101773, 0.5696878785204977],
    },
  };
  for (const [name, { explained, first }] of Object.entries(references)) {
    it(`are those of numpy: ${name}`, async function () {
      if (CASES === undefined) {
        console.log('    skipped: BASIN_CASES is not set');
        this.skip();
      }
      const checkpoint = join(CASES, 'mnist-lenet/runs', `${name}.pt`);
      const { path, plane } = await last({ ...base, checkpoint, plane: 'pca', grid: { columns: 1, rows: 1 } });
      for (const [index, share] of explained.entries()) near(plane.principal!.explained[index], share, 1e-9, 'share');
      const { x, y, distance } = path![0]!;
      for (const [index, value] of [x, y, distance].entries()) near(value, first[index], 1e-9, 'place');
      assert.equal(path!.length, 13);
    }).timeout(60_000);
  }

  it('have in-plane points at their own losses', async function () {
    if (CASES === undefined) {
      console.log('    skipped: BASIN_CASES is not set');
      this.skip();
    }
    const run = (name: string): string => join(CASES!, 'mnist-lenet/runs', `${name}.pt`);
    const { path } = await last({
      ...base,
      checkpoint: run('batch-64/epoch_024'),
      plane: 'three',
      through: [run('batch-2000/epoch_120'), run('batch-64/epoch_004')],
      samples: 500,
    });
    for (const { loss: own, projectedLoss } of path!) near(projectedLoss, own, 1e-4, 'loss');
  }).timeout(60_000);
});
