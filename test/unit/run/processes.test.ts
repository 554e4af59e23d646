import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loss } from '../../../worker/commands/loss.ts';
import type { RunResult } from '../../../worker/results.ts';
import { engines, never } from '../objective/problems.ts';
import { begun, measured, Workspace } from './workspace.ts';

const CLI = join(import.meta.dirname, '../../../dist/cli.js');
const WRITER = join(import.meta.dirname, '../../fixtures/slowWriter.mjs');

/** How long checkpoints are written for; ten minutes are a test by hand. */
const WRITER_SECONDS = Number(process.env.BASIN_WRITER_SECONDS ?? 12);

const QUICK = { measures: ['train-loss', 'gradient-norm'], samples: 64 } as const;

describe('runs of several processes', function () {
  this.timeout((WRITER_SECONDS + 180) * 1000);
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(() => workspace.remove());

  const basinRun = (...words: readonly string[]) =>
    spawn(process.execPath, [
      CLI,
      'run',
      workspace.path('runs/batch-32'),
      ...['--store', workspace.store, '--measures', QUICK.measures.join(), '--samples', '64', '--device', 'cpu'],
      ...words,
    ]);
  const output = async (
    child: ReturnType<typeof spawn>,
  ): Promise<{ stdout: string; stderr: string; status: unknown }> => {
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', data => {
      stdout += data;
    });
    child.stderr!.on('data', data => {
      stderr += data;
    });
    const [status] = await once(child, 'close');
    return { stdout, stderr, status };
  };
  const numbers = ({ checkpoints }: RunResult) =>
    checkpoints.map(({ file, measures }) => [file, ...measures.map(({ name, value }) => `${name} ${value}`)]);

  it('two at once measure the same, and lose nothing', async () => {
    const both = await Promise.all([output(basinRun('--json')), output(basinRun('--json'))]);
    const results = both.map(({ stdout, stderr, status }): RunResult => {
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    });
    const { result, updates } = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(begun(updates), []);
    for (const one of results) assert.deepEqual(numbers(one), numbers(result));
  });

  it('two at once share the work, and neither ends before all is done', async () => {
    const both = await Promise.all([1, 2].map(() => workspace.measure('runs/batch-32', QUICK)));
    const all = both.flatMap(({ updates }) => begun(updates));
    assert.deepEqual(all.toSorted(), [...new Set(all)].toSorted(), 'begun twice');
    assert.equal(all.length, 2 * 13);
    for (const { result } of both) assert.ok(result.complete);
    assert.deepEqual(numbers(both[0]!.result), numbers(both[1]!.result));
  });

  it('one that is killed in the middle leaves what it had, and nothing that is wrong', async () => {
    const child = basinRun();
    const ended = once(child, 'close');
    const documents = async (): Promise<number> =>
      (await readdir(workspace.store).catch(() => [])).filter(name => name.endsWith('.json')).length;
    while ((await documents()) < 3) await delay(5);
    child.kill('SIGKILL');
    await ended;
    const left = await workspace.list('runs/batch-32');
    const known = left.checkpoints.flatMap(({ file, measures }) => measures.map(({ name }) => `${file} ${name}`));
    assert.ok(known.length >= 3, `only ${known.join(', ')} is left`);
    const { result, updates } = await workspace.measure('runs/batch-32', QUICK);
    assert.deepEqual(
      begun(updates).filter(one => known.includes(one)),
      [],
    );
    await mkdir(workspace.path('fresh'));
    const { result: fresh } = await workspace.measure('runs/batch-32', { ...QUICK, store: workspace.path('fresh') });
    assert.deepEqual(numbers(result), numbers(fresh));
    assert.deepEqual(workspace.reports, []);
  });

  it('prints a table of the checkpoints', async () => {
    const { stdout, status } = await output(basinRun());
    assert.equal(status, 0);
    const lines = stdout.split('\n');
    assert.equal(lines[0], 'runs/batch-32: 13 checkpoints');
    assert.match(lines[2]!, /^epoch +checkpoint +state +train loss +‖gradient‖$/);
    assert.match(lines[3]!, /^0 +epoch_000\.pt +measured +2\.\d+ ± 0\.\d+ +0\.\d+ ± 0\.\d+$/);
    assert.match(lines[15]!, /^24 +epoch_024\.pt +measured /);
  });

  it('writes comma-separated values, to a file or instead of the table', async () => {
    const file = workspace.path('run.csv');
    const [printed, written] = [await output(basinRun('--csv', '-')), await output(basinRun('--csv', file))];
    assert.deepEqual([printed.status, written.status], [0, 0]);
    assert.equal(printed.stdout, await readFile(file, 'utf8'));
    assert.match(written.stdout, /^runs\/batch-32: 13 checkpoints\n/);
    const lines = printed.stdout.split('\n');
    assert.equal(
      lines[0],
      'run,file,present,step,epoch,written,state,measure,value,lower,upper,converged,bound,prior_sigma',
    );
    assert.match(
      lines[1]!,
      /^runs\/batch-32,epoch_000\.pt,true,\d*,0,[\dT:.Z-]+,measured,train-loss,2\.\d+,2\.\d+,2\.\d+,true,,$/,
    );
    assert.equal(lines.length, 1 + 2 * 13 + 1);
  });

  it(`a slow writer of a checkpoint a second, of which five are kept, for ${WRITER_SECONDS} s`, async () => {
    await mkdir(workspace.path('run'));
    const contents = (await readdir(workspace.path('runs/batch-32')))
      .sort()
      .map(file => workspace.path(`runs/batch-32/${file}`));
    const expected = await Promise.all(
      contents.map(async checkpoint => (await loss({ checkpoint, samples: 64 }, { engines, signal: never })).loss),
    );
    const writer = spawn(process.execPath, [WRITER, workspace.path('run'), String(WRITER_SECONDS), 'pt', ...contents]);
    let isWriting = true;
    const written = output(writer).finally(() => {
      isWriting = false;
    });
    const broken = new Set<string>();
    const look = ({ checkpoints }: RunResult): void => {
      for (const { file, state, reason } of checkpoints) if (state === 'failed') broken.add(`${file}: ${reason}`);
    };
    const request = { measures: ['train-loss'], samples: 64 } as const;
    let last: RunResult | null = null;
    while (isWriting) {
      last = (await workspace.measure('run', request, never, ({ result }) => look(result))).result;
    }
    assert.equal((await written).status, 0);
    for (const file of await readdir(workspace.path('run'))) await workspace.settle(`run/${file}`);
    last = (await workspace.measure('run', request, never, ({ result }) => look(result))).result;
    assert.deepEqual([...broken], []);
    // What `last.pt` held before is told by its step no more.
    const told = last.checkpoints.filter(({ step, present }) => step !== null || present);
    const wrong = told.filter(checkpoint => {
      const step = checkpoint.step ?? WRITER_SECONDS - 1;
      return measured(checkpoint, 'train-loss') !== expected[step % expected.length];
    });
    assert.deepEqual(wrong, []);
    const present = last.checkpoints.filter(own => own.present);
    assert.equal(present.length, 6);
    if (process.env.BASIN_WRITER_SECONDS) {
      console.log(`${last.checkpoints.length - present.length} were measured and are gone.`);
    }
  });
});
