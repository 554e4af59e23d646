import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SurfaceResult } from '../../../worker/results.ts';
import { CNN_REFERENCE, DIGITS_CNN } from '../objective/problems.ts';

const CLI = join(import.meta.dirname, '../../../dist/cli.js');
const CHECKPOINT = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `basin`; `onFirstWord` is called when it first says something on stderr, and may interrupt it. */
function basin(words: readonly string[], onFirstWord: (pid: number) => void = () => {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...words]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', data => {
      stdout += data;
    });
    child.stderr.on('data', data => {
      stderr += data;
    });
    child.stderr.once('data', () => onFirstWord(child.pid!));
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
    const { status, stderr } = await basin(words, pid => process.kill(pid, 'SIGINT'));
    const result = JSON.parse(await readFile(file, 'utf8')) as SurfaceResult;
    assert.equal(status, 130);
    assert.match(stderr, /^90601 cells: about .*, \d+ MB of memory, nothing on disk\nbasin: Interrupted\.\n$/);
    assert.equal(result.complete, false);
    const done = result.loss.flat().filter(cell => cell !== null).length;
    assert.equal(done, result.evaluations.cells);
    assert.ok(done > 0 && done < 301 * 301, `${done} cells`);
  });

  const refused: Readonly<Record<string, readonly [(folder: string) => Promise<string[]> | string[], RegExp]>> = {
    'a checkpoint that is not there': [() => ['loss', 'missing.pt'], /^basin: missing\.pt: /],
    'a verb that does not exist': [() => ['draw', CHECKPOINT], /no verb "draw"/],
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
        return ['loss', join(at, 'runs/short.pt')];
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
