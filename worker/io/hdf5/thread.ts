/**
 * The thread that runs the HDF5 library, compiled to WebAssembly. It has no file: it asks the worker for bytes and waits,
 * since the library reads synchronously. What a hostile file can do to it ends with the thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Metadata, ready } from 'h5wasm';
import { messageOf } from '../../errors.ts';
import {
  type ElementClass,
  type FileHandle,
  type Hdf5Answer,
  type Hdf5Message,
  type Hdf5Request,
  type Hdf5ThreadOptions,
  type ListedDataset,
  type ListedGroup,
  type Listing,
  UNREAD,
  WINDOW,
} from './protocol.ts';

/**
 * The library's memory, in WebAssembly's pages of 64 KiB: elements pass through it in parts, so that only what a file says
 * of itself could need more.
 */
const PAGE = 64 << 10;
const PAGES_MAX = (512 << 20) / PAGE;

/** Keras nests models two groups deep each. Hard links may lead back to a group above. */
const DEPTH_MAX = 64;

/** The largest models have some ten thousand tensors, each in a group of its own. */
const OBJECTS_MAX = 100_000;

/** The architecture of a large model has some megabytes. */
const ATTRIBUTE_MAX = 64 << 20;

/** What the library reads of a file's structure is a few hundred bytes at a time, and lies close together. */
const BLOCK = 64 << 10;
const BLOCKS_MAX = 256;

/** The library keeps some of each open file in its memory; those that were not used for long are opened again. */
const FILES_MAX = 32;

const { control, window } = workerData as Hdf5ThreadOptions;
const state = new Int32Array(control);
const arrived = new Uint8Array(window);
const port = parentPort!;
const post = (message: Hdf5Message, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Node's types do not know it as a value. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: { readonly prototype: Memory };
    readonly RuntimeError: new (...given: never[]) => Error;
  };
};

let isExhausted = false;

const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (this: Memory, pages) {
  if (this.buffer.byteLength / PAGE + pages > PAGES_MAX) {
    isExhausted = true;
    throw new RangeError('the limit of memory');
  }
  return grow.call(this, pages);
};

/** Stands for the oldest and the newest version of the format. */
const ANY_VERSION = -1;

/** What of the library its types leave out. */
interface Library extends Omit<Awaited<typeof ready>, 'FS'> {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly FS: {
    createFile(parent: string, name: string, properties: object, canRead: true, canWrite: false): FileNode;
    unlink(path: string): void;
  };
}

interface FileNode {
  usedBytes: number;
  stream_ops: object;
}

const library = (await ready) as unknown as Library;
library.activate_throwing_error_handler();

interface OpenFile {
  readonly id: bigint;
  readonly name: string;
}

/** By their numbers, the one that was used last at the end. */
const files = new Map<number, OpenFile>();

port.on('message', (request: Hdf5Request) => {
  const { id } = request;
  try {
    const answer = answerTo(request);
    post({ kind: 'answer', id, answer }, answer instanceof Uint8Array ? [answer.buffer] : []);
  } catch (error) {
    // A trap leaves the library's data structures as they were in the middle of something.
    const fatal = isExhausted || error instanceof WebAssembly.RuntimeError;
    post({ kind: 'error', id, message: messageOf(error), fatal });
  }
});

function answerTo(request: Hdf5Request): Hdf5Answer {
  if (request.kind === 'close') {
    close(request.file);
    return null;
  }
  const { id } = open(request);
  switch (request.kind) {
    case 'list':
      return list(id);
    case 'texts':
      return readTexts(id, request.path, request.attribute);
    case 'read':
      return readElements(id, request.path, request.from, request.count);
  }
}

