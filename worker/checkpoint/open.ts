import { basename } from 'node:path';
import { type BasinError, incompleteError, inputError } from '../errors.ts';
import { openFile } from '../io/file.ts';
import { NPY_MAGIC } from '../io/npy.ts';
import { npzTensors } from '../io/npz.ts';
import type { ByteSource } from '../io/source.ts';
import { openZip, ZIP_MAGIC, type ZipArchive } from '../io/zip.ts';
import type { Checkpoint, Content } from './checkpoint.ts';
import { folderRefusal, partRefusal } from './folder.ts';
import { stepInName } from './stateDict.ts';
import { isTorchLegacy, readTorchLegacy } from './torchLegacy.ts';
import { isTorchZip, readTorchZip } from './torchZip.ts';

/** A format of files, told by how they begin. */
interface FileFormat {
  readonly name: string;
  matches(head: Buffer, source: ByteSource): boolean;
  read(source: ByteSource): Promise<Content>;
}

/** A format of zip archives, told by their entries. */
interface ArchiveFormat {
  readonly name: string;
  matches(archive: ZipArchive): boolean;
  read(archive: ZipArchive): Promise<Content>;
}

const FILE_FORMATS: readonly FileFormat[] = [{ name: 'PyTorch legacy', matches: isTorchLegacy, read: readTorchLegacy }];

const ARCHIVE_FORMATS: readonly ArchiveFormat[] = [
  { name: 'PyTorch zip', matches: isTorchZip, read: readTorchZip },
  {
    name: 'NumPy npz',
    matches: archive => archive.entries.some(entry => entry.name.endsWith('.npy')),
    read: async archive => ({ step: null, ...(await npzTensors(archive)) }),
  },
];

/** What is recognised only to be refused: what it is, and what to do. */
interface Refusal {
  readonly matches: (head: Buffer, source: ByteSource) => boolean;
  readonly message: string;
  readonly incomplete?: true;
}

const startsWith = (text: string) => (head: Buffer) =>
  head.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));

const REFUSALS: readonly Refusal[] = [
  {
    matches: head => head.every(byte => byte === 0),
    message: 'begins with zeros only; it is still being written, or the disk filled up: copy or save it again.',
    incomplete: true,
  },
  {
    matches: startsWith('version https://git-lfs.github.com/'),
    message: 'a Git LFS pointer in place of the file; fetch the file with `git lfs pull`.',
  },
  {
    matches: head => /^\s*<(!doctype|html|head|\?xml)/i.test(head.toString('latin1')),
    message: 'a web page and no checkpoint; was a download link saved instead of the file?',
  },
  {
    matches: (head, source) => head[8] === 0x7b && head.readBigUInt64LE() <= source.size,
    message:
      'a safetensors file, not supported yet; load it with safetensors.torch.load_file and torch.save the result.',
  },
  {
    matches: startsWith('\x89HDF\r\n\x1a\n'),
    message: 'an HDF5 file, not supported yet; save its weights with numpy.savez, each under its name.',
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
];

/** Bytes that decide the format. */
const HEAD = 1024;

/**
 * Opens a checkpoint; its format is decided by its bytes, never by its name. Reads the list of tensors and none of
 * their elements. Throws `incomplete` for an empty or cut-short file, `input` for anything that is no
 * checkpoint, folders and parts of a checkpoint in several files among them.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const refused = partRefusal(basename(path)) ?? (await folderRefusal(path));
  if (refused) throw refused;
  const source = await openFile(path);
  try {
    return await readCheckpoint(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The checkpoint in a source, which it owns from then on. */
export async function readCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const { format, content } = await readContent(source);
  return {
    format,
    name: source.name,
    step: content.step ?? stepInName(basename(source.name)),
    tensors: content.tensors,
    unreadable: content.unreadable,
    close: () => source.close(),
  };
}

async function readContent(source: ByteSource): Promise<{ format: string; content: Content }> {
  if (source.size === 0) {
    throw incompleteError(`${source.name}: an empty file; it is still being written, or the disk filled up.`);
  }
  const head = Buffer.from(await source.read(0, Math.min(source.size, HEAD)));
  // A file cut short within the four bytes is an archive too.
  if (ZIP_MAGIC.subarray(0, head.length).equals(head.subarray(0, 4))) return readArchive(await openZip(source));
  const format = FILE_FORMATS.find(known => known.matches(head, source));
  if (format === undefined) throw refusal(head, source);
  return { format: format.name, content: await format.read(source) };
}

async function readArchive(archive: ZipArchive): Promise<{ format: string; content: Content }> {
  const format = ARCHIVE_FORMATS.find(known => known.matches(archive));
  if (format !== undefined) return { format: format.name, content: await format.read(archive) };
  const some = archive.entries.slice(0, 3).map(entry => entry.name);
  throw inputError(
    `${archive.name}: a zip archive (${some.join(', ') || 'empty'}) that neither torch.save nor numpy.savez wrote; save the model's state_dict with torch.save.`,
  );
}

function refusal(head: Buffer, source: ByteSource): BasinError {
  const known = REFUSALS.find(candidate => candidate.matches(head, source));
  const message = known?.message ?? "no known format of checkpoints; save the model's state_dict with torch.save.";
  return (known?.incomplete ? incompleteError : inputError)(`${source.name}: ${message}`);
}
