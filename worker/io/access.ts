/**
 * Which files may be opened. The command line opens what its user names; a request of the extension carries the folders
 * that its user trusts. They travel with the request's asynchronous context, so that no reader between the request and
 * the file has to pass them on, and none can forget to.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { OutsideError } from '../errors.ts';

const allowed = new AsyncLocalStorage<readonly string[] | undefined>();

/** Runs `work`, in which `permittedPath` refuses files outside of `roots`; `undefined` allows every file. */
export function withinRoots<T>(roots: readonly string[] | undefined, work: () => Promise<T>): Promise<T> {
  return roots === undefined ? work() : allowed.run(roots, work);
}

/** Runs `work` on files that are Basin's own, such as kept results, which may lie outside of what a request may read. */
export const amongOwnFiles = <T>(work: () => Promise<T>): Promise<T> => allowed.run(undefined, work);

/**
 * The path to open for a file: symbolic links are resolved, so that what was checked is what is opened. A path that
 * leads nowhere is returned as it is, and opening it says why.
 * Throws {@link OutsideError} for a file outside of the folders that the request at hand may read.
 */
export function permittedPath(path: string): string {
  const roots = allowed.getStore();
  if (roots === undefined) return path;
  const given = resolve(path);
  const real = resolved(given);
  if (real === null) return path;
  const realRoots = roots.map(root => resolved(root) ?? resolve(root));
  const isAllowed = (file: string): boolean => realRoots.some(root => isInside(file, root));
  if (isAllowed(real)) return real;
  const within = [...roots.map(root => resolve(root)), ...realRoots];
  const folder = folderToAllow(given, real, within, isAllowed);
  throw new OutsideError(
    `${basename(path)}: lies in ${folder}, outside of this workspace; allow that folder to read it.`,
    folder,
  );
}

/**
 * The path of a folder to write to, which need not be there yet.
 * Throws {@link OutsideError} where it, or what of it is there, lies outside of the folders of the request at hand.
 */
export function permittedFolder(path: string): string {
  const roots = allowed.getStore();
  if (roots === undefined) return path;
  const given = resolve(path);
  const real = ancestors(given).reduce((known, ancestor) => resolved(ancestor) ?? known, given);
  if (roots.some(root => isInside(real, resolved(root) ?? resolve(root)))) return given;
  throw new OutsideError(`${path}: lies outside of this workspace; allow that folder to keep results in it.`, real);
}

/**
 * The folder whose permission would do: what the outermost symbolic link inside the allowed folders points to, because
 * everything below it is then readable too, else the file's own folder.
 */
function folderToAllow(
  given: string,
  real: string,
  roots: readonly string[],
  isAllowed: (file: string) => boolean,
): string {
  for (const ancestor of ancestors(given)) {
    if (!roots.some(root => isInside(ancestor, root))) continue;
    const target = realpathSync(ancestor);
    if (isAllowed(target)) continue;
    return statSync(target).isDirectory() ? target : dirname(target);
  }
  return dirname(real);
}

/** The path without symbolic links; null where it leads nowhere. */
function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** A path and the folders above it, the outermost first. */
function ancestors(path: string): string[] {
  const found = [path];
  for (let above = dirname(path); above !== found[0]; above = dirname(above)) found.unshift(above);
  return found;
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
