import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { logGamma } from '../../../worker/analysis/special.ts';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import { volume } from '../../../worker/commands/volume.ts';
import { BasinError } from '../../../worker/errors.ts';
import { writeNpz } from '../../../worker/io/npzWriter.ts';
import { safetensorsBytes } from '../../../worker/io/safetensorsWriter.ts';
import { findRescalings, rescale } from '../../../worker/model/rescaling.ts';
import type { VolumeRequest } from '../../../worker/protocol.ts';
import type { FunctionVolume, LocalVolume, VolumeResult, VolumeUpdate } from '../../../worker/results.ts';
import { decodeVolume } from '../../../worker/volumeDocument.ts';
import { arraysOf, writeShards } from '../checkpoint/forms.ts';
import { CASES, DIGITS_CNN, DIGITS_MLP, never, withProblem } from '../objective/problems.ts';
import { CountingEngines } from './countingEngines.ts';

const engines = new CountingEngines();
const TRAINED = join(DIGITS_MLP, 'runs/sgd/step_00960.pt');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basin-volume-'));
});
after(async () => {
  await engines.dispose();
  await rm(folder, { recursive: true });
});

async function updates(request: VolumeRequest, signal = never): Promise<VolumeUpdate[]> {
  const all: VolumeUpdate[] = [];
  for await (const update of volume({ threads: 2, ...request }, { engines, signal })) all.push(update);
  return all;
}

async function last(request: VolumeRequest): Promise<VolumeResult> {
  const { result, stage, progress } = (await updates(request)).at(-1)!;
  assert.deepEqual([result.complete, stage, progress.remainingSeconds], [true, 'done', 0]);
  assert.deepEqual(decodeVolume(JSON.parse(JSON.stringify(result)), ''), result);
  return result;
}

const local = async (request: VolumeRequest): Promise<LocalVolume> => (await last(request)).local!;

const closeTo = (value: number, expected: number, error: number): void =>
  assert.ok(Math.abs(value - expected) <= error, `${value}, not ${expected} ± ${error}`);

(CASES ? describe : describe.skip)('the volume of a quadratic basin, through the engine (needs BASIN_CASES)', () => {
  const dimension = 100;
  const curvature = Array.from({ length: dimension }, (_, index) => 1 + index);
  const [cutoff, sigma] = [1e-4, 10];
  // π^(D/2)/Γ(D/2 + 1)·Π √(2c/λ), times the prior's density, which over so small a basin is that at its centre.
  const exact =
    (dimension / 2) * Math.log(Math.PI) -
    logGamma(dimension / 2 + 1) +
    curvature.reduce((sum, value) => sum + Math.log((2 * cutoff) / value) / 2, 0) -
    (dimension / 2) * Math.log(2 * Math.PI * sigma ** 2);

  let checkpoint: string;
  before(async () => {
    for (const ending of ['onnx', 'npz']) {
      await copyFile(join(CASES!, 'closed-form', `quadratic.${ending}`), join(folder, `quadratic.${ending}`));
    }
    const project = { model: 'quadratic.onnx', loss: 'output', constants: ['lambda_'] };
    await writeFile(join(folder, 'basin.json'), JSON.stringify(project));
    checkpoint = join(folder, 'quadratic.npz');
  });

  it('is exact with the diagonal of its curvature, whatever the direction, and the slope is half the dimension', async () => {
    const found = await local({
      checkpoint,
      sigma,
      cutoff,
      directions: 110,
      preconditioner: 'diagonal',
      sensitivity: true,
    });
    const { logVolume, bracketError, roundingError, sensitivity, radii } = found;
    closeTo(Number(logVolume.value), exact, 1e-3);
    assert.equal(logVolume.verdict, 'estimate');
    assert.ok(Number(logVolume.lower) <= Number(logVolume.value) && Number(logVolume.value) <= Number(logVolume.upper));
    assert.ok(bracketError <= 0.1 && roundingError! < 1e-3, `${bracketError}, ${roundingError}`);
    assert.deepEqual(sensitivity!.cutoffs, [1e-5, 1e-4, 1e-3]);
    closeTo(Number(sensitivity!.slope), dimension / 2, 0.02 * (dimension / 2));
    assert.equal(radii.length, 110);
  });

  for (const preconditioner of ['none', 'eigenvectors'] as const) {
    it(`is bounded from below with ${preconditioner}, which says so`, async () => {
      const { logVolume } = await local({ checkpoint, sigma, cutoff, directions: 60, preconditioner });
      assert.equal(logVolume.verdict, 'lower bound');
      assert.equal(logVolume.upper, null);
      assert.ok(Number(logVolume.lower) < exact && Number(logVolume.effectiveSamples) < 100);
    });
  }

  it('has no prior at 0 but one that is named', () =>
    assert.rejects(updates({ checkpoint }), { kind: 'usage', message: /name its deviation with --sigma/ }));

  it('is not that of predictions', () =>
    assert.rejects(updates({ checkpoint, sigma, basin: 'kl' }), { kind: 'input', message: /take --basin loss/ }));

  it('has no function of classes', () =>
    assert.rejects(updates({ checkpoint, volumes: ['function'] }), { kind: 'input' }));
});

