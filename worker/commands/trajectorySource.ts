/** The checkpoints that a plane is made of: which they are, and how their parameters are read. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type CheckpointSet, HELD_BYTES, type ReadProgress } from '../analysis/gram.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { type Position, positionInName } from '../checkpoint/position.ts';
import { BasinError, inputError, throwIfAborted } from '../errors.ts';
import { asKernel, asWeight } from '../model/align.ts';
import { matchTensors, type SourcedMatch } from '../model/match.ts';
import type { Source } from '../results.ts';
import { type FileVersion, listFiles } from '../run/folder.ts';
import { endingOf, isNamedCheckpoint } from '../run/names.ts';
import { inOrder, orderOf } from '../run/order.ts';
import { dataFiles } from '../run/settings.ts';
import { type RowRange, toFloat32 } from '../tensor.ts';
import { siblingsOf } from './openModel.ts';
import { openPoint } from './point.ts';
import type { Problem } from './problem.ts';

/** A checkpoint that a plane is made of. */
export interface PathCheckpoint {
  readonly path: string;
  readonly source: Source;
  readonly position: Position;
}

/** All of them. */
export interface PathCheckpoints {
  /** In the order of training, or as they were named. */
  readonly checkpoints: readonly PathCheckpoint[];
  /** Which of them is the problem's own. */
  readonly origin: number;
  /** What a reader of the plane should know, a sentence each. */
  readonly notes: readonly string[];
}

/** A run of more checkpoints is thinned out: their products with each other grow with the square of their number. */
const CHECKPOINTS_MAX = 1000;

/** So many files that are left out are told of one by one. */
const TOLD = 3;

/** The problem's checkpoint, and two others of its architecture. Throws as `openPoint` does. */
export async function checkpointsThrough(
  problem: Problem,
  path: string,
  others: readonly string[],
): Promise<PathCheckpoints> {
  const checkpoints = [ownCheckpoint(problem, path)];
  const notes: string[] = [];
  for (const other of others) {
    const opened = await open(problem, other);
    checkpoints.push(opened.checkpoint);
    notes.push(...opened.notes);
  }
  return { checkpoints, origin: 0, notes };
}

/**
 * The checkpoints that lie beside the problem's, in the order of training. What cannot be read as one of its architecture
 * is left out, with a note; so is a copy, such as that of the best one under a name of its own.
 * Throws `input` where the folder cannot be read, and `interrupted`.
 */
export async function checkpointsOfRun(
  problem: Problem,
  path: string,
  signal: AbortSignal,
  onProgress: ReadProgress = () => {},
  most = CHECKPOINTS_MAX,
): Promise<PathCheckpoints> {
  const folder = dirname(path);
  const { name, others, notes } = await filesBeside(problem, path, most - 1);
  const given = ownCheckpoint(problem, path);
  const own = isPlaced(given) ? given : { ...given, position: positionInName(name.file) };
  const found: (PathCheckpoint & Pick<FileVersion, 'file' | 'written'>)[] = [{ ...own, ...name }];
  const refused: string[] = [];
  const held: string[] = [];
  for (const [index, { file, written }] of others.entries()) {
    throwIfAborted(signal);
    onProgress(index, others.length);
    try {
      const opened = await open(problem, join(folder, file));
      found.push({ ...opened.checkpoint, file, written });
      held.push(...opened.notes);
    } catch (error) {
      if (!(error instanceof BasinError) || error.kind === 'outside') throw error;
      refused.push(error.message);
    }
  }
  const more = (count: number, what: string): readonly string[] => (count > 0 ? [`${count} more ${what}`] : []);
  notes.push(
    ...refused.slice(0, TOLD).map(reason => `Left out of the plane: ${reason}`),
    ...more(refused.length - TOLD, 'files of the folder were left out of the plane.'),
    ...held.slice(0, 1),
    ...more(held.length - 1, 'checkpoints of the folder have other values there too.'),
  );
  const kept = withoutCopies(found, notes).map(one => ({ ...one, ...one.position }));
  const checkpoints = inOrder(kept, orderOf(kept));
  return { checkpoints, origin: checkpoints.findIndex(one => one.path === path), notes };
}

const ownCheckpoint = (problem: Problem, path: string): PathCheckpoint => ({
  path,
  source: problem.provenance().checkpoint,
  position: problem.position,
});

async function open(
  problem: Problem,
  path: string,
): Promise<{ readonly checkpoint: PathCheckpoint; readonly notes: readonly string[] }> {
  const { name, digest, position, notes } = await openPoint(problem, path);
  return { checkpoint: { path, source: { file: name, digest }, position }, notes };
}

/** The checkpoint's own file in its folder, and those beside it, so many at most, that may be checkpoints of the same run. */
async function filesBeside(problem: Problem, path: string, most: number) {
  const data = dataFiles(problem.project);
  const folder = dirname(path);
  const all = await listFiles(folder);
  // A link to a file beside it is that file.
  const given = basename(path);
  const real = all.some(({ file }) => file === given) ? given : basename(await realpath(path));
  const own = all.find(({ file }) => file === real);
  const files = all.filter(
    ({ file }) =>
      file !== real && !data.has(join(folder, file)) && (isNamedCheckpoint(file) || endingOf(file) === endingOf(real)),
  );
  const placed = files.map(one => ({ ...one, ...positionInName(one.file) }));
  const others = thinned(inOrder(placed, orderOf(placed)), most);
  const notes =
    others.length < files.length
      ? [`Of ${files.length + 1} checkpoints, ${others.length + 1} were taken, at even distances in their order.`]
      : [];
  return { name: { file: real, written: own?.written ?? 0 }, others, notes };
}

