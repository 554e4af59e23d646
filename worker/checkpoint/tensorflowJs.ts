import { count, type Decode, DecodeError, list, number, object, oneOf, optional, text } from '../decode.ts';
import { incompleteError, inputError, messageOf } from '../errors.ts';
import type { Beside } from '../io/beside.ts';
import { joinSources } from '../io/joined.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { declaredCount, rowMajorStrides, stridedTensor } from '../io/strided.ts';
import { listTensors } from '../io/tensorList.ts';
import {
  BYTES,
  type DType,
  elementCount,
  type LazyTensor,
  numberAt,
  type Tensor,
  tensorFromNumbers,
} from '../tensor.ts';
import { ARCHITECTURE_MAX, isRecord, parseArchitecture } from './architecture.ts';
import type { Architecture, Content } from './checkpoint.ts';

/** Weights are cut into shards of 4 MB by default: enough for models of 16 GB. */
const SHARDS_MAX = 4096;
const GROUPS_MAX = 4096;
const WEIGHTS_MAX = 100_000;

/** TensorFlow stops at 254 axes, NumPy at 64. */
const AXES_MAX = 64;

/** Elements as the shards have them; texts and complex numbers are no parameters. */
const DTYPES: Readonly<Record<string, DType>> = {
  float32: 'float32',
  float16: 'float16',
  int32: 'int32',
  uint8: 'uint8',
  uint16: 'uint16',
  bool: 'bool',
};

const COMPLEX_BYTES = 8;

/** Weights that were rounded for download: value = stored · scale + min, and plain halves for float16. */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  readonly scale?: number | undefined;
  readonly min?: number | undefined;
}

/** A weight as the manifest describes it (tfjs-core/src/io/types.ts, `WeightsManifestEntry`). */
interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: Quantization | undefined;
  readonly group?: string | undefined;
}

interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly Weight[];
}

const decodeManifest: Decode<{ readonly weightsManifest: readonly WeightGroup[] }> = object<{
  readonly weightsManifest: readonly WeightGroup[];
}>({
  weightsManifest: list(
    object<WeightGroup>({
      paths: list(text, 0, SHARDS_MAX),
      weights: list(
        object<Weight>({
          name: text,
          shape: list(count, 0, AXES_MAX),
          dtype: text,
          quantization: optional(
            object<Quantization>({
              dtype: oneOf('uint8', 'uint16', 'float16'),
              scale: optional(number),
              min: optional(number),
            }),
          ),
          group: optional(text),
        }),
        0,
        WEIGHTS_MAX,
      ),
    }),
    0,
    GROUPS_MAX,
  ),
});

