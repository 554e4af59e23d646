import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Decode, DecodeError, either, object, optional, text } from '../decode.ts';
import { inputError, messageOf } from '../errors.ts';

/** Files with their size together. */
export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** What a folder of results holds: what may go, by name, and what stays. */
export interface Pruning {
  readonly folder: string;
  readonly removable: readonly string[];
  readonly removed: Amount;
  readonly kept: Amount;
}

/** Names that the store gives; whatever else lies in its folder is not ours to remove. */
const RESULT = /^[0-9a-f]{64}(-[0-9a-f]{16})?\.json$/;
const VECTORS = /^([0-9a-f]{64})\.safetensors$/;

/** Vectors are written before the document that names them. */
const VECTORS_SETTLED = 60 * 60 * 1000;

/** What of a result says where it belongs. */
interface Belonging {
  /** The checkpoint it was computed from, as results name it; absent where none is named. */
  readonly checkpoint?: string;
  readonly kind?: string;
  /** The vectors it names. */
  readonly vectors?: string;
}

const named = object({ checkpoint: object({ file: text }) });
const belonging: Decode<Belonging> = either(
  (value, place) => {
    const { result } = object({ result: object({ provenance: named }) })(value, place);
    return { checkpoint: result.provenance.checkpoint.file };
  },
  (value, place) => {
    const { document } = object({
      document: object({ kind: optional(text), vectors: optional(text), provenance: optional(named) }),
    })(value, place);
    const { kind, vectors, provenance } = document as Document;
    return {
      ...(kind !== undefined && { kind }),
      ...(vectors !== undefined && { vectors }),
      ...(provenance && { checkpoint: provenance.checkpoint.file }),
    };
  },
);

interface Document {
  readonly kind?: string;
  readonly vectors?: string;
  readonly provenance?: { readonly checkpoint: { readonly file: string } };
}

/** What is remembered of a run is its history, also once its checkpoints were rotated away. */
const HISTORY = 'measures';

/**
 * Finds what a folder of results could do without: what was written more than so many milliseconds ago, unless the
 * checkpoint that it was computed from is still there and has not been written since, or it is the history of a run;
 * what cannot be read; and vectors that no result names. What names no checkpoint stays.
 *
 * @param directories Folders from which results name checkpoints: those of basin.json files.
 */
export async function findPrunable(
  folder: string,
  directories: readonly string[],
  olderThan: number,
): Promise<Pruning> {
  const now = Date.now();
  const names = await readdir(folder).catch(() => []);
  const results: { name: string; bytes: number; isRemovable: boolean }[] = [];
  const namedVectors = new Set<string>();
  for (const name of names.filter(own => RESULT.test(own))) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => null);
    if (!status?.isFile()) continue;
    const isOld = now - status.mtimeMs > olderThan;
    // Of a recent one only the vectors that it names matter, and few results name some.
    const about = isOld || name.includes('-') ? await readBelonging(path) : {};
    const isRemovable = isOld && (about === null || (await isAbandoned(about, directories, status.mtimeMs)));
    if (!isRemovable && about?.vectors !== undefined) namedVectors.add(about.vectors);
    results.push({ name, bytes: status.size, isRemovable });
  }
  for (const name of names) {
    const digest = VECTORS.exec(name)?.[1];
    const status = digest === undefined ? null : await stat(join(folder, name)).catch(() => null);
    if (digest === undefined || !status?.isFile()) continue;
    const isRemovable = !namedVectors.has(digest) && now - status.mtimeMs > VECTORS_SETTLED;
    results.push({ name, bytes: status.size, isRemovable });
  }
  const removable = results.filter(result => result.isRemovable);
  return {
    folder,
    removable: removable.map(({ name }) => name),
    removed: amountOf(removable),
    kept: amountOf(results.filter(result => !result.isRemovable)),
  };
}

/** Removes what was found. Throws `input` where a file cannot be removed. */
export async function removePrunable({ folder, removable }: Pruning): Promise<void> {
  for (const name of removable) {
    const path = join(folder, name);
    await rm(path, { force: true }).catch(error => {
      throw inputError(`${path}: cannot be removed (${messageOf(error)}); check the folder's permissions.`, error);
    });
  }
}

/** Null where the file is no result that can be read. */
async function readBelonging(path: string): Promise<Belonging | null> {
  try {
    return belonging(JSON.parse(await readFile(path, 'utf8')), '');
  } catch (error) {
    if (error instanceof DecodeError || error instanceof SyntaxError) return null;
    // It cannot be read now: it may be another time.
    return {};
  }
}

async function isAbandoned(
  { checkpoint, kind }: Belonging,
  directories: readonly string[],
  written: number,
): Promise<boolean> {
  if (checkpoint === undefined || kind === HISTORY) return false;
  for (const directory of directories) {
    const status = await stat(resolve(directory, checkpoint)).catch(() => null);
    if (status !== null && status.mtimeMs <= written) return false;
  }
  return true;
}

const amountOf = (results: readonly { readonly bytes: number }[]): Amount => ({
  files: results.length,
  bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
});
