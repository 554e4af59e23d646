import { inputError } from '../errors.ts';
import type { ByteOrder } from '../io/elements.ts';
import type { ByteSource } from '../io/source.ts';
import { stridedTensor } from '../io/strided.ts';
import { listTensors, type TensorList } from '../io/tensorList.ts';
import { BYTES, type DType, type LazyTensor } from '../tensor.ts';
import { type Dictionary, PersistentId, PickleGlobal, PickleObject, type PickleValue } from './pickle.ts';

/** What a persistent id of a PyTorch pickle says about a storage. */
export interface StorageId {
  readonly key: string;
  /** Null for an untyped storage, whose tensors name their own type. */
  readonly type: StorageType | null;
  /** Number of elements; of bytes where untyped. */
  readonly count: number;
  /** Where a view into the storage begins, in elements (old container only). */
  readonly viewOffset: number;
}

interface StorageType {
  readonly name: string;
  readonly bytes: number;
  /** Absent for types that no tensor of ours can have: complex and quantised ones. */
  readonly dtype?: DType;
}

/** Where the bytes of a storage lie. */
export interface StorageBytes {
  readonly source: ByteSource;
  readonly start: number;
  readonly length: number;
  readonly byteOrder: ByteOrder;
}

const ofType = (name: string, dtype: DType): StorageType => ({ name, bytes: BYTES[dtype], dtype });

const STORAGE_TYPES: ReadonlyMap<string, StorageType> = new Map(
  [
    ofType('DoubleStorage', 'float64'),
    ofType('FloatStorage', 'float32'),
    ofType('HalfStorage', 'float16'),
    ofType('BFloat16Storage', 'bfloat16'),
    ofType('LongStorage', 'int64'),
    ofType('IntStorage', 'int32'),
    ofType('ShortStorage', 'int16'),
    ofType('CharStorage', 'int8'),
    ofType('ByteStorage', 'uint8'),
    ofType('BoolStorage', 'bool'),
    { name: 'ComplexDoubleStorage', bytes: 16 },
    { name: 'ComplexFloatStorage', bytes: 8 },
    { name: 'QInt32Storage', bytes: 4 },
    { name: 'QInt8Storage', bytes: 1 },
    { name: 'QUInt8Storage', bytes: 1 },
    { name: 'QUInt4x2Storage', bytes: 1 },
    { name: 'QUInt2x4Storage', bytes: 1 },
  ].map(type => [type.name, type]),
);

/** Callables that wrap the tensor that is their first argument. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
]);

/** Far more than the one wrapper that PyTorch writes; a wrapper may wrap itself. */
const MAX_WRAPPERS = 8;

/** Whether a value is what PyTorch pickles a tensor or parameter to. */
export function isTensor(value: PickleValue): value is PickleObject {
  return value instanceof PickleObject && /^torch\.(_utils|_tensor)\._rebuild_/.test(nameOf(value.callable));
}

/** The qualified name of a class or function; empty for anything else. */
export const nameOf = (value: PickleValue): string => (value instanceof PickleGlobal ? value.qualifiedName : '');

/** The items of a dictionary or of an instance that behaves as one (OrderedDict …); null for anything else. */
export function asDictionary(value: PickleValue): Dictionary | null {
  if (value instanceof Map) return value;
  if (!(value instanceof PickleObject)) return null;
  if (value.entries.size > 0) return value.entries;
  if (!/(^|\.)(\w*[dD]ict|Counter)$/.test(nameOf(value.callable))) return null;
  // Protocols 0 and 1 give an OrderedDict its items as an argument.
  const pairs = Array.isArray(value.args[0]) ? value.args[0] : [];
  return new Map(pairs.filter(isPair));
}

const isPair = (value: PickleValue): value is [PickleValue, PickleValue] => Array.isArray(value) && value.length === 2;

/**
 * The tensors that a pickle describes under their names; `locate` finds a storage's bytes. Tensors without plain strided
 * numbers and layouts that leave their storage are unreadable. Throws `input` where all are.
 */
export const torchTensors = (
  file: string,
  described: readonly (readonly [name: string, tensor: PickleObject])[],
  locate: (id: StorageId) => StorageBytes,
): Promise<TensorList> =>
  listTensors(described.map(([name, tensor]) => [name, () => torchTensor(file, name, tensor, locate)]));

