import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Checkpoint } from '../../../worker/checkpoint/checkpoint.ts';
import { inspect } from '../../../worker/commands/inspect.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { readModel } from '../../../worker/graph/onnx/read.ts';
import { DATA_TYPE, encodeModel, type NodeProto, type TensorProto } from '../../../worker/graph/onnx/schema.ts';
import { bindCheckpoint } from '../../../worker/model/bind.ts';
import { commonPrefix } from '../../../worker/model/names.ts';
import { selects } from '../../../worker/model/parameterFilter.ts';
import { elementCount, type LazyTensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { engines, never, withProblem } from '../objective/problems.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/binding');

after(() => engines.dispose());

describe('binding what exporters changed', () => {
  const loaded = async (path: string) =>
    (await loss({ checkpoint: path, threads: 2 }, { engines, signal: never })).loss;

  for (const name of ['renamed', 'tied', 'wrapped']) {
    for (const step of ['run/step_0.pt', 'run/step_1.pt']) {
      it(`${name}/${step} has PyTorch's loss`, async () => {
        const expected = JSON.parse(await readFile(join(FIXTURES, name, 'losses.json'), 'utf8'));
        const own = await loaded(join(FIXTURES, name, step));
        assert.ok(Math.abs(Number(own) / expected[step] - 1) < 1e-5, `${own}, not ${expected[step]}`);
      });
    }
  }

  it('inspect says by which rule each tensor was found', async () => {
    const { matched, parameters } = await inspect({ checkpoint: join(FIXTURES, 'renamed/run/step_1.pt') });
    const rules = Object.fromEntries(
      matched!
        .filter(({ tensor }) => tensor !== 'head.weight')
        .map(match => [match.initializer, `${match.tensor} ${match.rule}${match.transposed ? ' transposed' : ''}`]),
    );
    assert.deepEqual(rules, {
      'embed.weight': 'embed.weight name',
      'square.bias': 'square.bias name',
      'onnx::MatMul_22': 'square.weight value transposed',
      'onnx::MatMul_23': 'wide.weight value transposed',
      'narrow.bias': 'narrow.bias name',
      'onnx::MatMul_24': 'narrow.weight value transposed',
      'onnx::MatMul_25': 'embed.weight tied transposed',
    });
    assert.deepEqual(
      matched!.filter(({ tensor }) => tensor === 'head.weight').map(({ rule }) => rule),
      ['tied'],
    );
    // 11·6 embeddings once, although the head uses them too.
    assert.equal(parameters, 66 + 36 + 6 + 54 + 54 + 6);
  });

  it('a tied tensor is one parameter of the objective', () =>
    withProblem({ checkpoint: join(FIXTURES, 'tied/run/step_1.pt') }, async ({ objective }) => {
      assert.equal(objective.origin.length, 66 + 36 + 6 + 54 + 54 + 6);
    }));

  it('a renamed tensor is refused where no checkpoint of the folder holds the model’s values', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-'));
    try {
      await cp(join(FIXTURES, 'renamed'), folder, { recursive: true });
      await rm(join(folder, 'run/step_0.pt'));
      await assert.rejects(loaded(join(folder, 'run/step_1.pt')), {
        kind: 'input',
        message:
          /^step_1\.pt: the checkpoint lacks the tensor onnx::MatMul_22 \(6×6\) and 2 more of model\.onnx; the exporter renamed it/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('a BatchNorm that the exporter folded away is refused with the remedy', () =>
    assert.rejects(loaded(join(FIXTURES, 'folded/run/step_1.pt')), {
      kind: 'input',
      message: /^step_1\.pt: model\.onnx has no place for bn\.running_mean, .*folded BatchNorm .*PRESERVE/,
    }));
});

/** A model of linear maps `x·W` that holds the given values. */
function modelOf(initializers: Readonly<Record<string, { shape: number[]; values: number[] }>>) {
  const protos = Object.entries(initializers).map(
    ([name, { shape, values }]): TensorProto => ({
      name,
      data_type: DATA_TYPE.float32,
      dims: shape,
      float_data: values,
    }),
  );
  const nodes = Object.keys(initializers).map(
    (name, index): NodeProto => ({ op_type: 'MatMul', input: [`h${index}`, name], output: [`h${index + 1}`] }),
  );
  const bytes = encodeModel({
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: { node: nodes, initializer: protos, input: [{ name: 'h0' }], output: [{ name: `h${nodes.length}` }] },
  });
  return readModel(bytes, 'model.onnx');
}

function checkpointOf(
  tensors: Readonly<Record<string, { shape: number[]; values: number[]; storage?: string }>>,
): Checkpoint {
  return {
    format: 'test',
    name: 'a.pt',
    position: { step: null, epoch: null },
    tensors: Object.entries(tensors).map(
      ([name, { shape, values, storage }]): LazyTensor => ({
        name,
        dtype: 'float32',
        shape,
        ...(storage && { storage }),
        read: async rows => {
          const row = elementCount(shape.slice(1));
          const part = rows ? values.slice(rows.from * row, rows.to * row) : values;
          return tensorFromNumbers(part, 'float32', rows ? [rows.to - rows.from, ...shape.slice(1)] : shape);
        },
      }),
    ),
    unreadable: [],
    close: async () => {},
  };
}

const square = { shape: [2, 2], values: [1, 2, 3, 4] };
const turned = { shape: [2, 2], values: [1, 3, 2, 4] };
const other = { shape: [2, 2], values: [5, 6, 7, 8] };
const siblings = (checkpoint: Checkpoint) =>
  async function* () {
    yield checkpoint;
  };

describe('binding by contents', () => {
  it('finds out that the exporter transposed a square weight and kept its name', async () => {
    const model = modelOf({ 'fc.weight': square });
    const same = await bindCheckpoint(model, checkpointOf({ 'fc.weight': square }));
    const transposed = await bindCheckpoint(model, checkpointOf({ 'fc.weight': turned }));
    assert.deepEqual(
      [...same.initializers.values()].map(bound => bound.transposed),
      [false],
    );
    assert.deepEqual(
      [...transposed.initializers.values()].map(bound => bound.transposed),
      [true],
    );
    assert.deepEqual([same.notes, transposed.notes], [[], []]);
  });

  it('keeps what another checkpoint of the run showed', async () => {
    const model = modelOf({ 'fc.weight': square });
    const bound = await bindCheckpoint(model, checkpointOf({ 'fc.weight': other }), {
      siblings: siblings(checkpointOf({ 'fc.weight': turned })),
    });
    assert.deepEqual(
      [...bound.initializers.values()].map(({ transposed }) => transposed),
      [true],
    );
    assert.deepEqual([...bound.theta], other.values);
  });

  it('says so where nothing tells whether a square weight was transposed', async () => {
    const { notes } = await bindCheckpoint(modelOf({ 'fc.weight': square }), checkpointOf({ 'fc.weight': other }));
    assert.match(notes[0]!, /^fc\.weight is square, .* cannot tell whether the exporter transposed it/);
  });

  it('does not take one of two tensors that are alike', async () => {
    const model = modelOf({ 'onnx::MatMul_3': square });
    const twice = checkpointOf({ 'a.weight': square, 'b.weight': square });
    await assert.rejects(bindCheckpoint(model, twice), /lacks the tensor onnx::MatMul_3/);
  });

  it("keeps the model's own value only where the user says so", async () => {
    const model = modelOf({ 'fc.weight': square, 'positions.sines': other });
    const checkpoint = checkpointOf({ 'fc.weight': square });
    await assert.rejects(
      bindCheckpoint(model, checkpoint),
      /lacks the tensor positions.sines .*"constants" of basin.json/,
    );
    const bound = await bindCheckpoint(model, checkpoint, { constants: ['positions.*'] });
    assert.equal(bound.initializers.has('positions.sines'), false);
    assert.ok(bound.notes.some(note => note.startsWith('Kept at the values of ') && note.includes('positions.sines')));
  });

  it('minds a tensor that cannot be read where the model needs it, and not where it does not', async () => {
    const unreadable = (name: string) => [{ name, reason: `a.pt: tensor ${name}: is complex.` }];
    const model = modelOf({ 'a.weight': square, 'b.weight': other });
    const partly = checkpointOf({ 'a.weight': square });
    const needed = bindCheckpoint(model, { ...partly, unreadable: unreadable('module.b.weight') });
    await assert.rejects(needed, { kind: 'input', message: 'a.pt: tensor module.b.weight: is complex.' });
    const whole = checkpointOf({ 'a.weight': square, 'b.weight': other });
    const bound = await bindCheckpoint(model, { ...whole, unreadable: unreadable('c') });
    assert.equal(bound.theta.length, 8);
  });

  it('counts tensors that share their memory once, and others that are merely alike twice', async () => {
    const model = modelOf({ 'a.weight': square, 'b.weight': square });
    const shared = { 'a.weight': { ...square, storage: '0' }, 'b.weight': { ...square, storage: '0' } };
    assert.equal((await bindCheckpoint(model, checkpointOf(shared))).theta.length, 4);
    const apart = { 'a.weight': { ...square, storage: '0' }, 'b.weight': { ...square, storage: '1' } };
    assert.equal((await bindCheckpoint(model, checkpointOf(apart))).theta.length, 8);
  });

  it('holds parameters fixed that are not selected, and refuses a selection of none', async () => {
    const model = modelOf({ 'a.weight': square, 'b.weight': other });
    const checkpoint = checkpointOf({ 'a.weight': square, 'b.weight': other });
    const { slots, notes } = await bindCheckpoint(model, checkpoint, { parameters: { include: [], exclude: ['a.*'] } });
    assert.deepEqual(
      slots.map(({ name, offset }) => [name, offset]),
      [['b.weight', 0]],
    );
    assert.deepEqual(notes, ['Parameters held fixed as asked: a.weight.']);
    const none = bindCheckpoint(model, checkpoint, { parameters: { include: ['c*'], exclude: [] } });
    await assert.rejects(none, { message: /^a\.pt: "parameters" selects none of its parameters, such as a\.weight/ });
  });
});

describe('names', () => {
  const cases: readonly (readonly [
    string,
    readonly string[],
    readonly string[],
    readonly (readonly [string, string])[],
  ])[] = [
    ['the same', ['a.weight', 'b'], ['a.weight', 'b'], [['a.weight', 'a.weight']]],
    ['Lightning', ['model.a', 'model.b', 'loss.weight'], ['a', 'b'], [['model.a', 'a']]],
    ['nested', ['net.core.a', 'net.core.b', 'net.b'], ['a', 'b'], [['net.core.a', 'a']]],
    ['DataParallel of a compiled module', ['module._orig_mod.a'], ['a'], [['module._orig_mod.a', 'a']]],
    ['a bare name that does as well', ['a', 'ema.a'], ['a'], [['a', 'a']]],
  ];
  for (const [name, tensors, initializers, expected] of cases) {
    it(name, () => {
      const prefix = commonPrefix('c.pt', tensors, initializers);
      for (const [tensor, bare] of expected) assert.equal(prefix.ofTensor(tensor), bare);
    });
  }

  it('of the model may be the longer ones', () => {
    const prefix = commonPrefix('c.pt', ['a', 'b'], ['encoder.a', 'encoder.b']);
    assert.equal(prefix.ofInitializer('encoder.a'), 'a');
  });

  it('that are there twice are refused', () => {
    assert.throws(() => commonPrefix('c.pt', ['net.a', 'ema.a'], ['a']), /there twice, under net\.\* and ema\.\*/);
  });
});

describe('patterns of parameters', () => {
  it('mean what regular expressions of them mean', () => {
    const letters = fc.stringMatching(/^[ab.*?]{0,8}$/);
    const text = fc.stringMatching(/^[ab.]{0,10}$/);
    fc.assert(
      fc.property(letters, text, (pattern, name) => {
        const expression = pattern.replace(/[.]/g, '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        const expected = new RegExp(`^${expression}$`).test(name);
        assert.equal(selects({ include: [], exclude: [pattern] }, name), !expected);
      }),
    );
  });
});
