/** A run whose folder was renamed, moved or copied: what is remembered of it under its former place. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../errors.ts';
import { contentsDigest } from './contents.ts';
import { type Fact, factsOf, type KnownFile } from './facts.ts';
import { type FileVersion, fileKey } from './folder.ts';
import { RUN_ENDING, readRunLog } from './runLog.ts';
import type { OpenRun } from './runs.ts';

/** As many other runs are asked, the newest first. */
const RUNS_MAX = 200;

/** Not more bytes are read to know files again whose times have changed; measuring them tells too. */
const BYTES_MAX = 2 ** 32;

/**
 * Takes over what is remembered of the files of a folder that nothing is known of, under whatever folder they lay before:
 * files are known again by their numbers in the file system, or by their contents. A folder that is not
 * there any more has moved, so that its history comes along.
 */
export async function adopt(run: OpenRun, versions: readonly FileVersion[], signal: AbortSignal): Promise<void> {
  if (run.log.path === null || versions.length === 0) return;
  let budget = BYTES_MAX;
  const contentsOf = async (version: FileVersion): Promise<string | null> => {
    budget -= version.bytes;
    return budget < 0 ? null : contentsDigest(join(run.folder, version.file)).catch(() => null);
  };
  const digests = new Map<FileVersion, Promise<string | null>>();
  const isSame = async (known: KnownFile, version: FileVersion): Promise<boolean> => {
    if (fileKey(known) === fileKey(version)) return true;
    if (known.contents === null) return false;
    const digest = digests.get(version) ?? contentsOf(version);
    digests.set(version, digest);
    return (await digest) === known.contents;
  };
  const byName = new Map(versions.map(version => [version.file, version]));
  for (const path of await otherRuns(run.log.path)) {
    throwIfAborted(signal);
    const other = await readRunLog(path);
    if (other === null) continue;
    const found = new Map<KnownFile, FileVersion>();
    for (const known of other.known) {
      const version = byName.get(known.file);
      if (version === undefined || version.bytes !== known.bytes || known.measured.length === 0) continue;
      if (await isSame(known, version)) found.set(known, version);
    }
    if (found.size === 0) continue;
    const hasMoved = (await stat(other.folder).catch(() => null)) === null;
    await run.log.add(
      other.known.flatMap(known => {
        const version = found.get(known) ?? (hasMoved ? known : null);
        return version === null ? [] : allFactsOf(known, version);
      }),
    );
    if (hasMoved) return;
  }
}

function allFactsOf(known: KnownFile, { file, bytes, written, changed, inode }: FileVersion): readonly Fact[] {
  const version = { file, bytes, written, changed, inode };
  return [...(known.look === null ? [] : [{ ...version, look: known.look }]), ...factsOf(known, version)];
}

/** The files of other runs in the same store, the newest first. */
async function otherRuns(own: string): Promise<readonly string[]> {
  const folder = dirname(own);
  const names = await readdir(folder).catch(() => []);
  const dated = await Promise.all(
    names
      .filter(name => name.endsWith(RUN_ENDING) && join(folder, name) !== own)
      .map(async name => {
        const path = join(folder, name);
        return {
          path,
          time: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
  );
  return dated
    .sort((a, b) => b.time - a.time)
    .slice(0, RUNS_MAX)
    .map(({ path }) => path);
}
