import assert from 'node:assert/strict';
import type { Sample } from '../../../worker/data/sample.ts';
import type { Engine } from '../../../worker/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../worker/engine/onnxruntime.ts';
import type { ModelFile } from '../../../worker/graph/onnx/read.ts';
import { readModel } from '../../../worker/graph/onnx/read.ts';
import { DATA_TYPE, encodeModel, type NodeProto } from '../../../worker/graph/onnx/schema.ts';
import type { Binding } from '../../../worker/model/bind.ts';
import type { LossSpec } from '../../../worker/objective/loss.ts';
import { createObjective, type MeanLoss, type Objective } from '../../../worker/objective/objective.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';
import { never } from './problems.ts';

/** A model of one input `x` [batch, 2] and one parameter `w` [2, 2]. */
function model(nodes: readonly NodeProto[], declared: readonly (string | number)[] = ['batch', 2]): ModelFile {
  const dim = declared.map(size => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  const bytes = encodeModel({
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: {
      node: [...nodes],
      initializer: [{ name: 'w', data_type: DATA_TYPE.float32, dims: [2, 2], float_data: [0, 0, 0, 0] }],
      input: [{ name: 'x', type: { tensor_type: { elem_type: DATA_TYPE.float32, shape: { dim } } } }],
      output: [{ name: 'y' }],
    },
  });
  return readModel(bytes, 'tiny.onnx');
}

const theta = Float32Array.of(1, -1, 0.5, 2);
const slot = { name: 'w', key: 'w', shape: [2, 2], offset: 0, size: 4 };
const binding: Binding = {
  slots: [slot],
  initializers: new Map([['w', { kind: 'parameter', slot, transposed: false }]]),
  theta,
  statisticSlots: [],
  statistics: new Float32Array(),
  digest: '',
  notes: [],
};

const COUNT = 7;
const rows = Array.from({ length: COUNT }, (_, row) => [Math.sin(row), Math.cos(2 * row)] as const);
const classes = rows.map((_, row) => row % 2);

/** Seven examples in memory. */
const sample: Sample = {
  count: COUNT,
  rows: [0, COUNT],
  inputNames: [''],
  inputTypes: [{ dtype: 'float32', shape: [2] }],
  layout: 'NCHW',
  digest: '',
  batch: async (from, to) => ({
    inputs: new Map([['', tensorFromNumbers(rows.slice(from, to).flat(), 'float32', [to - from, 2])]]),
    targets: tensorFromNumbers(classes.slice(from, to), 'int64', [to - from]),
  }),
  close: async () => {},
};

const logits = rows.map(([a, b]) => [a * theta[0]! + b * theta[2]!, a * theta[1]! + b * theta[3]!] as const);
const crossEntropy = logits.map((own, row) => Math.log(Math.exp(own[0]) + Math.exp(own[1])) - own[classes[row]!]!);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The gradient at θ. */
async function gradientOf(loss: MeanLoss): Promise<Float64Array> {
  const derivatives = loss.differentiate(theta);
  try {
    return (await derivatives.gradient(never)).gradient;
  } finally {
    await derivatives.close();
  }
}

const matMul: NodeProto = { op_type: 'MatMul', input: ['x', 'w'], output: ['y'] };
const meanOfSquares: NodeProto[] = [
  { op_type: 'MatMul', input: ['x', 'w'], output: ['z'] },
  { op_type: 'Mul', input: ['z', 'z'], output: ['s'] },
  { op_type: 'ReduceMean', input: ['s'], output: ['y'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] },
];

describe('the objective', () => {
  let engine: Engine;
  before(() => {
    engine = createOnnxRuntimeEngine({ lanes: 2, threadsPerLane: 1 });
  });
  after(() => engine.dispose());

  async function withObjective<T>(
    parts: { model: ModelFile; loss: LossSpec; batchSize?: number },
    use: (objective: Objective) => Promise<T>,
  ): Promise<T> {
    const objective = await createObjective({ binding, sample, engine, ...parts });
    try {
      return await use(objective);
    } finally {
      await objective.close();
    }
  }

  for (const batchSize of [1, 2, 3, 4, 7]) {
    it(`is the same in batches of ${batchSize}, the short last one included`, async () => {
      const head = { model: model([matMul]), loss: { kind: 'cross-entropy' }, batchSize } as const;
      await withObjective(head, async objective => {
        const { loss, perExample, accuracy } = await objective.evaluate(theta, never);
        assert.ok(Math.abs(loss - mean(crossEntropy)) < 1e-7);
        perExample!.forEach((value, row) => {
          assert.ok(Math.abs(value - crossEntropy[row]!) < 1e-6);
        });
        assert.equal(accuracy, mean(logits.map(([a, b], row) => (Number(b > a) === classes[row] ? 1 : 0))));
      });
      const output = { model: model(meanOfSquares), loss: { kind: 'output' }, batchSize } as const;
      await withObjective(output, async objective => {
        const { loss, standardError, perExample } = await objective.evaluate(theta, never);
        assert.ok(Math.abs(loss - mean(logits.flatMap(([a, b]) => [a * a, b * b]))) < 1e-6);
        assert.deepEqual([standardError, perExample], [null, null]);
      });
    });
  }

  for (const size of [1, 2, 3, 5]) {
    it(`is the mean of its parts of ${size} by their examples, and so is its gradient`, async () => {
      for (const parts of [
        { model: model([matMul]), loss: { kind: 'cross-entropy' } },
        { model: model(meanOfSquares), loss: { kind: 'output', weightDecay: 0.1 } },
      ] as const) {
        await withObjective(parts, async objective => {
          const [{ loss }, gradient] = [await objective.evaluate(theta, never), await gradientOf(objective)];
          const parted = objective.parts(size);
          assert.deepEqual(
            parted.map(({ samples }) => samples),
            Array.from({ length: Math.ceil(COUNT / size) }, (_, index) => Math.min(size, COUNT - index * size)),
          );
          let sum = 0;
          const sums = new Float64Array(gradient.length);
          for (const part of parted) {
            sum += (part.samples / COUNT) * (await part.evaluate(theta, never)).loss;
            (await gradientOf(part)).forEach((value, index) => {
              sums[index]! += (part.samples / COUNT) * value;
            });
          }
          assert.ok(Math.abs(sum - loss) < 1e-6 * Math.abs(loss));
          sums.forEach((value, index) => {
            assert.ok(Math.abs(value - gradient[index]!) < 1e-6);
          });
        });
      }
    });
  }

  it('is the mean of a minibatch by its own examples, in any order, and so is its gradient', async () => {
    await withObjective({ model: model([matMul]), loss: { kind: 'cross-entropy' } }, async objective => {
      const single = objective.parts(1);
      for (const indices of [[2, 0, 3], [1, 4, 2], [4], [0, 0]]) {
        const minibatch = objective.minibatch(indices);
        assert.equal(minibatch.samples, indices.length);
        const { loss } = await minibatch.evaluate(theta, never);
        assert.ok(Math.abs(loss - mean(indices.map(index => crossEntropy[index]!))) < 1e-6, `loss of ${indices}`);
        const gradient = await gradientOf(minibatch);
        const own = await Promise.all(indices.map(index => gradientOf(single[index]!)));
        gradient.forEach((value, at) => {
          assert.ok(Math.abs(value - mean(own.map(one => one[at]!))) < 1e-6, `gradient of ${indices}`);
        });
      }
    });
  });

  it('is the same whether parameters are constants or inputs', async () => {
    for (const parameters of ['constants', 'inputs'] as const) {
      const own = createOnnxRuntimeEngine({ lanes: 1, threadsPerLane: 1, parameters });
      try {
        const parts = {
          model: model([matMul]),
          binding,
          sample,
          loss: { kind: 'cross-entropy' },
          engine: own,
        } as const;
        const objective = await createObjective(parts);
        const there = await objective.evaluate(theta, never);
        const elsewhere = await objective.evaluate(new Float32Array(4), never);
        assert.ok(Math.abs(there.loss - mean(crossEntropy)) < 1e-7);
        assert.ok(Math.abs(elsewhere.loss - Math.LN2) < 1e-12);
        await objective.close();
      } finally {
        await own.dispose();
      }
    }
  });

  it('adds a weight decay to the loss and to nothing else', async () => {
    const parts = { model: model([matMul]), loss: { kind: 'cross-entropy' } } as const;
    const bare = await withObjective(parts, objective => objective.evaluate(theta, never));
    const decayed = { ...parts, loss: { kind: 'cross-entropy', weightDecay: 0.5 } } as const;
    const { loss, ...rest } = await withObjective(decayed, objective => objective.evaluate(theta, never));
    const squares = theta.reduce((sum, value) => sum + value ** 2, 0);
    assert.ok(Math.abs(loss - bare.loss - 0.25 * squares) < 1e-12);
    assert.deepEqual({ ...rest, loss: bare.loss }, bare);
  });

  it('stops between two minibatches when the signal fires', () =>
    withObjective({ model: model([matMul]), loss: { kind: 'cross-entropy' }, batchSize: 1 }, async objective => {
      await assert.rejects(objective.evaluate(theta, AbortSignal.abort()), { kind: 'interrupted' });
    }));

  const refusals: Readonly<Record<string, readonly [ModelFile, LossSpec, RegExp]>> = {
    'an output that has no row for each example': [
      model([...meanOfSquares]),
      { kind: 'cross-entropy' },
      /^tiny\.onnx: for 7 examples its output is scalar; export the model with a dynamic batch axis/,
    ],
    'an output that does not exist': [
      model([matMul]),
      { kind: 'cross-entropy', output: 'logits' },
      /^tiny\.onnx: it has no output logits; .* one of y/,
    ],
    'examples of another shape': [
      model([matMul], ['batch', 3]),
      { kind: 'cross-entropy' },
      /^tiny\.onnx: its input x takes examples of 3 and the data's are 2/,
    ],
  };
  for (const [name, [file, loss, message]] of Object.entries(refusals)) {
    it(`refuses ${name}`, () =>
      assert.rejects(
        withObjective({ model: file, loss }, async () => {}),
        { message },
      ));
  }

  it('refuses an output that is no single number as a loss', () =>
    withObjective({ model: model([matMul]), loss: { kind: 'output' } }, objective =>
      assert.rejects(objective.evaluate(theta, never), {
        message: /output is 7×2, and the loss "output" takes a single/,
      }),
    ));

  it('refuses a head without data', () =>
    assert.rejects(
      createObjective({ model: model([matMul]), binding, sample: null, engine, loss: { kind: 'mse' } }),
      // The model's input is what lacks data first.
      { message: /no data is given for its input x/ },
    ));
});
