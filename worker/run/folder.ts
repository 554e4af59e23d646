/** The checkpoints of a run's folder, files or folders, by their names and what the file system says of them. */
import { createHash } from 'node:crypto';
import type { Dirent, Stats } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isCheckpointFolder, isFirstOfSeveral, partsOf } from '../checkpoint/parts.ts';
import { TRAINER_STATE } from '../checkpoint/trainerState.ts';
import { inputError } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import { reasonUnread } from '../io/file.ts';
import { mayBeCheckpoint, mayBeCheckpointFolder } from './names.ts';

/** A version of a file, or of the files of a folder that is a checkpoint, as far as it can be told without reading it. */
export interface FileVersion {
  readonly file: string;
  readonly bytes: number;
  /** When it was written, in milliseconds since the epoch. */
  readonly written: number;
  /** When the file system last noted a change of the file, which nobody can set: an archive restores `written`. */
  readonly changed: number;
  /**
   * What stays the same when the file is renamed: its number in the file system, and when it was created, since numbers
   * are given again; a digest of those of several files.
   */
  readonly inode: string;
}

/** A version that is there now. */
export interface PresentVersion extends FileVersion {
  /** That it is a folder, which the names in it make a checkpoint. */
  readonly isFolder?: true;
}

/** Files asked about at once: a network drive answers many together, and Node's threads are few. */
const AT_ONCE = 32;

/**
 * The files of a folder that may be checkpoints, and the folders in it that are one each, by name. Only names are read
 * where they decide, so that a folder of tens of thousands of other files costs little; other folders inside are left
 * alone, and a link to a file beside it is that file.
 * Throws `input` where the folder cannot be read, and as `permittedPath` does.
 */
export async function listFiles(folder: string): Promise<readonly PresentVersion[]> {
  const path = permittedPath(folder);
  const entries = await readdir(path, { withFileTypes: true }).catch(error => {
    throw inputError(`${folder}: ${reasonUnread(error, 'folder')}.`, error);
  });
  const candidates = entries.filter(entry =>
    (entry.isDirectory() ? mayBeCheckpointFolder : mayBeCheckpoint)(entry.name),
  );
  const versions = await inParallel(candidates, entry => versionOf(path, entry));
  return versions.filter(version => version !== null).sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** The version of a checkpoint that is there now; null where it is not. */
export async function currentVersion(folder: string, file: string): Promise<PresentVersion | null> {
  const path = join(folder, file);
  const status = await stat(path).catch(() => null);
  if (status?.isFile()) return isFirstOfSeveral(file) ? joinedVersion(folder, file, file) : toVersion(file, status);
  const version = status?.isDirectory() ? await joinedVersion(path, null, file) : null;
  return version && { ...version, isFolder: true };
}

/** The version of several files together. */
async function joinedVersion(folder: string, first: string | null, file: string): Promise<FileVersion | null> {
  const names = await readdir(folder).catch(() => []);
  if (first === null && !isCheckpointFolder(names)) return null;
  const parts = partsOf(first, names);
  const statuses = await inParallel(parts, part => stat(join(folder, part)).catch(() => null));
  if (statuses.length === 0 || statuses.includes(null)) return null;
  const versions = statuses.map((status, index) => toVersion(parts[index]!, status!));
  // The note of the step may come last.
  const noted = await stat(join(folder, TRAINER_STATE)).catch(() => null);
  const inode = createHash('sha256').update(versions.map(own => own.inode).join('\n'));
  return {
    file,
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    written: Math.max(...versions.map(({ written }) => written)),
    changed: Math.max(noted?.ctimeMs ?? 0, ...versions.map(({ changed }) => changed)),
    inode: inode.digest('hex'),
  };
}

/** What a file keeps when it is renamed, and shares with no other content. */
export const fileKey = ({ inode, bytes, written }: FileVersion): string => `${inode} ${bytes} ${written}`;

/** Tells versions of a folder's files from each other. */
export const versionKey = ({ file, bytes, written, changed }: FileVersion): string =>
  `${bytes} ${written} ${changed} ${file}`;

export const isSameVersion = (one: FileVersion, other: FileVersion): boolean => versionKey(one) === versionKey(other);

async function versionOf(folder: string, entry: Dirent): Promise<PresentVersion | null> {
  if (entry.isSymbolicLink() && (await pointsInto(folder, entry.name))) return null;
  return currentVersion(folder, entry.name);
}

async function pointsInto(folder: string, name: string): Promise<boolean> {
  const target = await readlink(join(folder, name)).catch(() => '');
  return dirname(resolve(folder, target)) === resolve(folder);
}

const toVersion = (file: string, { size, mtimeMs, ctimeMs, birthtimeMs, ino }: Stats): FileVersion => ({
  file,
  bytes: size,
  written: mtimeMs,
  changed: ctimeMs,
  inode: `${ino} ${birthtimeMs}`,
});

/** The results of an asynchronous function on all of a list, a few at a time, in the list's order. */
export async function inParallel<T, R>(list: readonly T[], compute: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(list.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < list.length) {
      const index = next++;
      results[index] = await compute(list[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, list.length) }, work));
  return results;
}