describe('the local volume of a checkpoint', () => {
  const request = { checkpoint: TRAINED, samples: 200, directions: 6 };

  it('is measured by the run’s checkpoint from before training, in units of KL', async () => {
    const { basin, prior, directions, radii, logMasses, evaluations, preconditioner } = await local(request);
    assert.deepEqual([basin, preconditioner, directions], ['kl', 'eigenvectors', 6]);
    assert.equal(prior.from, 'initialization');
    assert.equal(basename(prior.source!.file), 'step_00000.pt');
    closeTo(prior.sigma, 0.0909, 0.0001);
    assert.deepEqual([radii.length, logMasses.length], [6, 6]);
    assert.ok(evaluations < 6 * 12 + 10, `${evaluations} evaluations`);
  });

  it('finds the checkpoint from before training among folders, too', async () => {
    const run = join(folder, 'folders');
    for (const [name, step] of [
      ['checkpoint-0', '00000'],
      ['checkpoint-960', '00960'],
    ] as const) {
      await writeShards(join(run, name), await arraysOf(join(DIGITS_MLP, `runs/sgd/step_${step}.pt`)));
    }
    const wish = { ...request, directions: 2, preconditioner: 'none' as const };
    const { prior, logMasses } = await local({ ...wish, checkpoint: join(run, 'checkpoint-960'), project: DIGITS_MLP });
    const beside = await local(wish);
    assert.deepEqual([prior.from, basename(prior.source!.file)], ['initialization', 'checkpoint-0']);
    assert.deepEqual([prior.sigma, logMasses], [beside.prior.sigma, beside.logMasses]);
  });

  it('does not depend on how many directions are followed at the same time', async () => {
    const one = await local({ ...request, preconditioner: 'none', threads: 1 });
    const two = await local({ ...request, preconditioner: 'none', threads: 2 });
    assert.deepEqual(one.logMasses, two.logMasses);
  });

  it('of the loss ends where the loss does', async () => {
    const found = await local({ ...request, basin: 'loss', cutoff: 0.05, preconditioner: 'none', sigma: 0.3 });
    assert.deepEqual([found.basin, found.prior.from], ['loss', 'request']);
    assert.ok(found.radii.every(radius => Number(radius) > 0));
  });

  it('grows direction by direction, each state valid on its own', async () => {
    const all = await updates({ ...request, preconditioner: 'none' });
    const followed = all.map(({ result }) => result.local?.radii.length ?? 0);
    assert.deepEqual(
      followed,
      [...followed].sort((a, b) => a - b),
    );
    for (const { result } of all) assert.deepEqual(decodeVolume(JSON.parse(JSON.stringify(result)), ''), result);
  });

  it('is kept, and gone on with where it was interrupted', async () => {
    const store = join(folder, 'store');
    // More than are followed before the first partial result.
    const kept = { ...request, directions: 200, preconditioner: 'none' as const, store };
    const stop = new AbortController();
    let found = 0;
    const interrupted = (async () => {
      for await (const { result } of volume({ threads: 2, ...kept }, { engines, signal: stop.signal })) {
        found = result.local?.radii.length ?? 0;
        if (found >= 4) stop.abort();
      }
    })();
    await assert.rejects(interrupted, { kind: 'interrupted' });
    const before = engines.sessions;
    const [first] = await updates(kept);
    assert.ok(found < 200, `${found} directions`);
    assert.equal(first!.result.local!.radii.length, found);
    const resumed = engines.sessions - before;
    const whole = await local({ ...kept, store: join(folder, 'other') });
    assert.ok(resumed < whole.evaluations, `${resumed} of ${whole.evaluations}`);
    const again = await updates(kept);
    assert.equal(again.length, 1);
    assert.deepEqual(again[0]!.result.local!.logMasses, whole.logMasses);
  });

  const refused: readonly (readonly [Omit<VolumeRequest, 'checkpoint'>, RegExp])[] = [
    [{ directions: 1 }, /^1 directions make no estimate/],
    [{ cutoff: 0 }, /^The cutoff 0 is no number above 0/],
    [{ sigma: -1 }, /^A prior of the deviation -1 is none/],
    [{ volumes: [] }, /^No volume was asked for/],
    [{ initializations: 3 }, /^3 initialisations make no kernel/],
    [{ points: 2001 }, /^A function cannot be held on 2001 points/],
    [
      { volumes: ['function'], points: 2000, memoryBytes: 150e6 },
      /^The kernel of \d+ points takes about \d+ MB of memory/,
    ],
    [{ volumes: ['function'], points: 100, initializations: 19 }, /take 20 at least, or fewer points/],
    [
      { volumes: ['function'], points: 10, positive: [10] },
      /^There is no class 10; the network has the classes 0 to 9/,
    ],
    [{ volumes: ['function'], points: 10, positive: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, /^Two groups of classes/],
  ];
  for (const [own, message] of refused) {
    it(`is refused: ${JSON.stringify(own)}`, () =>
      assert.rejects(updates({ checkpoint: TRAINED, samples: 50, ...own }), { kind: 'usage', message }));
  }
});

describe('the volume of a function', () => {
  const request = { volumes: ['function'] as const, points: 60, initializations: 80 };

  it('is the sum over classes against the rest, on points of both splits', async () => {
    const { function: found, local: none } = await last({ ...request, checkpoint: TRAINED });
    assert.equal(none, null);
    assert.deepEqual(
      [found!.reduction, found!.parts.length, found!.points, found!.testPoints, found!.scheme, found!.converged],
      ['one against rest', 10, 60, 30, 'first checkpoint', true],
    );
    closeTo(
      found!.parts.reduce((sum, part) => sum + part, 0),
      found!.logProbability,
      1e-9,
    );
    assert.ok(found!.parts.every(part => part < 0));
    assert.ok(found!.standardError > 0 && found!.standardError < 0.2 * -found!.logProbability);
  });

  it('of two groups is that of the groups turned over, and likelier before training', async () => {
    const of = async (checkpoint: string, positive: readonly number[]): Promise<number> => {
      const { function: found } = await last({ ...request, checkpoint, positive });
      assert.deepEqual([found!.reduction, found!.positive, found!.parts.length], ['two classes', positive, 1]);
      return found!.logProbability;
    };
    const upper = await of(TRAINED, [5, 6, 7, 8, 9]);
    closeTo(await of(TRAINED, [0, 1, 2, 3, 4]), upper, 1e-6);
    // Labels that no better than chance tell apart cost ln 2 a point; those of a trained network are smoother.
    assert.ok(upper > 60 * -Math.LN2 && upper < -10, String(upper));
    assert.ok((await of(join(DIGITS_MLP, 'runs/sgd/step_00000.pt'), [5, 6, 7, 8, 9])) > upper);
  });

  it('comes after the local one where both are asked for, and each is kept by itself', async () => {
    const store = join(folder, 'both');
    const both = { checkpoint: TRAINED, samples: 60, directions: 3, store, ...request };
    const alone = await last(both);
    const found = await last({ ...both, volumes: ['local', 'function'] });
    assert.deepEqual(found.function, alone.function);
    assert.equal(found.local!.radii.length, 3);
  });

  it('of networks with BatchNorm is by statistics over the points, and the checkpoint’s classes by its own', async () => {
    const of = async (epoch: string, more: Partial<VolumeRequest> = {}): Promise<FunctionVolume> => {
      const checkpoint = join(DIGITS_CNN, `runs/batch-32/epoch_${epoch}.pt`);
      const { function: found } = await last({ ...request, checkpoint, positive: [5, 6, 7, 8, 9], ...more });
      return found!;
    };
    const trained = await of('024');
    assert.deepEqual([trained.statistics, trained.scheme], ['recomputed over the points', 'first checkpoint']);
    assert.ok(trained.logProbability > 60 * -Math.LN2 && trained.logProbability < -10, String(trained.logProbability));
    assert.equal((await of('024', { threads: 1 })).logProbability, trained.logProbability);
    // Points that do not fit in memory at once are normalised level by level, by the same statistics.
    const problem = await withProblem({ checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt') }, async own => own);
    closeTo((await of('024', { memoryBytes: problem.memoryBytes + 1 })).logProbability, trained.logProbability, 0.01);
    // Before training the network predicts one class nearly everywhere, which many random networks do.
    assert.ok((await of('000')).logProbability > trained.logProbability + 5);
    const { function: without } = await last({ ...request, checkpoint: TRAINED });
    assert.equal(without!.statistics, undefined);
  });

  it('is told as a problem beside a local one where there are no classes, and refused alone', async () => {
    const project = join(folder, 'squares');
    await mkdir(project);
    const labels = Float32Array.from({ length: 10_240 }, (_, at) => Number(at % 10 === Math.floor(at / 10) % 10));
    await writeNpz(join(project, 'y.npz'), [{ name: 'y', shape: [1024, 10], data: labels }]);
    const train = { inputs: `${join(DIGITS_MLP, 'train.npz')}#x`, targets: 'y.npz#y' };
    await writeFile(
      join(project, 'basin.json'),
      JSON.stringify({ model: join(DIGITS_MLP, 'model.onnx'), data: { train }, loss: 'mse' }),
    );
    const wish = {
      checkpoint: TRAINED,
      project,
      samples: 50,
      directions: 2,
      preconditioner: 'none' as const,
      points: 20,
    };
    const found = await last({ ...wish, volumes: ['local', 'function'] });
    assert.match(found.problems.join(), /^A function’s volume is about the classes it predicts, and with the loss mse/);
    assert.equal(found.local!.radii.length, 2);
    await assert.rejects(
      updates({ ...wish, volumes: ['function'] }),
      (error: unknown) => error instanceof BasinError && error.kind === 'input' && error.message === found.problems[0],
    );
  });

  (CASES ? it : it.skip)('stays where layers are rescaled, which moves λmax (needs BASIN_CASES)', async function () {
    this.timeout(300_000);
    const lenet = join(CASES!, 'mnist-lenet');
    const run = join(folder, 'rescaled');
    await mkdir(run);
    await copyFile(join(lenet, 'runs/batch-64/epoch_000.pt'), join(run, 'epoch_000.pt'));
    await copyFile(join(lenet, 'runs/batch-64/epoch_024.pt'), join(run, 'epoch_024.pt'));
    await withProblem({ checkpoint: join(run, 'epoch_024.pt'), project: lenet, samples: 10 }, async ({ objective }) => {
      const { origin, slots, graph } = objective;
      const theta = rescale(origin, slots, findRescalings(graph).found.at(-1)!, 4);
      const arrays = slots.map(({ name, shape, offset, size }) => ({
        name,
        shape,
        data: theta.slice(offset, offset + size),
      }));
      await writeFile(join(run, 'rescaled.safetensors'), Buffer.concat([...safetensorsBytes(arrays)]));
    });
    const of = async (file: string) => {
      const target = { checkpoint: join(run, file), project: lenet };
      const { function: found } = await last({ ...target, ...request, points: 40, initializations: 20 });
      let largest = Number.NaN;
      const wish = { ...target, samples: 100, largest: 1, smallest: 0, tolerance: 0.01, threads: 2 };
      for await (const { result } of spectrum(wish, { engines, signal: never })) largest = result.largest[0]!.value;
      return { logProbability: found!.logProbability, largest };
    };
    const [own, other] = [await of('epoch_024.pt'), await of('rescaled.safetensors')];
    assert.equal(other.logProbability, own.logProbability);
    assert.ok(other.largest > 3 * own.largest, `${other.largest}, ${own.largest}`);
  });
});
