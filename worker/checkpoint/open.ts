import { basename, resolve } from 'node:path';
import { type BasinError, incompleteError, inputError } from '../errors.ts';
import { beginsAsModel } from '../graph/onnx/framing.ts';
import { type Beside, besideFile, nothingBeside } from '../io/beside.ts';
import { openFile } from '../io/file.ts';
import { NPY_MAGIC } from '../io/npy.ts';
import { npzTensors } from '../io/npz.ts';
import type { ByteSource } from '../io/source.ts';
import { openZip, ZIP_MAGIC, type ZipArchive } from '../io/zip.ts';
import type { Checkpoint, Content } from './checkpoint.ts';
import { checkpointPlace, partRefusal } from './folder.ts';
import { isHdf5, isKerasArchive, readHdf5, readKerasArchive } from './keras.ts';
import { ONNX, readOnnx } from './onnx.ts';
import { type Position, positionInName } from './position.ts';
import { pytree } from './pytree.ts';
import { headerRefusal, isSafetensors, readSafetensors } from './safetensors.ts';
import { isShardIndex, readShardIndex } from './shardIndex.ts';
import { isTensorFlowJs, readTensorFlowJs } from './tensorflowJs.ts';
import { isTorchLegacy, readTorchLegacy } from './torchLegacy.ts';
import { isTorchZip, readTorchZip } from './torchZip.ts';

/** A format of files, told by how they begin. */
interface FileFormat {
  readonly name: string;
  matches(head: Buffer, source: ByteSource): boolean;
  /** @param beside opens parts of it that are files of their own. */
  read(source: ByteSource, beside: Beside): Promise<Content>;
}

/** A format of zip archives, told by their entries. */
interface ArchiveFormat {
  readonly name: string;
  matches(archive: ZipArchive): boolean;
  read(archive: ZipArchive): Promise<Content>;
}

const startsWith = (text: string) => (head: Buffer) =>
  head.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));

const FILE_FORMATS: readonly FileFormat[] = [
  { name: 'PyTorch legacy', matches: isTorchLegacy, read: readTorchLegacy },
  { name: 'safetensors', matches: isSafetensors, read: readSafetensors },
  { name: 'HDF5', matches: isHdf5, read: readHdf5 },
  { name: 'TensorFlow.js', matches: isTensorFlowJs, read: readTensorFlowJs },
  {
    name: 'shards',
    matches: isShardIndex,
    read: (source, beside) => readShardIndex(source, beside, shard => readContent(shard, nothingBeside(shard.name))),
  },
  { name: ONNX, matches: beginsAsModel, read: readOnnx },
];

const ARCHIVE_FORMATS: readonly ArchiveFormat[] = [
  { name: 'PyTorch zip', matches: isTorchZip, read: readTorchZip },
  { name: 'Keras 3', matches: isKerasArchive, read: readKerasArchive },
  {
    name: 'NumPy npz',
    matches: archive => archive.entries.some(entry => entry.name.endsWith('.npy')),
    read: async archive => pytree(await npzTensors(archive)),
  },
];

/** What is recognised only to be refused: what it is, and what to do. */
interface Refusal {
  readonly matches: (head: Buffer, source: ByteSource) => boolean;
  readonly message: string | ((head: Buffer) => string);
  readonly incomplete?: true;
}

