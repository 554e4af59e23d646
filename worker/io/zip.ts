import { crc32, createInflateRaw } from 'node:zlib';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl';
import { BasinError, incompleteError, inputError, messageOf } from '../errors.ts';
import { CHUNK, decompress } from './decompress.ts';
import { allocate, type ByteSource, endsEarly } from './source.ts';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Inflated size in bytes, as declared and as held against the file. */
  readonly size: number;
  /** Deflated entries can only be read from their beginning. */
  readonly compressed: boolean;
}

export interface ZipArchive {
  readonly name: string;
  readonly entries: readonly ZipEntry[];
  /**
   * The entry's bytes as a source; messages call it `archive#label`.
   * A stored entry is read by byte range; a deflated one is inflated from its beginning up to the range's end.
   */
  open(entry: ZipEntry, label?: string): ByteSource;
}

/** How every zip archive with a first entry begins. */
export const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');

/** The end record, and with the longest comment that may follow it (APPNOTE 4.3.16). */
const END_RECORD_SIZE = 22;
const MAX_END_RECORD = END_RECORD_SIZE + 0xffff;

const LOCAL_HEADER_SIZE = 30;

/** A deflated bit stream emits at most 258 bytes for two bits, which is 1032 for a byte; the rest pays for its blocks. */
const MAX_INFLATION = 1032;
const INFLATION_SLACK = 1024;

/**
 * Lists a zip archive. Its entries are only names and ranges: nothing is extracted, so a name like `../x` is harmless.
 * Throws `incomplete` where the directory at the end is missing, `input` for archives that are encrypted, span several
 * disks, name an entry twice, or whose entries overlap or declare sizes that their bytes cannot inflate to.
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const tail = await source.read(Math.max(0, source.size - MAX_END_RECORD), Math.min(source.size, MAX_END_RECORD));
  const place = Buffer.from(tail.buffer).lastIndexOf(END_RECORD, Math.max(0, tail.length - END_RECORD_SIZE));
  if (place < 0 || tail.length < END_RECORD_SIZE) {
    throw incompleteError(
      `${source.name}: the zip archive has no directory at its end; it is still being written, or was cut short: copy or save it again.`,
    );
  }
  try {
    const zip = await fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      autoClose: false,
      decodeStrings: false,
    });
    const entries = await listEntries(source, zip);
    return {
      name: source.name,
      entries,
      open: (entry, label = entry.name) => openEntry(source, entry as Located, label),
    };
  } catch (error) {
    // The directory is there, so whatever it points beyond will not come.
    if (error instanceof BasinError && error.kind !== 'incomplete') throw error;
    throw inputError(`${source.name}: broken zip archive (${messageOf(error)}); save or copy it again.`, error);
  }
}

interface Located extends ZipEntry {
  readonly record: Entry;
  /** Where the next entry begins: this one's bytes end before. */
  limit: number;
}

async function listEntries(source: ByteSource, zip: ZipFile): Promise<Located[]> {
  const entries: Located[] = [];
  const names = new Set<string>();
  for await (const record of zip.eachEntry()) {
    const name = getFileNameLowLevel(record.generalPurposeBitFlag, record.fileNameRaw, record.extraFields, true);
    if (names.has(name)) {
      throw inputError(`${source.name}: the archive has two entries ${name}, so which one is meant? Save it again.`);
    }
    names.add(name);
    const size = record.uncompressedSize;
    const compressed = record.compressionMethod !== 0;
    checkEntry(`${source.name}#${name}`, record);
    entries.push({ name, size, compressed, record, limit: source.size });
  }
  const byOffset = entries.toSorted((a, b) => begin(a) - begin(b));
  for (const [index, entry] of byOffset.entries()) {
    const next = byOffset[index + 1];
    if (next !== undefined) entry.limit = begin(next);
    // A local header and the name come first. Overlapping entries are how small archives become huge ones.
    if (begin(entry) + LOCAL_HEADER_SIZE + entry.record.fileNameLength + entry.record.compressedSize > entry.limit) {
      throw inputError(`${source.name}#${entry.name}: overlaps what follows it in the archive; save it again.`);
    }
  }
  return entries;
}

