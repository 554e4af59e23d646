import assert from 'node:assert/strict';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interpolate } from '../../../worker/commands/interpolate.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { decodeInterpolation } from '../../../worker/interpolateDocument.ts';
import type { InterpolateRequest } from '../../../worker/protocol.ts';
import type { InterpolateResult, InterpolateUpdate, InterpolationCurve } from '../../../worker/results.ts';
import { CASES, CNN_REFERENCE, DIGITS_CNN, DIGITS_MLP, never } from '../objective/problems.ts';
import { CountingEngines } from './countingEngines.ts';

const SMALL = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');
const LARGE = join(DIGITS_CNN, 'runs/batch-1024/epoch_480.pt');
const FIRST = join(DIGITS_MLP, 'runs/sgd/step_00000.pt');
const LAST = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');

const engines = new CountingEngines();

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basin-interpolate-'));
});
after(async () => {
  await engines.dispose();
  await rm(folder, { recursive: true });
});

async function updates(request: InterpolateRequest, signal = never): Promise<InterpolateUpdate[]> {
  const all: InterpolateUpdate[] = [];
  for await (const update of interpolate({ threads: 2, ...request }, { engines, signal })) all.push(update);
  return all;
}

async function last(request: InterpolateRequest): Promise<InterpolateResult> {
  const { result } = (await updates(request)).at(-1)!;
  assert.ok(result.complete);
  assert.deepEqual(decodeInterpolation(JSON.parse(JSON.stringify(result)), ''), result);
  return result;
}

/** Each end of each curve is what `basin loss` says of that checkpoint. */
async function checkEnds({ t, curves }: InterpolateResult, ends: readonly string[]): Promise<void> {
  for (const { split, statistics, loss: losses, accuracy } of curves) {
    for (const [end, checkpoint] of ends.entries()) {
      const own = await loss(
        { checkpoint, split, threads: 2, ...(statistics === 'recomputed' && { statistics }) },
        { engines, signal: never },
      );
      const place = t.indexOf(end);
      const [here, there] = [Number(losses[place]), Number(own.loss)];
      assert.ok(Math.abs(here - there) <= 1e-6 * there, `${split}, ${statistics}, ${checkpoint}: ${here}, ${there}`);
      assert.equal(accuracy![place], own.accuracy);
    }
  }
}

const curveOf = ({ curves }: InterpolateResult, split: string, statistics: string): InterpolationCurve =>
  curves.find(own => own.split === split && own.statistics === statistics)!;

