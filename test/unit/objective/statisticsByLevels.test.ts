import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sample } from '../../../worker/data/sample.ts';
import type { Engine } from '../../../worker/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../worker/engine/onnxruntime.ts';
import { createReferenceEngine } from '../../../worker/engine/reference.ts';
import { type ModelFile, readModel } from '../../../worker/graph/onnx/read.ts';
import { DATA_TYPE, encodeModel, type NodeProto } from '../../../worker/graph/onnx/schema.ts';
import type { Binding, BoundInitializer, StatisticSlot } from '../../../worker/model/bind.ts';
import type { LossSpec } from '../../../worker/objective/loss.ts';
import { createObjective } from '../../../worker/objective/objective.ts';
import type { NormalizationStatistics } from '../../../worker/objective/statistics.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';
import { never } from './problems.ts';

const CHANNELS = 2;
const COUNT = 7;

/** x → normalise → ·w → normalise, and beside it x → normalise; their sum is what comes out: three normalisations, two levels. */
const nodes: NodeProto[] = [
  normalization('x', 'first', 'a'),
  { op_type: 'MatMul', input: ['a', 'w'], output: ['b'] },
  normalization('b', 'second', 'c'),
  normalization('x', 'beside', 'd'),
  { op_type: 'Add', input: ['c', 'd'], output: ['y'] },
];

const lossOfSquares: NodeProto[] = [
  { op_type: 'Sub', input: ['y', 'w1'], output: ['shifted'] },
  { op_type: 'Mul', input: ['shifted', 'shifted'], output: ['squares'] },
  { op_type: 'Mul', input: ['squares', 'squares'], output: ['fourth'] },
  { op_type: 'ReduceMean', input: ['fourth'], output: ['l'], attribute: [{ name: 'keepdims', type: 2, i: 0 }] },
];

function normalization(input: string, name: string, output: string): NodeProto {
  const own = ['weight', 'bias', 'mean', 'variance'].map(part => `${name}.${part}`);
  return { op_type: 'BatchNormalization', input: [input, ...own], output: [output] };
}

const NORMALIZATIONS = ['first', 'second', 'beside'];

const contents: Readonly<Record<string, readonly number[]>> = {
  w: [1, -1, 0.5, 2],
  w1: [0.3, -0.2],
  ...Object.fromEntries(
    NORMALIZATIONS.flatMap((name, index) => [
      [`${name}.weight`, [1 + index, 0.5]],
      [`${name}.bias`, [0.1, -0.3 * index]],
      [`${name}.mean`, [0.2, 0.4]],
      [`${name}.variance`, [1.5, 0.7]],
    ]),
  ),
};

function modelOf(loss: 'network' | 'mean'): ModelFile {
  const bytes = encodeModel({
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: {
      node: loss === 'mean' ? [...nodes, ...lossOfSquares] : [...nodes],
      initializer: Object.entries(contents).map(([name, values]) => ({
        name,
        data_type: DATA_TYPE.float32,
        dims: values.length === 4 ? [2, 2] : [2],
        float_data: [...values],
      })),
      input: [
        {
          name: 'x',
          type: {
            tensor_type: {
              elem_type: DATA_TYPE.float32,
              shape: { dim: [{ dim_param: 'batch' }, { dim_value: CHANNELS }] },
            },
          },
        },
      ],
      output: [{ name: loss === 'mean' ? 'l' : 'y' }],
    },
  });
  return readModel(bytes, 'tiny.onnx');
}

const slot = { name: 'w', key: 'w', shape: [2, 2], offset: 0, size: 4 };
const statisticSlots = NORMALIZATIONS.flatMap((name, index) =>
  (['mean', 'variance'] as const).map((kind, at): StatisticSlot => {
    const own = `${name}.${kind}`;
    return { name: own, key: own, shape: [2], offset: 4 * index + 2 * at, size: 2, kind };
  }),
);
const statistics = Float32Array.from(statisticSlots.flatMap(({ name }) => contents[name]!));
const binding: Binding = {
  slots: [slot],
  initializers: new Map<string, BoundInitializer>([
    ['w', { kind: 'parameter', slot, transposed: false }],
    ...statisticSlots.map(
      statistic =>
        [
          statistic.name,
          {
            kind: 'constant',
            name: statistic.name,
            tensor: tensorFromNumbers(contents[statistic.name]!, 'float32', [2]),
            transposed: false,
            statistic,
          },
        ] as const,
    ),
  ]),
  theta: Float32Array.from(contents.w!),
  statisticSlots,
  statistics,
  digest: '',
  notes: [],
};

