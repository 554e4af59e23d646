import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BasinError, messageOf } from '../../../worker/errors.ts';
import { buildGraph } from '../../../worker/graph/onnx/build.ts';
import { graphTypeOf } from '../../../worker/graph/onnx/convert.ts';
import { readModel } from '../../../worker/graph/onnx/read.ts';
import { decodeModel, encodeModel } from '../../../worker/graph/onnx/schema.ts';
import { damage, generator } from '../io/damage.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Damaged copies of each model; BASIN_FUZZ=10000 looks longer. */
const ITERATIONS = Number(process.env.BASIN_FUZZ ?? 150);

/** None of these models has values that take more, whatever their sizes are said to be. */
const MAX_BYTES = 64 << 20;

const MODELS = [
  'demo/model.onnx',
  'test/fixtures/digits-mlp/model.onnx',
  'test/fixtures/data/tokens/model.onnx',
  'test/fixtures/binding/tied/model.onnx',
  'test/fixtures/derivatives/recurrent/model.onnx',
  'test/fixtures/derivatives/convolutional/model.onnx',
];

/** Reads a model and builds its graph with its own weights for two examples. */
function build(bytes: Uint8Array): void {
  const model = readModel(bytes, 'x');
  const inputs = model.inputs.map(({ name, dtype, shape }) => {
    const sizes = shape.map(size => (typeof size === 'number' && size >= 0 && size < 1000 ? size : 2));
    return [name, { type: graphTypeOf(dtype ?? 'float32'), shape: sizes }] as const;
  });
  buildGraph(model, { inputs: new Map(inputs), leaf: () => null });
}

/** Builds; only a BasinError that names the file may stop it, and memory stays in bounds. */
function check(bytes: Uint8Array): void {
  const before = process.memoryUsage().arrayBuffers;
  try {
    build(bytes);
  } catch (error) {
    if (!(error instanceof BasinError)) throw error;
    assert.ok(error.kind === 'input' || error.kind === 'incomplete', error.message);
    assert.match(error.message, /^x[:#]/);
  }
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < MAX_BYTES, `${taken} bytes were taken`);
}

/** Sizes, counts and indices that break what trusts them. */
const NUMBERS = [0, 1, -1, 2, 7, 1000, 2 ** 31, 2 ** 40, 2 ** 53, -(2 ** 40)];
const NAMES = ['x', '', '0', '__proto__', 'constructor'];
const OPERATORS = [
  ...['Expand', 'Reshape', 'ConstantOfShape', 'Tile', 'Pad', 'Range', 'Gather', 'Concat', 'Conv', 'ConvTranspose'],
  ...['MatMul', 'Gemm', 'Slice', 'Transpose', 'Squeeze', 'ReduceMean', 'Cast', 'If', 'Split', 'Where', 'MaxPool'],
  ...[
    'AveragePool',
    'Resize',
    'Upsample',
    'Einsum',
    'EyeLike',
    'OneHot',
    'GatherND',
    'GatherElements',
    'CumSum',
    'LSTM',
  ],
  ...['ScatterND', 'ScatterElements', 'DepthToSpace', 'LpNormalization', 'ArgMax', 'ReduceLogSumExp', 'Trilu'],
  ...['GRU', 'RNN', 'LpPool', 'GlobalLpPool', 'Attention', 'RMSNormalization', 'GroupNormalization'],
  ...['toString', '__proto__'],
];

type Message = Record<string, unknown>;

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !('toNumber' in value);

/** Everything in a message that can be changed, as what changes it. */
function* places(message: Message, random: (limit: number) => number): Generator<() => void> {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  for (const [key, value] of Object.entries(message)) {
    const set = (changed: unknown) => () => {
      message[key] = changed;
    };
    if (key === 'op_type') yield set(pick(OPERATORS));
    else if (typeof value === 'string') yield set(pick(NAMES));
    else if (value instanceof Uint8Array) {
      // Weights are long, and what shapes are computed from is short.
      if (value.length > 0 && value.length <= 64) yield set(damageNumber(value, pick(NUMBERS), random));
    } else if (Array.isArray(value)) {
      if (value.length === 0) continue;
      yield () => void value.splice(random(value.length), 1);
      yield () => void value.push(value[random(value.length)]);
      for (const [index, item] of value.entries()) {
        if (isMessage(item)) yield* places(item, random);
        else if (!(item instanceof Uint8Array)) {
          const other = typeof item === 'string' ? pick(value) : pick(NUMBERS);
          yield () => void value.splice(index, 1, other);
        }
      }
    } else if (isMessage(value)) yield* places(value, random);
    else yield set(/type|location/.test(key) ? random(20) : pick(NUMBERS));
  }
}

/** A copy of raw tensor data with one of its elements changed, as an int64 where there is one. */
function damageNumber(bytes: Uint8Array, number: number, random: (limit: number) => number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length % 8 === 0) copy.writeBigInt64LE(BigInt(number), 8 * random(copy.length / 8));
  else copy[random(copy.length)] = random(256);
  return copy;
}

/** The model with one to three of its numbers, names and lists changed: it decodes, and means something else. */
function change(bytes: Uint8Array, seed: number): Uint8Array {
  const random = generator(seed);
  const model = decodeModel(bytes);
  for (let count = 1 + random(3); count > 0; count--) {
    const all = [...places(model as Message, random)];
    all[random(all.length)]!();
  }
  return encodeModel(model);
}

/** A length-delimited field of a protobuf message. */
function within(field: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), content]);
}

describe(`damaged models, ${ITERATIONS} of each`, function () {
  this.timeout(240_000 + ITERATIONS * 200);
  for (const file of MODELS) {
    const bytes = readFileSync(join(ROOT, file));
    for (const [how, make] of [
      ['bytes', damage],
      ['numbers, names and lists', change],
    ] as const) {
      it(`${file}: ${how}`, () => {
        for (let seed = 0; seed < ITERATIONS; seed++) {
          try {
            check(make(bytes, seed));
          } catch (error) {
            throw new Error(`${file} damaged with seed ${seed}: ${messageOf(error)}`, { cause: error });
          }
        }
      });
    }
  }

  it('nested without end', () => {
    let graph: Buffer = Buffer.alloc(0);
    // A graph's node's attribute's graph: fields 1, 5 and 6.
    for (let depth = 0; depth < 3000; depth++) graph = within(1, within(5, within(6, graph)));
    const model = Buffer.concat([Buffer.from([8, 8]), within(7, graph), within(8, Buffer.from([0x10, 17]))]);
    assert.throws(() => readModel(model, 'x'), { kind: 'input' });
  });

  it('whose lengths reach beyond the file', () => {
    // A graph of 2⁶⁰ bytes, in a model that has begun.
    const bytes = Buffer.from([8, 8, 0x3a, ...Array<number>(8).fill(0x80), 0x10, 1, 2, 3]);
    assert.throws(() => readModel(bytes, 'x'), { kind: 'incomplete', message: /^x: ends after 15 bytes/ });
  });
});
