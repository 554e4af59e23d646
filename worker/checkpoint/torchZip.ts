import { inputError } from '../errors.ts';
import type { ByteOrder } from '../io/elements.ts';
import type { ZipArchive, ZipEntry } from '../io/zip.ts';
import type { Content } from './checkpoint.ts';
import { MAX_PICKLE, parsePickle } from './pickle.ts';
import { findStateDict, type StateDict } from './stateDict.ts';
import { type StorageBytes, type StorageId, torchTensors } from './torchPickle.ts';

const PICKLE = /^((?:[^/]*\/)?)data\.pkl$/;

/** Whether an archive is what `torch.save` or `torch.jit.save` writes. */
export const isTorchZip = (archive: ZipArchive): boolean => archive.entries.some(entry => PICKLE.test(entry.name));

/**
 * A checkpoint as `torch.save` writes it since PyTorch 1.6: `data.pkl` beside one entry a storage (`data/0` …), in the
 * byte order that the entry `byteorder` names.
 */
export async function readTorchZip(archive: ZipArchive): Promise<Content> {
  const entries = new Map(archive.entries.map(entry => [entry.name, entry]));
  const pickle = archive.entries.find(entry => PICKLE.test(entry.name))!;
  const folder = PICKLE.exec(pickle.name)![1]!;
  if (entries.has(`${folder}constants.pkl`)) {
    throw inputError(
      `${archive.name}: a TorchScript archive, which holds code; save model.state_dict() with torch.save.`,
    );
  }
  const { tensors, ...position } = await readStateDict(archive, pickle);
  const byteOrder = await readByteOrder(archive, entries.get(`${folder}byteorder`));
  const locate = (id: StorageId): StorageBytes => {
    const entry = entries.get(`${folder}data/${id.key}`);
    if (!entry) throw inputError(`${archive.name}: storage ${id.key} is missing from the archive; save it again.`);
    const source = archive.open(entry);
    return { source, start: 0, length: entry.size, byteOrder };
  };
  return { ...position, ...(await torchTensors(archive.name, tensors, locate)) };
}

async function readStateDict(archive: ZipArchive, entry: ZipEntry): Promise<StateDict> {
  if (entry.size > MAX_PICKLE) {
    throw inputError(
      `${archive.name}: a pickle of ${entry.size} bytes holds more than tensors; save the state_dict alone.`,
    );
  }
  const pickle = parsePickle(archive.name, await archive.open(entry).read(0, entry.size));
  if (pickle === null) throw inputError(`${archive.name}: its pickle ends early; save the checkpoint again.`);
  return findStateDict(archive.name, pickle.value);
}

async function readByteOrder(archive: ZipArchive, entry: ZipEntry | undefined): Promise<ByteOrder> {
  if (entry === undefined) return 'little';
  const text = Buffer.from(await archive.open(entry).read(0, Math.min(entry.size, 16))).toString('latin1');
  if (text === 'little' || text === 'big') return text;
  throw inputError(`${archive.name}: unknown byte order ${JSON.stringify(text)}; save the checkpoint again.`);
}
