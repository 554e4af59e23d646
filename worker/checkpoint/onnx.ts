/** An ONNX model as the checkpoint that it was exported with. */
import { inputError } from '../errors.ts';
import { readModel } from '../graph/onnx/read.ts';
import type { ExternalPlace, Initializer } from '../graph/onnx/tensors.ts';
import type { Beside } from '../io/beside.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { declaredCount, rowMajorStrides, stridedTensor } from '../io/strided.ts';
import { BYTES, elementCount, isFloating, type LazyTensor, type RowRange, type Tensor, toFloat32 } from '../tensor.ts';
import type { Content } from './checkpoint.ts';

/** The format's name; a checkpoint of it is its own model. */
export const ONNX = 'ONNX';

/** Protocol buffers go no further; what is larger has its weights in a second file. */
const BYTES_MAX = 2 ** 31;

/**
 * The floating tensors that a model file holds itself, or has in a second file beside it; scalars are a part of the
 * architecture. Tensors that the exporter wrote once because they were the same are told as one, where their contents
 * can tell that.
 * Throws as `readModel` does.
 */
export async function readOnnx(source: ByteSource, beside: Beside): Promise<Content> {
  if (source.size > BYTES_MAX) {
    throw inputError(
      `${source.name}: ${source.size} bytes are too many for an ONNX model; keep its weights in a second file.`,
    );
  }
  const { initializers } = readModel(await source.read(0, source.size), source.name);
  const files = new ExternalFiles(beside);
  const tensors: LazyTensor[] = [];
  try {
    for (const initializer of initializers.values()) {
      if (!isFloating(initializer.dtype) || initializer.shape.length === 0) continue;
      const { external } = initializer;
      tensors.push(external === undefined ? inner(source, initializer) : await files.tensor(initializer, external));
    }
    return {
      step: null,
      epoch: null,
      tensors: await withTies(tensors, initializers),
      unreadable: [],
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

function inner(source: ByteSource, initializer: Initializer): LazyTensor {
  const { name, dtype, shape } = initializer;
  declaredCount(`${source.name}: tensor ${name}`, shape);
  return {
    name,
    dtype,
    shape,
    read: async rows => (rows === undefined ? initializer.read() : rowsOf(source.name, name, initializer.read(), rows)),
  };
}

function rowsOf(file: string, name: string, { dtype, shape, data }: Tensor, { from, to }: RowRange): Tensor {
  const [all, ...rest] = shape;
  if (!(from >= 0 && from <= to && to <= all!)) {
    throw inputError(`${file}: ${name} has ${all} rows; rows [${from}, ${to}) lie outside.`);
  }
  const size = elementCount(rest);
  return { dtype, shape: [to - from, ...rest], data: data.slice(from * size, to * size) } as Tensor;
}

/** The files with weights beside a model, each opened once. */
class ExternalFiles {
  readonly #open = new Map<string, ByteSource>();

  constructor(private readonly beside: Beside) {}

  async tensor({ name, dtype, shape }: Initializer, { location, offset }: ExternalPlace): Promise<LazyTensor> {
    const source = this.#open.get(location) ?? (await this.beside(location));
    this.#open.set(location, source);
    const count = declaredCount(`${source.name}: tensor ${name}`, shape);
    const end = offset + count * BYTES[dtype];
    if (end > source.size) throw endsEarly(source, end);
    const strides = rowMajorStrides(shape);
    return stridedTensor({ name, dtype, byteOrder: 'little', shape, strides, offset: 0, source, start: offset, count });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(source => source.close()));
  }
}

/** Gives tensors that were merged the same storage; one number over and over tells nothing, such as a bias of zeros. */
async function withTies(
  tensors: readonly LazyTensor[],
  initializers: ReadonlyMap<string, Initializer>,
): Promise<readonly LazyTensor[]> {
  const tied = new Set<string>();
  for (const tensor of tensors) {
    const { alias } = initializers.get(tensor.name)!;
    if (alias === undefined) continue;
    const values = toFloat32(await tensor.read());
    if (values.some(value => value !== values[0])) tied.add(tensor.name).add(alias);
  }
  return tensors.map(tensor => {
    const storage = initializers.get(tensor.name)!.alias ?? tensor.name;
    return tied.has(tensor.name) ? { ...tensor, storage } : tensor;
  });
}
