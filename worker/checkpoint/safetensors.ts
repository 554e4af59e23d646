import { count, type Decode, DecodeError, list, object, text } from '../decode.ts';
import { inputError, messageOf } from '../errors.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import { declaredCount, rowMajorStrides, stridedTensor } from '../io/strided.ts';
import { listTensors } from '../io/tensorList.ts';
import { BYTES, type DType, type LazyTensor } from '../tensor.ts';
import type { Content } from './checkpoint.ts';
import { parseUnambiguous } from './jsonText.ts';

/** Models of a hundred thousand tensors have headers of some 10 MB; the format itself allows 100. */
const HEADER_MAX = 32 << 20;

/** The header's length comes first, in 64 bits. */
const LENGTH_BYTES = 8;

const DTYPES: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

/** Texts about the file, in the place of a tensor; nothing there is agreed upon. */
const METADATA = '__metadata__';

/** A tensor as the header describes it; offsets are counted from the header's end. */
interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly number[];
}

/** NumPy and PyTorch stop at 64 axes. */
const AXES_MAX = 64;

const described: Decode<Described> = object<Described>({
  dtype: text,
  shape: list(count, 0, AXES_MAX),
  data_offsets: list(count, 2, 2),
});

/** Whether a file begins as safetensors do, or is cut short within that: a length that a header may have, and a brace. */
export function isSafetensors(head: Buffer): boolean {
  if (head.length === 0) return false;
  const length = Buffer.alloc(LENGTH_BYTES);
  head.copy(length);
  return length.readBigUInt64LE() <= HEADER_MAX && (head.length <= LENGTH_BYTES || head[LENGTH_BYTES] === 0x7b);
}

/** Why a file that begins as safetensors do is refused for its header's length alone; null where it is not. */
export function headerRefusal(head: Buffer): string | null {
  // A length below 2⁵⁶ ends in a 0, which no text has.
  const begins = head.length > LENGTH_BYTES + 1 && head[LENGTH_BYTES - 1] === 0;
  if (!begins || !/^\{["}\s]/.test(head.toString('latin1', LENGTH_BYTES, LENGTH_BYTES + 2))) return null;
  const length = head.readBigUInt64LE();
  if (length <= HEADER_MAX) return null;
  return `a safetensors file whose header would take ${length} bytes, and headers of at most ${HEADER_MAX} are read; its length is damaged: copy or save the file again.`;
}

/**
 * A checkpoint as safetensors lay it out (huggingface/safetensors, README, "Format"): the header's length, the header in
 * JSON, and the elements of all tensors, little-endian, without a gap. The header is held against the file before any
 * tensor is.
 */
export async function readSafetensors(source: ByteSource): Promise<Content> {
  if (source.size <= LENGTH_BYTES) throw endsEarly(source, LENGTH_BYTES + 1);
  const length = Number(Buffer.from(await source.read(0, LENGTH_BYTES)).readBigUInt64LE());
  const header = parseHeader(source, Buffer.from(await source.read(LENGTH_BYTES, length)));
  const start = LENGTH_BYTES + length;
  checkLayout(source, start, header);
  const tensors = await listTensors(
    header.map(([name, tensor]) => [name, () => lazyTensor(source, start, name, tensor)] as const),
  );
  return { step: null, epoch: null, ...tensors };
}

type Header = readonly (readonly [name: string, tensor: Described])[];

function parseHeader(source: ByteSource, bytes: Buffer): Header {
  try {
    const content: unknown = parseUnambiguous(bytes.toString('utf8'));
    if (typeof content !== 'object' || content === null) throw new DecodeError('it is no object');
    const tensors = Object.entries(content).filter(([name]) => name !== METADATA);
    return tensors.map(([name, value]) => [name, described(value, name)] as const);
  } catch (error) {
    throw inputError(
      `${source.name}: its safetensors header cannot be understood (${messageOf(error)}); save it again.`,
      error,
    );
  }
}

/** Tensors follow one another from the header's end to the file's. */
function checkLayout(source: ByteSource, start: number, tensors: Header): void {
  const places = tensors.map(([name, { data_offsets }]) => ({ name, from: data_offsets[0]!, to: data_offsets[1]! }));
  let end = 0;
  for (const { name, from, to } of places.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end || to < from) {
      throw inputError(
        `${source.name}: tensor ${name} lies at [${from}, ${to}) and byte ${end} comes next; the file is damaged, save it again.`,
      );
    }
    end = to;
  }
  if (start + end > source.size) throw endsEarly(source, start + end);
  if (start + end < source.size) {
    throw inputError(
      `${source.name}: ${source.size - start - end} bytes follow its last tensor; it is damaged, save it again.`,
    );
  }
}

function lazyTensor(source: ByteSource, start: number, name: string, { dtype: code, shape, data_offsets }: Described) {
  const dtype = Object.hasOwn(DTYPES, code) ? DTYPES[code] : undefined;
  if (dtype === undefined) {
    throw inputError(`${source.name}: tensor ${name}: elements of type ${code} cannot be read; convert them to F32.`);
  }
  const elements = declaredCount(`${source.name}: tensor ${name}`, shape);
  const [from, to] = data_offsets as [number, number];
  if (to - from !== elements * BYTES[dtype]) {
    throw inputError(
      `${source.name}: tensor ${name} has ${to - from} bytes where ${elements * BYTES[dtype]} are needed; the file is damaged, save it again.`,
    );
  }
  const strides = rowMajorStrides(shape);
  const layout = { name, dtype, byteOrder: 'little', shape, strides, offset: 0, source, start: start + from } as const;
  const tensor: LazyTensor = stridedTensor({ ...layout, count: elements });
  return tensor;
}