/** So many of a list at most, at even distances, the first and the last among them. */
const thinned = <T>(list: readonly T[], most: number): readonly T[] =>
  list.length <= most
    ? list
    : Array.from({ length: most }, (_, index) => list[Math.round((index * (list.length - 1)) / (most - 1))]!);

/**
 * The checkpoints less those with the contents of another at the same step, or at a step that nothing tells. The first of
 * the list always stays, and learns its step from a copy that tells it.
 */
function withoutCopies<T extends PathCheckpoint>(list: readonly T[], notes: string[]): readonly T[] {
  const [own, ...others] = list;
  const kept: T[] = [own!];
  // One that tells its step comes before its copies.
  for (const one of [...others.filter(isPlaced), ...others.filter(other => !isPlaced(other))]) {
    const index = kept.findIndex(other => one.source.digest === other.source.digest && mayBeCopies(one, other));
    if (index === -1) {
      kept.push(one);
      continue;
    }
    const original = kept[index]!;
    if (!isPlaced(original)) kept[index] = { ...original, position: one.position };
    notes.push(`${one.source.file} holds the same parameters as ${original.source.file}, and counts once.`);
  }
  return kept;
}

const isPlaced = ({ position: { step, epoch } }: PathCheckpoint): boolean => step !== null || epoch !== null;

const mayBeCopies = (one: PathCheckpoint, other: PathCheckpoint): boolean =>
  !isPlaced(one) ||
  !isPlaced(other) ||
  (one.position.step === other.position.step && one.position.epoch === other.position.epoch);

/** The parameters of a checkpoint at a place of the path, with its statistics. Throws `input` where the file is another now. */
export async function readPathCheckpoint(problem: Problem, { path, source }: PathCheckpoint) {
  const point = await openPoint(problem, path);
  if (point.digest === source.digest) return point;
  throw inputError(`${source.file}: was written anew while the plane was computed; compute it again.`);
}

/** A set to be closed. */
export interface OpenCheckpointSet extends CheckpointSet {
  close(): Promise<void>;
}

/**
 * Opens checkpoints for reading; those that take no more than `heldBytes` in all are held rather than read part by part.
 * Throws as `readPathCheckpoint` does.
 */
export async function openCheckpointSet(
  problem: Problem,
  { checkpoints, origin }: PathCheckpoints,
  signal: AbortSignal,
  heldBytes = HELD_BYTES,
): Promise<OpenCheckpointSet> {
  const { slots, origin: theta } = problem.objective;
  const isHeld = checkpoints.length * theta.byteLength <= heldBytes;
  const readers: Reader[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(readers.map(reader => reader.close()));
  };
  try {
    for (const [index, checkpoint] of checkpoints.entries()) {
      throwIfAborted(signal);
      if (index === origin) readers.push(readerOf(problem, theta));
      else if (isHeld) readers.push(readerOf(problem, (await readPathCheckpoint(problem, checkpoint)).theta));
      else readers.push(await fileReader(problem, checkpoint.path));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { count: checkpoints.length, slots, read: (index, slot, rows) => readers[index]!.read(slot, rows), close };
}

/** Reads the parameters of one checkpoint. */
interface Reader {
  read(slot: number, rows?: RowRange): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Reads from a vector like θ. */
function readerOf({ objective: { slots } }: Problem, theta: Float32Array): Reader {
  return {
    read: async (index, rows) => {
      const { offset, size, shape } = slots[index]!;
      return rowsOf(theta.subarray(offset, offset + size), shape, rows);
    },
    close: async () => {},
  };
}

/** Reads from the file, tensor by tensor. */
async function fileReader({ model, binding, objective: { slots } }: Problem, path: string): Promise<Reader> {
  const checkpoint = await openCheckpoint(path);
  const { matches } = await matchTensors(model, checkpoint, siblingsOf(path)).catch(async error => {
    await checkpoint.close();
    throw error;
  });
  const byInitializer = new Map(matches.map(match => [match.initializer, match]));
  const sources = new Map<number, { readonly source: SourcedMatch['source']; readonly turn: typeof asWeight | null }>();
  for (const [initializer, bound] of binding.initializers) {
    if (bound.kind !== 'parameter') continue;
    const { source, transposed: turned = false } = byInitializer.get(initializer)!;
    const turn = turned === bound.transposed ? null : turned ? asWeight : asKernel;
    sources.set(bound.slot.offset, { source, turn });
  }
  return {
    read: async (index, rows) => {
      const { offset, shape } = slots[index]!;
      const { source, turn } = sources.get(offset)!;
      if (turn === null) return toFloat32(await source.read(rows));
      const values = toFloat32(await source.read());
      return rowsOf(turn({ name: source.name, shape: source.shape, values }).values, shape, rows);
    },
    close: () => checkpoint.close(),
  };
}

function rowsOf(values: Float32Array, [all = 1]: readonly number[], rows: RowRange | undefined): Float32Array {
  if (rows === undefined) return values;
  const size = values.length / all;
  return values.subarray(rows.from * size, rows.to * size);
}
