import { inputError } from '../errors.ts';
import { type ByteSource, endsEarly } from '../io/source.ts';
import type { Content } from './checkpoint.ts';
import { MAX_PICKLE, type PersistentId, type Pickle, parsePickle } from './pickle.ts';
import { findStateDict } from './stateDict.ts';
import { isStorage, type StorageBytes, type StorageId, storageId, torchTensors } from './torchPickle.ts';

/** The integer 0x1950a86a20f9469cfc6c, which the container begins with, as a pickle of protocol 2. */
const SIGNATURE = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
const MAGIC = SIGNATURE.subarray(4, 14);

/** The same as a pickle of protocols 4 and 5, which put a frame before the integer, of which they say the length. */
const FRAMED = Buffer.concat([Buffer.from('8004950d00000000000000', 'hex'), SIGNATURE.subarray(2)]);
const FRAMED_5 = Buffer.concat([Buffer.from('8005', 'hex'), FRAMED.subarray(2)]);

/** Whether a file begins as, or is cut short within the beginning of, PyTorch's old container. */
export function isTorchLegacy(head: Buffer): boolean {
  const beginnings = [SIGNATURE, FRAMED, FRAMED_5];
  if (beginnings.some(beginning => beginning.indexOf(head) === 0)) return head.length > 0;
  return head[0] === 0x80 && head.subarray(0, 32).includes(MAGIC);
}

/**
 * A checkpoint as `torch.save` wrote it before PyTorch 1.6 (`torch.serialization._legacy_save`): pickles of a magic
 * number, a protocol version, the writer's integer sizes, the object, and the storages' keys; then each storage as its
 * number of elements (64 bits) and those elements, little-endian whatever the writer's order.
 */
export async function readTorchLegacy(source: ByteSource): Promise<Content> {
  const pickles = await readPickles(source, 5);
  const [, version, , object, keys] = pickles.values;
  if (version!.value !== 1001) {
    throw inputError(
      `${source.name}: version ${version!.value} of the old container is unknown; save it with torch.save.`,
    );
  }
  const { tensors, ...position } = findStateDict(source.name, object!.value);
  const storages = await locateStorages(source, pickles.end, keys!.value, object!.persistentIds);
  const locate = (id: StorageId): StorageBytes => {
    const storage = storages.get(id.key);
    if (!storage) throw inputError(`${source.name}: storage ${id.key} is missing from the file; save it again.`);
    return storage;
  };
  return { ...position, ...(await torchTensors(source.name, tensors, locate)) };
}

/** The pickles at the file's beginning. They do not say their length, so a growing part of the file is tried. */
async function readPickles(source: ByteSource, count: number): Promise<{ values: Pickle[]; end: number }> {
  for (let length = 2 ** 16; ; length *= 4) {
    const limit = Math.min(length, source.size, MAX_PICKLE);
    const bytes = await source.read(0, limit);
    const values: Pickle[] = [];
    let end = 0;
    while (values.length < count) {
      const pickle = parsePickle(source.name, bytes.subarray(end));
      if (pickle === null) break;
      values.push(pickle);
      end += pickle.end;
    }
    if (values.length === count) return { values, end };
    if (limit === source.size) throw endsEarly(source, source.size + 1);
    if (limit === MAX_PICKLE) {
      throw inputError(`${source.name}: its pickle is longer than ${MAX_PICKLE} bytes; save the state_dict alone.`);
    }
  }
}

/** Walks over the storages, reading only their element counts. */
async function locateStorages(
  source: ByteSource,
  begin: number,
  keys: Pickle['value'],
  references: readonly PersistentId[],
): Promise<Map<string, StorageBytes>> {
  const stored = references.filter(isStorage).map(reference => storageId(source.name, reference));
  const ids = new Map(stored.map(id => [id.key, id]));
  const storages = new Map<string, StorageBytes>();
  let position = begin;
  for (const key of Array.isArray(keys) ? keys : []) {
    const id = typeof key === 'string' ? ids.get(key) : undefined;
    if (id === undefined) throw inputError(`${source.name}: a storage that nothing refers to; save it again.`);
    const count = Buffer.from(await source.read(position, 8)).readBigInt64LE();
    if (count !== BigInt(id.count)) {
      throw inputError(
        `${source.name}: storage ${id.key} has ${count} elements instead of ${id.count}; save it again.`,
      );
    }
    const start = position + 8;
    const length = id.count * (id.type?.bytes ?? 1);
    position = start + length;
    if (position > source.size) throw endsEarly(source, position);
    storages.set(id.key, { source, start, length, byteOrder: 'little' });
  }
  return storages;
}
