import assert from 'node:assert/strict';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../../worker/checkpoint/open.ts';
import { sharpness } from '../../../worker/commands/sharpness.ts';
import { writeNpz } from '../../../worker/io/npzWriter.ts';
import type { SharpnessRequest } from '../../../worker/protocol.ts';
import type { SharpnessMeasure, SharpnessName, SharpnessResult, SharpnessUpdate } from '../../../worker/results.ts';
import { decodeSharpness } from '../../../worker/sharpnessDocument.ts';
import { isFloating, toFloat32 } from '../../../worker/tensor.ts';
import { CASES, DIGITS_CNN, DIGITS_MLP, never } from '../objective/problems.ts';
import { CountingEngines } from './countingEngines.ts';

const engines = new CountingEngines();
const CNN = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');
const MLP = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basin-sharpness-'));
});
after(async () => {
  await engines.dispose();
  await rm(folder, { recursive: true });
});

async function updates(request: SharpnessRequest, signal = never): Promise<SharpnessUpdate[]> {
  const all: SharpnessUpdate[] = [];
  for await (const update of sharpness({ threads: 2, ...request }, { engines, signal })) all.push(update);
  return all;
}

async function last(request: SharpnessRequest): Promise<SharpnessResult> {
  const { result } = (await updates(request)).at(-1)!;
  assert.ok(result.complete);
  return result;
}

const find = ({ measures }: SharpnessResult, name: SharpnessName): SharpnessMeasure =>
  measures.find(measure => measure.name === name)!;

