/** Finds the folders of a workspace that hold runs. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { isCheckpointFolder } from '../checkpoint/parts.ts';
import { positionInName } from '../checkpoint/position.ts';
import { BasinError, throwIfAborted } from '../errors.ts';
import { permittedPath } from '../io/access.ts';
import { PROJECT_FILE, type Project, readProject } from '../project.ts';
import type { RunFolder } from '../protocol.ts';
import { inParallel } from './folder.ts';
import { lookAt } from './look.ts';
import { endingOf, isNamedCheckpoint, mayBeCheckpoint, mayBeCheckpointFolder } from './names.ts';
import { dataFiles } from './settings.ts';

/** Folders that hold other things by the thousand; those whose names begin with a dot are left out too. */
const SKIPPED: ReadonlySet<string> = new Set([
  'node_modules',
  'site-packages',
  '__pycache__',
  'venv',
  'env',
  'dist-packages',
]);

/** What is deeper, or beyond so many folders, is found by naming it in basin.json's "runs". */
const DEPTH_MAX = 8;
const FOLDERS_MAX = 5000;

/** So many checkpoints make a run. */
const LEAST_CHECKPOINTS = 2;

/** So many files of a folder are looked into before it is taken for something else. */
const LOOKS = 6;

interface Walked {
  readonly folder: string;
  /** Names of the files in it. */
  readonly files: readonly string[];
  /** Names of the folders in it that are walked too. */
  readonly folders: readonly string[];
}

/**
 * The folders that the "runs" of each basin.json name, and below the roots, outside of what such a basin.json speaks
 * for, the folders that hold checkpoints by their content. Folders that may not be read are passed over.
 */
export async function findRuns(roots: readonly string[], signal: AbortSignal): Promise<readonly RunFolder[]> {
  const walked: Walked[] = [];
  for (const root of roots) {
    for await (const one of walk(permittedPath(resolve(root)))) {
      throwIfAborted(signal);
      walked.push(one);
    }
  }
  const projects = new Map<string, Project>();
  for (const { folder, files } of walked) {
    if (!files.includes(PROJECT_FILE)) continue;
    const project = await orNull(readProject(join(folder, PROJECT_FILE)));
    if (project !== null) projects.set(folder, project);
  }
  const found = new Map<string, string | null>();
  for (const project of projects.values()) {
    for (const pattern of project.runs) {
      for (const folder of await matching(project.directory, pattern)) {
        // A folder that is one checkpoint stands for the run it is of.
        const names = (await orNull(namesIn(folder))) ?? [];
        const isCheckpoint = mayBeCheckpointFolder(basename(folder)) && isCheckpointFolder(names);
        found.set(isCheckpoint ? dirname(folder) : folder, project.file);
      }
    }
  }
  const data = new Set([...projects.values()].flatMap(project => [...dataFiles(project)]));
  const others = walked.filter(({ folder }) => {
    const owner = ownerOf(folder, projects);
    return !found.has(folder) && (owner === null || owner.runs.length === 0);
  });
  const folders = new Map<string, number>();
  for (const { folder, files, folders: below } of walked) {
    if (!isNumbered(basename(folder)) || !isCheckpointFolder([...files, ...below])) continue;
    folders.set(dirname(folder), (folders.get(dirname(folder)) ?? 0) + 1);
  }
  const areRuns = await inParallel(others, async ({ folder, files }) => {
    throwIfAborted(signal);
    if ((folders.get(folder) ?? 0) >= LEAST_CHECKPOINTS) return true;
    return holdsCheckpoints(
      folder,
      files.filter(file => !data.has(join(folder, file))),
    );
  });
  for (const [index, { folder }] of others.entries()) {
    if (areRuns[index]) found.set(folder, (ownerOf(folder, projects) ?? null)?.file ?? (await projectAbove(folder)));
  }
  return [...found].map(([folder, project]) => ({ folder, project })).sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** A folder and those in it, the nearest first. Links are not followed, since they may lead round in circles. */
async function* walk(root: string): AsyncGenerator<Walked> {
  let level = [root];
  let count = 0;
  for (let depth = 0; depth <= DEPTH_MAX && level.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      if (++count > FOLDERS_MAX) return;
      const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
      const isWalked = (entry: Dirent): boolean =>
        entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name);
      const folders = entries.filter(isWalked).map(({ name }) => name);
      below.push(...folders.map(name => join(folder, name)));
      yield { folder, files: entries.flatMap(entry => (entry.isDirectory() ? [] : [entry.name])), folders };
    }
    level = below;
  }
}

/** The folders that a pattern of "runs" names; `*` stands for any characters of one folder's name. */
async function matching(directory: string, pattern: string): Promise<readonly string[]> {
  const { root } = parse(pattern);
  let folders = [root === '' ? directory : root];
  for (const part of pattern
    .slice(root.length)
    .split(/[\\/]/)
    .filter(name => name !== '' && name !== '.')) {
    const next: string[] = [];
    for (const folder of folders) {
      if (!part.includes('*')) {
        next.push(join(folder, part));
        continue;
      }
      const name = new RegExp(`^${part.split('*').map(escaped).join('.*')}$`);
      // What lies outside of the folders that may be read is found only where it is named in full.
      const entries = (await orNull(namesIn(folder))) ?? [];
      next.push(
        ...entries.filter(entry => !entry.startsWith('.') && name.test(entry)).map(entry => join(folder, entry)),
      );
    }
    folders = next;
  }
  const are = await inParallel(folders, async folder => (await stat(folder).catch(() => null))?.isDirectory() ?? false);
  return folders.filter((_, index) => are[index]);
}

const namesIn = async (folder: string): Promise<readonly string[]> => readdir(permittedPath(folder));

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether a folder holds checkpoints of one training: files of one ending, numbered or named as checkpoints are. */
async function holdsCheckpoints(folder: string, files: readonly string[]): Promise<boolean> {
  const byEnding = new Map<string, string[]>();
  for (const file of files.filter(mayBeCheckpoint)) {
    // Arrays of data lie in .npz files too, and anything may have any ending: a number tells checkpoints from them.
    const isLikely = isNamedCheckpoint(file) && endingOf(file) !== 'npz';
    if (!isLikely && !isNumbered(file)) continue;
    byEnding.set(endingOf(file), [...(byEnding.get(endingOf(file)) ?? []), file]);
  }
  for (const alike of byEnding.values()) {
    if (alike.length < LEAST_CHECKPOINTS) continue;
    let checkpoints = 0;
    for (const file of alike.toSorted().slice(0, LOOKS)) {
      if ((await lookAt(folder, file)).is === 'checkpoint') checkpoints++;
      if (checkpoints === LEAST_CHECKPOINTS) return true;
    }
  }
  return false;
}

function isNumbered(name: string): boolean {
  const { step, epoch } = positionInName(name);
  return step !== null || epoch !== null;
}

/** The project whose basin.json is nearest above a folder. */
function ownerOf(folder: string, projects: ReadonlyMap<string, Project>): Project | null {
  for (let above = folder; ; above = dirname(above)) {
    const project = projects.get(above);
    if (project !== undefined) return project;
    if (above === dirname(above)) return null;
  }
}

/** A basin.json above the workspace's folders, where the request may read it. */
async function projectAbove(folder: string): Promise<string | null> {
  for (let above = folder; ; above = dirname(above)) {
    const file = join(above, PROJECT_FILE);
    if ((await stat(file).catch(() => null))?.isFile()) return file;
    if (above === dirname(above)) return null;
  }
}

/** What cannot be read, or may not be, is left out. */
async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof BasinError || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}