const REFUSALS: readonly Refusal[] = [
  {
    matches: head => head.every(byte => byte === 0),
    message: 'begins with zeros only; it is still being written, or the disk filled up: copy or save it again.',
    incomplete: true,
  },
  { matches: head => headerRefusal(head) !== null, message: head => headerRefusal(head)! },
  {
    matches: startsWith('version https://git-lfs.github.com/'),
    message: 'a Git LFS pointer in place of the file; fetch the file with `git lfs pull`.',
  },
  {
    matches: head => /^\s*<(!doctype|html|head|\?xml)/i.test(head.toString('latin1')),
    message: 'a web page and no checkpoint; was a download link saved instead of the file?',
  },
  {
    matches: startsWith(NPY_MAGIC.toString('latin1')),
    message: 'one NumPy array without a name; save the parameters with numpy.savez, each under its name.',
  },
  { matches: startsWith('GGUF'), message: 'a GGUF file, not supported; save the state_dict with torch.save.' },
  { matches: startsWith('\x1f\x8b'), message: 'gzip-compressed; decompress it first, with gunzip.' },
  {
    matches: head => head[0] === 0x80 && head[1]! <= 5,
    message: 'a pickle that torch.save did not write; save model.state_dict() with torch.save.',
  },
  {
    matches: head => !/[^\t\n\r\x20-\x7e\x80-\xff]/.test(head.toString('latin1')),
    message: 'a text file and no checkpoint; name the file that the training wrote.',
  },
  {
    matches: (_, { name }) => /\.bin$/i.test(name),
    message:
      "no known format of checkpoints; if it holds the weights of a model.json beside it, take that instead, else save the model's state_dict with torch.save.",
  },
];

/** Bytes that decide the format. */
const HEAD = 1024;

/**
 * Opens a checkpoint: a file, or a folder that is one. Its format is decided by its bytes, never by its name. Reads the
 * list of tensors and none of their elements. Throws `incomplete` for an empty or cut-short file and where one of several
 * is not there, `input` for anything that is no checkpoint, other folders and single parts of a checkpoint among them.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const refused = partRefusal(basename(path));
  if (refused) throw refused;
  const { file, name, label, position } = await checkpointPlace(path);
  const source = await openFile(file, label);
  try {
    const checkpoint = await readCheckpoint(source, besideFile(file, label), position);
    return { ...checkpoint, name, file: resolve(file) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * The checkpoint in a source, which it owns from then on.
 * @param beside opens parts of it that are files of their own.
 * @param position what is known of how far training was, where the content does not say it.
 */
export async function readCheckpoint(
  source: ByteSource,
  beside: Beside = nothingBeside(source.name),
  position: Position = positionInName(basename(source.name)),
): Promise<Checkpoint> {
  const { format, content } = await readContent(source, beside);
  const { step, epoch, tensors, unreadable, architecture, notes } = content;
  return {
    format,
    name: source.name,
    position: step === null && epoch === null ? position : { step, epoch },
    tensors,
    unreadable,
    ...(architecture && { architecture }),
    ...(notes && { notes }),
    close: async () => {
      await Promise.all([source.close(), content.close?.()]);
    },
  };
}

async function readContent(source: ByteSource, beside: Beside): Promise<{ format: string; content: Content }> {
  if (source.size === 0) {
    throw incompleteError(`${source.name}: an empty file; it is still being written, or the disk filled up.`);
  }
  const head = Buffer.from(await source.read(0, Math.min(source.size, HEAD)));
  // A file cut short within the four bytes is an archive too.
  if (ZIP_MAGIC.subarray(0, head.length).equals(head.subarray(0, 4))) return readArchive(await openZip(source));
  const format = FILE_FORMATS.find(known => known.matches(head, source));
  if (format === undefined) throw refusal(head, source);
  const content = await format.read(source, beside);
  return { format: content.format ?? format.name, content };
}

async function readArchive(archive: ZipArchive): Promise<{ format: string; content: Content }> {
  const format = ARCHIVE_FORMATS.find(known => known.matches(archive));
  if (format !== undefined) return { format: format.name, content: await format.read(archive) };
  const some = archive.entries.slice(0, 3).map(entry => entry.name);
  throw inputError(
    `${archive.name}: a zip archive (${some.join(', ') || 'empty'}) that none of torch.save, numpy.savez and Keras wrote; save the model's state_dict with torch.save.`,
  );
}

function refusal(head: Buffer, source: ByteSource): BasinError {
  const known = REFUSALS.find(candidate => candidate.matches(head, source));
  const message = known?.message ?? "no known format of checkpoints; save the model's state_dict with torch.save.";
  const text = typeof message === 'string' ? message : message(head);
  return (known?.incomplete ? incompleteError : inputError)(`${source.name}: ${text}`);
}
