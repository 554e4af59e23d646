import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { runList } from '../../../worker/commands/run.ts';
import type { RunMeasureName } from '../../../worker/results.ts';
import { CASES, CNN_REFERENCE, DIGITS_MLP, engines, never } from '../objective/problems.ts';
import { begun, checkpointOf, measured, states, Workspace } from './workspace.ts';

/** Cheap measures, on few rows. */
const QUICK = { measures: ['train-loss', 'test-loss'], samples: 64 } as const;

const epoch = (index: number): string => `epoch_${String(index).padStart(3, '0')}.pt`;

describe('measuring a run', function () {
  // A machine that does other things too takes its time.
  this.timeout(180_000);
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(() => workspace.remove());

  /** Leaves only some of the checkpoints. */
  const keepOnly = async (...files: string[]): Promise<void> => {
    const folder = workspace.path('runs/batch-32');
    for (const file of await readdir(folder)) if (!files.includes(file)) await rm(join(folder, file));
  };

  it('gives the numbers that PyTorch gives, with errors, and computes nothing again', async () => {
    await keepOnly(epoch(24), epoch(0));
    const { result } = await workspace.measure();
    assert.equal(result.complete, true);
    const references = JSON.parse(readFileSync(join(CNN_REFERENCE, 'reference.json'), 'utf8')).checkpoints;
    for (const file of [epoch(0), epoch(24)]) {
      const checkpoint = checkpointOf(result, file);
      const reference = references[`runs/batch-32/${file}`];
      const numbers: [RunMeasureName, number, number][] = [
        ['train-loss', reference.loss, 1e-5 * reference.loss],
        ['test-loss', reference.test_loss, 1e-5 * reference.test_loss],
        ['train-accuracy', reference.accuracy, 1e-9],
        ['test-accuracy', reference.test_accuracy, 1e-9],
        ['gradient-norm', reference.gradient_norm, 1e-4 * reference.gradient_norm],
        ['lambda-max', reference.largest[0], 1e-4 * reference.largest[0]],
        ['lambda-min', reference.smallest[0], 1e-4 * reference.largest[0]],
      ];
      for (const [name, expected, error] of numbers) {
        const value = measured(checkpoint, name)!;
        assert.ok(Math.abs(value - expected) <= error, `${file}: ${name} ${value}, not ${expected} ± ${error}`);
      }
      const trace = checkpoint.measures.find(({ name }) => name === 'trace')!;
      const half = (Number(trace.upper) - Number(trace.lower)) / 2;
      const off = Math.abs(Number(trace.value) - reference.trace);
      assert.ok(off <= 4 * half, `${file}: trace ${trace.value} ± ${half}, not ${reference.trace}`);
      const own = await loss(
        { checkpoint: workspace.path(`runs/batch-32/${file}`), threads: 2 },
        { engines, signal: never },
      );
      assert.equal(measured(checkpoint, 'train-loss'), own.loss);
      for (const { name, value, lower, upper, converged } of checkpoint.measures) {
        assert.ok(converged, `${file}: ${name} has not converged`);
        assert.ok(lower !== null && Number(lower) <= Number(value), `${file}: ${name} ${value} is below ${lower}`);
        assert.ok(upper === null || Number(upper) >= Number(value), `${file}: ${name} ${value} is above ${upper}`);
      }
      assert.equal(checkpoint.measures.length, 10);
      assert.equal(checkpoint.provenance?.checkpoint.file, `runs/batch-32/${file}`);
    }
    const again = await workspace.measure();
    assert.deepEqual([begun(again.updates), again.updates.length], [[], 2]);
    assert.deepEqual(again.result, result);
    assert.deepEqual(await workspace.list(), result);
    assert.deepEqual(workspace.reports, []);
  });

  if (CASES) {
    it('measures both runs of mnist-lenet as PyTorch does', async () => {
      const folder = join(CASES!, 'mnist-lenet');
      const references = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')).checkpoints;
      await cp(folder, workspace.path('lenet'), { recursive: true });
      for (const [name, reference] of Object.entries<{ loss: number; accuracy: number; gradient_norm: number }>(
        references,
      )) {
        const [, run, file] = name.split('/') as [string, string, string];
        const measures = ['train-loss', 'train-accuracy', 'gradient-norm'] as const;
        await workspace.settle(`lenet/${name}`);
        const { result } = await workspace.measure(`lenet/runs/${run}`, { measures, only: file });
        assert.equal(result.checkpoints.length, 13);
        const checkpoint = checkpointOf(result, file);
        const [own, accuracy, gradient] = measures.map(measure => measured(checkpoint, measure)!) as [
          number,
          number,
          number,
        ];
        assert.ok(Math.abs(own - reference.loss) <= 1e-5 * reference.loss + 1e-9, `${name}: ${own}`);
        assert.ok(Math.abs(accuracy - reference.accuracy) <= 1e-9, `${name}: ${accuracy}`);
        assert.ok(
          Math.abs(gradient - reference.gradient_norm) <= 1e-3 * reference.gradient_norm,
          `${name}: ${gradient}`,
        );
      }
    });
  } else {
    it('measures both runs of mnist-lenet (skipped: BASIN_CASES is not set)');
  }

  it('begins with the newest, and goes on after an interruption where it was', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const interrupted = workspace.measure('runs/batch-32', QUICK, controller.signal, ({ current, result }) => {
      if (current !== null) seen.push(`${current.file} ${current.measure}`);
      if (result.checkpoints.filter(({ state }) => state === 'measured').length === 2) controller.abort();
    });
    await assert.rejects(interrupted, { kind: 'interrupted' });
    assert.deepEqual(
      seen.slice(0, 4),
      [24, 22].flatMap(index => QUICK.measures.map(name => `${epoch(index)} ${name}`)),
    );
    const { updates, result } = await workspace.measure('runs/batch-32', QUICK);
    const again = new Set(begun(updates));
    assert.equal(result.complete, true);
    assert.deepEqual(
      seen.filter(one => again.has(one)),
      [],
    );
    assert.equal(seen.length + again.size, 2 * 13);
  });

  it('begins no checkpoint when its budget is spent', async () => {
    const { result } = await workspace.measure('runs/batch-32', { ...QUICK, budgetSeconds: 1e-6 });
    assert.deepEqual(new Set(result.checkpoints.map(({ state }) => state)), new Set(['unmeasured']));
  });

  it('picks up a checkpoint that lands meanwhile', async () => {
    await keepOnly(epoch(0), epoch(2));
    let landed = false;
    const { result } = await workspace.measure('runs/batch-32', QUICK, never, async ({ current }) => {
      if (current === null || landed) return;
      landed = true;
      await copyFile(
        join(workspace.folder, 'runs/batch-1024/epoch_040.pt'),
        workspace.path('runs/batch-32/epoch_040.pt'),
      );
      await workspace.settle('runs/batch-32/epoch_040.pt');
    });
    assert.deepEqual(states(result), ['epoch_000.pt measured', 'epoch_002.pt measured', 'epoch_040.pt measured']);
  });

  it('waits for a checkpoint that was being written when it began', async () => {
    await keepOnly(epoch(0));
    await writeFile(
      workspace.path('runs/batch-32/epoch_002.pt'),
      await readFile(workspace.path('runs/batch-1024/epoch_040.pt')),
    );
    const { result } = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(states(result), ['epoch_000.pt measured', 'epoch_002.pt measured']);
  });

  it('tells what was measured with other settings, or on other data, from what was measured as now', async () => {
    await keepOnly(epoch(0), epoch(24));
    await workspace.measure('runs/batch-32', { ...QUICK, only: epoch(24) });
    assert.deepEqual(states(await workspace.list()), ['epoch_000.pt unmeasured', 'epoch_024.pt stale']);
    const project = JSON.parse(await readFile(workspace.path('basin.json'), 'utf8'));
    await writeFile(workspace.path('basin.json'), JSON.stringify({ ...project, samples: 64 }));
    assert.deepEqual(states(await workspace.list()), ['epoch_000.pt unmeasured', 'epoch_024.pt measured']);
    await copyFile(workspace.path('test.npz'), workspace.path('train.npz'));
    const before = await workspace.list();
    assert.deepEqual(states(before), ['epoch_000.pt unmeasured', 'epoch_024.pt stale']);
    const { result } = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(states(result), ['epoch_000.pt measured', 'epoch_024.pt measured']);
    const value = measured(checkpointOf(result, epoch(24)), 'train-loss');
    assert.notEqual(value, measured(checkpointOf(before, epoch(24)), 'train-loss'));
    assert.equal(value, measured(checkpointOf(result, epoch(24)), 'test-loss'));
  });

  it('measures what there are data for, and the rest when they come', async () => {
    await keepOnly(epoch(24));
    const project = JSON.parse(await readFile(workspace.path('basin.json'), 'utf8'));
    const { test: _, ...data } = project.data;
    await writeFile(workspace.path('basin.json'), JSON.stringify({ ...project, data }));
    const alone = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(begun(alone.updates), ['epoch_024.pt train-loss']);
    assert.equal(alone.result.complete, true);
    await assert.rejects(
      workspace.measure('runs/batch-32', { ...QUICK, measures: ['test-loss'] }),
      /has no "test" split/,
    );
    await writeFile(workspace.path('basin.json'), JSON.stringify(project));
    const { result, updates } = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(begun(updates), ['epoch_024.pt test-loss']);
    assert.deepEqual(states(result), ['epoch_024.pt measured']);
  });

  it('goes on after a checkpoint that cannot be measured, and tries it again only when asked', async () => {
    await keepOnly(epoch(0), epoch(2), epoch(4));
    const folder = workspace.path('runs/batch-32');
    await copyFile(join(DIGITS_MLP, 'runs/sgd/step_00300.pt'), join(folder, epoch(2)));
    await writeFile(join(folder, epoch(4)), await withoutNumbers(join(folder, epoch(4))));
    for (const index of [2, 4]) await workspace.settle(`runs/batch-32/${epoch(index)}`);
    const { result } = await workspace.measure('runs/batch-32', {
      samples: 64,
      measures: ['train-loss', 'lambda-max'],
    });
    assert.deepEqual(states(result), ['epoch_000.pt measured', 'epoch_002.pt failed', 'epoch_004.pt failed']);
    assert.equal(result.complete, true);
    assert.match(
      checkpointOf(result, epoch(2)).reason!,
      /^epoch_002\.pt: tensor fc1\.weight is 24×64 in the checkpoint and 32×64 in model\.onnx/,
    );
    const diverged = checkpointOf(result, epoch(4));
    assert.match(diverged.reason!, /^runs\/batch-32\/epoch_004\.pt: its loss on the training data is NaN/);
    assert.deepEqual(diverged.measures, [
      { name: 'train-loss', value: 'NaN', lower: null, upper: null, converged: false },
    ]);
    const settings = { samples: 64, measures: ['train-loss', 'lambda-max'] } as const;
    assert.deepEqual(begun((await workspace.measure('runs/batch-32', settings)).updates), []);
    const again = await workspace.measure('runs/batch-32', { ...settings, only: epoch(2) });
    assert.deepEqual(again.updates.at(-1)!.progress.done, 1);
  });

  it('refuses a project that cannot be read, a measure and a checkpoint that do not exist', async () => {
    await assert.rejects(
      workspace.measure('runs/batch-32', { only: 'epoch_999.pt' }),
      /there is no checkpoint epoch_999/,
    );
    const measures = ['sharpest'] as unknown as readonly RunMeasureName[];
    await assert.rejects(workspace.measure('runs/batch-32', { measures }), /There is no measure "sharpest"/);
    await writeFile(workspace.path('basin.json'), '{ "model": 3 }');
    await assert.rejects(workspace.measure(), /basin\.json: .*"model"/);
  });

  describe('remembers', () => {
    const whole = ['epoch_000.pt measured', 'epoch_024.pt measured'];
    beforeEach(async () => {
      await keepOnly(epoch(0), epoch(24));
      const project = JSON.parse(await readFile(workspace.path('basin.json'), 'utf8'));
      await writeFile(workspace.path('basin.json'), JSON.stringify({ ...project, samples: 64 }));
      await workspace.measure('runs/batch-32', QUICK);
    });

    it('a checkpoint that was deleted', async () => {
      const before = await workspace.list();
      await rm(workspace.path(`runs/batch-32/${epoch(0)}`));
      const { checkpoints, order, complete } = await workspace.list();
      assert.deepEqual([order, complete], ['epoch', true]);
      assert.deepEqual(checkpoints, [{ ...before.checkpoints[0]!, present: false }, before.checkpoints[1]!]);
    });

    it('two deleted checkpoints of the same content, and that of a copy once', async () => {
      const folder = workspace.path('runs/batch-32');
      for (const name of ['epoch_002.pt', 'last.pt']) {
        await copyFile(join(folder, epoch(24)), join(folder, name));
        await workspace.settle(`runs/batch-32/${name}`, 30);
      }
      await workspace.measure('runs/batch-32', QUICK);
      for (const name of await readdir(folder)) await rm(join(folder, name));
      assert.deepEqual(states(await workspace.list()), [
        'epoch_000.pt gone, measured',
        'epoch_002.pt gone, measured',
        'epoch_024.pt gone, measured',
      ]);
    });

    it('what a checkpoint held before it was written over', async () => {
      const file = `runs/batch-32/${epoch(0)}`;
      const before = checkpointOf(await workspace.list(), epoch(0));
      await copyFile(workspace.path('runs/batch-1024/epoch_040.pt'), workspace.path(file));
      await workspace.settle(file, 30);
      assert.deepEqual(states(await workspace.list()), [
        'epoch_000.pt gone, measured',
        'epoch_000.pt unmeasured',
        'epoch_024.pt measured',
      ]);
      const { result } = await workspace.measure('runs/batch-32', QUICK);
      assert.deepEqual(checkpointOf(result, epoch(0), false), { ...before, present: false });
      const now = checkpointOf(result, epoch(0));
      assert.notEqual(measured(now, 'train-loss'), measured(before, 'train-loss'));
    });

    it('a checkpoint that was renamed, and one that was only touched', async () => {
      await rename(workspace.path(`runs/batch-32/${epoch(0)}`), workspace.path('runs/batch-32/epoch_001.pt'));
      await utimes(workspace.path(`runs/batch-32/${epoch(24)}`), 1e9, 1e9);
      assert.deepEqual(states(await workspace.list()), ['epoch_001.pt measured', 'epoch_024.pt measured']);
    });

    it('a folder that was renamed, with what is gone from it', async () => {
      await rm(workspace.path(`runs/batch-32/${epoch(0)}`));
      await rename(workspace.path('runs/batch-32'), workspace.path('runs/small'));
      assert.deepEqual(states(await workspace.list('runs/small')), ['epoch_000.pt gone, measured', whole[1]]);
      assert.deepEqual(begun((await workspace.measure('runs/small', QUICK)).updates), []);
    });

    it('a folder that was copied, whose files have other times', async () => {
      await cp(workspace.path('runs/batch-32'), workspace.path('copy'), { recursive: true });
      for (const file of await readdir(workspace.path('copy'))) await workspace.settle(`copy/${file}`, 1000);
      assert.deepEqual(states(await workspace.list('copy')), whole);
    });

    it('nothing of another file of the same name, size and time', async () => {
      const file = `runs/batch-32/${epoch(0)}`;
      const { mtimeMs, size } = await stat(workspace.path(file));
      const other = await readFile(workspace.path('runs/batch-1024/epoch_040.pt'));
      assert.equal(other.length, size);
      for (const place of [file, `copy/${epoch(0)}`]) {
        await mkdir(dirname(workspace.path(place)), { recursive: true });
        await rm(workspace.path(place), { force: true });
        await writeFile(workspace.path(place), other);
        await utimes(workspace.path(place), mtimeMs / 1000, mtimeMs / 1000);
      }
      assert.deepEqual(states(await workspace.list()), [
        'epoch_000.pt gone, measured',
        'epoch_000.pt unmeasured',
        whole[1],
      ]);
      assert.deepEqual(states(await workspace.list('copy')), ['epoch_000.pt unmeasured']);
    });

    it('a workspace that was moved with its store', async () => {
      await mkdir(workspace.path('elsewhere'));
      for (const name of ['basin.json', 'model.onnx', 'train.npz', 'test.npz', 'runs', 'results']) {
        await rename(workspace.path(name), workspace.path(`elsewhere/${name}`));
      }
      const store = workspace.path('elsewhere/results');
      assert.deepEqual(states(await workspace.list('elsewhere/runs/batch-32', { store })), whole);
    });

    it('a copy of the workspace with its store, as a team shares it', async () => {
      const copy = await mkdtemp(join(tmpdir(), 'basin-'));
      try {
        await cp(workspace.folder, copy, { recursive: true });
        const run = join(copy, 'runs/batch-32');
        for (const file of await readdir(run)) await utimes(join(run, file), 1e9, 1e9);
        const store = join(copy, 'results');
        const result = await runList({ folder: run, store }, workspace.newProcess(), never);
        assert.deepEqual(states(result), whole);
      } finally {
        await rm(copy, { recursive: true });
      }
    });

    it('what other contents of the same checkpoint under another name gave', async () => {
      await cp(workspace.path('runs/batch-32'), workspace.path('copy'), { recursive: true });
      await rename(workspace.path(`copy/${epoch(24)}`), workspace.path('copy/last.pt'));
      await rm(workspace.path(`copy/${epoch(0)}`));
      await workspace.settle('copy/last.pt', 1000);
      assert.deepEqual(states(await workspace.list('copy')), ['last.pt unmeasured']);
      const { result, updates } = await workspace.measure('copy', QUICK);
      assert.deepEqual(states(result), ['last.pt measured']);
      assert.deepEqual(begun(updates), []);
    });

    it('all but what a killed writer left unfinished', async () => {
      const folder = workspace.path('results/runs');
      const [name] = (await readdir(folder)) as [string];
      const content = await readFile(join(folder, name), 'utf8');
      const end = content.trimEnd().lastIndexOf('\n');
      await writeFile(join(folder, name), content.slice(0, end + 40));
      const { result, updates } = await workspace.measure('runs/batch-32', QUICK);
      assert.deepEqual([states(result), begun(updates)], [whole, []]);
      assert.deepEqual(states(await workspace.list()), whole);
      assert.deepEqual(workspace.reports, []);
    });

    it('what several processes find out at the same time', async () => {
      await rm(workspace.store, { recursive: true });
      const measures = [['train-loss'], ['test-loss'], ['gradient-norm']] as const;
      await Promise.all(measures.map(own => workspace.measure('runs/batch-32', { ...QUICK, measures: own })));
      const all = { ...QUICK, measures: measures.flat() };
      const { result } = await workspace.measure('runs/batch-32', all);
      assert.deepEqual(states(result), whole);
      for (const { measures: own } of result.checkpoints) assert.equal(own.length, 3);
    });

    it('nothing where nothing can be kept, says so once, and measures all the same', async () => {
      await appendFile(workspace.path('file'), 'no folder');
      const store = workspace.path('file/results');
      const { result } = await workspace.measure('runs/batch-32', { ...QUICK, store });
      assert.deepEqual(states(result), whole);
      const about = workspace.reports.filter(report => report.includes('file/results'));
      assert.equal(about.length, 2, workspace.reports.join('\n'));
      assert.match(about.join('\n'), /cannot be kept/);
    });
  });
});

/** A checkpoint whose first weights are no numbers. */
async function withoutNumbers(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  const checkpoint = await openCheckpoint(path);
  const [tensor] = checkpoint.tensors;
  const { data } = await tensor!.read();
  await checkpoint.close();
  const at = bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  bytes.writeFloatLE(Number.NaN, at);
  return bytes;
}