const rows = Array.from({ length: COUNT }, (_, row) => [3 + Math.sin(row), 10 * Math.cos(2 * row)] as const);
const classes = rows.map((_, row) => row % 2);

const sample: Sample = {
  count: COUNT,
  rows: [0, COUNT],
  inputNames: [''],
  inputTypes: [{ dtype: 'float32', shape: [CHANNELS] }],
  layout: 'NCHW',
  digest: '',
  batch: async (from, to) => ({
    inputs: new Map([['', tensorFromNumbers(rows.slice(from, to).flat(), 'float32', [to - from, CHANNELS])]]),
    targets: tensorFromNumbers(classes.slice(from, to), 'int64', [to - from]),
  }),
  close: async () => {},
};

type Table = readonly (readonly number[])[];

const columnsOf = (table: Table): number[][] => [0, 1].map(channel => table.map(row => row[channel]!));
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Normalises a table by its own columns, or by given statistics. */
function normalize(table: Table, name: string, given: Float32Array | null): number[][] {
  const place = 4 * NORMALIZATIONS.indexOf(name);
  const moments = columnsOf(table).map((column, channel) => {
    if (given) return { mean: given[place + channel]!, variance: given[place + 2 + channel]! };
    const mean = meanOf(column);
    return { mean, variance: meanOf(column.map(value => (value - mean) ** 2)) };
  });
  return table.map(row =>
    row.map((value, channel) => {
      const { mean, variance } = moments[channel]!;
      const standard = (value - mean) / Math.sqrt(variance + 1e-5);
      return standard * contents[`${name}.weight`]![channel]! + contents[`${name}.bias`]![channel]!;
    }),
  );
}

/** The losses of the network by plain arithmetic, of its outputs as logits and of their distances from w1. */
function expected(
  w: ArrayLike<number>,
  given: Float32Array | null,
): { readonly network: number; readonly mean: number } {
  const a = normalize(rows, 'first', given);
  const b = a.map(([x, y]) => [x! * w[0]! + y! * w[2]!, x! * w[1]! + y! * w[3]!]);
  const c = normalize(b, 'second', given);
  const d = normalize(rows, 'beside', given);
  const y = c.map((row, index) => row.map((value, channel) => value + d[index]![channel]!));
  return {
    network: meanOf(y.map((row, index) => Math.log(Math.exp(row[0]!) + Math.exp(row[1]!)) - row[classes[index]!]!)),
    mean: meanOf(y.flatMap(row => row.map((value, channel) => (value - contents.w1![channel]!) ** 4))),
  };
}

/** The reference engine as if it had lanes, and how many sessions were open at the same time. */
function countingEngine(lanes: number): { readonly engine: Engine; most(): number } {
  const reference = createReferenceEngine();
  let running = 0;
  let most = 0;
  const compile: Engine['compile'] = (...graph) => {
    const program = reference.compile(...graph);
    return {
      ...program,
      async open(theta) {
        most = Math.max(most, ++running);
        const session = await program.open(theta);
        return {
          ...session,
          close: async () => {
            running--;
            await session.close();
          },
        };
      },
    };
  };
  return { engine: { ...reference, lanes, compile }, most: () => most };
}

const SPECS: Readonly<Record<'network' | 'mean', LossSpec>> = {
  network: { kind: 'cross-entropy' },
  mean: { kind: 'output' },
};