const begin = (entry: Located): number => entry.record.relativeOffsetOfLocalHeader;

function checkEntry(where: string, record: Entry): void {
  if (record.isEncrypted()) throw inputError(`${where}: is encrypted; save it without a password.`);
  if (record.compressionMethod !== 0 && record.compressionMethod !== 8) {
    throw inputError(`${where}: is compressed by method ${record.compressionMethod}; use deflate or none.`);
  }
  if (record.uncompressedSize > record.compressedSize * MAX_INFLATION + INFLATION_SLACK) {
    const sizes = `${record.compressedSize} compressed bytes cannot hold ${record.uncompressedSize}`;
    throw inputError(`${where}: ${sizes}; the archive is damaged, save it again.`);
  }
}

function openEntry(archive: ByteSource, entry: Located, label: string): ByteSource {
  let start: Promise<number> | undefined;
  const source: ByteSource = {
    name: `${archive.name}#${label}`,
    size: entry.size,
    whole: true,
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= entry.size)) throw endsEarly(source, offset + length);
      start ??= findData(archive, source, entry);
      return entry.compressed
        ? inflateRange(source, inflate(archive, await start, entry), entry, offset, length)
        : archive.read((await start) + offset, length);
    },
    async close() {},
  };
  return source;
}

/** Where an entry's bytes begin: the local header before them has lengths of its own (APPNOTE 4.3.7). */
async function findData(archive: ByteSource, source: ByteSource, entry: Located): Promise<number> {
  const header = Buffer.from(await archive.read(begin(entry), LOCAL_HEADER_SIZE));
  const start = begin(entry) + LOCAL_HEADER_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (!header.subarray(0, 4).equals(ZIP_MAGIC) || start + entry.record.compressedSize > entry.limit) {
    throw inputError(
      `${source.name}: is not where the archive's directory says; the archive is damaged, save it again.`,
    );
  }
  return start;
}

function inflate(archive: ByteSource, start: number, { record }: Located): AsyncGenerator<Buffer> {
  return decompress(archive, start, record.compressedSize, createInflateRaw({ chunkSize: CHUNK }));
}

/** Takes `length` bytes at `offset` from the inflated chunks; whoever reads to the end has size and checksum verified. */
async function inflateRange(
  source: ByteSource,
  chunks: AsyncGenerator<Buffer>,
  { record, size }: Located,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const damaged = (how: string) => inputError(`${source.name}: ${how}; the archive is damaged, save it again.`);
  const range = allocate(source.name, length);
  const end = offset + length;
  let position = 0;
  let checksum = 0;
  try {
    for await (const chunk of chunks) {
      if (position + chunk.length > size) throw damaged(`inflates to more than the ${size} bytes it declares`);
      // A negative target start is a chunk that begins before the range.
      const skip = Math.max(0, offset - position);
      if (skip < chunk.length && position < end) chunk.copy(range, position + skip - offset, skip, end - position);
      checksum = crc32(chunk, checksum);
      position += chunk.length;
      if (position >= end && end < size) return range;
    }
  } catch (error) {
    if (error instanceof BasinError) throw error;
    throw damaged(`cannot be inflated (${messageOf(error)})`);
  }
  if (position < size) throw damaged(`inflates to ${position} bytes instead of the ${size} it declares`);
  if (checksum !== record.crc32) throw damaged('its checksum is wrong');
  return range;
}

/** Lets yauzl read through a source, a window at a time, since it asks for the directory in dozens of bytes. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;
  #start = 0;
  #window: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#slice(position, length).then(
      bytes => {
        buffer.set(bytes, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }

  async #slice(position: number, length: number): Promise<Uint8Array> {
    const inside = position >= this.#start && position + length <= this.#start + this.#window.length;
    if (!inside) {
      const ahead = Math.max(length, Math.min(CHUNK, this.#source.size - position));
      this.#window = await this.#source.read(position, ahead);
      this.#start = position;
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }
}
