import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCompare } from '../../../worker/compareDocument.ts';
import { decodeInterpolation } from '../../../worker/interpolateDocument.ts';
import type { SharpnessResult, SurfaceResult } from '../../../worker/results.ts';
import { CNN_REFERENCE, DIGITS_CNN } from '../objective/problems.ts';

const CLI = join(import.meta.dirname, '../../../dist/cli.js');
const CHECKPOINT = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly onStart?: (pid: number) => void;
  readonly onFirstWord?: (pid: number) => void;
  /** Where results are kept by default. */
  readonly results?: string;
}

/** Runs `basin`; `onStart` and, when it first says something on stderr, `onFirstWord` may interrupt it. */
function basin(words: readonly string[], { onStart, onFirstWord, results = '' }: Options = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...words], { env: { ...process.env, BASIN_RESULTS: results } });
    onStart?.(child.pid!);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', data => {
      stdout += data;
    });
    child.stderr.on('data', data => {
      stderr += data;
    });
    child.stderr.once('data', () => onFirstWord?.(child.pid!));
    child.on('error', reject);
    child.on('close', status => resolve({ status, stdout, stderr }));
  });
}

describe('basin', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-'));
    await cp(DIGITS_CNN, folder, { recursive: true });
  });
  after(() => rm(folder, { recursive: true }));

  it('inspect says what each tensor is in the model', async () => {
    const { status, stdout } = await basin(['inspect', CHECKPOINT, '--json']);
    const result = JSON.parse(stdout);
    assert.equal(status, 0);
    assert.deepEqual([result.format, result.step, result.parameters], ['PyTorch zip', 24, 3682]);
    assert.deepEqual(
      result.matched.find((match: { tensor: string }) => match.tensor === 'bn1.running_mean'),
      {
        tensor: 'bn1.running_mean',
        initializer: 'bn1.running_mean',
        role: 'statistic',
        rule: 'name',
      },
    );
    assert.deepEqual(result.unmatched, {
      checkpoint: ['bn1.num_batches_tracked', 'bn2.num_batches_tracked'],
      model: [],
    });
  });

  it('loss prints a table, and with --json a document with its provenance', async () => {
    const [table, document] = await Promise.all([
      basin(['loss', CHECKPOINT, '--split', 'test']),
      basin(['loss', CHECKPOINT, '--split', 'test', '--json']),
    ]);
    assert.match(table.stdout, /^loss +0\.086437 ± 0\.\d+ \(standard error\)\naccuracy +97\.0246 %/);
    const { loss, provenance } = JSON.parse(document.stdout);
    assert.ok(Math.abs(loss - 0.08643708222896285) < 1e-7);
    assert.deepEqual([provenance.split, provenance.rows, provenance.mode.batchNorm], ['test', [0, 773], 'held']);
    assert.equal(provenance.checkpoint.file, 'runs/batch-32/epoch_024.pt');
  });

  it("loss --gradient adds the gradient's length with its standard error", async () => {
    const [table, document] = await Promise.all([
      basin(['loss', CHECKPOINT, '--gradient']),
      basin(['loss', CHECKPOINT, '--gradient', '--json']),
    ]);
    assert.match(table.stdout, /\ngradient norm +0\.188\d* ± 0\.\d+ \(standard error\)\n/);
    const { gradientNorm } = JSON.parse(document.stdout);
    // PyTorch's, in float64.
    assert.ok(Math.abs(gradientNorm / 0.18824151283289484 - 1) < 1e-4, String(gradientNorm));
  });

  it('loss and spectrum say the same with --engine tfjs, and by whom it was computed', async () => {
    const words = [
      ['loss', CHECKPOINT],
      ['spectrum', CHECKPOINT, '--top', '1', '--samples', '100'],
    ];
    const [loss, spectrum] = await Promise.all(
      words.map(async ([verb, ...rest]) => {
        const run = async (engine: string) =>
          JSON.parse((await basin([verb!, ...rest, '--engine', engine, '--json'])).stdout);
        return { own: await run('onnxruntime'), other: await run('tfjs') };
      }),
    );
    const close = (own: number, other: number, relative: number): void =>
      assert.ok(Math.abs(own - other) <= relative * Math.abs(own), `${other}, not ${own}`);
    close(loss!.own.loss, loss!.other.loss, 1e-5);
    close(spectrum!.own.largest[0].value, spectrum!.other.largest[0].value, 1e-5);
    for (const { other } of [loss!, spectrum!]) assert.match(other.provenance.engine, /^tfjs \d/);
  });

  it('surface gives the same bytes for the same seed, however many threads compute it', async () => {
    const run = async (threads: string) => {
      const words = ['surface', CHECKPOINT, '--grid', '7x5', '--range', '0.5', '--samples', '100', '--json'];
      const { provenance, ...rest } = JSON.parse(
        (await basin([...words, '--threads', threads])).stdout,
      ) as SurfaceResult;
      return JSON.stringify(rest);
    };
    const [one, two, again] = [await run('1'), await run('2'), await run('2')];
    assert.equal(one, two);
    assert.equal(two, again);
  });

  it('surface on another grid goes through the same plane', async () => {
    const run = async (grid: string) => {
      const { stdout } = await basin(['surface', CHECKPOINT, '--grid', grid, '--samples', '100', '--json']);
      return JSON.parse(stdout) as SurfaceResult;
    };
    const [coarse, fine] = [await run('3'), await run('5')];
    assert.deepEqual(coarse.plane, fine.plane);
    const everyOther = <T>(list: readonly T[]): T[] => list.filter((_, index) => index % 2 === 0);
    assert.deepEqual(coarse.loss, everyOther(fine.loss).map(everyOther));
  });

  it('surface --out writes the document and prints a picture', async () => {
    const file = join(folder, 'surface.json');
    const { stdout } = await basin(['surface', CHECKPOINT, '--grid', '5', '--samples', '50', '--out', file]);
    const result = JSON.parse(await readFile(file, 'utf8')) as SurfaceResult;
    assert.deepEqual([result.complete, result.evaluations.cells, result.loss.length], [true, 25, 5]);
    assert.match(stdout, /cells +25 of 25/);
  });

  it('interrupted keeps what was finished and exits with 130', async function () {
    if (process.platform === 'win32') this.skip();
    const file = join(folder, 'interrupted.json');
    const words = ['surface', CHECKPOINT, '--grid', '301', '--out', file];
    const { status, stderr } = await basin(words, { onFirstWord: pid => process.kill(pid, 'SIGINT') });
    const result = JSON.parse(await readFile(file, 'utf8')) as SurfaceResult;
    assert.equal(status, 130);
    assert.match(stderr, /^90601 cells: about .*, \d+ MB of memory, nothing on disk\nbasin: Interrupted\.\n$/);
    assert.equal(result.complete, false);
    const done = result.loss.flat().filter(cell => cell !== null).length;
    assert.equal(done, result.evaluations.cells);
    assert.ok(done > 0 && done < 301 * 301, `${done} cells`);
  });

  it('interrupted goes on where it was, once results are kept', async function () {
    if (process.platform === 'win32') this.skip();
    const [store, file] = [join(folder, 'store'), join(folder, 'resumed.json')];
    await mkdir(store);
    const words = ['surface', CHECKPOINT, '--grid', '41', '--store', store, '--out', file];
    const stop = new AbortController();
    const kept = once(watch(store, { signal: stop.signal }), 'change');
    const first = await basin(words, { onStart: pid => void kept.then(() => process.kill(pid, 'SIGINT')) });
    stop.abort();
    const { evaluations } = JSON.parse(await readFile(file, 'utf8')) as SurfaceResult;
    assert.equal(first.status, 130, first.stderr);
    const [name, ...others] = await readdir(store);
    assert.deepEqual(others, []);
    const { cells } = JSON.parse(await readFile(join(store, name!), 'utf8'));
    assert.equal(cells, evaluations.cells);
    const second = await basin(words);
    assert.match(second.stdout, /cells +1681 of 1681/);
    assert.equal((JSON.parse(await readFile(file, 'utf8')) as SurfaceResult).complete, true);
  });

  it('two at once share a folder of results, and neither minds that the other is killed while it writes', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(300_000);
    const store = join(folder, 'two');
    await mkdir(store);
    const words = ['surface', CHECKPOINT, '--grid', '61', '--samples', '50', '--json', '--store', store];
    const stop = new AbortController();
    const kept = once(watch(store, { signal: stop.signal }), 'change');
    const killed = basin(words, { onStart: pid => void kept.then(() => process.kill(pid, 'SIGKILL')) });
    const [first, second] = await Promise.all([killed, basin(words)]);
    stop.abort();
    assert.deepEqual([first.status, second.status], [null, 0], second.stderr);
    const names = (await readdir(store)).filter(name => !name.endsWith('.tmp'));
    const { result } = JSON.parse(await readFile(join(store, names[0]!), 'utf8')) as { result: SurfaceResult };
    assert.deepEqual([names.length, result.complete, result.evaluations.cells], [1, true, 3721]);
    assert.deepEqual(result.loss, (JSON.parse(second.stdout) as SurfaceResult).loss);
    const again = JSON.parse((await basin(words)).stdout) as SurfaceResult;
    assert.equal(again.provenance.time, result.provenance.time, 'nothing is computed again');
  });

  it("keeps results where the command line says, else basin.json, else the environment's variable", async () => {
    const at = (name: string): string => join(folder, 'kept', name);
    const project = join(folder, 'shared.json');
    const content = await readFile(join(folder, 'basin.json'), 'utf8');
    await writeFile(project, content.replace('{', '{ "results": "kept/project",'));
    const words = ['surface', CHECKPOINT, '--grid', '1', '--samples', '10'];
    const cases: readonly [place: string, words: readonly string[], results: string][] = [
      ['line', [...words, '--project', project, '--store', at('line')], at('environment')],
      ['project', [...words, '--project', project], at('environment')],
      ['environment', words, at('environment')],
    ];
    for (const [place, line, results] of cases) {
      const { status, stderr } = await basin(line, { results });
      assert.equal(status, 0, stderr);
      assert.match((await readdir(at(place))).join(), /^[0-9a-f]{64}\.json$/, place);
    }
    assert.deepEqual((await readdir(join(folder, 'kept'))).sort(), ['environment', 'line', 'project']);
  });

  it('sharpness prints measures, what a rescaling makes of them, and what they mean', async () => {
    const words = ['sharpness', CHECKPOINT, '--samples', '50', '--measures', 'sam,fisher-rao', '--rescaling'];
    const store = join(folder, 'sharpness');
    const [table, document] = [
      await basin([...words, '--store', store]),
      await basin([...words, '--store', store, '--json']),
    ];
    assert.equal(table.status, 0, table.stderr);
    const result = JSON.parse(document.stdout) as SharpnessResult;
    const [sam, norm] = result.measures;
    assert.deepEqual([result.kind, sam!.name, norm!.name, result.complete], ['sharpness', 'sam', 'fisher-rao', true]);
    assert.match(table.stdout, /^measure +value +converged +quadratic model +losses, gradients, products\n/);
    assert.match(table.stdout, /\nSAM.*ρ = 0\.05\S* +[\d.]+ ± [\d.]+ +yes +1, 1, 0\n/);
    assert.match(
      table.stdout,
      /\nRescaled: fc1\.weight, fc1\.bias times α, fc2\.weight divided by α, with Relu between/,
    );
    const [, row = ''] = /\nFisher–Rao norm +((?:\S+ +){7}yes)\n/.exec(table.stdout) ?? [];
    assert.equal(row.split(/ +/)[3], String(Number(Number(norm!.value).toPrecision(3))));
    assert.match(table.stdout, /\nSAM.*: .* \(Foret et al\. 2021, /);
  });

  it('sharpness that is interrupted prints the measures that were finished', async function () {
    if (process.platform === 'win32') this.skip();
    const [store, file] = [join(folder, 'half'), join(folder, 'half.json')];
    await mkdir(store);
    const stop = new AbortController();
    const kept = once(watch(store, { signal: stop.signal }), 'change');
    const words = ['sharpness', CHECKPOINT, '--rescaling', '--store', store, '--out', file];
    const { status, stderr } = await basin(words, {
      onStart: pid => void kept.then(() => process.kill(pid, 'SIGINT')),
    });
    stop.abort();
    assert.equal(status, 130, stderr);
    const result = JSON.parse(await readFile(file, 'utf8')) as SharpnessResult;
    assert.equal(result.complete, false);
    assert.ok(result.measures.length > 0 && result.measures.every(({ value }) => typeof value === 'number'));
  });

  it('compare prints checkpoints side by side, and how they differ from the one that is chosen', async () => {
    const other = join(DIGITS_CNN, 'runs/batch-1024/epoch_480.pt');
    const words = ['compare', CHECKPOINT, other, '--measures', 'train-loss,test-accuracy', '--samples', '50'];
    const [table, document] = [await basin([...words, '--baseline', '2']), await basin([...words, '--json'])];
    assert.equal(table.status, 0, table.stderr);
    assert.match(table.stdout, /^2 checkpoints\n\nmeasure +batch-32\/epoch_024\.pt +batch-1024\/epoch_480\.pt\n/);
    assert.match(table.stdout, /\nDifferences from batch-1024\/epoch_480\.pt\nmeasure +batch-32\/epoch_024\.pt\n/);
    assert.match(table.stdout, /\ntrain loss +▲ \+0\.\d+ ± 0\.\d+ paired\n/);
    const result = decodeCompare(JSON.parse(document.stdout), '');
    assert.deepEqual([result.complete, result.baseline, result.checkpoints.length], [true, 0, 2]);
  });

  it('interpolate prints the line between two checkpoints, and its document', async () => {
    const words = ['interpolate', CHECKPOINT, join(DIGITS_CNN, 'runs/batch-1024/epoch_480.pt'), '--samples', '50'];
    const [shown, document] = [
      await basin([...words, '--points', '5']),
      await basin([...words, '--beyond', '0', '--json']),
    ];
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, /^Loss.*: ● train, statistics interpolated, ■ train, statistics recomputed, ○ test/);
    assert.match(shown.stdout, /\nB, at t = 1 +runs\/batch-1024\/epoch_480\.pt\n/);
    const result = decodeInterpolation(JSON.parse(document.stdout), '');
    assert.deepEqual([result.complete, result.t[0], result.t.at(-1), result.curves.length], [true, 0, 1, 4]);
  });

  it('surface of several planes prints how far they differ at each distance', async () => {
    const words = ['surface', CHECKPOINT, '--grid', '5', '--samples', '50', '--planes', '3', '--seed', '2'];
    const { stdout } = await basin(words);
    assert.match(stdout, /^cells +75 of 75$/m);
    assert.match(stdout, /^3 planes +random, filter-normalised, seeds 2 to 4, weights only$/m);
    const [, rows = ''] = /^distance +mean loss +deviation .*\n((?:[\d.]+ .*\n){3})Means/m.exec(stdout) ?? [];
    assert.deepEqual(
      rows.split('\n').map(row => row.split(/ +/)[0]),
      ['0', '0.5', '1', ''],
    );
  });

  const refused: Readonly<Record<string, readonly [(folder: string) => Promise<string[]> | string[], RegExp]>> = {
    'a checkpoint that is not there': [() => ['loss', 'missing.pt'], /^basin: missing\.pt: /],
    'a line from a checkpoint to itself': [
      () => ['interpolate', CHECKPOINT, CHECKPOINT],
      /Both ends of the line are .*; name two checkpoints\./,
    ],
    'a verb that does not exist': [() => ['draw', CHECKPOINT], /no verb "draw"/],
    'checkpoints to compare of which none is there': [
      () => ['compare', 'missing.pt', 'gone.pt'],
      /^basin: missing\.pt: /,
    ],
    'an empty checkpoint': [
      async at => {
        await writeFile(join(at, 'runs/empty.pt'), '');
        return ['loss', join(at, 'runs/empty.pt')];
      },
      /empty\.pt: /,
    ],
    'a checkpoint that ends early': [
      async at => {
        await cp(CHECKPOINT, join(at, 'runs/short.pt'));
        await truncate(join(at, 'runs/short.pt'), 9000);
        return ['sharpness', join(at, 'runs/short.pt'), '--rescaling'];
      },
      /short\.pt: /,
    ],
    'a checkpoint that is no checkpoint': [() => ['loss', join(DIGITS_CNN, 'README.md')], /README\.md: /],
    'a checkpoint of another network': [
      async at => {
        const mlp = join(import.meta.dirname, '../../fixtures/digits-mlp/runs/sgd/step_00960.pt');
        await cp(mlp, join(at, 'runs/other.pt'));
        return ['loss', join(at, 'runs/other.pt')];
      },
      /other\.pt: tensor fc1\.weight is 24×64 in the checkpoint and 32×64 in model\.onnx/,
    ],
    'a misspelt property of basin.json': [
      async at => {
        await writeFile(join(at, 'odd.json'), '{ "model": "model.onnx", "dta": {} } // comment');
        return ['loss', CHECKPOINT, '--project', join(at, 'odd.json')];
      },
      /odd\.json: the file has no property "dta"/,
    ],
    'a basin.json that is no JSON': [
      async at => {
        await writeFile(join(at, 'broken.json'), '{\n"model": \n');
        return ['loss', CHECKPOINT, '--project', join(at, 'broken.json')];
      },
      /broken\.json: line 3 is not JSON/,
    ],
    'a model that is not there': [
      async at => {
        await writeFile(join(at, 'nomodel.json'), '{ "model": "gone.onnx" }');
        return ['loss', CHECKPOINT, '--project', join(at, 'nomodel.json')];
      },
      /nomodel\.json: the model gone\.onnx cannot be read/,
    ],
    'directions of another network': [
      () => [
        'surface',
        join(DIGITS_CNN, '../test/fixtures/digits-mlp/runs/sgd/step_00960.pt'),
        '--plane',
        join(CNN_REFERENCE, 'directions_batch-32_epoch_024.npz'),
      ],
      /directions_batch-32_epoch_024\.npz: x\/\S+ (belongs to no parameter|is \S+ and the parameter is)/,
    ],
    'a file that cannot be written': [
      () => ['loss', CHECKPOINT, '--out', '/nowhere/at/all.json'],
      /\/nowhere\/at\/all\.json: cannot be written/,
    ],
  };
  for (const [name, [words, message]] of Object.entries(refused)) {
    it(`exits with 2 and one sentence for ${name}`, async () => {
      const { status, stderr, stdout } = await basin(await words(folder));
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      assert.equal(stdout, '');
    });
  }
});
