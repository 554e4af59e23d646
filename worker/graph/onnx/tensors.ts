import { inputError } from '../../errors.ts';
import { decodeElements } from '../../io/elements.ts';
import { BYTES, type DType, elementCount, formatShape, type Tensor, tensorFromNumbers } from '../../tensor.ts';
import { DATA_TYPE, type TensorProto, toNumber } from './schema.ts';

const DTYPES = new Map<number, DType>(Object.entries(DATA_TYPE).map(([dtype, code]) => [code, dtype as DType]));

/** Reads bytes of a file beside the model. Throws `input` where it cannot. */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

/** A range of a file beside the model. */
export interface ExternalPlace {
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
}

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** A tensor of a model file: a description that reads its contents from the file's bytes when asked. */
export interface Initializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The initializer it had the same contents as when it was exported, and was therefore merged with. */
  readonly alias?: string;
  /** Where its contents lie if not in the model file. */
  readonly external?: ExternalPlace;
  /** Throws `input` where the contents contradict the shape or lie in another file. */
  read(): Tensor;
}

/**
 * Describes a TensorProto.
 * @param where begins messages: the file, and the node if it belongs to one.
 * @param external reads contents that lie in a second file; without it they are refused.
 */
export function describeTensor(proto: TensorProto, where: string, external?: ExternalData): Initializer {
  const name = proto.name ?? '';
  const dtype = DTYPES.get(proto.data_type ?? 0);
  const shape = (proto.dims ?? []).map(toNumber);
  if (!dtype) {
    throw inputError(`${where}: tensor ${name} has ONNX element type ${proto.data_type}, which Basin does not read.`);
  }
  if (shape.some(size => size < 0 || !Number.isSafeInteger(size)) || !Number.isSafeInteger(elementCount(shape))) {
    throw inputError(`${where}: tensor ${name} has the impossible shape ${formatShape(shape)}.`);
  }
  const place = proto.data_location === EXTERNAL ? externalPlace(proto) : null;
  return {
    name,
    dtype,
    shape,
    ...(place && { external: place }),
    read: () => decode(proto, name, dtype, shape, where, external),
  };
}

function decode(
  proto: TensorProto,
  name: string,
  dtype: DType,
  shape: readonly number[],
  where: string,
  external: ExternalData | undefined,
): Tensor {
  const count = elementCount(shape);
  const raw =
    proto.data_location === EXTERNAL
      ? readExternal(proto, name, count * BYTES[dtype], where, external)
      : proto.raw_data;
  if (raw && raw.length > 0) {
    if (raw.length < count * BYTES[dtype]) {
      throw inputError(
        `${where}: tensor ${name} holds ${raw.length} of ${count * BYTES[dtype]} bytes; the file is damaged: export it again.`,
      );
    }
    const data = decodeElements(new Uint8Array(raw.subarray(0, count * BYTES[dtype])), dtype, 'little');
    return { dtype, shape, data } as Tensor;
  }
  const values = typedValues(proto, dtype);
  if (values.length !== count) {
    throw inputError(`${where}: tensor ${name} of shape ${formatShape(shape)} holds ${values.length} elements.`);
  }
  return tensorFromNumbers(values, dtype, shape);
}

/** Contents outside the model file. */
function readExternal(
  proto: TensorProto,
  name: string,
  length: number,
  where: string,
  external: ExternalData | undefined,
): Uint8Array {
  const place = externalPlace(proto);
  if (!external || !place) {
    throw inputError(
      `${where}: the contents of tensor ${name} lie in a second file that cannot be found; export it again.`,
    );
  }
  return external(place.location, place.offset, length);
}

/** The place that the keys of the ONNX specification's "External Data" name; null where they name none. */
function externalPlace(proto: TensorProto): ExternalPlace | null {
  const entries = new Map((proto.external_data ?? []).map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  const offset = Number(entries.get('offset') ?? 0);
  return location && Number.isSafeInteger(offset) && offset >= 0 ? { location, offset } : null;
}

/** The list in which TensorProto keeps elements of a type when not in raw_data (onnx.proto, TensorProto). */
function typedValues(proto: TensorProto, dtype: DType): number[] {
  switch (dtype) {
    case 'float32':
      return proto.float_data ?? [];
    case 'float64':
      return proto.double_data ?? [];
    case 'int64':
      return (proto.int64_data ?? []).map(toNumber);
    case 'uint32':
    case 'uint64':
      return (proto.uint64_data ?? []).map(toNumber);
    case 'float16':
    case 'bfloat16': {
      // Their bit patterns, one to an integer.
      const bits = Uint16Array.from(proto.int32_data ?? []);
      return [...decodeElements(new Uint8Array(bits.buffer), dtype, 'little')];
    }
    default:
      return proto.int32_data ?? [];
  }
}