describe('interpolate', () => {
  it('has the losses of both checkpoints at its ends, on both splits and with either statistics', async () => {
    const result = await last({ checkpoint: SMALL, other: LARGE });
    assert.deepEqual(
      result.curves.map(({ split, statistics, provenance }) => [
        split,
        statistics,
        provenance.split,
        provenance.mode.batchNorm,
      ]),
      [
        ['train', 'interpolated', 'train', 'interpolated'],
        ['train', 'recomputed', 'train', 'recomputed'],
        ['test', 'interpolated', 'test', 'interpolated'],
        ['test', 'recomputed', 'test', 'recomputed'],
      ],
    );
    assert.deepEqual([result.t.length, result.t[0], result.t.at(-1)], [25, -0.25, 1.25]);
    assert.equal(result.other.file, 'runs/batch-1024/epoch_480.pt');
    await checkEnds(result, [SMALL, LARGE]);
    for (const split of ['train', 'test']) {
      const [held, recomputed] = [curveOf(result, split, 'interpolated'), curveOf(result, split, 'recomputed')];
      assert.ok(Number(recomputed.barrier!.value) < Number(held.barrier!.value), `${split}: statistics explain a part`);
      assert.ok(Number(held.barrier!.value) > 2 * Number(held.barrier!.standardError));
    }
  });

  it('has between them and beyond them the losses that PyTorch computes in float64', async () => {
    const result = await last({ checkpoint: SMALL, other: LARGE });
    const { line } = JSON.parse(await readFile(join(CNN_REFERENCE, 'statistics.json'), 'utf8')) as {
      line: readonly { t: number; split: string; statistics: string; loss: number; accuracy: number }[];
    };
    assert.equal(line.length, 20);
    for (const { t, split, statistics, loss: reference, accuracy } of line) {
      const own = curveOf(result, split, statistics);
      const place = result.t.indexOf(t);
      const error = Math.abs(Number(own.loss[place]) - reference) / reference;
      assert.ok(error <= 3e-5, `${split}, ${statistics}, t = ${t}: off by ${error} of itself`);
      assert.ok(Math.abs(own.accuracy![place]! - accuracy) < 1e-9);
    }
  });

  it('has one curve a split where the network has no statistics', async () => {
    const result = await last({ checkpoint: FIRST, other: LAST, points: 9 });
    assert.deepEqual(
      result.curves.map(({ split, statistics }) => [split, statistics]),
      [
        ['train', 'none'],
        ['test', 'none'],
      ],
    );
    // From where a run begins to where it ends, the loss falls all the way.
    assert.deepEqual(
      result.curves.map(({ barrier }) => barrier!.value),
      [0, 0],
    );
    await checkEnds(result, [FIRST, LAST]);
  });

  it('is the same the other way round', async () => {
    const there = await last({ checkpoint: FIRST, other: LAST, points: 5, beyond: 0 });
    const back = await last({ checkpoint: LAST, other: FIRST, points: 5, beyond: 0 });
    assert.equal(back.distance, there.distance);
    assert.deepEqual(back.norms, there.norms.toReversed());
    for (const [index, { loss: losses }] of there.curves.entries()) {
      const turned = back.curves[index]!.loss.toReversed();
      for (const [place, own] of losses.entries()) {
        assert.ok(Math.abs(Number(own) - Number(turned[place])) <= 1e-6 * Number(own));
      }
    }
  });

  it('grows by valid partial results, and counts the points of all curves', async () => {
    const all = await updates({ checkpoint: SMALL, other: LARGE, points: 7 });
    const [first, end] = [all[0]!, all.at(-1)!];
    assert.deepEqual([first.progress.done, first.progress.total, end.progress.done], [0, 28, 28]);
    assert.ok(first.memoryBytes > 0);
    assert.equal(first.isKept, false);
    for (const [index, { result, progress }] of all.entries()) {
      assert.deepEqual(decodeInterpolation(JSON.parse(JSON.stringify(result)), ''), result);
      assert.equal(result.complete, progress.done === progress.total);
      assert.ok(index === 0 || progress.done >= all[index - 1]!.progress.done);
    }
  });

  it('is kept, goes on where it was interrupted, and is found again', async () => {
    const request = { checkpoint: SMALL, other: LARGE, store: join(folder, 'kept'), threads: 1 };
    const controller = new AbortController();
    let done = 0;
    engines.onSession = () => {
      if (engines.sessions === 40) controller.abort();
    };
    engines.sessions = 0;
    await assert.rejects(
      async () => {
        for await (const { progress } of interpolate(request, { engines, signal: controller.signal })) {
          done = progress.done;
        }
      },
      { kind: 'interrupted' },
    );
    engines.onSession = () => {};
    assert.ok(done > 0 && done < 100, `${done} points were finished`);
    const again = await updates(request);
    assert.equal(again[0]!.progress.done, done);
    const whole = again.at(-1)!.result;
    assert.ok(whole.complete);
    const fresh = await last({ checkpoint: SMALL, other: LARGE, threads: 1 });
    assert.deepEqual(
      whole.curves.map(({ provenance: _, ...curve }) => curve),
      fresh.curves.map(({ provenance: _, ...curve }) => curve),
    );
    engines.sessions = 0;
    const found = await updates(request);
    assert.deepEqual([found.length, found[0]!.result, engines.sessions], [1, whole, 0]);
    // Another line is another result.
    assert.equal((await updates({ ...request, points: 5 }))[0]!.progress.done, 0);
    assert.equal((await updates({ ...request, checkpoint: LARGE, other: SMALL, points: 5 }))[0]!.progress.done, 0);
    assert.equal((await readdir(join(folder, 'kept'))).length, 3);
  });

  it('says where interpolated variances fall below 0, and keeps that there is no loss there', async () => {
    const result = await last({ checkpoint: SMALL, other: LARGE, points: 5, beyond: 20 });
    const [held, recomputed] = [curveOf(result, 'train', 'interpolated'), curveOf(result, 'train', 'recomputed')];
    assert.deepEqual([held.loss[0], held.standardError![0], held.accuracy![0]], ['NaN', null, null]);
    assert.equal(typeof recomputed.loss[0], 'number');
    assert.match(
      held.provenance.notes.at(-1)!,
      /^Interpolated variances fall below 0 at t = -20, 21, where there is no/,
    );
    assert.ok(!recomputed.provenance.notes.some(note => note.includes('variances')));
    assert.equal(typeof held.barrier!.value, 'number');
  });

  const refusals: readonly [what: string, request: InterpolateRequest, kind: string, message: RegExp][] = [
    [
      'of a checkpoint with itself',
      { checkpoint: SMALL, other: join(SMALL, '../epoch_024.pt') },
      'usage',
      /name two checkpoints\.$/,
    ],
    [
      'to a file that is not there',
      { checkpoint: SMALL, other: join(DIGITS_CNN, 'none.pt') },
      'input',
      /none\.pt: no such file/,
    ],
    [
      'to another architecture',
      { checkpoint: SMALL, other: LAST },
      'input',
      /step_00300\.pt is not of the architecture of runs\/batch-32\/epoch_024\.pt: /,
    ],
    [
      'of too few points',
      { checkpoint: SMALL, other: LARGE, points: 4 },
      'usage',
      /^4 points make no line .* take from 5 to 1001\.$/,
    ],
    [
      'that goes backwards',
      { checkpoint: SMALL, other: LARGE, beyond: -0.1 },
      'usage',
      /^A line cannot go on by -0\.1 of its length; /,
    ],
  ];
  for (const [what, request, kind, message] of refusals) {
    it(`refuses a line ${what}`, async () => {
      await assert.rejects(updates(request), (error: { kind?: string; message: string }) => {
        assert.equal(error.kind, kind);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('refuses a line to a copy of the same checkpoint', async () => {
    const workspace = join(folder, 'copy');
    await cp(DIGITS_MLP, workspace, { recursive: true });
    await copyFile(join(workspace, 'runs/sgd/step_00300.pt'), join(workspace, 'runs/sgd/step_00301.pt'));
    await assert.rejects(
      updates({
        checkpoint: join(workspace, 'runs/sgd/step_00300.pt'),
        other: join(workspace, 'runs/sgd/step_00301.pt'),
      }),
      { kind: 'input', message: /step_00301\.pt: holds the same parameters as runs\/sgd\/step_00300\.pt/ },
    );
  });

  it('computes on the split that there is, where there is only one', async () => {
    const workspace = join(folder, 'train only');
    await cp(DIGITS_MLP, workspace, { recursive: true });
    const project = { model: 'model.onnx', data: { train: { inputs: 'train.npz#x', targets: 'train.npz#y' } } };
    await writeFile(join(workspace, 'basin.json'), JSON.stringify({ ...project, loss: 'cross-entropy' }));
    const result = await last({
      checkpoint: join(workspace, 'runs/sgd/step_00000.pt'),
      other: join(workspace, 'runs/sgd/step_00300.pt'),
      points: 5,
    });
    assert.deepEqual(
      result.curves.map(({ split }) => split),
      ['train'],
    );
  });

  (CASES ? it : it.skip)('has the losses of both checkpoints at its ends, on MNIST', async () => {
    const ends = ['runs/batch-64/epoch_024.pt', 'runs/batch-2000/epoch_120.pt'].map(file =>
      join(CASES!, 'mnist-lenet', file),
    );
    const result = await last({ checkpoint: ends[0]!, other: ends[1]!, points: 9 });
    await checkEnds(result, ends);
    assert.ok(result.curves.every(({ barrier }) => Number(barrier!.value) > 0.01));
  });
});
