import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engines } from '../../../worker/commands/context.ts';
import { loss } from '../../../worker/commands/loss.ts';
import type { Engine, Feeds } from '../../../worker/engine/engine.ts';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { loadBackend } from '../../../worker/engine/tfjs/backend.ts';
import { kernels } from '../../../worker/engine/tfjs/kernels.ts';
import { createTfjsEngine } from '../../../worker/engine/tfjs.ts';
import { TFJS_VARIABLE } from '../../../worker/environment.ts';
import { matMul, mean, reshape, square, sub, tanh } from '../../../worker/graph/arithmetic.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { apply, constant, type Graph, input, parameter } from '../../../worker/graph/graph.ts';
import { type OperatorName, operators } from '../../../worker/graph/operators/table.ts';
import { type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { type DrawnCase, drawnCases } from '../graph/cases/cases.ts';
import { expressionOf, isDifferentiated } from '../graph/cases/expressions.ts';
import { randomGraphs } from '../graph/cases/graphs.ts';
import { checkEngine } from '../graph/derivativeChecks.ts';
import { DIGITS_MLP, never } from '../objective/problems.ts';

/**
 * Relative to the largest element. float32 rounds to 6e-8; TensorFlow.js's error function is an approximation to 1.5e-7
 * (Abramowitz & Stegun 1964, 7.1.26).
 */
const TOLERANCE = 5e-6;

let engine: Engine;

/** Tensors, and what each backend holds for them. */
async function memory(): Promise<readonly number[]> {
  const { tf } = await loadBackend();
  const held = ['wasm', 'cpu'].map(name => tf.findBackend(name)?.numDataIds() ?? 0);
  return [tf.memory().numTensors, ...held];
}

async function run(graph: Graph, feeds: Feeds): Promise<readonly Tensor[]> {
  const program = engine.compile(graph, new Map(), 1);
  try {
    const session = await program.open(new Float32Array());
    try {
      return await session.run(feeds);
    } finally {
      await session.close();
    }
  } finally {
    await program.close();
  }
}

/** An operator in TensorFlow.js against its float64 reference. */
async function check({ operator, attributes, tensors }: DrawnCase): Promise<void> {
  const leaves = tensors.map((tensor, index) => input(`in${index}`, tensor.dtype, tensor.shape));
  const value = apply(operator, leaves, attributes);
  const contents = new Map(tensors.map((tensor, index) => [leaves[index]!, toDense(tensor)]));
  const expected = evaluateReference([value], contents)[0]!.data;
  const [result] = await run(
    { inputs: leaves, outputs: [{ name: 'out', value }] },
    Object.fromEntries(tensors.map((tensor, index) => [`in${index}`, tensor])),
  );
  assert.deepEqual([result!.dtype, result!.shape], [value.type === 'float64' ? 'float32' : value.type, value.shape]);
  const { data } = toDense(result!);
  assert.equal(data.length, expected.length);
  const scale = expected.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  data.forEach((x, index) => {
    const isNear = Math.abs(x - expected[index]!) <= TOLERANCE * scale;
    assert.ok(isNear || Object.is(x, expected[index]!), `element ${index}: ${x}, not ${expected[index]}`);
  });
}

describe('the engine tfjs', () => {
  let atStart: readonly number[];
  before(async () => {
    engine = await createTfjsEngine();
    atStart = await memory();
  });

  describe('operators', () => {
    for (const one of drawnCases) {
      it(`${one.title} is what the reference makes of it`, () => check(one));
    }

    it('all have a kernel, or a way to others that do', () => {
      const lacking = (Object.keys(operators) as OperatorName[]).filter(
        name => !(kernels[name] || operators[name].decompose),
      );
      assert.deepEqual(lacking, []);
    });
  });

  describe('derivatives', () => {
    const expressions = [
      ...drawnCases.filter(isDifferentiated).map(one => ({ title: one.title, expression: expressionOf(one) })),
      ...randomGraphs.map(({ title, ...expression }) => ({ title, expression })),
    ];
    for (const { title, expression } of expressions) {
      it(`of ${title} are what the reference gives`, () =>
        checkEngine(expression, async (graph, feeds) => (await run(graph, feeds)).map(tensor => toDense(tensor).data)));
    }
  });

  describe('sessions', () => {
    const x = input('x', 'float32', [2, 3]);
    const w = parameter('w', [3, 2]);
    const hidden = tanh(apply('Add', [matMul(x, w), constant(tensorFromNumbers([0.5, -0.5], 'float32', [2]))]));
    const graph: Graph = {
      inputs: [x],
      outputs: [
        { name: 'loss', value: reshape(mean(square(sub(hidden, 1)), [0, 1]), []) },
        { name: 'again', value: hidden },
        { name: 'parameter', value: w },
      ],
    };
    const layout = new Map([['w', 1]]);
    const theta = Float32Array.of(9, 2, -3, 0.125, 0.5, 1, 0);
    const feeds = { x: tensorFromNumbers([0.1, -0.2, 0.3, 1, 0, -1], 'float32', [2, 3]) };
    it('leaves no tensor behind, also where a run fails', async () => {
      const before = await memory();
      // The operators above have left nothing either.
      assert.deepEqual(before, atStart);
      const program = engine.compile(graph, layout, 1);
      const session = await program.open(theta);
      const open = await memory();
      const first = await session.run(feeds);
      assert.deepEqual(await session.run(feeds), first);
      assert.deepEqual(await memory(), open, 'after two runs');
      await session.close();
      await program.close();

      const indices = input('indices', 'int64', [2]);
      const gather = apply('Gather', [x, indices], { axis: 0 }, '/embedding');
      const failing = { inputs: [x, indices], outputs: [{ name: 'out', value: tanh(gather) }] };
      await assert.rejects(run(failing, { ...feeds, indices: tensorFromNumbers([0, 7], 'int64', [2]) }), {
        message: /node \/embedding: Gather was given the index 7, and the axis has 2 elements/,
      });
      await assert.rejects(run(failing, { ...feeds, indices: tensorFromNumbers([0, 2 ** 40], 'int64', [2]) }), {
        message: /indices: it holds 1099511627776, and TensorFlow.js has no whole numbers of more than 32 bits/,
      });
      assert.deepEqual(await memory(), before, 'at the end');
    });

    it('runs two sessions at once, each with its own parameters', async () => {
      const program = engine.compile(graph, layout, 1);
      const sessions = await Promise.all([theta, theta.map(value => -value)].map(program.open));
      const alone = [];
      for (const session of sessions) alone.push(await session.run(feeds));
      assert.notDeepEqual(alone[0], alone[1]);
      assert.deepEqual(await Promise.all(sessions.map(session => session.run(feeds))), alone);
      await Promise.all(sessions.map(session => session.close()));
      await program.close();
    });

    it('lets NaN through as NaN', async () => {
      const program = engine.compile(graph, layout, 1);
      const session = await program.open(theta.fill(Number.NaN, 1, 2));
      const [loss] = await session.run(feeds);
      assert.ok(Number.isNaN(loss!.data[0]));
      await session.close();
      await program.close();
    });
  });
});

describe('the TensorFlow.js that the user points to', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-tfjs-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is refused where there is none', async () => {
    await assert.rejects(loadBackend(folder), {
      message: /there is no @tensorflow\/tfjs-node-gpu or .* in this folder/,
    });
  });

  it('is loaded with what it misses of Node, and asked whether it has a GPU', async () => {
    const home = join(folder, 'node_modules/@tensorflow/tfjs-node-gpu');
    await mkdir(home, { recursive: true });
    await writeFile(
      join(home, 'package.json'),
      '{"name":"@tensorflow/tfjs-node-gpu","version":"4.22.0","main":"i.cjs"}',
    );
    const script = [
      "const util = require('util');",
      "if (!util.isNullOrUndefined(null) || !util.isArray([])) throw new Error('no util');",
      'module.exports = { ready: async () => {}, backend: () => ({ isUsingGpuDevice: true }) };',
    ];
    await writeFile(join(home, 'i.cjs'), script.join('\n'));
    const { name, version, device } = await loadBackend(folder);
    assert.deepEqual([name, version, device], ['@tensorflow/tfjs-node-gpu', '4.22.0', 'cuda']);
  });

  it('is refused with its own words where it cannot be loaded', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'package.json'), '{"name":"@tensorflow/tfjs-node","version":"4.22.0","main":"i.cjs"}');
    await writeFile(join(broken, 'i.cjs'), "throw new Error('libtensorflow.so.2: cannot open');");
    await assert.rejects(loadBackend(broken), { message: /cannot be loaded \(libtensorflow.so.2: cannot open\)/ });
  });

  it('is not looked for until the engine is asked for', async () => {
    const before = process.env[TFJS_VARIABLE];
    process.env[TFJS_VARIABLE] = join(folder, 'nowhere');
    const engines = new Engines();
    try {
      const lossBy = (engine: 'auto' | 'tfjs') =>
        loss(
          { checkpoint: join(DIGITS_MLP, 'runs/sgd/step_00300.pt'), samples: 5, engine },
          { engines, signal: never },
        );
      assert.match((await lossBy('auto')).provenance.engine, /^onnxruntime /);
      await assert.rejects(lossBy('tfjs'), { message: /nowhere: there is no @tensorflow\/tfjs-node-gpu/ });
    } finally {
      await engines.dispose();
      if (before === undefined) delete process.env[TFJS_VARIABLE];
      else process.env[TFJS_VARIABLE] = before;
    }
  });
});