describe('sharpness', () => {
  it('grows by valid partial results, each with what is done so far', async () => {
    const all = await updates({ checkpoint: CNN, samples: 100, measures: ['sam', 'keskar'], rescaling: true });
    const [first, end] = [all[0]!, all.at(-1)!];
    assert.deepEqual([first.result.measures, first.stage, first.progress.done], [[], 'sam', 0]);
    assert.ok(typeof first.result.loss === 'number', 'the loss is there from the first');
    assert.deepEqual([end.stage, end.progress.done, end.progress.total], ['done', 21, 21]);
    for (const [index, { result, progress, stage }] of all.entries()) {
      assert.deepEqual(decodeSharpness(JSON.parse(JSON.stringify(result)), ''), result);
      assert.equal(result.complete, stage === 'done');
      assert.equal(progress.total, 21);
      assert.ok(index === 0 || progress.done >= all[index - 1]!.progress.done);
    }
    assert.deepEqual(
      end.result.measures.map(({ name, epsilon }) => [name, epsilon]),
      [
        ['sam', undefined],
        ['keskar', 1e-3],
        ['keskar', 5e-4],
      ],
    );
  });

  it('shows the function unchanged by a rescaling, and which measures are not', async () => {
    const result = await last({
      checkpoint: CNN,
      samples: 100,
      measures: ['sam', 'fisher-rao', 'average'],
      rescaling: true,
    });
    const { pair, pairs, alphas, change, curve } = result.rescaling!;
    assert.deepEqual(pair, { multiplied: ['fc1.weight', 'fc1.bias'], divided: ['fc2.weight'], through: ['Relu'] });
    assert.equal(pairs, 3);
    assert.deepEqual(alphas, [0.1, 0.2, 0.5, 1, 2, 5, 10]);
    for (const [index, alpha] of alphas.entries()) {
      // Powers of two are exact.
      const [most, farthest] = Number.isInteger(Math.log2(alpha)) ? [0, 0] : [1e-5, 1e-4];
      assert.ok((change[index] as number) <= most, `the outputs move by ${change[index]} at ${alpha}`);
      assert.ok((curve.deviation[index] as number) <= farthest, `the curve moves by ${curve.deviation[index]}`);
    }
    for (const { value, rescaled } of result.measures) {
      assert.deepEqual(
        rescaled!.map(({ alpha }) => alpha),
        alphas,
      );
      assert.equal(rescaled![3]!.value, value);
    }
    assert.deepEqual(result.measures.map(({ name, invariant }) => [name, invariant]).sort(), [
      ['average', true],
      ['fisher-rao', true],
      ['sam', false],
    ]);
  });

  it('of the α-scaling toy: λmax goes from 2 to 100.01 and the function stays', async function () {
    if (!CASES) this.skip();
    for (const ending of ['onnx', 'npz']) {
      await copyFile(join(CASES, `closed-form/alpha-scaling-1.${ending}`), join(folder, `toy.${ending}`));
    }
    await writeFile(join(folder, 'basin.json'), JSON.stringify({ model: 'toy.onnx', loss: 'output' }));
    const measures: readonly SharpnessName[] = ['lambda-max', 'keskar', 'trace'];
    const result = await last({ checkpoint: join(folder, 'toy.npz'), measures, rescaling: true });
    const { pair, change, curve } = result.rescaling!;
    assert.deepEqual(pair, { multiplied: ['w1'], divided: ['w2'], through: [] });
    assert.ok(
      change.every(own => own === 0),
      String(change),
    );
    assert.ok(
      curve.deviation.every(own => (own as number) < 1e-4),
      String(curve.deviation),
    );
    // DESIGN: the α-scaling toy. λ = a² + 1/a², and φ in the box as closed-form.json has it.
    const { alpha_toy: expected } = JSON.parse(await readFile(join(CASES, 'closed-form/closed-form.json'), 'utf8'));
    for (const [name, key] of [
      ['lambda-max', 'lambda_max'],
      ['trace', 'trace'],
      ['keskar', 'keskar_eps1e-3'],
    ] as const) {
      const { rescaled, invariant } = find(result, name);
      assert.equal(invariant, false);
      for (const { alpha, value } of rescaled!) {
        const exact = expected[String(alpha >= 1 ? alpha : 1 / alpha)][key];
        assert.ok(Math.abs(Number(value) / exact - 1) < 1e-3, `${name} at ${alpha}: ${value}, not ${exact}`);
      }
    }
  });

  it('says why no pair of layers can be rescaled', async () => {
    const result = await last({ checkpoint: MLP, samples: 50, measures: ['sam'], rescaling: true });
    assert.equal(result.rescaling, null);
    assert.match(result.rescalingProblem!, /^No pair .*: fc1\.weight \(and 1 more\) is followed by Tanh, which/);
    const [sam] = result.measures;
    assert.deepEqual([sam!.rescaled, sam!.invariant], [undefined, undefined]);
  });

  it('says nothing of a rescaling that nobody asked for', async () => {
    const result = await last({ checkpoint: CNN, samples: 50, measures: ['sam'] });
    assert.deepEqual([result.rescaling, 'rescalingProblem' in result], [null, false]);
  });

  it('is computed once where it is kept, measure by measure', async () => {
    const store = join(folder, 'once');
    const request = { checkpoint: CNN, samples: 50, store, rescaling: true } as const;
    const one = await last({ ...request, measures: ['sam'] });
    const before = engines.sessions;
    const again = await updates({ ...request, measures: ['sam'] });
    assert.equal(engines.sessions, before, 'sessions');
    assert.deepEqual(again.at(-1)!.result.measures, one.measures);
    assert.deepEqual(again.at(-1)!.result.rescaling, one.rescaling);
    assert.equal(again.at(-1)!.result.provenance.time, one.provenance.time);
    assert.equal(again[0]!.progress.done, again[0]!.progress.total);

    // Another measure is computed, and of the first nothing is.
    const both = await updates({ ...request, measures: ['fisher-rao', 'sam'] });
    assert.equal(both[0]!.progress.done, 7);
    assert.deepEqual(find(both.at(-1)!.result, 'sam'), one.measures[0]);
    assert.ok(engines.sessions > before);

    // Other sizes and other samples are other numbers.
    assert.equal((await updates({ ...request, measures: ['sam'], rho: 0.1 }))[0]!.progress.done, 0);
    assert.equal((await updates({ ...request, measures: ['sam'], samples: 51 }))[0]!.progress.done, 0);
  });

  it('keeps what was done when it is interrupted, and goes on from there', async () => {
    const request = { checkpoint: CNN, samples: 50, store: join(folder, 'interrupted'), rescaling: true } as const;
    const measures: readonly SharpnessName[] = ['sam', 'keskar'];
    const stop = new AbortController();
    const seen: SharpnessUpdate[] = [];
    await assert.rejects(
      async () => {
        for await (const update of sharpness({ ...request, measures }, { engines, signal: stop.signal })) {
          seen.push(update);
          if (update.progress.done === 5) stop.abort();
        }
      },
      { kind: 'interrupted' },
    );
    assert.equal(seen.at(-1)!.result.measures.length, 3);
    const rest = await updates({ ...request, measures });
    assert.equal(rest[0]!.progress.done, 5);
    assert.deepEqual(
      rest[0]!.result.measures.map(({ value }) => value),
      seen.at(-1)!.result.measures.map(({ value }) => value),
    );
    assert.equal(rest.at(-1)!.result.complete, true);
  });

  it('ignores what is spoilt among the kept results', async () => {
    const store = join(folder, 'spoilt');
    const request = { checkpoint: MLP, samples: 50, store, measures: ['sam'] } as const;
    const { measures } = await last(request);
    const [name, ...others] = await readdir(store);
    assert.deepEqual(others, []);
    const content = await readFile(join(store, name!), 'utf8');
    for (const damage of [content.slice(0, -20), content.replace('"sam"', '"samba"'), '{}']) {
      await writeFile(join(store, name!), damage);
      assert.deepEqual((await last(request)).measures, measures);
      assert.equal(JSON.parse(await readFile(join(store, name!), 'utf8')).key, name!.replace('.json', ''));
    }
  });

  it('of weights that are not numbers has no values, and says so', async () => {
    const file = await openCheckpoint(MLP);
    const tensors = file.tensors.filter(({ dtype }) => isFloating(dtype));
    const arrays = await Promise.all(
      tensors.map(async tensor => {
        const data = toFloat32(await tensor.read());
        if (tensor.name === 'fc2.weight') data[0] = Number.NaN;
        return { name: tensor.name, shape: tensor.shape, data };
      }),
    );
    await file.close();
    const checkpoint = join(folder, 'nan.npz');
    await writeNpz(checkpoint, arrays);
    const result = await last({ checkpoint, project: DIGITS_MLP, samples: 20, rescaling: true });
    assert.equal(result.loss, 'NaN');
    for (const { name, value, converged, problem } of result.measures) {
      assert.deepEqual([value, converged], ['NaN', false], name);
      assert.ok(problem === undefined || /not finite/.test(problem), `${name}: ${problem}`);
    }
    // What no measure can do without is no measure's own trouble.
    const alone = last({ checkpoint, project: DIGITS_MLP, samples: 20, measures: ['lambda-max'] });
    await assert.rejects(alone, { kind: 'computation', message: /not finite/ });
  });

  it('of a mean squared error is computed as any other', async () => {
    await cp(DIGITS_CNN, join(folder, 'mse'), { recursive: true });
    const targets = { name: 'y', shape: [1024, 10], data: Float32Array.from({ length: 10240 }, (_, at) => at % 3) };
    await writeNpz(join(folder, 'mse/targets.npz'), [targets]);
    const project = join(folder, 'mse/basin.json');
    const data = { train: { inputs: 'train.npz#x', targets: 'targets.npz#y', rows: [0, 100] } };
    const { model, data: own } = JSON.parse(await readFile(project, 'utf8'));
    await writeFile(project, JSON.stringify({ model, data: { ...own, test: undefined, ...data }, loss: 'mse' }));
    const result = await last({
      checkpoint: join(folder, 'mse/runs/batch-32/epoch_024.pt'),
      measures: ['sam', 'keskar'],
      rescaling: true,
    });
    assert.ok(result.measures.every(({ value, problem }) => Number(value) > 0 && problem === undefined));
    assert.ok(result.rescaling!.change.every(own => (own as number) < 1e-5));
  });

  const refused: Readonly<Record<string, readonly [SharpnessRequest, RegExp]>> = {
    'a measure that does not exist': [
      { checkpoint: CNN, measures: ['flatness' as SharpnessName] },
      /^There is no measure "flatness"; use some of keskar, /,
    ],
    'no measure': [{ checkpoint: CNN, measures: [] }, /^No measure of sharpness was asked for/],
    'a box without size': [{ checkpoint: CNN, epsilons: [0] }, /^The size 0 is no number above 0\.$/],
    'an infinite step': [{ checkpoint: CNN, rho: Number.POSITIVE_INFINITY }, /^The size Infinity is no number/],
  };
  for (const [name, [request, message]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => assert.rejects(updates(request), { kind: 'usage', message }));
  }
});