/** Whether a file begins as TensorFlow.js's `model.json` does. */
export const isTensorFlowJs = (head: Buffer): boolean =>
  /^\s*\{.*("(modelTopology|weightsManifest)"\s*:|"format"\s*:\s*"(layers|graph)-model")/s.test(head.toString('utf8'));

/**
 * A model that TensorFlow.js or its converter wrote: `model.json` and files of weights beside it, in the order of the
 * manifest and without gaps. Quantised weights are read as the numbers that TensorFlow.js makes of them.
 * Throws `incomplete` where a file of weights is missing or short; `input` for a manifest that does not fit its files.
 */
export async function readTensorFlowJs(source: ByteSource, beside: Beside): Promise<Content> {
  const model = await readModel(source);
  const { weightsManifest } = decoded(source, model);
  const open: ByteSource[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map(shard => shard.close()));
  };
  try {
    const described: [Weight, () => LazyTensor][] = [];
    for (const { paths, weights } of weightsManifest) {
      const shards: ByteSource[] = [];
      for (const path of paths) {
        const shard = await beside(path);
        open.push(shard);
        shards.push(shard);
      }
      described.push(...layOut(source, joinSources(source.name, shards), weights));
    }
    return { ...(await contentOf(source, model, described)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function contentOf(
  source: ByteSource,
  model: Readonly<Record<string, unknown>>,
  described: readonly (readonly [Weight, () => LazyTensor])[],
): Promise<Content> {
  if (described.length === 0) throw inputError(`${source.name}: lists no weights; save the model with model.save.`);
  const names = new Set<string>();
  for (const [{ name }] of described) {
    if (names.has(name)) throw inputError(`${source.name}: lists ${name} twice, so which one is meant? Save it again.`);
    names.add(name);
  }
  const ofModel = described.filter(([{ group }]) => group !== 'optimizer');
  const iterations = described.find(([{ group, name }]) => group === 'optimizer' && name === 'iter');
  const architecture = architectureOf(source, model);
  const quantized = ofModel.filter(([{ quantization }]) => quantization !== undefined);
  return {
    format: architecture?.format === 'graph' ? 'TensorFlow.js graph model' : 'TensorFlow.js layers model',
    step: iterations === undefined ? null : await stepOf(iterations[1]()),
    epoch: null,
    ...(await listTensors(ofModel.map(([{ name }, describe]) => [name, describe] as const))),
    ...(architecture && { architecture }),
    ...(quantized.length > 0 && {
      notes: [
        quantizationNote(
          quantized.map(([weight]) => weight),
          ofModel.length,
        ),
      ],
    }),
  };
}

function quantizationNote(quantized: readonly Weight[], all: number): string {
  const types = [...new Set(quantized.map(({ quantization }) => quantization!.dtype))].sort().join(' and ');
  return `${quantized.length} of ${all} tensors are stored rounded to ${types}, and are measured as rounded.`;
}

async function stepOf(tensor: LazyTensor): Promise<number | null> {
  if (elementCount(tensor.shape) !== 1) return null;
  const step = numberAt((await tensor.read()).data, 0);
  return Number.isSafeInteger(step) && step >= 0 ? step : null;
}

/** Where each weight of a group lies in the group's files. */
function layOut(source: ByteSource, shards: ByteSource, weights: readonly Weight[]): [Weight, () => LazyTensor][] {
  const described: [Weight, () => LazyTensor][] = [];
  let start: number | null = 0;
  for (const weight of weights) {
    const at: number | null = start;
    described.push([weight, () => weightTensor(source, shards, weight, at)]);
    const bytes = storedBytes(weight);
    start =
      at === null || bytes === null
        ? null
        : at + declaredCount(`${source.name}: tensor ${weight.name}`, weight.shape) * bytes;
  }
  if (start === null) return described;
  if (start > shards.size) throw endsEarly(shards, start);
  if (start < shards.size) {
    throw inputError(`${shards.name}: ${shards.size - start} bytes follow the last tensor; save the model again.`);
  }
  return described;
}

/** Bytes of a stored element; null for texts, each of which says its own. */
function storedBytes({ dtype, quantization }: Weight): number | null {
  if (quantization !== undefined) return BYTES[quantization.dtype];
  if (dtype === 'complex64') return COMPLEX_BYTES;
  return Object.hasOwn(DTYPES, dtype) ? BYTES[DTYPES[dtype]!] : null;
}

function weightTensor(source: ByteSource, shards: ByteSource, weight: Weight, start: number | null): LazyTensor {
  const { name, shape, dtype: type, quantization } = weight;
  const where = `${source.name}: tensor ${name}`;
  const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
  if (dtype === undefined)
    throw inputError(`${where}: elements of type ${type} are no plain numbers; cast them to float32.`);
  if (start === null) throw inputError(`${where}: lies behind texts, whose length is not listed; save it before them.`);
  const stored = stridedTensor({
    name,
    dtype: quantization?.dtype ?? dtype,
    byteOrder: 'little',
    shape,
    strides: rowMajorStrides(shape),
    offset: 0,
    source: shards,
    start,
    count: declaredCount(where, shape),
  });
  return quantization === undefined ? stored : dequantized(where, stored, dtype, quantization);
}

/** As TensorFlow.js reads them (tfjs-core/src/io/io_utils.ts, `decodeWeight`). */
function dequantized(
  where: string,
  stored: LazyTensor,
  dtype: DType,
  { dtype: from, scale, min }: Quantization,
): LazyTensor {
  if (dtype !== 'float32' && !(dtype === 'int32' && from !== 'float16')) {
    throw inputError(`${where}: quantised to ${from} it cannot be ${dtype}; save the model again.`);
  }
  if (from !== 'float16' && (scale === undefined || min === undefined)) {
    throw inputError(`${where}: is quantised to ${from} without its scale and its least value; save the model again.`);
  }
  const value = (index: number): number => index * scale! + min!;
  return {
    ...stored,
    dtype,
    async read(rows) {
      const { data, shape } = await stored.read(rows);
      if (from === 'float16') return { dtype: 'float32', shape, data } as Tensor<'float32'>;
      const numbers = Float64Array.from(data as ArrayLike<number>, value);
      return tensorFromNumbers(dtype === 'int32' ? numbers.map(Math.round) : numbers, dtype, shape) as Tensor;
    },
  };
}

/** Layers under the names of Keras, with or without what Keras's converter puts around them, or a TensorFlow graph. */
function architectureOf(source: ByteSource, model: Readonly<Record<string, unknown>>): Architecture | undefined {
  if (!isRecord(model.modelTopology)) return undefined;
  const format = model.format === 'graph-model' || Array.isArray(model.modelTopology.node) ? 'graph' : 'layers';
  return {
    format,
    name: source.name,
    async read() {
      const { modelTopology, trainingConfig } = await readModel(source);
      if (!isRecord(modelTopology)) throw inputError(`${source.name}: has no architecture; save the model again.`);
      return {
        model: modelTopology.model_config ?? modelTopology,
        training: trainingConfig ?? modelTopology.training_config ?? null,
      };
    },
  };
}

async function readModel(source: ByteSource): Promise<Readonly<Record<string, unknown>>> {
  if (source.size > ARCHITECTURE_MAX) {
    throw inputError(
      `${source.name}: has ${source.size} bytes, more than any architecture needs; save the model again.`,
    );
  }
  const content = Buffer.from(await source.read(0, source.size)).toString('utf8');
  if (!content.trimEnd().endsWith('}')) {
    throw incompleteError(`${source.name}: ends within its description; it is still being written, or was cut short.`);
  }
  return parseArchitecture(source.name, content);
}

function decoded(source: ByteSource, model: Readonly<Record<string, unknown>>) {
  try {
    return decodeManifest(model, '');
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw inputError(
      `${source.name}: its list of weights cannot be understood (${messageOf(error)}); save it again.`,
      error,
    );
  }
}