function open(handle: FileHandle): OpenFile {
  const known = files.get(handle.file);
  if (known !== undefined) {
    files.delete(handle.file);
    files.set(handle.file, known);
    return known;
  }
  if (files.size >= FILES_MAX) close(files.keys().next().value!);
  const name = `/${handle.file}`;
  const node = library.FS.createFile('/', name.slice(1), {}, true, false);
  Object.defineProperty(node, 'usedBytes', { get: () => handle.size });
  const read = reader(handle);
  node.stream_ops = {
    ...node.stream_ops,
    read: (_: unknown, memory: Int8Array, offset: number, length: number, position: number) =>
      read(new Uint8Array(memory.buffer, memory.byteOffset + offset, length), position),
  };
  try {
    const opened = { id: library.open(name, library.H5F_ACC_RDONLY, false, ANY_VERSION, ANY_VERSION), name };
    files.set(handle.file, opened);
    return opened;
  } catch (error) {
    library.FS.unlink(name);
    throw error;
  }
}

function close(file: number): void {
  const opened = files.get(file);
  if (opened === undefined) return;
  files.delete(file);
  library.close_file(opened.id);
  library.FS.unlink(opened.name);
}

/** Blocks of all files, by {@link blockKey}; those of a file that was closed are replaced in their turn. */
const blocks = new Map<number, Uint8Array>();

/** Files are at most 4 TiB long. */
const blockKey = (file: number, index: number): number => file * 2 ** 26 + index;

/** Reads ranges of a file: long ones as they are, short ones from blocks that are kept. */
function reader({ file, size }: FileHandle): (into: Uint8Array, position: number) => number {
  const block = (index: number): Uint8Array => {
    const key = blockKey(file, index);
    const kept = blocks.get(key);
    if (kept !== undefined) return kept;
    const bytes = new Uint8Array(Math.min(BLOCK, size - index * BLOCK));
    fetchBytes(file, index * BLOCK, bytes);
    if (blocks.size >= BLOCKS_MAX) blocks.delete(blocks.keys().next().value!);
    blocks.set(key, bytes);
    return bytes;
  };
  return (into, position) => {
    const length = Math.max(0, Math.min(into.length, size - position));
    if (length > BLOCK) {
      fetchBytes(file, position, into.subarray(0, length));
      return length;
    }
    for (let done = 0; done < length; ) {
      const at = position + done;
      const part = block(Math.floor(at / BLOCK)).subarray(at % BLOCK, (at % BLOCK) + length - done);
      into.set(part, done);
      done += part.length;
    }
    return length;
  };
}

/** Asks the worker for bytes and waits for them. */
function fetchBytes(file: number, offset: number, into: Uint8Array): void {
  for (let done = 0; done < into.length; ) {
    const length = Math.min(WINDOW, into.length - done);
    Atomics.store(state, 0, 0);
    post({ kind: 'bytes', file, offset: offset + done, length });
    Atomics.wait(state, 0, 0);
    if (Atomics.load(state, 1) === UNREAD) throw new Error('the file cannot be read');
    into.set(arrived.subarray(0, length), done);
    done += length;
  }
}

function list(file: bigint): Listing {
  const groups: ListedGroup[] = [];
  const datasets: ListedDataset[] = [];
  const others: [string, string][] = [];
  let objects = 0;
  const visit = (path: string, depth: number): void => {
    if (depth > DEPTH_MAX) throw new Error(`its groups lie more than ${DEPTH_MAX} deep; does a link lead back to one?`);
    groups.push({ path, attributes: library.get_attribute_names(file, path || '/') });
    for (const name of library.get_names(file, path || '/', false)) {
      if (++objects > OBJECTS_MAX) throw new Error(`it has more than ${OBJECTS_MAX} objects, or links in circles`);
      const child = path === '' ? name : `${path}/${name}`;
      const type = library.get_type(file, child);
      if (type === library.H5G_GROUP) visit(child, depth + 1);
      else if (type === library.H5G_UDLINK)
        others.push([child, 'is a link into another file, which Basin does not follow']);
      else if (type === library.H5G_DATASET) {
        try {
          datasets.push(describe(file, child));
        } catch (error) {
          others.push([child, `cannot be described (${messageOf(error)})`]);
          if (error instanceof WebAssembly.RuntimeError) throw error;
        }
      }
    }
  };
  visit('', 0);
  return { groups, datasets, others };
}

