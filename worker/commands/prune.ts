import { join } from 'node:path';
import { BasinError, usageError } from '../errors.ts';
import { openProject, type Project } from '../project.ts';
import type { PruneRequest } from '../protocol.ts';
import type { PruneResult } from '../results.ts';
import { findPrunable, removePrunable } from '../store/prune.ts';
import { resultsFolder } from '../store/resultsFolder.ts';

/** Results that were written since are never removed, unless it is said otherwise. */
export const PRUNED_DAYS = 30;

const DAY = 24 * 60 * 60 * 1000;

/** Says what folders of results could do without, and removes it where that is asked for. */
export async function prune(request: PruneRequest): Promise<PruneResult> {
  const { olderDays = PRUNED_DAYS, remove = false } = request;
  const projects = await projectsOf(request);
  const folders = new Set<string>();
  for (const project of [...projects, null]) {
    const folder = resultsFolder(request, project);
    if (folder !== undefined) folders.add(folder);
  }
  if (folders.size === 0) throw usageError('No folder of results is known; name one with --store.');
  const directories = projects.length > 0 ? projects.map(({ directory }) => directory) : [process.cwd()];
  const prunings = [];
  for (const folder of folders) {
    const pruning = await findPrunable(folder, directories, olderDays * DAY);
    if (remove) await removePrunable(pruning);
    const { removed, kept } = pruning;
    prunings.push({ folder, removed, kept });
  }
  return { kind: 'prune', folders: prunings, olderDays, isRemoved: remove };
}

/** The projects whose checkpoints results may belong to: those that were named, else the one here or above. */
async function projectsOf({ projects }: PruneRequest): Promise<readonly Project[]> {
  if (projects !== undefined) return Promise.all(projects.map(file => openProject(file, file)));
  try {
    return [await openProject(join(process.cwd(), 'checkpoint'))];
  } catch (error) {
    if (error instanceof BasinError) return [];
    throw error;
  }
}