describe('statistics over a sample', () => {
  let engine: Engine;
  before(() => {
    engine = createOnnxRuntimeEngine({ lanes: 2, threadsPerLane: 1 });
  });
  after(() => engine.dispose());

  interface Way {
    readonly by?: Engine;
    readonly loss?: 'network' | 'mean';
    readonly batchSize?: number;
    readonly recomputingBytes?: number;
    readonly weightDecay?: number;
  }

  async function evaluate(
    { by = engine, loss = 'network', weightDecay = 0, ...how }: Way,
    theta: Float32Array,
    at: NormalizationStatistics,
  ): Promise<number> {
    const spec = { ...SPECS[loss], weightDecay };
    const objective = await createObjective({ model: modelOf(loss), binding, sample, loss: spec, engine: by, ...how });
    try {
      return (await objective.evaluate(theta, never, at)).loss;
    } finally {
      await objective.close();
    }
  }

  const closeTo = (value: number, wanted: number, tolerance: number) =>
    assert.ok(Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${value} is not ${wanted}`);

  for (const loss of ['network', 'mean'] as const) {
    for (const batchSize of [1, 2, 3, 4, 7]) {
      it(`are the same level by level in batches of ${batchSize} as by hand, for the loss of a ${loss}`, async () => {
        const theta = Float32Array.of(0.7, 1.9, -1.2, 0.4);
        const wanted = expected(theta, null)[loss];
        closeTo(await evaluate({ loss, batchSize, recomputingBytes: 0 }, theta, 'recomputed'), wanted, 3e-6);
        const by = createReferenceEngine();
        closeTo(await evaluate({ by, loss, batchSize, recomputingBytes: 0 }, theta, 'recomputed'), wanted, 1e-6);
      });
    }

    it(`are the same at once as level by level, for the loss of a ${loss}`, () =>
      fc.assert(
        fc.asyncProperty(fc.float32Array({ minLength: 4, maxLength: 4, min: -3, max: 3, noNaN: true }), async theta => {
          const byHand = expected(theta, null)[loss];
          const atOnce = await evaluate({ by: createReferenceEngine(), loss }, theta, 'recomputed');
          // A layer may be nearly constant, and is then divided by little more than the square root of ε.
          closeTo(atOnce, byHand, 1e-6);
          closeTo(await evaluate({ loss }, theta, 'recomputed'), byHand, 1e-3);
          closeTo(await evaluate({ loss, recomputingBytes: 0 }, theta, 'recomputed'), byHand, 1e-3);
        }),
        { numRuns: 15 },
      ));

    it(`can be given, for the loss of a ${loss}`, async () => {
      const theta = Float32Array.of(0.7, 1.9, -1.2, 0.4);
      const others = statistics.map((value, index) => value + 0.1 * index);
      for (const given of [statistics, others]) {
        closeTo(await evaluate({ loss, batchSize: 3 }, theta, given), expected(theta, given)[loss], 3e-6);
      }
      assert.equal(
        await evaluate({ loss, batchSize: 3 }, theta, statistics),
        await evaluate({ loss, batchSize: 3 }, theta, 'held'),
      );
    });
  }

  it('add the same penalty on the parameters as held ones, and none on themselves', async () => {
    const theta = Float32Array.of(0.7, 1.9, -1.2, 0.4);
    const penalty = 0.05 * theta.reduce((sum, value) => sum + value ** 2, 0);
    for (const at of ['held', statistics, 'recomputed'] as const) {
      const without = await evaluate({}, theta, at);
      closeTo(await evaluate({ weightDecay: 0.1 }, theta, at), without + penalty, 1e-7);
    }
  });

  it('make a loss that is no number where a variance is below 0', async () => {
    const negative = statistics.slice();
    negative[2] = -0.1;
    assert.equal(await evaluate({}, binding.theta, negative), Number.NaN);
  });

  /** Bytes that the network takes for the seven examples at once, whose widest layer has two numbers each. */
  const AT_ONCE = 8 * 4 * CHANNELS * COUNT;

  for (const [bytes, points] of [
    [AT_ONCE, 1],
    [2 * AT_ONCE, 2],
    [Number.POSITIVE_INFINITY, 3],
  ] as const) {
    it(`are found for ${points} points at the same time where they may take ${bytes} bytes`, async () => {
      const counted = countingEngine(3);
      const how = { model: modelOf('network'), loss: SPECS.network, recomputingBytes: bytes };
      const objective = await createObjective({ binding, sample, engine: counted.engine, ...how });
      const thetas = Array.from({ length: 6 }, (_, index) => Float32Array.of(index, 1, 2, -index));
      const found = await Promise.all(thetas.map(theta => objective.evaluate(theta, never, 'recomputed')));
      for (const [index, theta] of thetas.entries()) closeTo(found[index]!.loss, expected(theta, null).network, 1e-6);
      assert.deepEqual([counted.most(), objective.recomputingBytes], [points, points * AT_ONCE]);
      await objective.close();
    });
  }

  it('stop between two minibatches', async () => {
    const how = { model: modelOf('network'), loss: SPECS.network, batchSize: 1, recomputingBytes: 0 };
    const objective = await createObjective({ binding, sample, engine, ...how });
    const stop = new AbortController();
    const evaluation = objective.evaluate(binding.theta, stop.signal, 'recomputed');
    stop.abort();
    await assert.rejects(evaluation, { kind: 'interrupted' });
    await objective.close();
  });
});