function torchTensor(
  file: string,
  name: string,
  described: PickleObject,
  locate: (id: StorageId) => StorageBytes,
): LazyTensor {
  const where = `${file}: tensor ${name}`;
  const tensor = unwrap(where, described);
  const [reference, offset, size, stride, ...rest] = tensor.args;
  if (!(reference instanceof PersistentId)) throw inputError(`${where}: its storage is missing; save it again.`);
  if (rest.some(isNegated)) throw inputError(`${where}: is stored with another sign; save tensor.resolve_neg().`);
  const id = storageId(file, reference);
  const dtype = id.type === null ? untypedDtype(where, rest[2]) : id.type.dtype;
  if (dtype === undefined) {
    throw inputError(`${where}: elements of a ${id.type?.name} are no plain numbers; convert it with .float().`);
  }
  const { source, start, length, byteOrder } = locate(id);
  const layout = stridedTensor({
    name,
    dtype,
    byteOrder,
    source,
    start,
    shape: sizes(where, size),
    strides: sizes(where, stride),
    offset: sizes(where, [offset ?? null])[0]! + id.viewOffset,
    count: Math.floor(length / BYTES[dtype]),
  });
  return { ...layout, storage: [id.key, id.viewOffset, offset, sizes(where, size), sizes(where, stride)].join(' ') };
}

/** A view such as `z.conj().imag` is saved as the numbers of z and a note that they stand for their negatives. */
const isNegated = (argument: PickleValue): boolean => asDictionary(argument)?.get('neg') === true;

function unwrap(where: string, described: PickleObject): PickleObject {
  let tensor: PickleValue | undefined = described;
  for (let depth = 0; depth < MAX_WRAPPERS && tensor instanceof PickleObject; depth++) {
    const callable = nameOf(tensor.callable);
    if (/^torch\._utils\._rebuild_tensor(_v[23])?$/.test(callable)) return tensor;
    if (callable === 'torch._tensor._rebuild_from_type_v2') {
      // A subclass of Tensor: (function, type, its arguments, state).
      const [rebuild, , args] = tensor.args;
      tensor = new PickleObject(rebuild ?? null, Array.isArray(args) ? args : []);
    } else if (WRAPPERS.has(callable)) {
      tensor = tensor.args[0];
    } else {
      const kind = callable.replace(/^.*_rebuild_/, '');
      throw inputError(`${where}: a ${kind} is not stored as plain numbers; save it as an ordinary dense tensor.`);
    }
  }
  throw inputError(`${where}: its description is no tensor's; save the checkpoint again.`);
}

/** Whether a persistent id is a storage's; the old container refers to classes of modules too. */
export const isStorage = ({ id }: PersistentId): boolean => Array.isArray(id) && id[0] === 'storage';

/** What a persistent id says. Throws `input` where it is no storage's. */
export function storageId(file: string, { id }: PersistentId): StorageId {
  const [tag, type, key, , count, view] = Array.isArray(id) ? id : [];
  const [, typeName] = /^torch\.(?:cuda\.|storage\.)?(\w+)$/.exec(nameOf(type ?? null)) ?? [];
  const known = STORAGE_TYPES.get(typeName ?? '');
  if (tag !== 'storage' || typeof key !== 'string' || !isCount(count) || (!known && typeName !== 'UntypedStorage')) {
    throw inputError(`${file}: refers to a storage in an unknown way (${nameOf(type ?? null)}); save it again.`);
  }
  const viewOffset = Array.isArray(view) && isCount(view[1]) ? view[1] : 0;
  return { key, type: known ?? null, count, viewOffset };
}

/** The refusal of a file that holds the model's code and not only its parameters. */
export const wholeModule = (file: string, what: string): Error =>
  inputError(
    `${file}: holds ${what} pickled whole, which only its own code can read; save model.state_dict() with torch.save.`,
  );

const UNTYPED: ReadonlyMap<string, DType> = new Map(
  (Object.keys(BYTES) as DType[]).map(dtype => [`torch.${dtype}`, dtype]),
);

function untypedDtype(where: string, dtype: PickleValue | undefined): DType {
  const known = UNTYPED.get(nameOf(dtype ?? null));
  if (known) return known;
  throw inputError(`${where}: element type ${nameOf(dtype ?? null)} is unknown; convert it with .float().`);
}

function sizes(where: string, value: PickleValue | undefined): number[] {
  // torch.Size is a call with the sizes as its only argument.
  const list = value instanceof PickleObject && nameOf(value.callable) === 'torch.Size' ? value.args[0] : value;
  if (!Array.isArray(list) || !list.every(isCount)) {
    throw inputError(`${where}: its shape, strides or offset are no sizes; the file is damaged.`);
  }
  return list;
}

const isCount = (value: PickleValue | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