function describe(file: bigint, path: string): ListedDataset {
  const metadata = library.get_dataset_metadata(file, path);
  const [dtype] = library.get_attribute_names(file, path).includes('dtype')
    ? (readTexts(file, path, 'dtype') ?? [])
    : [];
  return {
    path,
    type: elementClass(metadata),
    bytes: metadata.size,
    signed: metadata.signed,
    shape: metadata.shape,
    chunked: metadata.chunks !== null,
    filters: library.get_dataset_filters(file, path).map(({ id }) => id),
    virtual: metadata.virtual_sources !== undefined && metadata.virtual_sources.length > 0,
    dtype: dtype ?? null,
  };
}

function elementClass({ type, enum_type: enumeration }: Metadata): ElementClass {
  const classes = library.H5T_class_t;
  if (type === classes.H5T_FLOAT.value) return 'float';
  if (type === classes.H5T_INTEGER.value) return 'integer';
  if (type === classes.H5T_OPAQUE.value) return 'opaque';
  // h5py writes truth values so.
  const names = Object.keys(enumeration?.members ?? {}).sort();
  return type === classes.H5T_ENUM.value && names.join() === 'FALSE,TRUE' ? 'boolean' : 'other';
}

/** The texts of an attribute; null where it holds something else. */
function readTexts(file: bigint, path: string, attribute: string): readonly string[] | null {
  const place = path || '/';
  const metadata = library.get_attribute_metadata(file, place, attribute);
  if (metadata.type !== library.H5T_class_t.H5T_STRING.value || metadata.shape === null) return null;
  const bytes = metadata.size * metadata.total_size;
  if (!(bytes <= ATTRIBUTE_MAX)) throw new Error(`the attribute ${attribute} has ${bytes} bytes`);
  return withMemory(bytes, pointer => {
    library.get_attribute_data(file, place, attribute, BigInt(pointer));
    try {
      return Array.from({ length: metadata.total_size }, (_, index) => {
        const at = pointer + index * metadata.size;
        return metadata.vlen
          ? textAt(new DataView(library.HEAPU8.buffer).getUint32(at, true))
          : textAt(at, metadata.size);
      });
    } finally {
      if (metadata.vlen) library.reclaim_vlen_memory(file, place, attribute, BigInt(pointer));
    }
  });
}

/** The text at a place in the library's memory, up to a zero byte. */
function textAt(pointer: number, length = ATTRIBUTE_MAX): string {
  const bytes = library.HEAPU8.subarray(pointer, pointer + (pointer === 0 ? 0 : length));
  const end = bytes.indexOf(0);
  if (end < 0 && length === ATTRIBUTE_MAX) throw new Error(`an attribute has more than ${ATTRIBUTE_MAX} bytes`);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The elements of a box in a dataset, which the library turns into this machine's byte order. */
function readElements(
  file: bigint,
  path: string,
  from: readonly number[],
  count: readonly number[],
): Uint8Array<ArrayBuffer> {
  const { size } = library.get_dataset_metadata(file, path);
  const bytes = count.reduce((product, extent) => product * extent, size);
  return withMemory(bytes, pointer => {
    // A scalar has no box to choose.
    const box = (numbers: readonly number[]) => (numbers.length === 0 ? null : numbers.map(BigInt));
    library.get_dataset_data(file, path, box(count), box(from), box(count.map(() => 1)), BigInt(pointer));
    return library.HEAPU8.slice(pointer, pointer + bytes);
  });
}

function withMemory<T>(bytes: number, work: (pointer: number) => T): T {
  const pointer = library._malloc(Math.max(1, bytes));
  if (pointer === 0) throw new Error(`no memory for ${bytes} bytes`);
  try {
    library.HEAPU8.fill(0, pointer, pointer + bytes);
    return work(pointer);
  } finally {
    library._free(pointer);
  }
}
