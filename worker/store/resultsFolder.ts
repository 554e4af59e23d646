import { resolve } from 'node:path';
import { permittedFolder } from '../io/access.ts';
import type { Keeping } from '../protocol.ts';

/** What basin.json says of results; `results` is relative to `directory`. */
interface Results {
  readonly directory: string;
  readonly results: string | null;
}

/**
 * The folder of results: what was asked for, else what basin.json names, else the default; undefined where there is none.
 * Throws `outside` where basin.json names a folder that the request at hand may not reach.
 */
export function resultsFolder({ store, defaultStore }: Keeping, project: Results | null): string | undefined {
  if (store !== undefined) return store;
  if (project === null || project.results === null) return defaultStore;
  return permittedFolder(resolve(project.directory, project.results));
}
