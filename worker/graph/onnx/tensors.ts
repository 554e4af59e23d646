import { incompleteError, inputError } from '../../errors.ts';
import {
  BYTES,
  bfloat16ToNumber,
  type DType,
  decodeTensor,
  elementCount,
  float16ToNumber,
  formatShape,
  type Tensor,
  tensorFromNumbers,
} from '../../tensor.ts';
import { DATA_TYPE, type TensorProto, toNumber } from './schema.ts';

const DTYPES = new Map<number, DType>(Object.entries(DATA_TYPE).map(([dtype, code]) => [code, dtype as DType]));

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** A tensor of a model file: a description that reads its contents from the file's bytes when asked. */
export interface Initializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Throws `input` where the contents contradict the shape or lie in another file. */
  read(): Tensor;
}

/** Describes a TensorProto. `where` begins messages: the file, and the node if it belongs to one. */
export function describeTensor(proto: TensorProto, where: string): Initializer {
  const name = proto.name ?? '';
  const dtype = DTYPES.get(proto.data_type ?? 0);
  const shape = (proto.dims ?? []).map(toNumber);
  if (!dtype) {
    throw inputError(`${where}: tensor ${name} has ONNX element type ${proto.data_type}, which Basin does not read.`);
  }
  if (shape.some(size => size < 0 || !Number.isSafeInteger(size)) || !Number.isSafeInteger(elementCount(shape))) {
    throw inputError(`${where}: tensor ${name} has the impossible shape ${formatShape(shape)}.`);
  }
  return { name, dtype, shape, read: () => decode(proto, name, dtype, shape, where) };
}

function decode(proto: TensorProto, name: string, dtype: DType, shape: readonly number[], where: string): Tensor {
  if (proto.data_location === EXTERNAL) {
    throw inputError(
      `${where}: the contents of tensor ${name} lie in a second file; save the model with its weights inside one file (onnx.save without external data).`,
    );
  }
  const count = elementCount(shape);
  const raw = proto.raw_data;
  if (raw && raw.length > 0) {
    if (raw.length < count * BYTES[dtype]) {
      throw incompleteError(`${where}: tensor ${name} holds ${raw.length} of ${count * BYTES[dtype]} bytes.`);
    }
    return decodeTensor(raw.subarray(0, count * BYTES[dtype]), dtype, shape);
  }
  const values = typedValues(proto, dtype);
  if (values.length !== count) {
    throw inputError(`${where}: tensor ${name} of shape ${formatShape(shape)} holds ${values.length} elements.`);
  }
  return tensorFromNumbers(values, dtype, shape);
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
      return (proto.int32_data ?? []).map(float16ToNumber);
    case 'bfloat16':
      return (proto.int32_data ?? []).map(bfloat16ToNumber);
    default:
      return proto.int32_data ?? [];
  }
}
